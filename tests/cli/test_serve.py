from __future__ import annotations

from pathlib import Path

import pytest

from muslin.cli import serve
from muslin.cli.app import answer
from muslin.runtime.studio import Studio


@pytest.fixture
def listened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, set[str]]]:
    heard: list[tuple[str, int, set[str]]] = []

    def listen(_: Studio, host: str, port: int, hosts: set[str]) -> None:
        heard.append((host, port, hosts))

    monkeypatch.setattr(serve, "_listen", listen)
    return heard


def test_the_first_start_prints_the_owners_link_and_later_ones_do_not(
    tmp_path: Path, listened: list[tuple[str, int, set[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["serve", "--home", str(tmp_path), "--port", "9000"]

    assert answer(words) == 0
    link = capsys.readouterr().out.partition("/welcome?token=")[2].split()[0]
    with Studio.open(tmp_path) as studio:
        studio.choose_password(link, "ada plans a coat")
    assert answer(words) == 0
    assert "welcome" not in capsys.readouterr().out
    assert answer([*words, "--new-link"]) == 0
    assert "/welcome?token=" in capsys.readouterr().out
    assert [port for _, port, _ in listened] == [9000, 9000, 9000]


def test_only_names_that_were_allowed_are_answered(
    tmp_path: Path, listened: list[tuple[str, int, set[str]]]
) -> None:
    answer(["serve", "--home", str(tmp_path), "--allow-host", "Studio.Example.com"])

    ((_, _, hosts),) = listened
    assert {"127.0.0.1:8420", "localhost:8420", "studio.example.com"} <= hosts
    assert "evil.example.com" not in hosts
