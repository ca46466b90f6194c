from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from muslin.curation.rights.table import Stated, read_rights
from muslin.domain.curation.rights import Consent, Statement

PHOTOS = ("a.jpg", "worn/b.jpg", "worn/c.jpg")


def read(folder: Path, text: str, name: str = "rights.csv") -> Stated:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return read_rights(folder, [name, "categories.csv"], PHOTOS)


def test_a_line_without_a_file_speaks_of_all_photos(tmp_path: Path) -> None:
    stated = read(
        tmp_path,
        "file_name,licence,owner,until\n*,own,Atelier Ada,\na.jpg,stock,Agency,2027-03-31\n",
    )

    assert stated.statements == {
        None: Statement(licence="own", owner="Atelier Ada"),
        "a.jpg": Statement(licence="stock", owner="Agency", until=date(2027, 3, 31)),
    }
    assert stated.problems == []


def test_every_person_in_a_photo_has_a_line(tmp_path: Path) -> None:
    stated = read(
        tmp_path,
        "file_name;owner;person;scope;channels;consent_until;pay\n"
        'b.jpg;Ada;Zoe;product pictures;"shop; social";2027-01-01;200 EUR\n'
        "b.jpg;;Kim;;;;\n",
        "worn/rights.csv",
    )

    assert stated.statements["worn/b.jpg"].owner == "Ada"
    assert stated.statements["worn/b.jpg"].consents == (
        Consent(
            person="Zoe",
            scope="product pictures",
            channels=("shop", "social"),
            until=date(2027, 1, 1),
            pay="200 EUR",
        ),
        Consent(person="Kim"),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file_name,owner\nlost.jpg,Ada\n", "'lost.jpg'"),
        ("file_name,until\na.jpg,31.3.2027\n", "2027-03-31"),
        ("file_name,ower\na.jpg,Ada\n", "Its columns may be"),
        ("", "Its columns may be"),
    ],
)
def test_a_line_that_makes_no_sense_is_told_and_states_nothing(
    tmp_path: Path, text: str, words: str
) -> None:
    stated = read(tmp_path, text)

    assert stated.statements == {}
    (problem,) = stated.problems
    assert words in problem.reason
    assert problem.code == "malformed"


def test_a_good_line_is_kept_beside_a_bad_one(tmp_path: Path) -> None:
    stated = read(tmp_path, "file_name,owner\nlost.jpg,Ada\na.jpg,Ada\n")

    assert set(stated.statements) == {"a.jpg"}
    assert len(stated.problems) == 1
