"""What failed once is asked again: failed prompts become probes of the next validation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from muslin.domain.judging import Probe
from muslin.domain.proving.failures import FailureCase
from muslin.review.failures.cases import MACHINE

MOST_PROMPTS = 6
"""Failed prompts that are carried over: with two seeds each, the one that failed and one that
nobody tuned to, they add at most half to the 24 probes of a range."""
FIRST_SEED = 40_000
"""Apart from the seeds of the range and from those that people type."""


def carried_probes(cases: Sequence[FailureCase], known: Sequence[Probe]) -> tuple[Probe, ...]:
    """Probes that the next validation gets beside those that it has.

    `cases` are all that a name ever had, oldest first; mended ones stay in, so that nothing comes
    back unnoticed. The newest prompts come first, those that a person failed before those that
    only a machine did; each is drawn with the seed that failed first and with a new one. What
    `known` draws already is not drawn twice.
    """
    first = {case.probe.prompt: case.probe for case in reversed(cases)}
    newest = [case for case in reversed(cases) if case.by != MACHINE]
    newest += [case for case in reversed(cases) if case.by == MACHINE]
    prompts = list(dict.fromkeys(case.probe.prompt for case in newest))[:MOST_PROMPTS]
    wanted = [
        probe
        for failed in (first[prompt] for prompt in prompts)
        for probe in (failed, failed.model_copy(update={"seed": fresh_seed(failed)}))
    ]
    return tuple(probe for probe in wanted if probe not in known)


def fresh_seed(probe: Probe) -> int:
    """Another seed for a prompt: always the same one, so that two checkpoints draw the same."""
    digest = hashlib.sha256(f"{probe.prompt}:{probe.seed}".encode()).digest()
    return FIRST_SEED + int.from_bytes(digest[:2]) % 10_000
