from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from muslin.domain.errors import DiskFull, TornCheckpoint
from muslin.domain.fact import RunId
from muslin.training.save import (
    MANIFEST,
    Manifest,
    keep_newest,
    save_file,
    save_folder,
    saved_steps,
    step_folder,
    verified,
)

CONTENTS = {"weights": b"thread", "moments": b"needle"}


def a_manifest(step: int = 5) -> Manifest:
    return Manifest(run=RunId("run-1"), inputs="x", step=step, losses=(1.5, 3), torch="2")


def saved(parent: Path, *steps: int) -> None:
    for step in steps:
        save_folder(step_folder(parent, step), a_manifest(step), CONTENTS)


def test_a_saved_folder_is_verified_and_holds_everything(tmp_path: Path) -> None:
    saved(tmp_path, 5)
    folder = step_folder(tmp_path, 5)

    manifest = verified(folder)

    assert (manifest.step, manifest.losses) == (5, (1.5, 3))
    assert {file.name: file.size_bytes for file in manifest.files} == {"weights": 6, "moments": 6}
    assert (folder / "weights").read_bytes() == b"thread"
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def lose_a_file(folder: Path) -> None:
    (folder / "weights").unlink()


def cut_a_file(folder: Path) -> None:
    (folder / "weights").write_bytes(b"thr")


def change_a_byte(folder: Path) -> None:
    (folder / "weights").write_bytes(b"threat")


def lose_the_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def cut_the_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_bytes((folder / MANIFEST).read_bytes()[:40])


@pytest.mark.parametrize(
    "tear", [lose_a_file, cut_a_file, change_a_byte, lose_the_manifest, cut_the_manifest]
)
def test_a_torn_folder_is_never_trusted(tmp_path: Path, tear: Callable[[Path], None]) -> None:
    saved(tmp_path, 5, 10)
    tear(step_folder(tmp_path, 10))

    with pytest.raises(TornCheckpoint):
        verified(step_folder(tmp_path, 10))

    assert [manifest.step for _, manifest in saved_steps(tmp_path)] == [5]


def test_saving_again_replaces_what_was_there(tmp_path: Path) -> None:
    saved(tmp_path, 5)
    folder = step_folder(tmp_path, 5)
    lose_a_file(folder)

    save_folder(folder, a_manifest(), {"weights": b"silk"})

    assert [file.name for file in verified(folder).files] == ["weights"]
    assert not (folder / "moments").exists()


def test_a_leftover_of_a_killed_save_does_no_harm(tmp_path: Path) -> None:
    staged = tmp_path / ".step-000005.staged"
    staged.mkdir()
    (staged / "weights").write_bytes(b"thr")

    saved(tmp_path, 5)

    assert verified(step_folder(tmp_path, 5)).step == 5
    assert not staged.exists()


def test_steps_come_newest_first_and_only_the_newest_are_kept(tmp_path: Path) -> None:
    saved(tmp_path, 25, 1000, 150)

    keep_newest(tmp_path, 2)

    assert [manifest.step for _, manifest in saved_steps(tmp_path)] == [1000, 150]
    assert not step_folder(tmp_path, 25).exists()


def test_a_full_disk_is_a_refusal_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    saved(tmp_path, 5)
    monkeypatch.setattr(os, "fsync", no_room)

    with pytest.raises(DiskFull) as refusal:
        saved(tmp_path, 10)
    with pytest.raises(DiskFull):
        save_file(tmp_path / "cache" / "file", b"cloth")

    assert refusal.value.hint
    assert sorted(path.name for path in tmp_path.rglob("*step*")) == ["step-000005"]
    assert not list((tmp_path / "cache").iterdir())


def test_a_file_appears_whole(tmp_path: Path) -> None:
    save_file(tmp_path / "a" / "b", b"cloth")

    assert (tmp_path / "a" / "b").read_bytes() == b"cloth"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_no_flipped_bit_of_a_manifest_goes_unnoticed(tmp_path: Path) -> None:
    """One bit makes step 4 of step 5, which would be trusted without the manifest's seal."""
    saved(tmp_path, 5)
    path = step_folder(tmp_path, 5) / MANIFEST
    content = path.read_bytes()

    for place in range(len(content)):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[place] ^= 1 << bit
            path.write_bytes(flipped)
            with pytest.raises(TornCheckpoint):
                verified(path.parent)


def test_a_file_in_a_folder_s_place_gives_way(tmp_path: Path) -> None:
    step_folder(tmp_path, 5).write_bytes(b"")

    saved(tmp_path, 5)

    assert verified(step_folder(tmp_path, 5)).step == 5
