"""How far people agree: with each other, on the brand's questions, and on which look is better."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import comb

from muslin.domain.findings import Verdict
from muslin.domain.judging import (
    Agreement,
    Judgement,
    Preferences,
    Preferred,
    QuestionTally,
)
from muslin.review.queue import standing


def cohens_kappa(pairs: Sequence[tuple[Verdict, Verdict]]) -> float | None:
    """Agreement of two reviewers beyond chance: (p_o - p_e) / (1 - p_e), at most 1.

    p_o is the share of equal verdicts, p_e the share that two people with the same habits would
    reach by lot. None without pairs, and where p_e is 1: both always say the same one thing, so
    chance alone would agree on everything.
    Source: Cohen, "A coefficient of agreement for nominal scales", Educ. Psychol. Meas. 20 (1960).
    """
    if not pairs:
        return None
    same = sum(one is other for one, other in pairs) / len(pairs)
    chance = sum(
        _share(verdict, (one for one, _ in pairs), len(pairs))
        * _share(verdict, (other for _, other in pairs), len(pairs))
        for verdict in Verdict
    )
    return None if chance == 1.0 else (same - chance) / (1 - chance)


def _share(verdict: Verdict, said: Iterable[Verdict], count: int) -> float:
    return sum(one is verdict for one in said) / count


def agreements(judgements: Sequence[Judgement]) -> list[Agreement]:
    """Every two people who judged the same single pictures, most shared pictures first."""
    said: dict[str, dict[str, Verdict]] = defaultdict(dict)
    for one in standing(judgements):
        if one.said.verdict is not None:
            said[one.person][one.task.id] = one.said.verdict
    found = [_agreement(one, other, said) for one, other in combinations(sorted(said), 2)]
    return sorted((a for a in found if a.pictures), key=lambda a: -a.pictures)


def _agreement(one: str, other: str, said: Mapping[str, Mapping[str, Verdict]]) -> Agreement:
    shared = sorted(said[one].keys() & said[other].keys())
    pairs = [(said[one][task], said[other][task]) for task in shared]
    same = sum(a is b for a, b in pairs) / len(pairs) if pairs else 0.0
    return Agreement(
        one=one, other=other, pictures=len(pairs), same=same, kappa=cohens_kappa(pairs)
    )


def tallies(judgements: Sequence[Judgement]) -> tuple[QuestionTally, ...]:
    """For every question how many pictures were answered, and for how many nobody said no."""
    answers: dict[str, dict[str, bool]] = defaultdict(dict)
    for one in standing(judgements):
        for answer in one.said.answers:
            known = answers[answer.question].get(one.task.id, True)
            answers[answer.question][one.task.id] = known and answer.yes
    return tuple(
        QuestionTally(question=name, yes=sum(seen.values()), answered=len(seen))
        for name, seen in sorted(answers.items())
    )


def preferences(judgements: Sequence[Judgement]) -> Preferences:
    """How the blind pairs came out."""
    said = [one.preferred for one in standing(judgements) if one.preferred is not None]
    tuned, other = said.count(Preferred.TUNED), said.count(Preferred.OTHER)
    return Preferences(
        tuned=tuned,
        other=other,
        neither=said.count(Preferred.NEITHER),
        chance=sign_test(tuned, other),
    )


def sign_test(one: int, other: int) -> float:
    """Chance of a split at least this uneven if either side is equally likely, two-sided.

    Ties are left out by whoever counts. Source: Conover, "Practical Nonparametric Statistics",
    3rd ed. (1999), section 3.4.
    """
    n, least = one + other, min(one, other)
    tail = sum(comb(n, k) for k in range(least + 1)) / float(2**n)
    return min(1.0, 2 * tail)
