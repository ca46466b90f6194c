"""Pictures: ordered, followed, found."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from muslin.domain.house.orders import PictureOrder
from muslin.domain.house.people import Right
from muslin.domain.leaving import GenerateOrder, Generation
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS, Listed, OnceDep, PartDep
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(prefix="/api/v1", tags=["pictures"], responses=REFUSALS)


@router.post("/orders", status_code=202)
@allow(Right.WORK)
def order(
    studio: StudioDep, caller: CallerDep, once: OnceDep, order: GenerateOrder
) -> PictureOrder:
    """Order pictures; people take turns, so that a batch keeps nobody waiting."""
    return once(PictureOrder, order, lambda: studio.order_pictures(order, caller.name))


@router.get("/orders")
@allow(Right.LOOK)
def orders(studio: StudioDep, part: PartDep) -> Listed[PictureOrder]:
    """All orders, newest first."""
    return part.of(studio.picture_orders())


@router.get("/orders/{order}")
@allow(Right.LOOK)
def one(studio: StudioDep, order: str) -> PictureOrder:
    """An order as far as it is drawn."""
    return studio.picture_order(order)


@router.post("/orders/{order}/cancel")
@allow(Right.WORK)
def cancel(studio: StudioDep, order: str) -> PictureOrder:
    """Draw no more of an order; what is drawn stays."""
    return studio.cancel_order(order)


@router.get("/pictures")
@allow(Right.LOOK)
def pictures(
    studio: StudioDep,
    part: PartDep,
    words: Annotated[str, Query(max_length=200)] = "",
    release: str | None = None,
) -> Listed[Generation]:
    """Finished pictures, newest first, whose prompt holds all of some words."""
    return part.of(studio.generations(words, release))


@router.get("/pictures/{generation}")
@allow(Right.LOOK)
def picture(studio: StudioDep, generation: str) -> Generation:
    """A finished picture with all its inputs."""
    return studio.generation(generation)


@router.get("/pictures/{generation}/file", response_class=Response)
@allow(Right.LOOK)
def file(studio: StudioDep, generation: str) -> Response:
    """The picture itself: PNG, with its inputs and the IPTC mark of a generated picture inside."""
    return Response(studio.generation_file(generation), media_type="image/png")
