"""What a set of photos covers, and which shots the brand's range still lacks."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from muslin.curation.captions import garment_words, scene_words
from muslin.curation.sets.members import UNKNOWN, Member
from muslin.domain.curation.sets import Balance, BrandRange, Cell, Coverage, MissingShot, Shot
from muslin.domain.curation.vocabulary import Vocabulary

RESPECTS = ("category", "colour", "presentation")


def coverage_of(
    members: Sequence[Member], wanted: BrandRange, vocabulary: Vocabulary, backdrop: str
) -> Coverage:
    """The matrix of a set, its balance, and the shots that the range lacks."""
    own = in_own_words(wanted, vocabulary)
    counts = Counter((m.category, m.colour, m.presentation) for m in members)
    missing = missing_shots(members, own)
    return Coverage(
        photos=len(members),
        cells=tuple(
            Cell(category=cell[0], colour=cell[1], presentation=cell[2], photos=n)
            for cell, n in sorted(counts.items())
        ),
        balance=tuple(
            balance_of(respect, [m.kind(respect) for m in members]) for respect in RESPECTS
        ),
        met=met_share(members, own),
        missing=tuple(
            MissingShot(shot=shot, words=shot_words(shot, vocabulary, backdrop)) for shot in missing
        ),
    )


def balance_of(respect: str, kinds: Sequence[str]) -> Balance:
    """How evenly photos are spread over kinds: H / ln k, with H = -Σ p ln p over k kinds.

    Source: Pielou, J. Theor. Biol. 13 (1966). What is not known is no kind.
    """
    counts = Counter(kind for kind in kinds if kind != UNKNOWN)
    total = sum(counts.values())
    shares = {kind: n / total for kind, n in counts.items()}
    largest = min(shares, key=lambda kind: (-shares[kind], kind), default=UNKNOWN)
    entropy = -sum(share * math.log(share) for share in shares.values())
    return Balance(
        respect=respect,
        kinds=len(shares),
        largest=largest,
        largest_share=shares.get(largest, 0.0),
        evenness=entropy / math.log(len(shares)) if len(shares) > 1 else None,
    )


def met_share(members: Sequence[Member], wanted: BrandRange) -> float | None:
    """Share of the wanted photos that are there, over all that is wanted; None for no wishes.

    A photo counts for its category, its colour, its presentation and its kind of shot; what is
    there beyond what is wanted counts for nothing.
    """
    wishes = [*_wishes(members, wanted)]
    total = sum(want for _, want in wishes)
    return sum(min(have, want) for have, want in wishes) / total if total else None


def missing_shots(members: Sequence[Member], wanted: BrandRange) -> list[Shot]:
    """The fewest further photos that fill the range, alike ones together, most wanted first.

    Kinds of shots come first and count for their category, colour and presentation. Of what is
    then lacking, a shot takes the most lacking of each at once, so there are as many shots as
    photos are lacking in the respect that lacks most.
    """
    found: Counter[tuple[str | None, str | None, str | None]] = Counter()
    left = {respect: _lacking(members, wanted, respect) for respect in RESPECTS}
    for shot in wanted.shots:
        lacking = shot.count - sum(_is(member, shot) for member in members)
        for _ in range(lacking):
            kinds = (shot.category, shot.colour, shot.presentation)
            free = [
                _most(left[r]) if k is None else k for r, k in zip(RESPECTS, kinds, strict=True)
            ]
            _take(found, left, free)
    while any(left.values()):
        _take(found, left, [_most(left[respect]) for respect in RESPECTS])
    ordered = sorted(found.items(), key=lambda item: (-item[1], str(item[0])))
    return [
        Shot(category=category, colour=colour, presentation=presentation, count=count)
        for (category, colour, presentation), count in ordered
    ]


def shot_words(shot: Shot, vocabulary: Vocabulary, backdrop: str) -> str:
    """`3 x a midnight tee, flat lay, on a beige background`, in the brand's words."""
    category = vocabulary.categories.get(shot.category or "", shot.category or "garment")
    colours = (vocabulary.colours.get(shot.colour, shot.colour),) if shot.colour else ()
    shown = (shot.presentation or "").replace(" ", "_")
    scene = scene_words(shown, backdrop)
    other = "" if not shown or shown in ("hanger", "flat_lay") else f", {shot.presentation}"
    any_colour = "" if shot.colour else ", in a colour that the set lacks"
    return f"{shot.count} × {garment_words(category, colours)}{other}, {scene}{any_colour}"


def in_own_words(wanted: BrandRange, vocabulary: Vocabulary) -> BrandRange:
    """A range with the brand's words turned into the studio's, so that both are understood."""
    categories = {word: own for own, word in vocabulary.categories.items()}
    colours = {word: own for own, word in vocabulary.colours.items()}
    return wanted.model_copy(
        update={
            "categories": _renamed(wanted.categories, categories),
            "colours": _renamed(wanted.colours, colours),
            "presentations": {k.replace("_", " "): n for k, n in wanted.presentations.items()},
            "shots": tuple(
                shot.model_copy(
                    update={
                        "category": categories.get(shot.category or "", shot.category),
                        "colour": colours.get(shot.colour or "", shot.colour),
                        "presentation": shot.presentation and shot.presentation.replace("_", " "),
                    }
                )
                for shot in wanted.shots
            ),
        }
    )


def _renamed(wanted: Mapping[str, int], own: Mapping[str, str]) -> dict[str, int]:
    renamed: Counter[str] = Counter()
    for word, count in wanted.items():
        renamed[own.get(word, word)] += count
    return dict(renamed)


def _wishes(members: Sequence[Member], wanted: BrandRange) -> Iterator[tuple[int, int]]:
    """How many there are and how many are wanted, wish by wish."""
    for respect in RESPECTS:
        have = Counter(member.kind(respect) for member in members)
        yield from ((have[kind], want) for kind, want in _wanted(wanted, respect).items())
    for shot in wanted.shots:
        yield sum(_is(member, shot) for member in members), shot.count


def _wanted(wanted: BrandRange, respect: str) -> Mapping[str, int]:
    return {
        "category": wanted.categories,
        "colour": wanted.colours,
        "presentation": wanted.presentations,
    }[respect]


def _lacking(members: Sequence[Member], wanted: BrandRange, respect: str) -> Counter[str]:
    have = Counter(member.kind(respect) for member in members)
    wishes = _wanted(wanted, respect).items()
    return Counter({kind: want - have[kind] for kind, want in wishes if want > have[kind]})


def _is(member: Member, shot: Shot) -> bool:
    wanted = (shot.category, shot.colour, shot.presentation)
    return all(w in (None, member.kind(r)) for r, w in zip(RESPECTS, wanted, strict=True))


def _most(left: Counter[str]) -> str | None:
    return min(left, key=lambda kind: (-left[kind], kind), default=None)


def _take(
    found: Counter[tuple[str | None, str | None, str | None]],
    left: Mapping[str, Counter[str]],
    kinds: Iterable[str | None],
) -> None:
    """Add one shot, and strike it from what is lacking."""
    category, colour, presentation = kinds
    found[category, colour, presentation] += 1
    for respect, kind in zip(RESPECTS, (category, colour, presentation), strict=True):
        if kind is not None and kind in left[respect]:
            left[respect][kind] -= 1
            if left[respect][kind] == 0:
                del left[respect][kind]
