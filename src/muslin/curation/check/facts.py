"""What a check of a shoot says."""

from __future__ import annotations

from collections.abc import Sequence

from muslin.curation.backdrop import commonest_backdrop
from muslin.curation.findings import findings_of
from muslin.curation.findings.duplicates import compare
from muslin.curation.findings.groups import PhotoGroup, groups_of
from muslin.curation.select import select
from muslin.domain.catalog import Photo, Problem, Shoot
from muslin.domain.dataset import Backdrop, Choice, SelectionRecipe
from muslin.domain.errors import NotEnoughPhotos
from muslin.domain.fact import Fact
from muslin.domain.findings import Finding, Measures


class ShootCheck(Fact):
    """Everything measured on a shoot, and what follows."""

    shoot: Shoot
    photos: tuple[Photo, ...]
    problems: tuple[Problem, ...]  # files that are no photos
    backdrop: Backdrop
    measures: tuple[Measures, ...]
    findings: tuple[Finding, ...]
    groups: tuple[PhotoGroup, ...]
    choices: tuple[Choice, ...]  # what the default recipe would keep; empty where it refuses
    refusal: str = ""  # and why it does


def check(
    shoot: Shoot, photos: Sequence[Photo], measures: Sequence[Measures], problems: Sequence[Problem]
) -> ShootCheck:
    """Judge a measured shoot; `measures` in the order of `photos`.

    Raises NotEnoughPhotos for no photo at all.
    """
    names = {p.id: p.file_name for p in photos}
    comparison = compare(measures)
    findings = findings_of(measures, names, comparison)
    choices: Sequence[Choice] = ()
    refusal = ""
    try:
        choices, _ = select(photos, measures, SelectionRecipe())
    except NotEnoughPhotos as error:
        refusal = f"{error} {error.hint}"
    return ShootCheck(
        shoot=shoot,
        photos=tuple(photos),
        problems=tuple(problems),
        backdrop=commonest_backdrop(measures),
        measures=tuple(measures),
        findings=tuple(findings),
        groups=tuple(groups_of(measures, comparison, findings, names)),
        choices=tuple(choices),
        refusal=refusal,
    )
