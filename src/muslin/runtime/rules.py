"""Files that a brand writes: non-negotiables and product ranges, TOML on disk."""

from __future__ import annotations

import difflib
from pathlib import Path

from pydantic import ValidationError

from muslin.domain.errors import InvalidRules
from muslin.domain.proving.ranges import ProductRange
from muslin.domain.proving.rules import Rules
from muslin.runtime.profiles import fields_of, told
from muslin.validation.words import METRICS


def read_rules(path: Path) -> Rules:
    """The rules in a TOML file.

    Raises InvalidRules when the file cannot be read, is no TOML, has an unknown field, a rule
    without a bound or reason, or a limit on a metric that does not exist.
    """
    try:
        rules = Rules.model_validate(fields_of(path, InvalidRules))
    except ValidationError as error:
        raise InvalidRules(
            f"{path}: {told(error)}",
            hint="[[machine]] takes metric, at_least, at_most, min_samples, why; "
            "[[human]] takes name, question, at_least, min_samples, critical.",
        ) from error
    for rule in rules.machine:
        if rule.metric not in METRICS:
            close = difflib.get_close_matches(rule.metric, METRICS, n=1)
            meant = f"Did you mean {close[0]}? " if close else ""
            raise InvalidRules(
                f"{path}: no metric is called {rule.metric!r}.",
                hint=f"{meant}Metrics are: {', '.join(METRICS)}.",
            )
    return rules


def read_range(path: Path) -> ProductRange:
    """The product range in a TOML file. Raises InvalidRules as `read_rules` does."""
    try:
        return ProductRange.model_validate(fields_of(path, InvalidRules))
    except ValidationError as error:
        raise InvalidRules(
            f"{path}: {told(error)}",
            hint=f"A range takes lists of words: {', '.join(ProductRange.model_fields)}.",
        ) from error
