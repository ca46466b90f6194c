"""Licence records: which base is under which terms.

A base is known by its hub id, by the licence that lies with it, or by its name. Where several of
these speak, the strictest holds; where none does, or one says what nobody here knows, the terms
are unknown. The records are data, `licences.toml`.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files

from pydantic import Field

from muslin.domain.fact import Fact
from muslin.domain.licence import Commercial, Evidence, Licence
from muslin.networks.licence_clues import Clues, clues_of

UNKNOWN = "unknown"
STRICTNESS = tuple(Commercial)
DOUBT = tuple(Evidence)
TITLE_CHARS = 2000
"""A licence names itself at its beginning; further down it may name others."""


class Terms(Fact):
    """One licence text, whoever uses it."""

    id: str
    cards: tuple[str, ...] = Field(min_length=1)  # how model cards write it, lower case
    marks: tuple[str, ...] = Field(min_length=1)  # words of its title, lower case
    commercial: Commercial
    conditions: tuple[str, ...] = ()
    source: str = Field(pattern=r"^https://")
    evidence: Evidence


class BaseRecord(Fact):
    """One base, or several under the same terms."""

    key: str = Field(pattern=r"^[a-z0-9.-]+$")
    title: str
    hub: tuple[str, ...] = Field(min_length=1)  # hub ids; `*` stands for anything
    names: tuple[str, ...] = ()  # further names of folders and files, without an ending
    terms: tuple[str, ...]  # ids of Terms; all of them hold
    source: str = Field(pattern=r"^https://")
    looked_at: date
    evidence: Evidence
    note: str = ""
    instead: tuple[str, ...] = ()


class Records(Fact):
    """Everything in `licences.toml`."""

    terms: tuple[Terms, ...]
    bases: tuple[BaseRecord, ...]


@cache
def records() -> Records:
    """The records, read once."""
    text = files("muslin.networks").joinpath("licences.toml").read_text(encoding="utf-8")
    return Records.model_validate(tomllib.loads(text))


def all_licences() -> tuple[Licence, ...]:
    """The licence of every known base, in the order of the file."""
    return tuple(_licence_of_record(record) for record in records().bases)


def licence_of(base: str) -> Licence:
    """The licence of a base: `starter`, a key, a hub id, a folder, or a file.

    What was tuned from a base, a release or an imported adapter, has the licence of its base.
    Nothing is fetched; a hub id is judged by its name.
    """
    clues = clues_of(base)
    known = [record for record in records().bases if _is(record, clues)]
    said = [_terms_of_card(card) for card in clues.cards]
    said += [_terms_of_text(text) for text in clues.texts]
    if not known and not said:
        return _licence(base, [None], [])
    return _licence(base, said, known, clues.texts)


def terms_named(words: str) -> Terms | None:
    """The terms with this id, or that a model card names like this."""
    return _terms_of_card(words.strip().casefold())


def licence_under(licence: Licence, words: str) -> Licence:
    """A licence of unknown terms, with the terms that a person says it has.

    Known terms bring their own conditions; of others the person's words are the only record.
    """
    said = words.strip()
    found = terms_named(said)
    mine = Commercial.CONDITIONS, (f"As written down by a person: {said}",), ""
    known = (found.commercial, found.conditions, found.source) if found else mine
    commercial, conditions, source = known
    return licence.model_copy(
        update={
            "terms": found.id if found else said,
            "commercial": commercial,
            "conditions": conditions,
            "source": source,
        }
    )


def _is(record: BaseRecord, clues: Clues) -> bool:
    """Whether a record is about the base; a folder may bear the second half of a hub id."""
    patterns = [pattern.casefold() for pattern in record.hub]
    if any(fnmatchcase(id, pattern) for id in clues.ids for pattern in [*patterns, record.key]):
        return True
    labels = [pattern.partition("/")[2] for pattern in patterns if "/" in pattern]
    labels = [label for label in [*labels, *record.names] if label != "*"]
    return any(fnmatchcase(clues.label, label.casefold()) for label in labels)


def _terms_of_card(card: str) -> Terms | None:
    return next((t for t in records().terms if card in (*t.cards, t.id.casefold())), None)


def _terms_of_text(text: str) -> Terms | None:
    """The strictest terms whose title stands at the beginning of a licence file."""
    title = " ".join(text[:TITLE_CHARS].split()).casefold()
    found = [t for t in records().terms if any(mark in title for mark in t.marks)]
    return max(found, key=lambda t: STRICTNESS.index(t.commercial), default=None)


def _licence_of_record(record: BaseRecord) -> Licence:
    return _licence(record.key, [], [record])


def _licence(
    base: str,
    said: Sequence[Terms | None],
    known: Sequence[BaseRecord],
    texts: Sequence[str] = (),
) -> Licence:
    """All that is known of a base, put together so that the strictest holds.

    `said` are the terms that lie with the base itself; None stands for some that nobody knows.
    """
    listed = [_terms_with_id(id) for record in known for id in record.terms]
    terms = list(dict.fromkeys(t for t in [*listed, *said] if t is not None))
    nameless = None in said or any(not record.terms for record in known)
    degrees = [t.commercial for t in terms] + [Commercial.UNKNOWN] * nameless
    commercial = max(degrees, key=STRICTNESS.index)
    doubts = [t.evidence for t in terms] + [record.evidence for record in known]
    conditions = tuple(dict.fromkeys(c for t in terms for c in t.conditions))
    first = known[0] if known else None
    names = " and ".join([t.id for t in terms] + ([UNKNOWN] if nameless else []))
    return Licence(
        base=first.key if first else base,
        title=first.title if first else base,
        terms=names,
        commercial=commercial,
        conditions=conditions,
        source=first.source if first else next((t.source for t in terms), ""),
        looked_at=first.looked_at if first else None,
        evidence=max(doubts, key=DOUBT.index, default=Evidence.UNCHECKED),
        note=" ".join(record.note for record in known if record.note),
        instead=tuple(dict.fromkeys(key for record in known for key in record.instead)),
        digest=_digest(names, conditions, texts),
    )


def _terms_with_id(id: str) -> Terms:
    return next(terms for terms in records().terms if terms.id == id)


def _digest(names: str, conditions: Sequence[str], texts: Sequence[str]) -> str:
    """sha256 over terms, conditions and licence texts, each closed by a zero byte."""
    digest = hashlib.sha256()
    for part in (names, *conditions, *texts):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()
