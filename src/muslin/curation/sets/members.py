"""A photo as a member of a set: only what the set's worth depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from muslin.curation.backdrop import Scene
from muslin.curation.captions import category_of
from muslin.curation.findings import findings_of
from muslin.curation.findings.duplicates import same_garments
from muslin.curation.garments import together
from muslin.curation.sets.traits import Exhibit
from muslin.domain.curation.captions import CaptionFault, CaptionFaultKind
from muslin.domain.curation.sets import Odd
from muslin.domain.fact import PhotoId
from muslin.domain.findings import FindingKind, Verdict, presentation_of

UNKNOWN = "not known"
"""The kind of what nobody could tell."""
FAULTS = (
    FindingKind.SIZE,
    FindingKind.SHARPNESS,
    FindingKind.EXPOSURE,
    FindingKind.CLIPPING,
    FindingKind.FRAMING,
)
"""Findings that speak against the photo itself, whatever the others are like."""
_OF_ONE_CAPTION = (
    CaptionFaultKind.EMPTY,
    CaptionFaultKind.TOO_LONG,
    CaptionFaultKind.COLOUR,
    CaptionFaultKind.CATEGORY,
)


@dataclass(frozen=True, slots=True)
class Member:
    """One photo; `garment` numbers the garment that it shows."""

    file_name: str
    garment: int
    category: str
    colour: str
    presentation: str
    on_scene: bool
    is_sound: bool
    is_usual: bool
    is_well_captioned: bool

    def kind(self, respect: str) -> str:
        """What a member is in one respect of the coverage."""
        return {
            "category": self.category,
            "colour": self.colour,
            "presentation": self.presentation,
        }[respect]


def members_of(
    exhibits: Sequence[Exhibit], scene: Scene, odd: Sequence[Odd], faults: Sequence[CaptionFault]
) -> list[Member]:
    """The members of a set, in their order."""
    unsound = _unsound(exhibits)
    unusual = {one.file_name for one in odd if one.respect in ("light", "colour")}
    ill_said = {name for f in faults if f.kind in _OF_ONE_CAPTION for name in f.files}
    garments = _garments(exhibits)
    return [
        Member(
            file_name=one.photo.file_name,
            garment=garments[one.photo.id],
            category=category_of(one.photo, one.measures) or UNKNOWN,
            colour=one.measures.garment_colours[0],
            presentation=_shown(one),
            on_scene=scene.holds(one.measures),
            is_sound=one.photo.id not in unsound,
            is_usual=one.photo.file_name not in unusual,
            is_well_captioned=one.photo.file_name not in ill_said,
        )
        for one in exhibits
    ]


def _unsound(exhibits: Sequence[Exhibit]) -> set[PhotoId]:
    found = findings_of([one.measures for one in exhibits])
    return {f.photo for f in found if f.kind in FAULTS and f.verdict is not Verdict.PASSED}


def _garments(exhibits: Sequence[Exhibit]) -> Mapping[PhotoId, int]:
    groups = together(
        same_garments([one.measures for one in exhibits]), [one.photo for one in exhibits]
    )
    return {photo: number for number, group in enumerate(groups) for photo in group}


def _shown(one: Exhibit) -> str:
    shown = presentation_of(one.measures)
    return UNKNOWN if shown is None else shown.value.replace("_", " ")
