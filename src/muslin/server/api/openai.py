"""Pictures as OpenAI's clients ask for them: `/v1/images/generations` and `/v1/models`.

Shapes are those of developers.openai.com/api/reference, images. The word `model` is theirs; it
names a release, by its name or `name@alias`. What Muslin adds stands in one object, `studio`.
"""

from __future__ import annotations

import asyncio
import base64
import time
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from muslin.domain.errors import InvalidRequest, JobFailed
from muslin.domain.house.orders import OrderState, PictureOrder
from muslin.domain.house.people import Right
from muslin.domain.leaving import Alias, GenerateOrder
from muslin.imaging.metadata import FileFormat, decode, encode, read_origin
from muslin.runtime.studio import Studio
from muslin.server.access import allow
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(prefix="/v1", tags=["openai"])
UNTUNED = "untuned"
LOOK_EVERY_S = 0.1
PATIENCE_S = 600.0
"""The official client's own timeout; a longer order belongs to `/api/v1/orders`."""
FORMATS: dict[str, FileFormat] = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}


class Extras(BaseModel):
    """What decides a picture beside its words."""

    seed: int = Field(0, ge=0, lt=2**32)
    steps: int = Field(25, ge=1, le=100)
    guidance: float = Field(4.0, ge=0, le=20)


class ImagesOrder(BaseModel):
    """OpenAI's request; fields that change nothing here are refused rather than ignored."""

    model: str = UNTUNED
    prompt: str
    n: int = Field(1, ge=1, le=10)
    size: str = Field("auto", pattern=r"^(auto|\d{2,4}x\d{2,4})$")
    quality: Literal["auto", "low", "medium", "high", "standard", "hd"] = "auto"
    background: Literal["auto", "opaque", "transparent"] = "auto"
    output_format: Literal["png", "jpeg", "webp"] = "png"
    response_format: Literal["b64_json", "url"] = "b64_json"
    stream: Literal[False] = False
    user: str = ""
    studio: Extras = Extras()

    def as_order(self) -> GenerateOrder:
        """The same as the studio reads it. Raises InvalidRequest."""
        if self.background == "transparent":
            raise InvalidRequest("Backgrounds are opaque here.", hint="Leave background out.")
        width_px, height_px = (192, 256) if self.size == "auto" else map(int, self.size.split("x"))
        steps = {"low": 10, "high": 50, "hd": 50}.get(self.quality, self.studio.steps)
        return GenerateOrder(
            release=None if self.model == UNTUNED else self.model,
            prompts=(self.prompt,),
            count=self.n,
            seed=self.studio.seed,
            width_px=width_px,
            height_px=height_px,
            steps=steps,
            guidance=self.studio.guidance,
        )


class ImageDatum(BaseModel):
    """One picture."""

    b64_json: str | None = None
    url: str | None = None


class Images(BaseModel):
    """OpenAI's answer."""

    created: int
    data: list[ImageDatum]
    output_format: str
    size: str
    background: str = "opaque"


class ModelEntry(BaseModel):
    """A release as OpenAI lists it."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str


class ModelList(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[ModelEntry]


@router.get("/models")
@allow(Right.LOOK)
def models(studio: StudioDep) -> ModelList:
    """Every release that an alias points to: `name` for the live one, `name@alias` for others."""
    made, brand = studio.releases(), studio.brand()
    entries = [ModelEntry(id=UNTUNED, created=0, owned_by="muslin")]
    for name in sorted({release.name for release in made}):
        for alias, id in studio.aliases(name).items():
            at = next(int(r.created_at.timestamp()) for r in made if r.id == id)
            shown = name if alias is Alias.LIVE else f"{name}@{alias}"
            entries.append(ModelEntry(id=shown, created=at, owned_by=brand))
    return ModelList(data=entries)


@router.post("/images/generations")
@allow(Right.WORK)
async def generations(
    request: Request, studio: StudioDep, caller: CallerDep, wanted: ImagesOrder
) -> Images:
    """Draw pictures and wait for them."""
    order = wanted.as_order()
    kept = await run_in_threadpool(studio.order_pictures, order, caller.name)
    done = await _waited_for(studio, kept)
    if wanted.response_format == "url":
        root = str(request.base_url).rstrip("/")
        data = [ImageDatum(url=f"{root}/api/v1/pictures/{id}/file") for id in done.made]
    else:
        data = [
            await run_in_threadpool(_inline, studio, id, wanted.output_format) for id in done.made
        ]
    return Images(
        created=int(time.time()),
        data=data,
        output_format=wanted.output_format,
        size=f"{order.width_px}x{order.height_px}",
    )


async def _waited_for(studio: Studio, order: PictureOrder) -> PictureOrder:
    """An order once it is over. Raises JobFailed when it did not end with its pictures."""
    until = time.monotonic() + PATIENCE_S
    known = order
    while known.state is OrderState.OPEN:
        if time.monotonic() > until:
            known = await run_in_threadpool(studio.cancel_order, order.id)
            break
        await asyncio.sleep(LOOK_EVERY_S)
        known = await run_in_threadpool(studio.picture_order, order.id)
    if known.state is not OrderState.DONE:
        raise JobFailed(
            known.error or "The pictures were not drawn in time.",
            hint=known.hint or "Order fewer, or order them at /api/v1/orders.",
        )
    return known


def _inline(studio: Studio, generation: str, file_format: str) -> ImageDatum:
    """A picture in the format that was asked for, its origin still inside."""
    data = studio.generation_file(generation)
    if file_format != "png":
        data = encode(decode(data), FORMATS[file_format], read_origin(data))
    return ImageDatum(b64_json=base64.b64encode(data).decode())
