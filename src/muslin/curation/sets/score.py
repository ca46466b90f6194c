"""What a set is worth, in parts that an operator can check by counting, and what would raise it.

The score is 100 x the plain mean of its parts. Changes are not guessed: each is tried on the set,
and the score after it is what the same formula then says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from muslin.curation.sets.coverage import balance_of, met_share, missing_shots
from muslin.curation.sets.members import UNKNOWN, Member
from muslin.domain.curation.sets import BrandRange, Change, ScorePart, SetScore, Shot
from muslin.domain.curation.words import counted

ENOUGH = 20
"""Photos of a set by default (`SelectionRecipe.photos`): fewer are a part of enough."""
FEWEST = 10
"""A change that leaves fewer photos is none: `select` refuses such a set."""
MOST_CHANGES = 3


@dataclass(frozen=True, slots=True)
class _Idea:
    """A change that could be made: in words, on which photos, and the set after it."""

    words: str
    files: tuple[str, ...]
    members: Sequence[Member]


def score_of(members: Sequence[Member], wanted: BrandRange) -> SetScore:
    """The score of a set, its parts, and up to three changes that raise it, best first."""
    parts = parts_of(members, wanted)
    score = total_of(parts)
    tried = [
        Change(words=idea.words, files=idea.files, score=total_of(parts_of(idea.members, wanted)))
        for idea in _ideas(members, wanted)
    ]
    better = sorted((c for c in tried if c.score > score), key=lambda c: (-c.score, c.words))
    return SetScore(score=score, parts=parts, changes=tuple(better[:MOST_CHANGES]))


def total_of(parts: Sequence[ScorePart]) -> int:
    """100 x the mean of the parts that were measured, to the whole point; 0 for none."""
    values = [part.value for part in parts if part.value is not None]
    return round(100 * sum(values) / len(values)) if values else 0


def parts_of(members: Sequence[Member], wanted: BrandRange) -> tuple[ScorePart, ...]:
    """The parts of a set's score, each a share of photos or of wishes."""
    count = len(members)
    sound = sum(m.is_sound for m in members)
    garments = len({m.garment for m in members})
    balance = balance_of("category", [m.category for m in members])
    met = met_share(members, wanted)
    most = f"{balance.largest_share:.0%} are {balance.largest}"
    return (
        ScorePart(
            name="enough",
            value=min(1.0, sound / ENOUGH),
            words=f"{sound} sound photos; {ENOUGH} are plenty",
        ),
        _share("sound", members, lambda m: m.is_sound, "sharp, well lit, large and whole"),
        _share("backdrop", members, lambda m: m.on_scene, "on the commonest backdrop"),
        _share("light", members, lambda m: m.is_usual, "in the light and tint of the rest"),
        ScorePart(
            name="different garments",
            value=garments / count if count else None,
            words=f"{garments} garments on {count} photos",
        ),
        ScorePart(
            name="balance",
            value=balance.evenness,
            words=f"{balance.kinds} categories, {most}"
            if balance.kinds
            else "no category is known",
        ),
        ScorePart(
            name="coverage",
            value=met,
            words="no range is stated" if met is None else f"{met:.0%} of the range is there",
        ),
        _share("captions", members, lambda m: m.is_well_captioned, "with a caption without fault"),
    )


def _share(
    name: str, members: Sequence[Member], holds: Callable[[Member], bool], words: str
) -> ScorePart:
    held = sum(map(holds, members))
    value = held / len(members) if members else None
    return ScorePart(name=name, value=value, words=f"{held} of {len(members)} {words}")


def _ideas(members: Sequence[Member], wanted: BrandRange) -> list[_Idea]:
    """Everything that is tried."""
    ideas = [
        _without(members, [m for m in members if not m.on_scene], "another backdrop"),
        _without(members, [m for m in members if not m.is_sound], "a fault of their own"),
        _without(members, [m for m in members if not m.is_usual], "another light or tint"),
        _without(members, _doubles(members), "a garment that another photo shows"),
        _corrected(members),
        _shot(members, wanted),
    ]
    return [idea for idea in ideas if idea is not None]


def _without(members: Sequence[Member], out: Sequence[Member], why: str) -> _Idea | None:
    left = [member for member in members if member not in out]
    if not out or len(left) < FEWEST:
        return None
    files = tuple(member.file_name for member in out)
    return _Idea(f"Leave out {counted(len(out), 'photo')} with {why}", files, left)


def _doubles(members: Sequence[Member]) -> list[Member]:
    """All photos of a garment but its first sound one, or its first."""
    kept: dict[int, Member] = {}
    for member in sorted(members, key=lambda m: not (m.is_sound and m.on_scene)):
        kept.setdefault(member.garment, member)
    return [member for member in members if kept[member.garment] is not member]


def _corrected(members: Sequence[Member]) -> _Idea | None:
    wrong = tuple(member.file_name for member in members if not member.is_well_captioned)
    if not wrong:
        return None
    mended = [replace(member, is_well_captioned=True) for member in members]
    return _Idea(f"Correct {counted(len(wrong), 'caption')}", wrong, mended)


def _shot(members: Sequence[Member], wanted: BrandRange) -> _Idea | None:
    """Every missing shot of the range taken, each a new garment without fault."""
    missing = missing_shots(members, wanted)
    if not missing:
        return None
    first = max((member.garment for member in members), default=0) + 1
    each = [shot for shot in missing for _ in range(shot.count)]
    new = [_as_shot(shot, first + n) for n, shot in enumerate(each)]
    return _Idea(f"Take {counted(len(new), 'missing shot')} of the range", (), [*members, *new])


def _as_shot(shot: Shot, garment: int) -> Member:
    return Member(
        file_name="",
        garment=garment,
        category=shot.category or UNKNOWN,
        colour=shot.colour or UNKNOWN,
        presentation=shot.presentation or UNKNOWN,
        on_scene=True,
        is_sound=True,
        is_usual=True,
        is_well_captioned=True,
    )
