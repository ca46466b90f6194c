from __future__ import annotations

from pathlib import Path

import pytest

from muslin.curation.captions.exchange import caption_files, read_captions
from muslin.domain.curation.captions import CaptionFormat
from muslin.domain.errors import InvalidRequest

CAPTIONS = {
    "dress.jpg": 'a red dress, "Rosa", 100 % silk',
    "aw26/coat.front.png": "ein grüner Mantel, größer",
    "aw26/été.jpg": "a {navy}\\beret",
    "set.jpg": "two\u2028lines?".replace("\u2028", " "),
}


@pytest.mark.parametrize("format", CaptionFormat)
def test_captions_come_back_word_for_word(format: CaptionFormat, tmp_path: Path) -> None:
    files = caption_files(CAPTIONS, format)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    captions, problems = read_captions(tmp_path, sorted(files), sorted(CAPTIONS))

    assert captions == CAPTIONS
    assert problems == []


def test_kohyas_files_lie_beside_their_photos() -> None:
    files = caption_files(CAPTIONS, CaptionFormat.KOHYA)

    assert set(files) == {"dress.txt", "aw26/coat.front.txt", "aw26/été.txt", "set.txt"}


def test_two_photos_of_one_name_share_a_text_file_only_when_they_say_the_same() -> None:
    same = {"a.jpg": "a hat", "a.png": "a hat"}
    other = {"a.jpg": "a hat", "a.png": "a cap"}

    assert caption_files(same, CaptionFormat.KOHYA) == {"a.txt": "a hat\n"}
    with pytest.raises(InvalidRequest) as refused:
        caption_files(other, CaptionFormat.KOHYA)
    assert "imagefolder" in refused.value.hint
    assert caption_files(other, CaptionFormat.IMAGEFOLDER)["metadata.jsonl"].count("\n") == 2


def test_words_for_photos_that_are_not_there_are_told(tmp_path: Path) -> None:
    (tmp_path / "lost.txt").write_text("a hat", encoding="utf-8")

    captions, problems = read_captions(tmp_path, ["lost.txt"], ["dress.jpg"])

    assert captions == {}
    assert [problem.code for problem in problems] == ["missing"]
