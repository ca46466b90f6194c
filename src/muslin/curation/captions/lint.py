"""What is wrong with the captions of a set, before a training takes it for the truth.

A network binds what captions say to the words that say it, and what they leave unsaid to the
trigger. A phrase that nearly every caption shares therefore steals from the trigger, and a
constant trait that is named goes to its name instead of to the look.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from muslin.curation.captions.colours import contradicts, named_colours
from muslin.curation.captions.length import TokenCount
from muslin.curation.sets.traits import (
    BACKDROP_WORDS,
    CONSTANT,
    CROP_WORDS,
    LIGHT_WORDS,
    PRESENTATION_WORDS,
    Exhibit,
    Trait,
    TraitName,
    garment_part,
)
from muslin.domain.catalog import KNOWN_CATEGORIES, same_kind
from muslin.domain.curation.captions import CaptionFault, CaptionFaultKind
from muslin.domain.curation.vocabulary import Vocabulary
from muslin.domain.findings import Measures

FEWEST = 5
"""Among fewer captions, four fifths of them sharing a word is chance."""
LONGEST_FRAGMENT = 8
"""Words of a fragment; a longer shared one is told by its parts."""
SURE = 0.9
"""Least confidence of the garment network to contradict a person who wrote a caption: above it,
one in ten of its answers is wrong at most, as its confidence is calibrated."""

_LEAKS = {
    TraitName.BACKDROP: BACKDROP_WORDS,
    TraitName.LIGHT: LIGHT_WORDS,
    TraitName.PRESENTATION: PRESENTATION_WORDS,
    TraitName.CROP: CROP_WORDS,
}
"""Traits that are a look rather than a garment; where constant, they are not to be named."""
_SMALL_WORDS = {
    "a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with",
}  # fmt: skip
_WORD = re.compile(r"[\w'-]+")
_Faults = Iterable[CaptionFault]


def lint(
    exhibits: Sequence[Exhibit],
    traits: Sequence[Trait],
    vocabulary: Vocabulary,
    trigger: str,
    tokens: TokenCount,
) -> list[CaptionFault]:
    """All faults of a set's captions, gravest kind first; none for none."""
    spoken = [one for one in exhibits if one.caption.strip()]
    return [
        *_empty(exhibits),
        *_too_long(spoken, trigger, tokens),
        *_contradictions(spoken, vocabulary),
        *_leaked(spoken, traits),
        *_shared(spoken, trigger),
        *_duplicates(spoken),
    ]


def shared_fragments(captions: Sequence[str], least_share: float = CONSTANT) -> dict[str, float]:
    """The longest runs of words that so large a share of captions holds, and that share.

    A run within a longer one of the same captions is not told apart; runs of small words alone
    (`on a`) do not count. Case and punctuation do not matter.
    """
    holders: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for number, caption in enumerate(captions):
        for run in _runs(_WORD.findall(caption.casefold())):
            holders[run].add(number)
    shared = {r: h for r, h in holders.items() if len(h) >= least_share * len(captions)}
    telling = {r: h for r, h in shared.items() if not _SMALL_WORDS.issuperset(r)}
    longest = [r for r in telling if not any(_within(r, other) for other in telling)]
    return {" ".join(run): len(telling[run]) / len(captions) for run in sorted(longest)}


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for first in range(len(words)):
        for last in range(first + 1, min(len(words), first + LONGEST_FRAGMENT) + 1):
            yield tuple(words[first:last])


def _within(run: tuple[str, ...], other: tuple[str, ...]) -> bool:
    places = range(len(other) - len(run) + 1)
    return len(run) < len(other) and any(other[k : k + len(run)] == run for k in places)


def _empty(exhibits: Sequence[Exhibit]) -> _Faults:
    files = _files(one for one in exhibits if not one.caption.strip())
    if files:
        yield CaptionFault(
            kind=CaptionFaultKind.EMPTY,
            files=files,
            words=f"{len(files)} of {len(exhibits)} captions say nothing",
            way_out="Say what each shows: muslin captions edit SHOOT PHOTO TEXT --as NAME.",
        )


def _too_long(exhibits: Sequence[Exhibit], trigger: str, tokens: TokenCount) -> _Faults:
    led = f"{trigger}, " if trigger else ""
    counts = {e.photo.file_name: tokens.count(led + e.caption) for e in exhibits}
    long = {name: count for name, count in counts.items() if count > tokens.most}
    if long:
        yield CaptionFault(
            kind=CaptionFaultKind.TOO_LONG,
            files=tuple(sorted(long)),
            words=f"{len(long)} captions have up to {max(long.values())} tokens; the encoder "
            f"reads {tokens.most} ({tokens.source}) and drops what comes after",
            way_out="Shorten them, what matters first.",
        )


