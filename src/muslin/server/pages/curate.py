"""Curate: the light table. What is kept, what is left out, and why, photo by photo."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from muslin.curation.check.facts import ShootCheck
from muslin.domain.catalog import Photo
from muslin.domain.dataset import Choice, DatasetPhoto, DatasetVersion, SelectionRecipe
from muslin.domain.errors import NotEnoughPhotos
from muslin.domain.findings import Finding, Measures
from muslin.domain.house.people import Right
from muslin.domain.house.standing import GateName
from muslin.server.access import allow
from muslin.server.render import page
from muslin.server.studio import StudioDep
from muslin.server.words import capital

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Slide:
    """One photo on the light table, with everything that is known of it."""

    photo: Photo
    choice: Choice
    kept: DatasetPhoto | None
    findings: tuple[Finding, ...]

    @property
    def reason(self) -> str:
        """Why it was kept or left out, as a sentence of its own."""
        return capital(self.choice.reason.removeprefix("left out: ").removeprefix("kept: "))

    @property
    def crop(self) -> str:
        """The crop as CSS, in percent of the photo; empty when nothing is cut."""
        if self.kept is None:
            return ""
        crop, wide, high = self.kept.crop, self.photo.width_px, self.photo.height_px
        return (
            f"left:{100 * crop.left_px / wide:.2f}%;top:{100 * crop.top_px / high:.2f}%;"
            f"width:{100 * (crop.right_px - crop.left_px) / wide:.2f}%;"
            f"height:{100 * (crop.bottom_px - crop.top_px) / high:.2f}%"
        )


@router.get("/profiles/{name}/dataset")
@allow(Right.LOOK)
def light_table(
    request: Request,
    studio: StudioDep,
    name: str,
    photos: Annotated[int | None, Query(ge=10, le=30)] = None,
) -> Response:
    """The frozen dataset, or what would be frozen."""
    standing = studio.standing(name)
    shoot = standing.shoot_name or name
    check = studio.check_shoot(shoot)
    frozen = studio.dataset(standing.dataset) if standing.dataset and photos is None else None
    version, refusal = frozen, None
    if version is None:
        try:
            version = studio.propose_dataset(shoot, SelectionRecipe(photos=photos or 20))
        except NotEnoughPhotos as error:
            refusal = error
    slides = slides_of(studio.shoot_of(shoot)[1], check, version)
    return page(
        request,
        "curate.html.j2",
        standing=standing,
        here=GateName.DATASET,
        version=version,
        frozen=frozen is not None,
        refusal=refusal,
        slides=slides,
        check=check,
        ranges=ranges_of(check.measures, version),
        wanted=photos or (version.recipe.photos if version else 20),
    )


@router.post("/profiles/{name}/dataset")
@allow(Right.WORK)
def freeze(studio: StudioDep, name: str, photos: Annotated[int, Form(ge=10, le=30)]) -> Response:
    """Freeze what the light table shows."""
    standing = studio.standing(name)
    studio.freeze_dataset(standing.shoot_name or name, SelectionRecipe(photos=photos))
    return Response(status_code=204, headers={"HX-Redirect": f"/profiles/{name}/training"})


def slides_of(
    photos: list[Photo], check: ShootCheck, version: DatasetVersion | None
) -> list[Slide]:
    """Every photo of the shoot, kept ones first, in the order of their names."""
    choices = {c.photo: c for c in version.choices} if version else {}
    kept = {p.photo: p for p in version.photos} if version else {}
    slides = []
    for photo in photos:
        found = tuple(f for f in check.findings if f.photo == photo.id)
        choice = choices.get(photo.id) or Choice(
            photo=photo.id, file_name=photo.file_name, kept=False, reason="Not chosen yet."
        )
        slides.append(Slide(photo, choice, kept.get(photo.id), found))
    return slides


def ranges_of(
    measures: tuple[Measures, ...], version: DatasetVersion | None
) -> list[tuple[str, int, int]]:
    """Each kind of garment: how many photos of the shoot, and how many of them are kept."""
    ids = {p.photo for p in version.photos} if version else set()
    there = Counter(m.category.name for m in measures)
    kept = Counter(m.category.name for m in measures if m.photo in ids)
    return [(name, count, kept[name]) for name, count in there.most_common()]
