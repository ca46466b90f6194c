"""People's changes to captions: kept one after the other, so that nothing is lost and all undone.

A change is never altered. What a photo is called today follows from replaying all changes of its
shoot; photos that nobody touched keep their caption by rule or from the shop's files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase

from muslin.curation.captions import caption_of, category_of
from muslin.domain.catalog import Photo
from muslin.domain.curation.captions import (
    CaptionChange,
    CaptionEdit,
    CaptionedPhoto,
    CaptionFilter,
    ChangeId,
)
from muslin.domain.curation.vocabulary import Vocabulary
from muslin.domain.dataset import Caption
from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import PhotoId, ShootId, fresh, now
from muslin.domain.findings import Measures

Reword = Callable[[str], str]
"""A caption's text before, to its text after."""


def said_by_people(changes: Sequence[CaptionChange]) -> dict[PhotoId, Caption]:
    """The captions that people's changes, oldest first, leave photos with."""
    said: dict[PhotoId, Caption] = {}
    for change in changes:
        for edit in change.edits:
            if edit.after is None:
                said.pop(edit.photo, None)
            else:
                said[edit.photo] = edit.after
    return said


def captioned(
    photos: Sequence[Photo],
    measures: Sequence[Measures],
    vocabulary: Vocabulary,
    said: Mapping[PhotoId, Caption],
) -> list[CaptionedPhoto]:
    """Every photo with its caption of today, in their order; people's words come first."""
    taken = {m.photo: m for m in measures}
    return [
        CaptionedPhoto(
            photo=photo.id,
            file_name=photo.file_name,
            caption=said.get(photo.id) or caption_of(photo, taken[photo.id], vocabulary),
            category=category_of(photo, taken[photo.id]),
            colours=taken[photo.id].garment_colours,
        )
        for photo in photos
    ]


def matching(photos: Sequence[CaptionedPhoto], wanted: CaptionFilter) -> list[CaptionedPhoto]:
    """The photos that a filter lets through, in their order."""
    return [photo for photo in photos if _matches(photo, wanted)]


def _matches(photo: CaptionedPhoto, wanted: CaptionFilter) -> bool:
    named = (wanted.category, photo.category), (wanted.author, photo.caption.author)
    return (
        all(asked is None or asked == given for asked, given in named)
        and (wanted.colour is None or wanted.colour in photo.colours)
        and (wanted.text is None or holds(photo.caption.text, wanted.text))
        and (wanted.file is None or fnmatchcase(photo.file_name, wanted.file))
    )


def holds(text: str, words: str) -> bool:
    """Whether a text holds some words, whole and whatever their case: `tee` is not in `teen`."""
    return _whole(words).search(text) is not None


def replacing(find: str, by: str) -> Reword:
    """Put words in the place of others, wherever they stand whole, whatever their case."""
    pattern = _whole(words_of(find))
    return lambda text: tidy(pattern.sub(lambda _: by, text))


def adding(phrase: str) -> Reword:
    """Append a phrase to captions that do not hold it yet."""
    said = words_of(phrase)
    return lambda text: text if holds(text, said) else tidy(f"{text}, {said}")


def removing(phrase: str) -> Reword:
    """Take a phrase out of captions, and the commas that it leaves behind."""
    return replacing(phrase, "")


def setting(text: str) -> Reword:
    """Say something else altogether."""
    said = words_of(text)
    return lambda _: said


def words_of(text: str) -> str:
    """Words on one line. Raises InvalidRequest for none."""
    said = " ".join(text.split())
    if not said:
        raise InvalidRequest(
            "A caption or phrase needs at least one word.",
            hint="To go back to the caption by rule, use `muslin captions undo`.",
        )
    return said


def tidy(text: str) -> str:
    """One blank between words, one comma between phrases, none at the ends."""
    phrases = (" ".join(phrase.split()) for phrase in text.split(","))
    return ", ".join(phrase for phrase in phrases if phrase)


def change_of(
    shoot: ShootId,
    photos: Sequence[CaptionedPhoto],
    reword: Callable[[CaptionedPhoto], str],
    person: str,
    what: str,
) -> CaptionChange:
    """What rewording some photos' captions changes. Raises InvalidRequest when that is nothing."""
    author = named(person)
    reworded = [(photo, reword(photo)) for photo in photos]
    edits = tuple(
        CaptionEdit(
            photo=photo.photo,
            file_name=photo.file_name,
            before=photo.caption,
            after=Caption(text=text, author=author),
        )
        for photo, text in reworded
        if text != photo.caption.text
    )
    if not edits:
        raise InvalidRequest(
            f"Nothing changes: {what}, in {len(photos)} captions.",
            hint="`muslin captions list` shows the captions; words count only whole.",
        )
    return CaptionChange(
        id=ChangeId(fresh("change")), shoot=shoot, person=author, what=what, at=now(), edits=edits
    )


def undo_of(changes: Sequence[CaptionChange], person: str) -> CaptionChange:
    """What takes back the newest change that is not undone yet, given all of them, oldest first.

    Photos get back the caption and the author that they had, or their caption by rule.
    Raises InvalidRequest when there is nothing to undo.
    """
    undone = {change.undoes for change in changes}
    places = [n for n, c in enumerate(changes) if c.undoes is None and c.id not in undone]
    if not places:
        raise InvalidRequest(
            "There is no change of captions to undo.", hint="`muslin captions list` shows them."
        )
    newest, before = changes[places[-1]], said_by_people(changes[: places[-1]])
    now_said = said_by_people(changes)
    edits = tuple(
        CaptionEdit(
            photo=edit.photo,
            file_name=edit.file_name,
            before=now_said.get(edit.photo, edit.before),
            after=before.get(edit.photo),
        )
        for edit in newest.edits
    )
    return CaptionChange(
        id=ChangeId(fresh("change")),
        shoot=newest.shoot,
        person=named(person),
        what=f"undo: {newest.what}",
        at=now(),
        undoes=newest.id,
        edits=edits,
    )


def named(person: str) -> str:
    """A person's name. Raises InvalidRequest for none, and for what stands for no person."""
    name = person.strip()
    if not name or name in {"rule", "sidecar"}:
        raise InvalidRequest(
            "A change of captions needs a person's name.", hint='Say who you are: --as "Ada".'
        )
    return name


def _whole(words: str) -> re.Pattern[str]:
    """Words between ends of words; hyphens belong to a word, so `shirt` is not in `t-shirt`."""
    return re.compile(rf"(?<![\w-]){re.escape(words)}(?![\w-])", re.IGNORECASE)
