"""Pictures from words: an order becomes finished pictures that know where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import CheckpointId, GenerationId, ReleaseId, fresh, now
from muslin.domain.leaving import (
    GenerateOrder,
    Generation,
    ImageRequest,
    SourceType,
    one_line,
)
from muslin.domain.progress import Report, silent
from muslin.imaging.metadata import Origin, encode
from muslin.tools.ports import Blobs, Renderer

PROMPT_STRIDE = 1000
"""Seeds set aside for each prompt of an order: as many as one prompt may have pictures."""


@dataclass(frozen=True, slots=True)
class Look:
    """What draws: a base by name, and the adapter and trigger phrase that a release adds to it.

    `unproved` is the checkpoint of an adapter that no release stands for.
    """

    base: str
    release: ReleaseId | None = None
    adapter: Path | None = None
    trigger: str = ""
    unproved: CheckpointId | None = None


def generate(
    order: GenerateOrder, look: Look, renderer: Renderer, blobs: Blobs, report: Report = silent
) -> Iterator[Generation]:
    """Draw everything that is ordered, prompt by prompt; each picture is kept once it is drawn.

    Its PNG carries the digital source type and all inputs. The renderer tells `report` of every
    step; it raises Cancelled to stop, and what was yielded before stays.
    """
    requests = requests_of(order, look.trigger)
    renderer.use(look.adapter)
    pictures = renderer.render(requests, report)
    for request, picture in zip(requests, pictures, strict=True):
        id = GenerationId(fresh("picture"))
        data = encode(picture, "PNG", origin_of(id, look, request))
        yield Generation(
            id=id,
            release=look.release,
            unproved=look.unproved,
            base=look.base,
            request=request,
            picture=blobs.put(data),
            source_type=SourceType.GENERATED,
            created_at=now(),
        )


def requests_of(order: GenerateOrder, trigger: str = "") -> tuple[ImageRequest, ...]:
    """An order's single pictures.

    Picture k of prompt j has seed + 1000·j + k. The first picture of an order has the order's own
    seed, so ordering one picture with the seed that another one carries draws that one again.
    """
    return tuple(
        ImageRequest(
            prompt=with_trigger(prompt, trigger),
            seed=order.seed + PROMPT_STRIDE * j + k,
            width_px=order.width_px,
            height_px=order.height_px,
            steps=order.steps,
            guidance=order.guidance,
        )
        for j, prompt in enumerate(order.prompts)
        for k in range(order.count)
    )


def with_trigger(prompt: str, trigger: str) -> str:
    """The prompt with the trigger phrase in front, as captions have it, unless it is in there."""
    if not trigger or trigger.casefold() in prompt.casefold():
        return prompt
    return f"{trigger}, {prompt}"


def prompts_of(text: str) -> tuple[str, ...]:
    """The prompts of a text file: one per line; blank lines and lines that start with # are not.

    Raises InvalidRequest when no line is left, or one holds unprintable characters.
    """
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
    wanted = tuple(line for line in lines if line and not line.startswith("#"))
    if not wanted:
        raise InvalidRequest(
            "The prompts file asks for nothing.",
            hint="Write one prompt per line, for example: a red t-shirt",
        )
    for prompt in wanted:
        try:
            one_line(prompt)
        except ValueError as error:
            raise InvalidRequest(
                f"The prompts file has a line that cannot be drawn: {error}.",
                hint="Save it as plain text in UTF-8, one prompt per line.",
            ) from error
    return wanted


def origin_of(id: GenerationId, look: Look, request: ImageRequest) -> Origin:
    """What a generated picture says about itself."""
    inputs = {
        "generation": id,
        "prompt": request.prompt,
        "seed": str(request.seed),
        "release": look.release or "",
        "unproved_checkpoint": look.unproved or "",
        "base": look.base,
        "width_px": str(request.width_px),
        "height_px": str(request.height_px),
        "steps": str(request.steps),
        "guidance": str(request.guidance),
    }
    return Origin(SourceType.GENERATED, {name: text for name, text in inputs.items() if text})
