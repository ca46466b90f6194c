"""What the measures of a shoot mean: values against limits, and words for a person."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import groupby

from muslin.curation.backdrop import scene_of
from muslin.curation.findings.duplicates import Comparison, compare
from muslin.curation.findings.rule import Rule
from muslin.curation.findings.rules import rules_of
from muslin.domain.fact import PhotoId
from muslin.domain.findings import Finding, Measures, Verdict


def findings_of(
    measures: Sequence[Measures],
    names: Mapping[PhotoId, str] | None = None,
    comparison: Comparison | None = None,
) -> list[Finding]:
    """One finding of every kind for every photo, photos in the given order.

    Limits that depend on the shoot are robust (median ± 3.5 robust standard deviations) and say
    so. `names` are the photos' file names, for the words; without them, ids are cut short.
    `comparison` of the same photos saves holding them against each other again.
    Raises NotEnoughPhotos for no photos.
    """
    scene = scene_of(measures)
    known = names or {}
    held = comparison or compare(measures)
    rules = rules_of(measures, scene, held, lambda p: known.get(p, f"photo {p[:8]}"))
    by_kind = [list(group) for _, group in groupby(rules, key=lambda rule: rule.kind)]
    among = {id(rule): _measured(rule, measures) for rule in rules}
    return [_finding(one, _decisive(group, one), among) for one in measures for group in by_kind]


def _measured(rule: Rule, measures: Sequence[Measures]) -> list[float]:
    """A rule's values of all photos that it could measure, least first."""
    values = (rule.value(m) for m in measures)
    return sorted(value for value in values if value is not None)


def _decisive(group: Sequence[Rule], one: Measures) -> Rule:
    """Of the rules of one kind the first that a photo breaks, else the first that is measured."""
    broken = (rule for rule in group if rule.broken_by(one))
    measured = (rule for rule in group if rule.value(one) is not None)
    return next(broken, next(measured, group[0]))


def _finding(one: Measures, rule: Rule, among: Mapping[int, Sequence[float]]) -> Finding:
    value, values = rule.value(one), among[id(rule)]
    return Finding(
        photo=one.photo,
        kind=rule.kind,
        value=value,
        unit=rule.unit,
        at_least=rule.limits.at_least,
        at_most=rule.limits.at_most,
        verdict=_verdict(rule, value),
        percentile=None if value is None else bisect_left(values, value) / len(values),
        words=_words(one, rule, value),
    )


def _verdict(rule: Rule, value: float | None) -> Verdict:
    if value is None:
        return Verdict.UNKNOWN
    return Verdict.PASSED if rule.limits.allow(value) else Verdict.FAILED


def _words(one: Measures, rule: Rule, value: float | None) -> str:
    if value is None:
        return f"{rule.kind.value}: {rule.unmeasured}"
    if rule.limits.allow(value):
        measured = f"{value:.3g} {rule.unit}"
        return f"{rule.kind.value} is fine: {measured}, {rule.limits.in_words()}"
    return f"{rule.fault(one)} ({rule.limits.in_words()})"
