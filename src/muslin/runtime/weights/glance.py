"""A look at licences without opening a studio, for `muslin doctor`; loads no database toolkit."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from muslin.domain.licence import Commercial, LicenceAcceptance, Use
from muslin.networks.licences import all_licences


def licences_in_words(database: Path, use: Use) -> str:
    """What a workspace is for, how many known bases that leaves, and who agreed to which."""
    if use == "non-commercial":
        return "non-commercial use: no base is refused"
    degrees = [licence.commercial for licence in all_licences()]
    kept = accepted(database)
    agreed = f"; accepted: {', '.join(kept)}" if kept else ""
    return (
        f"commercial use: {degrees.count(Commercial.YES)} bases free, "
        f"{degrees.count(Commercial.CONDITIONS) + degrees.count(Commercial.UNKNOWN)} ask first, "
        f"{degrees.count(Commercial.NO)} refused{agreed}"
    )


def accepted(database: Path) -> list[str]:
    """`base (person)` of every acceptance in a studio's SQLite file, oldest first.

    Empty when there is no such file, or none with acceptances in it yet.
    """
    if not database.is_file():
        return []
    try:
        with closing(
            sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
        ) as opened:
            rows = opened.execute("SELECT body FROM licence_acceptance ORDER BY number").fetchall()
    except sqlite3.Error:
        return []
    said = [LicenceAcceptance.model_validate_json(body) for (body,) in rows]
    return list(dict.fromkeys(f"{a.base} ({a.person})" for a in said))
