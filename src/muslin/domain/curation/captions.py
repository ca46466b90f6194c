"""Captions as people change them: who said what of which photo, and what is wrong with it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NewType

from muslin.domain.dataset import Caption
from muslin.domain.fact import Fact, PhotoId, ShootId

ChangeId = NewType("ChangeId", str)


class CaptionedPhoto(Fact):
    """A photo of a shoot with the caption that it would be frozen with today."""

    photo: PhotoId
    file_name: str
    caption: Caption
    category: str | None
    colours: tuple[str, ...]


class CaptionFilter(Fact):
    """Which photos a change is about; what is None does not matter."""

    category: str | None = None
    colour: str | None = None
    text: str | None = None  # words that the caption holds
    file: str | None = None  # file name; * stands for anything
    author: str | None = None


class CaptionEdit(Fact):
    """One caption before and after a change; after None = by rule again."""

    photo: PhotoId
    file_name: str
    before: Caption
    after: Caption | None


class CaptionChange(Fact):
    """What a person did to captions of a shoot at once; never altered, only undone by another."""

    id: ChangeId
    shoot: ShootId
    person: str
    what: str
    at: datetime
    undoes: ChangeId | None = None
    edits: tuple[CaptionEdit, ...]


class CaptionFaultKind(StrEnum):
    """What a lint finds in captions."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    SHARED = "shared"
    LEAKED = "leaked"
    COLOUR = "colour"
    CATEGORY = "category"
    DUPLICATE = "duplicate"


class CaptionFault(Fact):
    """Something wrong with one or more captions, and the way out."""

    kind: CaptionFaultKind
    files: tuple[str, ...]
    words: str
    way_out: str


class CaptionLint(Fact):
    """All that is wrong with a shoot's captions; `length_by` says how their length was counted."""

    captions: int
    faults: tuple[CaptionFault, ...]
    length_by: str


class CaptionAction(StrEnum):
    """What is done to the words of captions."""

    SET = "set"
    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"


class CaptionOrder(Fact):
    """A change of captions that is asked for: of all photos that `where` lets through."""

    action: CaptionAction
    words: str  # what to say, to look for, to add or to take out
    by: str = ""  # of REPLACE: what comes in the words' place
    where: CaptionFilter = CaptionFilter()
    person: str


class CaptionFormat(StrEnum):
    """Whose way of keeping captions beside photos."""

    KOHYA = "kohya"  # one text file per photo, of the same name
    IMAGEFOLDER = "imagefolder"  # metadata.jsonl with file_name and text
