"""The verbs of `muslin reviews` that are about single pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from muslin.cli.options import Home, Json, bounded, open_studio
from muslin.cli.printing import print_answer, table
from muslin.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from muslin.domain.findings import Verdict
    from muslin.domain.judging import Agreement, Answer, Flaw, Preferences, QueuedPicture, Sight

Report = Annotated[str, typer.Argument(metavar="REPORT", help="Report, run, or name of a run.")]
Person = Annotated[str, typer.Option("--as", metavar="PERSON", help="Name of who judges.")]
Pile = Annotated[
    str,
    typer.Option(
        metavar="PILE",
        help="proof; live (drawn with the release); for blind pairs base, or a step.",
    ),
]
Word = Literal["pass", "fail", "left", "right", "neither"]


def show_queue(report: Report, pile: Pile = "proof", home: Home = None, json: Json = False) -> None:
    """List the pictures that still need somebody's eyes, those that machines suspect first."""
    with open_studio(home) as studio:
        waiting = studio.review_queue(report, pile)
    words = table(
        ("PICTURE", "PROMPT", "SUSPECT", "JUDGED BY", "LOOKED AT BY"),
        [row_of(one) for one in waiting],
        empty="Nothing is left to judge: muslin reviews agreement REPORT",
    )
    print_answer({"queue": waiting}, words, as_json=json)


def row_of(waiting: QueuedPicture) -> tuple[str, ...]:
    """A picture in the queue."""
    task = waiting.task
    return (
        task.id,
        task.probe.prompt,
        ", ".join(task.suspect),
        ", ".join(waiting.judged_by),
        waiting.claimed_by or "",
    )


def show_next(
    report: Report,
    person: Person,
    pile: Pile = "proof",
    home: Home = None,
    json: Json = False,
) -> None:
    """Take the next picture; for ten minutes nobody else is given it."""
    with open_studio(home) as studio:
        sight = studio.next_picture(report, person, pile)
        files = [str(path) for path in studio.save_sight(sight)] if sight else []
    words = told_sight(sight, files) if sight else "Nothing is left for you to judge."
    print_answer({"sight": sight, "files": files}, words, as_json=json)


def told_sight(sight: Sight, files: list[str]) -> str:
    """What to look at, and how to answer."""
    asked = [f"  --check {name}=yes|no  {words}" for name, words in sight.questions.items()]
    answers = "left|right|neither" if sight.right else "pass|fail"
    return "\n".join(
        (
            f"{sight.task}: {sight.prompt}",
            *(f"  {file}" for file in files),
            f"Yours until {sight.until:%H:%M} UTC.",
            f"Next: muslin reviews judge {sight.task} {answers} --as NAME",
            *asked,
        )
    )


def judge(  # noqa: PLR0913, PLR0917 - each is an option of the command line
    task: Annotated[str, typer.Argument(metavar="PICTURE", help="Its id, as `next` gave it.")],
    word: Annotated[
        Word, typer.Argument(metavar="WORD", help="pass or fail; of a pair left, right, neither.")
    ],
    person: Person,
    check: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=yes|no", help="Answer to a question; may be given often."),
    ] = None,
    failure: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND[:REGION[:NOTE]]",
            help="What is wrong and where, such as hands:sleeves; may be given often.",
        ),
    ] = None,
    channel: Annotated[str, typer.Option(help="Where it would be shown.")] = "shop",
    home: Home = None,
    json: Json = False,
) -> None:
    """Say what you see: passed or failed, or which side of a pair is better."""
    from muslin.domain.judging import Said, Side

    with bounded():
        said = Said(
            verdict=verdict_of(word),
            side=Side(word) if word in set(Side) else None,
            answers=tuple(answer_of(one) for one in check or []),
            flaws=tuple(flaw_of(one) for one in failure or []),
            channel=channel,
        )
    with open_studio(home) as studio:
        judgement = studio.judge_picture(task, person, said)
    print_answer(judgement, f"{judgement.person}: {judgement.task.id} {word}.", as_json=json)


def verdict_of(word: Word) -> Verdict | None:
    """What `pass` and `fail` mean; None for the words of pairs."""
    from muslin.domain.findings import Verdict

    return {"pass": Verdict.PASSED, "fail": Verdict.FAILED}.get(word)


def answer_of(text: str) -> Answer:
    """`hands=no` as an answer. Raises InvalidRequest."""
    from muslin.domain.judging import Answer

    name, _, said = text.partition("=")
    if said not in ("yes", "no"):
        raise InvalidRequest(
            f"--check {text!r} is no answer.", hint="Write --check NAME=yes or --check NAME=no."
        )
    return Answer(question=name, yes=said == "yes")


def flaw_of(text: str) -> Flaw:
    """`hands:sleeves:six fingers` as a flaw. Raises InvalidRequest for unknown words."""
    from muslin.domain.judging import FailureKind, Flaw, Region

    kind, region, note = (*text.split(":", 2), "", "")[:3]
    if kind not in set(FailureKind) or region not in {"", *Region}:
        raise InvalidRequest(
            f"--failure {text!r} names no known kind or region.",
            hint=f"Kinds: {', '.join(FailureKind)}. Regions: {', '.join(Region)}.",
        )
    return Flaw(kind=FailureKind(kind), region=Region(region or "whole"), note=note)


def undo(report: Report, person: Person, home: Home = None, json: Json = False) -> None:
    """Take back your latest judgement; it stays on record, but no longer counts."""
    with open_studio(home) as studio:
        back = studio.undo_judgement(report, person)
    print_answer(back, f"{back.person} took back {back.task.id}.", as_json=json)


def agreement(report: Report, home: Home = None, json: Json = False) -> None:
    """Show how far every two reviewers agree, and how the blind pairs came out."""
    with open_studio(home) as studio:
        found, pairs = studio.agreement(report)
    words = f"{told_agreements(found)}\n\n{told_preferences(pairs)}"
    print_answer({"agreements": found, "pairs": pairs}, words, as_json=json)


def told_agreements(found: list[Agreement]) -> str:
    """Agreements for people."""
    rows = [
        (
            f"{a.one} and {a.other}",
            a.pictures,
            f"{100 * a.same:.0f} %",
            "not measured" if a.kappa is None else f"{a.kappa:.2f}",
        )
        for a in found
    ]
    empty = "No picture has been judged by two people yet."
    return table(("REVIEWERS", "PICTURES", "SAME VERDICT", "COHEN'S κ"), rows, empty=empty)


def told_preferences(pairs: Preferences) -> str:
    """Blind pairs for people."""
    if not pairs.tuned + pairs.other + pairs.neither:
        return "No pair has been judged yet: muslin reviews next REPORT --as NAME --pile base"
    return (
        f"Blind pairs: the tuned one {pairs.tuned}, the other {pairs.other}, neither "
        f"{pairs.neither}; equal looks would split like this or worse in "
        f"{100 * pairs.chance:.1f} % of reviews."
    )
