"""Photos that are there twice, in groups, with the best of each proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from muslin.curation.findings.duplicates import Comparison, linked
from muslin.domain.fact import Fact, PhotoId
from muslin.domain.findings import Finding, Measures, Verdict


class PhotoGroup(Fact):
    """Photos of one shot, or of one garment in one pose; the best one first."""

    same_shot: bool
    photos: tuple[PhotoId, ...]
    words: str


def groups_of(
    measures: Sequence[Measures],
    comparison: Comparison,
    findings: Sequence[Finding],
    names: Mapping[PhotoId, str],
) -> list[PhotoGroup]:
    """All groups of two or more, the largest first; same shots before same garments.

    The best has the fewest failed findings, then the most pixels on its shorter side, then the
    most sharpness; that it is there twice is nobody's fault.
    """
    failed = dict.fromkeys((m.photo for m in measures), 0)
    for finding in findings:
        counts = finding.verdict is Verdict.FAILED and finding.kind != "duplicate"
        failed[finding.photo] += counts
    rank = {m.photo: (failed[m.photo], -m.short_side_px, -m.sharpness, m.photo) for m in measures}
    shots = [link for link in comparison.links if link.same_shot]
    found: list[PhotoGroup] = []
    for same_shot, links in ((True, shots), (False, comparison.links)):
        for members in linked(rank, links):
            ordered = tuple(sorted(members, key=lambda photo: rank[photo]))
            if len(ordered) > 1 and not _told(ordered, found):
                found.append(_group(ordered, names, same_shot=same_shot))
    return sorted(found, key=lambda g: (not g.same_shot, -len(g.photos), g.photos))


def _told(photos: Sequence[PhotoId], groups: Sequence[PhotoGroup]) -> bool:
    """Whether one of the groups holds exactly these photos already."""
    return any(set(group.photos) == set(photos) for group in groups)


def _group(
    photos: tuple[PhotoId, ...], names: Mapping[PhotoId, str], *, same_shot: bool
) -> PhotoGroup:
    what = "one shot" if same_shot else "one garment in one pose"
    best, *others = (names.get(photo, f"photo {photo[:8]}") for photo in photos)
    return PhotoGroup(
        same_shot=same_shot,
        photos=photos,
        words=f"{len(photos)} photos of {what}: keep {best}, not {', '.join(others)}",
    )
