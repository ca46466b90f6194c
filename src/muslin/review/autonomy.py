"""Autonomy is earned: the fewer defects people find, the smaller the share they must see.

Of a share s of the pictures that people see, those with a defect are stopped; of the others a
share p has one that nobody sees. So of what is published (1 - s)·p / (1 - s·p) is defective. With
U, the upper end of the defect rate's interval, in the place of p, that stays at the brand's limit d
when s = (U - d) / (U·(1 - d)). Nothing known means U = 1 and s = 1. The share is rounded up to a
level, one critical failure costs a level until new evidence alone earns it back, and after any
defect everything is seen until a row of pictures passed, so that a drift is caught early.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from muslin.domain.findings import Verdict
from muslin.domain.judging import Judgement
from muslin.domain.proving.autonomy import Autonomy
from muslin.domain.proving.rules import Rules
from muslin.review.queue import standing
from muslin.review.wilson import wilson

LEVELS = (1.0, 0.5, 0.25, 0.1)
"""Shares that people see; at the last level still one in ten, or no drift would ever show."""
WINDOW = 400
"""Pictures that count: enough for the last level at a limit of 2 %, which takes 170 without and
325 with two defects, and few enough that last season is forgotten."""
RECENT = 20
"""Pictures in a row that must pass after a defect before anything goes out unseen again. Plan CSP-1
of Dodge, "A sampling inspection plan for continuous production", Ann. Math. Stat. 14 (1943)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture that people judged: without a defect, or with one, critical or not."""

    passed: bool
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Trust:
    """What one category and channel has earned so far; see `seen` for how it changes."""

    limit: float
    evidence: tuple[Seen, ...] = ()
    since_critical: tuple[Seen, ...] = ()
    ceiling: int = len(LEVELS) - 1  # where the last critical failure left it
    critical: int = 0

    @property
    def level(self) -> int:
        """Index into LEVELS."""
        if alarmed(self.evidence):
            return 0
        capped = min(self.ceiling, earned(self.evidence, self.limit))
        return max(capped, earned(self.since_critical, self.limit) if self.critical else 0)

    @property
    def share(self) -> float:
        """Of the next pictures, how many a person must see."""
        return LEVELS[self.level]

    def seen(self, one: Seen) -> Trust:
        """The trust after one more picture was judged."""
        after = replace(
            self,
            evidence=(*self.evidence, one)[-WINDOW:],
            since_critical=(*self.since_critical, one)[-WINDOW:],
        )
        if one.critical:
            return replace(
                after,
                since_critical=(),
                ceiling=max(0, self.level - 1),
                critical=self.critical + 1,
            )
        return after


def needed_share(passed: int, judged: int, limit: float) -> float:
    """The share that people must see so that what is published keeps the limit, [0, 1]."""
    worst = 1 - wilson(passed, judged)[0]
    return max(0.0, (worst - limit) / (worst * (1 - limit))) if worst > 0 else 0.0


def earned(evidence: Sequence[Seen], limit: float) -> int:
    """The highest level whose share is not below what the evidence asks for."""
    needed = needed_share(sum(one.passed for one in evidence), len(evidence), limit)
    return max(level for level, share in enumerate(LEVELS) if share >= needed)


def alarmed(evidence: Sequence[Seen]) -> bool:
    """Whether a defect was found among the newest pictures: then everything is seen for a while."""
    return not all(one.passed for one in evidence[-RECENT:])


def autonomies(judgements: Sequence[Judgement], rules: Rules) -> list[Autonomy]:
    """What every category and channel has earned, from everything people said of single pictures.

    A picture that several people judged counts once, with a defect if anybody found one; it is
    critical when somebody said no to a question that the brand calls critical.
    """
    trusts: dict[tuple[str, str], Trust] = defaultdict(lambda: Trust(rules.defect_limit))
    for place, one in pictures_seen(judgements, rules):
        trusts[place] = trusts[place].seen(one)
    return [_autonomy(*place, trust) for place, trust in sorted(trusts.items())]


def pictures_seen(
    judgements: Sequence[Judgement], rules: Rules
) -> Iterable[tuple[tuple[str, str], Seen]]:
    """Every judged picture with its category and channel, in the order of the first judgement."""
    critical = {rule.name for rule in rules.human if rule.critical}
    said: dict[tuple[str, str, str], list[Judgement]] = defaultdict(list)
    for one in standing(judgements):
        if one.said.verdict is not None:
            said[one.task.id, one.task.probe.category, one.said.channel].append(one)
    for (_, category, channel), words in said.items():
        noes = {a.question for one in words for a in one.said.answers if not a.yes}
        passed = all(one.said.verdict is Verdict.PASSED for one in words)
        yield (category, channel), Seen(passed, bool(noes & critical))


def _autonomy(category: str, channel: str, trust: Trust) -> Autonomy:
    passed, judged = sum(one.passed for one in trust.evidence), len(trust.evidence)
    least = wilson(passed, judged)[0]
    return Autonomy(
        category=category,
        channel=channel,
        judged=judged,
        passed=passed,
        least_pass=least,
        level=trust.level,
        share=trust.share,
        critical=trust.critical,
        why=_why(trust, least),
    )


def _why(trust: Trust, least: float) -> str:
    needed = needed_share(sum(s.passed for s in trust.evidence), len(trust.evidence), trust.limit)
    words = (
        f"At least {100 * least:.1f} % pass (95 %), so {100 * needed:.0f} % must be seen to keep "
        f"defects below {100 * trust.limit:g} %."
    )
    if alarmed(trust.evidence):
        return f"{words} A defect among the newest {RECENT} shows everything."
    held = trust.critical and trust.level < earned(trust.evidence, trust.limit)
    return f"{words} A critical failure holds it a level back." if held else words


def must_be_seen(picture: str, share: float) -> bool:
    """Whether a person must see a picture: by lot, but always the same lot for the same picture."""
    lot = int.from_bytes(hashlib.sha256(picture.encode()).digest()[:8])
    return lot < share * 2**64
