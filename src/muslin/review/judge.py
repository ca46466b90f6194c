"""A person takes a picture, says what they see, and may take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from muslin.domain.errors import InvalidRequest, NotFound, PictureTaken
from muslin.domain.fact import fresh
from muslin.domain.findings import Verdict
from muslin.domain.judging import (
    Claim,
    Judgement,
    Mode,
    PictureTask,
    Said,
    Sight,
    ValidationReport,
)
from muslin.domain.leaving import Generation
from muslin.domain.proving.rules import Rules
from muslin.review.ports import Claims, Judgements
from muslin.review.queue import (
    PROOF,
    next_for,
    preferred,
    queue,
    sight,
    standing,
    task_of,
    tasks_of,
)

CLAIMED_FOR = timedelta(minutes=10)
"""Long enough for a hard picture; whoever goes to lunch gives it free."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A report before reviewers: what was said, who is looking, and the brand's questions.

    Whoever calls holds one transaction around each step, so that no two people are given one
    picture. `drawn` are the pictures made with the release that people must see; `seed` decides the
    sides of pairs.
    """

    report: ValidationReport
    judgements: Judgements
    claims: Claims
    rules: Rules
    drawn: tuple[Generation, ...] = ()
    seed: int = 0


def take_next(bench: Bench, person: str, at: datetime, pile: str = PROOF) -> Sight | None:
    """Give a person a pile's next picture, theirs alone until the claim runs out; None = all done.

    Asked again, the same person gets the same picture. Raises InvalidRequest for a nameless one.
    """
    name = named(person)
    said = bench.judgements.of_report(bench.report.id)
    held = bench.claims.of_report(bench.report.id)
    task = next_for(name, queue(tasks_of(bench.report, pile, bench.drawn), said, held, at))
    if task is None:
        return None
    claim = Claim(task=task.id, report=bench.report.id, person=name, until=at + CLAIMED_FOR)
    bench.claims.put(claim)
    return sight(task, claim, bench.rules, bench.seed)


def judge(bench: Bench, task_id: str, person: str, said: Said, at: datetime) -> Judgement:
    """Write down what a person says of a picture, and let go of it.

    Raises NotFound, PictureTaken while another person has it, and InvalidRequest for what cannot
    be learnt from: no verdict, a failure without its kind, an answer to no question, a pass in
    spite of a no, or a second word of the same person.
    """
    name, task = named(person), task_of(bench.report, task_id, bench.drawn)
    known = [j for j in standing(bench.judgements.of_report(task.report)) if j.task.id == task.id]
    if any(one.person == name for one in known):
        raise InvalidRequest(
            f"{name} has judged {task.id} already.",
            hint="Take it back first: muslin reviews undo REPORT --as NAME.",
        )
    _free_for(name, task, bench.claims, at)
    _sound(task, said, bench.rules)
    judgement = Judgement(
        id=fresh("judgement"),
        task=task,
        person=name,
        said=said,
        preferred=preferred(task, said.side, name, bench.seed) if said.side else None,
        at=at,
    )
    bench.judgements.add(judgement)
    bench.claims.drop(task.id)
    return judgement


def undo(bench: Bench, person: str, at: datetime) -> Judgement:
    """Take back a person's latest judgement that counts; it stays on record.

    Raises NotFound when there is none.
    """
    name = named(person)
    own = [j for j in standing(bench.judgements.of_report(bench.report.id)) if j.person == name]
    if not own:
        raise NotFound(
            f"{name} has said nothing on report {bench.report.id} that could be taken back.",
            hint="`muslin reviews queue` shows who judged what.",
        )
    back = own[-1].model_copy(update={"undone_at": at})
    bench.judgements.undo(back)
    return back


def named(person: str) -> str:
    """A person's name without surrounding space. Raises InvalidRequest when nothing is left."""
    name = person.strip()
    if not name:
        raise InvalidRequest(
            "A judgement needs a person's name.", hint="Say who judges, for example --as 'Ada'."
        )
    return name


def _free_for(person: str, task: PictureTask, claims: Claims, at: datetime) -> None:
    for claim in claims.of_report(task.report):
        if claim.task == task.id and claim.person != person and claim.until > at:
            raise PictureTaken(
                f"{claim.person} is looking at {task.id} until {claim.until:%H:%M} UTC.",
                hint="Take another one: muslin reviews next REPORT --as NAME.",
            )


def _sound(task: PictureTask, said: Said, rules: Rules) -> None:
    wrong = _fault(task, said, {rule.name for rule in rules.human})
    if wrong:
        what, hint = wrong
        raise InvalidRequest(what, hint=hint)


def _fault(task: PictureTask, said: Said, questions: set[str]) -> tuple[str, str] | None:
    if task.mode is Mode.PAIR:
        if said.side is None or said.verdict is not None or said.answers:
            return "A pair is judged by its better side alone.", "Say left, right or neither."
        return None
    if said.side is not None or said.verdict not in (Verdict.PASSED, Verdict.FAILED):
        return "A single picture passes or fails.", "Say pass or fail."
    strange = _unknown([answer.question for answer in said.answers], questions)
    if strange:
        known = ", ".join(sorted(questions)) or "none; `muslin rules set` makes some"
        return f"No question is called {strange!r}.", f"Questions are: {known}."
    if said.verdict is Verdict.FAILED and not said.flaws:
        return "A failure needs its kind.", "Say what is wrong with --failure KIND or KIND:REGION."
    no = next((answer.question for answer in said.answers if not answer.yes), None)
    if said.verdict is Verdict.PASSED and no:
        return f"A picture with a no to {no!r} cannot pass.", "Let it fail, or answer yes."
    return None


def _unknown(asked: Sequence[str], questions: set[str]) -> str | None:
    return next((name for name in asked if name not in questions), None)
