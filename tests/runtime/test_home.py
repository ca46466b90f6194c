from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from muslin.domain.errors import DiskFull, HomeUnusable, InvalidRequest, NotFound, StudioError
from muslin.runtime.home import Home, open_home
from muslin.runtime.settings import read_settings
from tests.runtime.conftest import fill


def test_a_studio_has_one_folder_with_everything_in_its_place(tmp_path: Path) -> None:
    home = open_home(tmp_path / "new" / "studio")

    inside = {path.name for path in home.root.iterdir()}
    assert inside == {"blobs", "weights", "runs", "tmp"}
    assert home.database == home.root / "muslin.db"


def test_a_studio_is_opened_again_as_it_was(home: Home) -> None:
    kept = home.run_folder("run-1") / "log.txt"
    kept.write_text("words")

    assert open_home(home.root) == home
    assert kept.read_text() == "words"


@pytest.mark.parametrize("run", ["", "..", "../run-1", "a/b", ".hidden", "x" * 101])
def test_no_runs_folder_lies_outside_the_studio(home: Home, run: str) -> None:
    with pytest.raises(NotFound):
        home.run_folder(run)


def _refused(root: Path, error: type[StudioError]) -> StudioError:
    with pytest.raises(error) as refusal:
        open_home(root)
    return refusal.value


def test_a_file_is_no_studio(tmp_path: Path) -> None:
    place = tmp_path / "studio"
    place.write_text("a file")

    refusal = _refused(place, HomeUnusable)

    assert str(place) in str(refusal)
    assert "--home" in refusal.hint
    assert place.read_text() == "a file"


def test_a_folder_that_the_system_keeps_is_refused() -> None:
    if not Path("/proc/self").exists():
        pytest.skip("There is no /proc here.")
    refusal = _refused(Path("/proc/muslin/studio"), HomeUnusable)

    assert "MUSLIN_HOME" in refusal.hint


def test_a_read_only_disk_is_refused_before_any_work(small_disk: Path) -> None:
    open_home(small_disk / "studio")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

    refusal = _refused(small_disk / "studio", HomeUnusable)

    assert "read-only" in str(refusal)


def test_a_full_disk_is_refused_before_any_work(small_disk: Path) -> None:
    home = open_home(small_disk / "studio")
    fill(small_disk)

    _refused(home.root, DiskFull)

    assert {path.name for path in home.root.iterdir()} == {"blobs", "weights", "runs", "tmp"}


def test_every_setting_can_be_said_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"HOME": "/srv/studio", "DATABASE_URL": "sqlite://", "LEASE_S": "12.5", "THREADS": "3"}
    for name, value in said.items():
        monkeypatch.setenv(f"MUSLIN_{name}", value)

    settings = read_settings()

    assert settings.home == Path("/srv/studio")
    assert settings.database_url == "sqlite://"
    assert settings.lease_s == 12.5
    assert settings.threads == 3


def test_without_words_the_studio_lies_in_the_persons_home() -> None:
    assert read_settings().home == Path("~/.muslin")


def test_a_setting_out_of_bounds_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSLIN_LEASE_S", "0")

    with pytest.raises(InvalidRequest, match="MUSLIN_LEASE_S") as refusal:
        read_settings()
    assert "MUSLIN_LEASE_S" in refusal.value.hint
