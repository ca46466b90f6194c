"""Pictures by the id of what they belong to; never an original, never a path."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import FileResponse, Response

from muslin.domain.house.people import Right
from muslin.server.access import allow
from muslin.server.studio import StudioDep

router = APIRouter(include_in_schema=False)
KEPT = {"Cache-Control": "private, max-age=31536000, immutable"}
"""An id's picture never changes."""


@router.get("/pictures/photos/{photo}/{width_px}.jpg")
@allow(Right.LOOK)
def photo(studio: StudioDep, photo: str, width_px: int) -> Response:
    """A photo of a shoot, upright, without anything that the camera wrote."""
    return Response(studio.photo_thumb(photo, width_px), media_type="image/jpeg", headers=KEPT)


@router.get("/pictures/made/{generation}/{width_px}.jpg")
@allow(Right.LOOK)
def made(studio: StudioDep, generation: str, width_px: int) -> Response:
    """A finished picture, small, with its origin inside."""
    data = studio.generation_thumb(generation, width_px)
    return Response(data, media_type="image/jpeg", headers=KEPT)


@router.get("/pictures/made/{generation}.png")
@allow(Right.LOOK)
def file(studio: StudioDep, generation: str) -> Response:
    """A finished picture as it was made, to be kept."""
    named = {"Content-Disposition": f'attachment; filename="{generation}.png"'}
    data = studio.generation_file(generation)
    return Response(data, media_type="image/png", headers=KEPT | named)


@router.get("/reviews/{report}/pictures/{picture}.png")
@allow(Right.JUDGE, queue="report")
def proof(studio: StudioDep, report: str, picture: str) -> Response:
    """A picture of a proof."""
    data = studio.proof_picture(report, picture)
    return Response(data, media_type="image/png", headers=KEPT)


@router.get("/reviews/{report}/photos/{photo}/{width_px}.jpg")
@allow(Right.JUDGE, queue="report")
def reference(studio: StudioDep, report: str, photo: str, width_px: int) -> Response:
    """The brand's photo that a picture of a proof is most alike."""
    data = studio.proof_photo(report, photo, width_px)
    return Response(data, media_type="image/jpeg", headers=KEPT)


@router.get("/reports/{report}/page")
@allow(Right.LOOK)
def report_page(studio: StudioDep, report: str) -> Response:
    """The whole report as one page, which brings its own policy: no script, nothing fetched."""
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    return FileResponse(
        studio.report_page(report),
        media_type="text/html",
        headers={"Content-Security-Policy": policy},
    )
