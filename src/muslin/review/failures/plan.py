"""Cases gather in groups, and every group says which photos to bring and how many."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from muslin.domain.dataset import DatasetVersion, Split
from muslin.domain.judging import FailureKind, Probe, ValidationReport
from muslin.domain.proving.failures import (
    Collection,
    CollectionPlan,
    FailureCase,
    FailureGroup,
)
from muslin.review.wilson import rate

BEHIND = (FailureKind.BACKDROP, FailureKind.LIGHT)
"""Kinds that depend on what stands behind the garment, not on its colour."""

ENOUGH_PHOTOS = 10
"""Photos that teach a look on their own: the fewest that a dataset may hold."""
FEWEST_PHOTOS = 3
"""Photos that a subject needs to be learnt at all: 3 to 5, Ruiz et al., "DreamBooth", CVPR 2023."""

BRING = {
    FailureKind.COLOUR: "the {where} filling the garment, in the shoot's own light, without a cast",
    FailureKind.GARMENT: "the whole garment in the frame, in different cuts",
    FailureKind.FABRIC: "close enough that weave or knit shows, with light from the side",
    FailureKind.PRINT: "the print flat, in focus and as it is, never mirrored",
    FailureKind.SHAPE: "the whole outline free against the backdrop, hem and sleeves in sight",
    FailureKind.HANDS: "hands on the product, all fingers in sight",
    FailureKind.FACE: "faces in focus and evenly lit",
    FailureKind.SKIN: "skin in even light, in the tones of your customers",
    FailureKind.BODY: "the whole body, standing and moving",
    FailureKind.BACKDROP: "on the {where} backdrop, with nothing else in sight",
    FailureKind.LIGHT: "before the {where} backdrop in the shoot's own light, shadows included",
    FailureKind.DETAIL: "sharp and at full size, seams and closures in focus",
    FailureKind.COPY: "other pieces, cuts and arrangements than those that were taught",
    FailureKind.OTHER: "one garment alone, as the shoot shows it",
}


def groups_of(
    cases: Sequence[FailureCase], report: ValidationReport, dataset: DatasetVersion
) -> list[FailureGroup]:
    """The cases of one report by kind, garment and colour or backdrop; the surest rate first.

    A picture with two cases of one kind counts once. Ordered by the lower end of the rate's
    interval, so that 4 of 6 come before 1 of 1.
    """
    asked = [picture.probe for picture in report.tuned.pictures] if report.tuned else []
    gathered: dict[tuple[FailureKind, str, str], list[FailureCase]] = defaultdict(list)
    for case in cases:
        gathered[case.kind, *_place(case.kind, case.probe, dataset)].append(case)
    groups = [_group(*key, members, asked, dataset) for key, members in gathered.items()]
    return sorted(groups, key=lambda g: (-g.rate.least, -g.rate.failed, g.kind, g.category))


def _group(
    kind: FailureKind,
    category: str,
    where: str,
    members: Sequence[FailureCase],
    asked: Sequence[Probe],
    dataset: DatasetVersion,
) -> FailureGroup:
    like = [probe for probe in asked if _place(kind, probe, dataset) == (category, where)]
    return FailureGroup(
        kind=kind,
        category=category,
        where=where,
        rate=rate(len({case.probe for case in members}), len(like)),
        cases=tuple(case.id for case in members),
        taught=taught_like(dataset, category, "" if kind in BEHIND else where),
    )


def _place(kind: FailureKind, probe: Probe, dataset: DatasetVersion) -> tuple[str, str]:
    return probe.category, dataset.backdrop.name if kind in BEHIND else probe.colour


def taught_like(dataset: DatasetVersion, category: str, colour: str) -> int:
    """Taught photos whose words name that garment, and that colour if there is one."""
    texts = [photo.caption.text for photo in dataset.photos if photo.split is Split.TEACH]
    return sum(category in text and colour in text for text in texts)


def plan_of(groups: Sequence[FailureGroup], report: ValidationReport) -> CollectionPlan:
    """Which photos would mend each group."""
    collections = tuple(_collection(group) for group in groups)
    return CollectionPlan(name=report.name, report=report.id, collections=collections)


def photos_needed(group: FailureGroup) -> int:
    """ENOUGH_PHOTOS times the upper end of the failure rate's interval, FEWEST_PHOTOS at least.

    What always fails has to be taught from the ground up, what fails now and then needs a few
    more; where little is known the upper end asks for more.
    """
    return max(FEWEST_PHOTOS, math.ceil(ENOUGH_PHOTOS * group.rate.most - 1e-9))


def _collection(group: FailureGroup) -> Collection:
    needed = photos_needed(group)
    colour = "" if group.kind in BEHIND else f"{group.where} "
    bring = BRING[group.kind].format(where=group.where)
    return Collection(
        group=group,
        photos=needed,
        words=f"{needed} photos: {colour}{group.category}, {bring}",
        why=(
            f"{group.kind} failed on {group.rate.failed} of {group.rate.pictures} pictures, at "
            "most "
            f"{100 * group.rate.most:.0f} % (95 %); {ENOUGH_PHOTOS} photos teach a look, so "
            f"{100 * group.rate.most:.0f} % of them, at least {FEWEST_PHOTOS}. The dataset has "
            f"{group.taught} like it."
        ),
    )
