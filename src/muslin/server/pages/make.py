"""Make: words on the left, pictures on the right."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from muslin.domain.house.orders import OrderState, PictureOrder
from muslin.domain.house.people import Right
from muslin.domain.leaving import GenerateOrder, Generation
from muslin.runtime.studio import Studio
from muslin.server.access import allow
from muslin.server.render import fragment, page
from muslin.server.studio import CallerDep, StudioDep
from muslin.tools.generate import prompts_of

router = APIRouter(include_in_schema=False)
SHOWN = 8


@router.get("/make")
@allow(Right.LOOK)
def make(request: Request, studio: StudioDep, release: str = "", words: str = "") -> Response:
    """The form and the newest orders."""
    names = sorted({r.name for r in studio.releases()})
    live = [name for name in names if "live" in studio.aliases(name)]
    return page(
        request,
        "make.html.j2",
        releases=live,
        chosen=release or (live[0] if live else ""),
        words=words,
        orders=[shown(studio, order) for order in studio.picture_orders()[:SHOWN]],
        each=studio.seconds_each(),
        seed=secrets.randbelow(100_000),
    )


class Wish(BaseModel):
    """The form of Make; one prompt per line."""

    prompts: str = Field(max_length=100_000)
    release: str = ""
    count: int = Field(4, ge=1, le=100)
    seed: int = Field(0, ge=0, lt=2**32)
    shape: str = Field("192x256", pattern=r"^\d{2,4}x\d{2,4}$")

    def as_order(self) -> GenerateOrder:
        """The same as the studio reads it. Raises InvalidRequest and pydantic's ValidationError."""
        width_px, height_px = (int(side) for side in self.shape.split("x"))
        return GenerateOrder(
            release=self.release or None,
            prompts=prompts_of(self.prompts),
            count=self.count,
            seed=self.seed,
            width_px=width_px,
            height_px=height_px,
        )


@router.post("/make")
@allow(Right.WORK)
def order(
    request: Request, studio: StudioDep, caller: CallerDep, wish: Annotated[Wish, Form()]
) -> Response:
    """Queue pictures."""
    kept = studio.order_pictures(wish.as_order(), caller.name)
    return fragment(request, "parts/order.html.j2", one=shown(studio, kept))


@router.get("/make/orders/{order}")
@allow(Right.LOOK)
def follow(request: Request, studio: StudioDep, order: str) -> Response:
    """An order as far as it is drawn."""
    return fragment(request, "parts/order.html.j2", one=shown(studio, studio.picture_order(order)))


@router.post("/make/orders/{order}/stop")
@allow(Right.WORK)
def stop(request: Request, studio: StudioDep, order: str) -> Response:
    """Draw no more of it."""
    ended = studio.cancel_order(order)
    return fragment(request, "parts/order.html.j2", one=shown(studio, ended))


def shown(
    studio: Studio, order: PictureOrder
) -> tuple[PictureOrder, list[Generation], float | None]:
    """An order, its pictures so far, and seconds until the rest is there."""
    each = studio.seconds_each() if not order.made else order.seconds / len(order.made)
    left = None
    if order.state is OrderState.OPEN and each is not None:
        left = each * (order.total - len(order.made))
    return order, [studio.generation(id) for id in order.made], left
