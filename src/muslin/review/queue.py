"""Which pictures people are asked about, in which order, and what they get to see."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from muslin.domain.errors import InvalidRequest, NotFound
from muslin.domain.judging import (
    CheckpointProof,
    Claim,
    Judgement,
    Mode,
    PictureTask,
    Preferred,
    Probe,
    QueuedPicture,
    Side,
    Sight,
    ValidationReport,
)
from muslin.domain.leaving import Generation
from muslin.domain.proving.rules import Rules

REVIEWERS = 2
"""Who judges alone cannot disagree: two is the fewest that agreement can be measured with."""
PROOF, LIVE, BASE = "proof", "live", "base"
"""Piles of pictures: of the proof, drawn with the release, and pairs with the untuned base."""


def tasks_of(
    report: ValidationReport, pile: str = PROOF, drawn: Sequence[Generation] = ()
) -> list[PictureTask]:
    """The tasks of one pile, in a fixed order.

    PROOF: every probe of the picked checkpoint. LIVE: the pictures `drawn` with its release.
    "base", or the step of another checkpoint: pairs of every probe, drawn by it and the picked one.
    Raises InvalidRequest when there is no picked checkpoint, or no such pile.
    """
    tuned = report.tuned
    if tuned is None or tuned.checkpoint is None:
        raise InvalidRequest(
            f"Report {report.id} picked no checkpoint, so there is no picture to judge.",
            hint="Train again with save_every not above steps, and validate.",
        )
    if pile == LIVE:
        return [
            PictureTask(
                id=f"{report.id}.{one.id}",
                report=report.id,
                mode=Mode.SINGLE,
                place=place,
                probe=probe_of(one, tuned),
                checkpoint=tuned.checkpoint,
                picture=one.picture,
            )
            for place, one in enumerate(drawn)
        ]
    other = None if pile == PROOF else _other(report, pile, tuned)
    return [
        PictureTask(
            id=f"{report.id}.{place}" + (f".{pile}" if other else ""),
            report=report.id,
            mode=Mode.PAIR if other else Mode.SINGLE,
            place=place,
            probe=picture.probe,
            checkpoint=tuned.checkpoint,
            picture=picture.picture,
            against=other.pictures[place].picture if other else None,
            suspect=picture.failures,
        )
        for place, picture in enumerate(tuned.pictures)
    ]


def probe_of(drawn: Generation, proof: CheckpointProof) -> Probe:
    """A drawn picture's prompt and seed, with the garment and colour of the range that it names."""
    words, probes = drawn.request.prompt, [picture.probe for picture in proof.pictures]
    return Probe(
        prompt=words,
        seed=drawn.request.seed,
        category=_named(words, {probe.category for probe in probes}),
        colour=_named(words, {probe.colour for probe in probes}),
    )


def _named(words: str, known: set[str]) -> str:
    """The longest known name in the words; empty where there is none."""
    return max((name for name in known if name in words), key=lambda n: (len(n), n), default="")


def _other(report: ValidationReport, pile: str, tuned: CheckpointProof) -> CheckpointProof:
    if pile == BASE:
        return report.base
    steps = {str(c.step): c for c in report.checkpoints if c is not tuned}
    if pile not in steps:
        raise InvalidRequest(
            f"Report {report.id} has no pile of pictures called {pile!r}.",
            hint=f"Piles are: {', '.join([PROOF, LIVE, BASE, *steps])}.",
        )
    return steps[pile]


def task_of(report: ValidationReport, task: str, drawn: Sequence[Generation] = ()) -> PictureTask:
    """The task with that id. Raises NotFound."""
    place, _, pile = task.removeprefix(f"{report.id}.").partition(".")
    pile = pile or (PROOF if place.isdecimal() else LIVE)
    for one in tasks_of(report, pile, drawn):
        if one.id == task:
            return one
    raise NotFound(f"There is no picture {task!r} to judge.", hint="`muslin reviews queue` lists.")


def standing(judgements: Sequence[Judgement]) -> list[Judgement]:
    """The judgements that count: those that were not taken back."""
    return [one for one in judgements if one.undone_at is None]


def queue(
    tasks: Sequence[PictureTask],
    judgements: Sequence[Judgement],
    claims: Sequence[Claim],
    at: datetime,
) -> list[QueuedPicture]:
    """The tasks that need another pair of eyes, in the order in which they are asked.

    Pictures that machines suspect come first, those with most suspicions before others; of equal
    ones those that one person has judged already, so that pairs of judgements fill up.
    """
    people: dict[str, list[str]] = {task.id: [] for task in tasks}
    for one in standing(judgements):
        if one.task.id in people:
            people[one.task.id].append(one.person)
    held = {claim.task: claim.person for claim in claims if claim.until > at}
    waiting = [
        QueuedPicture(task=task, judged_by=tuple(people[task.id]), claimed_by=held.get(task.id))
        for task in tasks
        if len(people[task.id]) < REVIEWERS
    ]
    return sorted(waiting, key=lambda q: (-len(q.task.suspect), -len(q.judged_by), q.task.place))


def next_for(person: str, waiting: Sequence[QueuedPicture]) -> PictureTask | None:
    """The first task that this person has not judged and nobody else is looking at."""
    for one in waiting:
        if person not in one.judged_by and one.claimed_by in (None, person):
            return one.task
    return None


def sight(task: PictureTask, claim: Claim, rules: Rules, seed: int = 0) -> Sight:
    """What the claim's person is shown: of a pair the sides are drawn by lot, from the seed."""
    left, right = task.picture, task.against
    if right is not None and swapped(task.id, claim.person, seed):
        left, right = right, left
    return Sight(
        task=task.id,
        mode=task.mode,
        prompt=task.probe.prompt,
        left=left,
        right=right,
        until=claim.until,
        questions={rule.name: rule.question for rule in rules.human}
        if task.mode is Mode.SINGLE
        else {},
    )


def swapped(task: str, person: str, seed: int) -> bool:
    """Whether the other picture of a pair stands left: by lot, but always the same lot."""
    return hashlib.sha256(f"{seed}:{person}:{task}".encode()).digest()[0] % 2 == 1


def preferred(task: PictureTask, side: Side, person: str, seed: int = 0) -> Preferred:
    """Which picture of a pair a person meant by a side."""
    if side is Side.NEITHER:
        return Preferred.NEITHER
    other_is = Side.LEFT if swapped(task.id, person, seed) else Side.RIGHT
    return Preferred.OTHER if side is other_is else Preferred.TUNED
