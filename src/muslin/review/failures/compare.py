"""How often each kind of failure came up before and after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from muslin.domain.judging import FailureKind, Judgement, Probe, ValidationReport
from muslin.domain.proving.failures import FailureComparison, KindChange
from muslin.review.agreement import sign_test
from muslin.review.failures.cases import cases_of
from muslin.review.wilson import rate


def compare(
    before: ValidationReport,
    after: ValidationReport,
    judgements: Sequence[Judgement],
) -> FailureComparison:
    """How often each kind failed before and after, on the probes that both reports drew.

    A kind that neither found is left out.
    """
    old, new = _failed(before, judgements), _failed(after, judgements)
    shared = _drawn(before) & _drawn(after)
    kinds = [kind for kind in FailureKind if (old[kind] | new[kind]) & shared]
    return FailureComparison(
        before=before.id,
        after=after.id,
        shared=len(shared),
        kinds=tuple(_change(k, old[k] & shared, new[k] & shared, len(shared)) for k in kinds),
    )


def _change(kind: FailureKind, old: set[Probe], new: set[Probe], shared: int) -> KindChange:
    mended, broken = len(old - new), len(new - old)
    return KindChange(
        kind=kind,
        before=rate(len(old), shared),
        after=rate(len(new), shared),
        mended=mended,
        broken=broken,
        chance=sign_test(mended, broken),
    )


def _failed(
    report: ValidationReport, judgements: Sequence[Judgement]
) -> dict[FailureKind, set[Probe]]:
    found: dict[FailureKind, set[Probe]] = defaultdict(set)
    for case in cases_of(report, judgements):
        found[case.kind].add(case.probe)
    return found


def _drawn(report: ValidationReport) -> set[Probe]:
    return {picture.probe for picture in report.tuned.pictures} if report.tuned else set()