def _contradictions(exhibits: Sequence[Exhibit], vocabulary: Vocabulary) -> _Faults:
    for one in exhibits:
        said = named_colours(garment_part(one.caption), vocabulary.colours)
        if contradicts(said, one.measures):
            measured = " and ".join(one.measures.garment_colours[:2])
            yield CaptionFault(
                kind=CaptionFaultKind.COLOUR,
                files=(one.photo.file_name,),
                words=f"the caption says {' and '.join(said)}, the garment measures {measured}",
                way_out="Look at the photo and correct the caption, or the photo's colours.",
            )
        nouns = _nouns(garment_part(one.caption), vocabulary.categories)
        shown, whose = _category(one)
        if shown and nouns and not any(same_kind(noun, shown) for noun in nouns):
            yield CaptionFault(
                kind=CaptionFaultKind.CATEGORY,
                files=(one.photo.file_name,),
                words=f"the caption says {' and '.join(nouns)}, {whose} says {shown}",
                way_out="Look at the photo and correct the caption, or the category.",
            )


def _category(one: Exhibit) -> tuple[str | None, str]:
    """What a photo shows as far as somebody knows, and who says so."""
    given = (one.photo.category or "").strip().lower()
    if given in KNOWN_CATEGORIES:
        return given, "the shop"
    guess: Measures = one.measures
    sure = guess.category.confidence >= SURE and guess.category.name in KNOWN_CATEGORIES
    return (guess.category.name if sure else None), "the garment network"


def _nouns(text: str, brand: Mapping[str, str]) -> tuple[str, ...]:
    """The categories that a text names, in the studio's words; the longest word wins a place."""
    meant = {word.casefold(): own for own, word in brand.items()}
    meant |= {category: category for category in KNOWN_CATEGORIES}
    either = "|".join(re.escape(word) for word in sorted(meant, key=len, reverse=True))
    found = re.findall(rf"(?<![\w-])({either})(?![\w-])", text.casefold())
    return tuple(dict.fromkeys(meant[word] for word in found))


def _leaked(exhibits: Sequence[Exhibit], traits: Sequence[Trait]) -> _Faults:
    if len(exhibits) < FEWEST:
        return
    for trait in traits:
        words = _LEAKS.get(trait.name)
        if words is None or trait.share < CONSTANT:
            continue
        files = _files(one for one in exhibits if words.search(one.caption))
        if files:
            yield CaptionFault(
                kind=CaptionFaultKind.LEAKED,
                files=files,
                words=f"{len(files)} of {len(exhibits)} captions name the {trait.name}, which is "
                f"{trait.commonest} in {trait.share:.0%} of the photos: it will belong to those "
                "words and not to the look",
                way_out="Take the words out where the look shall have it, with `muslin captions "
                "remove`; leave them where you want to ask for something else later.",
            )


def _shared(exhibits: Sequence[Exhibit], trigger: str) -> _Faults:
    if len(exhibits) < FEWEST:
        return
    texts = [one.caption for one in exhibits]
    known = " ".join(_WORD.findall(trigger.casefold()))
    for fragment, share in shared_fragments(texts).items():
        if known and fragment == known:
            continue
        yield CaptionFault(
            kind=CaptionFaultKind.SHARED,
            files=_files(e for e in exhibits if fragment in _plain(e.caption)),
            words=f"{share:.0%} of the captions hold “{fragment}”: it will carry the look "
            f"instead of {trigger or 'the trigger'}",
            way_out="Take it out, or make it the trigger of the profile.",
        )


def _duplicates(exhibits: Sequence[Exhibit]) -> _Faults:
    alike: dict[str, list[Exhibit]] = defaultdict(list)
    for one in exhibits:
        alike[_plain(one.caption)].append(one)
    for group in alike.values():
        if len(group) > 1:
            yield CaptionFault(
                kind=CaptionFaultKind.DUPLICATE,
                files=_files(group),
                words=f"{len(group)} photos share the caption “{group[0].caption}”",
                way_out="Say what tells them apart, such as a sleeve, a neck or a print.",
            )


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _files(exhibits: Iterable[Exhibit]) -> tuple[str, ...]:
    return tuple(sorted(one.photo.file_name for one in exhibits))
