"""One test of a photo: a value, its limits, and words for a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from muslin.curation.findings.limits import Limits
from muslin.domain.findings import FindingKind, Measures


@dataclass(frozen=True, slots=True)
class Rule:
    """A value of each photo, in `unit`, its limits, and what to say of a photo that breaks them.

    `value` is None where it could not be measured; `unmeasured` says why.
    """

    kind: FindingKind
    unit: str
    value: Callable[[Measures], float | None]
    limits: Limits
    fault: Callable[[Measures], str]
    unmeasured: str = "not measured"

    def broken_by(self, one: Measures) -> bool:
        """Whether a photo's value was measured and lies outside the limits."""
        value = self.value(one)
        return value is not None and not self.limits.allow(value)
