"""What a brand does not negotiate about: limits for machines, questions for people."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime
from typing import Self

from pydantic import Field, model_validator

from muslin.domain.fact import Fact
from muslin.domain.findings import Verdict

ROUNDING = 1e-9
"""16 of 24 is exactly four fifths of 20 of 24, yet as floats it is the smaller of the two."""


class Limit(Fact):
    """Bounds on one metric, and the fewest samples that make its value count.

    A limit without any bound has nothing to judge by: a bound that is relative to something that
    was itself not measured is such a one.
    """

    metric: str = Field(description="name of the metric, as `muslin reports show` lists it")
    at_least: float | None = Field(None, description="least value that passes")
    at_most: float | None = Field(None, description="greatest value that passes")
    min_samples: int = Field(ge=1, description="fewest measured pictures that make it count")
    why: str = Field(description="why it is the limit, shown with every verdict")

    def judge(self, value: float | None, samples: int) -> Verdict:
        """No bound, no value, NaN or too few samples is UNKNOWN, never a silent pass."""
        if self.at_least is None and self.at_most is None:
            return Verdict.UNKNOWN
        if value is None or math.isnan(value) or samples < self.min_samples:
            return Verdict.UNKNOWN
        low = self.at_least is not None and value < self.at_least - ROUNDING
        high = self.at_most is not None and value > self.at_most + ROUNDING
        return Verdict.FAILED if low or high else Verdict.PASSED


class MachineRule(Limit):
    """A limit that the brand set itself; at least one bound, and a reason."""

    why: str = Field(min_length=1, description="why it is not negotiable")

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError(f"the rule on {self.metric} needs at_least, at_most or both")
        return self


class HumanRule(Fact):
    """A question that a person answers for every picture, such as whether hands look natural."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="short name of the question")
    question: str = Field(min_length=1, description="what has to be true of a picture")
    at_least: float = Field(
        1.0, gt=0, le=1, description="share of the answered pictures that must have a yes"
    )
    min_samples: int = Field(8, ge=1, description="fewest answered pictures that make it count")
    critical: bool = Field(
        False, description="whether one no costs a category and channel a level of autonomy"
    )


class Rules(Fact):
    """A brand's non-negotiables; without any, only the proof and a person's yes decide."""

    machine: tuple[MachineRule, ...] = Field((), description="limits on what is measured")
    human: tuple[HumanRule, ...] = Field((), description="questions that people answer")
    defect_limit: float = Field(
        0.02, gt=0, lt=1, description="greatest share of defects among what is published"
    )

    retrain_within_s: float = Field(
        0.0, ge=0, description="trainings up to so many seconds need no person's yes; 0 = ask"
    )

    @model_validator(mode="after")
    def _every_rule_has_its_own_name(self) -> Self:
        names = [rule.metric for rule in self.machine] + [rule.name for rule in self.human]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"more than one rule is called {', '.join(twice)}")
        return self

    @property
    def digest(self) -> str:
        """sha256 of the canonical JSON: which rules a gate was judged by."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


NO_RULES = Rules()
"""What counts where a brand set nothing."""


class RulesVersion(Fact):
    """Rules as somebody set them; the newest of a name count, else those of the whole house."""

    name: str  # of the runs and releases that they are for; empty = the whole house
    version: int  # counts from 1 for each name
    rules: Rules
    by: str
    at: datetime
