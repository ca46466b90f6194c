from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pytest

from muslin.curation.sidecars import Words, read_words

Files = Mapping[str, str | bytes]


def read(folder: Path, files: Files) -> Words:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_words(folder, files)


def complaints(words: Words) -> list[tuple[str, str]]:
    return [(p.file_name, p.code) for p in words.problems]


def test_a_text_file_captions_the_photo_beside_it(tmp_path: Path) -> None:
    files: Files = {"a/x.jpg": b"", "a/x.txt": "\ufeffa red\n dress \n", "b/x.jpg": b""}

    words = read(tmp_path, files)

    assert words.captions == {"a/x.jpg": "a red dress"}
    assert words.problems == []


def test_an_empty_text_file_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, {"x.jpg": b"", "x.txt": " \n"}).captions == {}


def test_a_table_of_categories_may_have_any_name_and_lie_in_any_folder(tmp_path: Path) -> None:
    files: Files = {"day/x.jpg": b"", "day/categories.csv": "file_name,category\nx.jpg,dress\n"}

    assert read(tmp_path, files).categories == {"day/x.jpg": "dress"}


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_spreadsheet_of_any_country_is_read(tmp_path: Path, between: str) -> None:
    rows = [("File_Name", " text ", "category"), ("look\\x.jpg", '"long, red"', "dress")]
    table = "\ufeff" + "\r\n".join(between.join(row) for row in rows)

    words = read(tmp_path, {"look/x.jpg": b"", "metadata.csv": table})

    assert words.captions == {"look/x.jpg": "long, red"}
    assert words.categories == {"look/x.jpg": "dress"}


def test_json_lines_give_captions_and_categories(tmp_path: Path) -> None:
    lines = '{"file_name": "x.jpg", "text": "a dress", "category": null, "kids": true}\n\n'

    words = read(tmp_path, {"x.jpg": b"", "metadata.jsonl": lines})

    assert (words.captions, words.categories) == ({"x.jpg": "a dress"}, {})
    assert words.problems == []


def test_accents_are_the_same_however_a_system_spells_them(tmp_path: Path) -> None:
    apart = unicodedata.normalize("NFD", "robe d'été.jpg")
    together = unicodedata.normalize("NFC", apart)

    words = read(tmp_path, {apart: b"", "c.csv": f"file_name,category\n{together},dress\n"})

    assert words.categories == {apart: "dress"}


def test_a_text_file_goes_before_a_table(tmp_path: Path) -> None:
    files: Files = {"x.jpg": b"", "x.txt": "mine", "metadata.csv": "file_name,text\nx.jpg,theirs\n"}

    assert read(tmp_path, files).captions == {"x.jpg": "mine"}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("c.csv", "file_name,category\ngone.jpg,dress\n", "missing"),
        ("c.csv", "file_name,category\n../x.jpg,dress\n", "missing"),
        ("metadata.jsonl", '{"file_name": "gone.jpg", "text": "x"}', "missing"),
        ("orphan.txt", "a dress", "missing"),
        ("c.csv", "name,kind\nx.jpg,dress\n", "malformed"),
        ("c.csv", "file_name,price\nx.jpg,9\n", "malformed"),
        ("c.csv", "", "malformed"),
        ("c.csv", "file_name,category\n,dress\n", "malformed"),
        ("c.csv", "file_name,category\nx.jpg,dress,blue,9\n", "malformed"),
        ("c.csv", b"file_name,category\nx.jpg,\xff\xfe\n", "malformed"),
        ("c.csv", f"file_name,category\nx.jpg,{'long' * 50_000}\n", "malformed"),
        ("metadata.jsonl", "not json", "malformed"),
        ("metadata.jsonl", "[1, 2]", "malformed"),
        ("metadata.jsonl", '{"file_name": 7}', "malformed"),
        ("metadata.jsonl", "[" * 100_000, "malformed"),
        ("x.txt", b"\xff\xfe\xfd", "malformed"),
        ("x.txt", "long" * 20_000, "malformed"),
    ],
)
def test_words_that_cannot_be_used_are_reported_and_stop_nothing(
    tmp_path: Path, name: str, content: str | bytes, code: str
) -> None:
    good = "file_name,category\nx.jpg,skirt\n"

    words = read(tmp_path, {"x.jpg": b"", "z.csv": good, name: content})

    assert complaints(words) == [(name, code)]
    assert words.categories == {"x.jpg": "skirt"}


def test_a_table_that_vanishes_is_reported(tmp_path: Path) -> None:
    words = read_words(tmp_path, ["x.jpg", "c.csv"])

    assert complaints(words) == [("c.csv", "unreadable")]


@pytest.mark.parametrize("column", ["garment", "sku", "article"])
def test_a_table_may_say_which_photos_show_one_garment(tmp_path: Path, column: str) -> None:
    table = f"file_name,{column}\nfront.jpg,KN 4711\nback.jpg,KN 4711\nhat.jpg,\n"
    lines = f'{{"file_name": "cap.jpg", "{column}": 815}}\n'
    photos = ("front.jpg", "back.jpg", "hat.jpg", "cap.jpg")

    words = read(tmp_path, dict.fromkeys(photos, "") | {"a.csv": table, "metadata.jsonl": lines})

    assert words.garments == {"front.jpg": "KN 4711", "back.jpg": "KN 4711", "cap.jpg": "815"}
    assert words.problems == []


def test_the_table_of_rights_is_not_taken_for_words(tmp_path: Path) -> None:
    words = read(tmp_path, {"a.jpg": "", "rights.csv": "file_name,owner\na.jpg,Ada\n"})

    assert words == Words()
