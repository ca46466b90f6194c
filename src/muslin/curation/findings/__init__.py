"""What the measures of a shoot mean: values against limits, and words for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from muslin.curation.backdrop import scene_of
from muslin.curation.findings.duplicates import nearest_photos
from muslin.curation.findings.rules import Rule, rules_of
from muslin.domain.fact import PhotoId
from muslin.domain.findings import Finding, Measures, Verdict


def findings_of(
    measures: Sequence[Measures], names: Mapping[PhotoId, str] | None = None
) -> list[Finding]:
    """One finding of every kind for every photo, photos in the given order.

    Limits that depend on the shoot are robust (median ± 3.5 robust standard deviations) and say
    so. `names` are the photos' file names, for the words; without them, ids are cut short.
    Raises NotEnoughPhotos for no photos.
    """
    scene = scene_of(measures)
    known = names or {}
    rules = rules_of(
        measures, scene, nearest_photos(measures), lambda p: known.get(p, f"photo {p[:8]}")
    )
    values = {id(rule): [rule.value(m) for m in measures] for rule in rules}
    by_kind = [list(group) for _, group in groupby(rules, key=lambda rule: rule.kind)]
    return [_finding(one, _decisive(group, one), values) for one in measures for group in by_kind]


def _decisive(group: Sequence[Rule], one: Measures) -> Rule:
    """Of the rules of one kind the first that a photo breaks, else the first."""
    broken = (rule for rule in group if not rule.limits.allow(rule.value(one)))
    return next(broken, group[0])


def _finding(one: Measures, rule: Rule, values: Mapping[int, Sequence[float]]) -> Finding:
    value, among = rule.value(one), values[id(rule)]
    return Finding(
        photo=one.photo,
        kind=rule.kind,
        value=value,
        unit=rule.unit,
        at_least=rule.limits.at_least,
        at_most=rule.limits.at_most,
        verdict=Verdict.PASSED if rule.limits.allow(value) else Verdict.FAILED,
        percentile=sum(other < value for other in among) / len(among),
        words=_words(one, rule, value),
    )


def _words(one: Measures, rule: Rule, value: float) -> str:
    if rule.limits.allow(value):
        measured = f"{value:.3g} {rule.unit}"
        return f"{rule.kind.value} is fine: {measured}, {rule.limits.in_words()}"
    return f"{rule.fault(one)} ({rule.limits.in_words()})"
