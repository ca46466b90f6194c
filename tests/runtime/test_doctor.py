from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from muslin.runtime.doctor import (
    MEMORY_BYTES,
    ROOM_BYTES,
    TRAIN,
    DoctorLine,
    DoctorState,
    examine,
    examine_gpu,
    memory_line,
    package_line,
    room_line,
    sqlite_line,
)
from muslin.runtime.settings import Settings


def by_name(lines: tuple[DoctorLine, ...]) -> dict[str, DoctorLine]:
    return {line.name: line for line in lines}


def test_each_line_that_is_not_fine_says_the_way_out(tmp_path: Path) -> None:
    lines = examine(tmp_path / "new")

    assert {"python", "sqlite", "numpy", "torch", "cores", "memory", "home", "disk"} <= set(
        by_name(lines)
    )
    assert all(line.hint for line in lines if line.state is not DoctorState.OK)


def test_looking_makes_nothing(tmp_path: Path) -> None:
    examine(tmp_path / "new")

    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_the_settings_is_looked_at_when_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSLIN_HOME", str(tmp_path / "mine"))

    assert str(tmp_path / "mine") in by_name(examine())["home"].value
    assert Settings().home == tmp_path / "mine"


def test_a_home_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    home = by_name(examine(tmp_path / "file" / "home"))["home"]

    assert home.state is DoctorState.WARNING
    assert "--home" in home.hint


def test_a_part_that_is_not_installed_says_how_to_get_it() -> None:
    line = package_line("no-such-package", DoctorState.MISSING, "pip install 'muslin[train]'")

    assert (line.state, line.value) == (DoctorState.MISSING, "not installed")
    assert "muslin[train]" in line.hint


def test_old_sqlite_is_a_warning_and_the_mended_one_is_not() -> None:
    assert sqlite_line((3, 51, 2)).state is DoctorState.WARNING
    assert sqlite_line((3, 51, 3)).state is DoctorState.OK


def test_little_memory_and_little_room_are_warnings() -> None:
    assert memory_line(MEMORY_BYTES - 1).state is DoctorState.WARNING
    assert memory_line(MEMORY_BYTES).state is DoctorState.OK
    assert room_line(ROOM_BYTES - 1).state is DoctorState.WARNING
    assert room_line(ROOM_BYTES).state is DoctorState.OK


def test_the_doctor_answers_without_loading_what_it_asks_about() -> None:
    script = (
        "import sys; from pathlib import Path; from muslin.runtime.doctor import examine;"
        "examine(Path('nowhere')); print(*sorted(m.partition('.')[0] for m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert {*TRAIN, "cv2", "onnxruntime", "sqlalchemy"}.isdisjoint(done.stdout.split())


@pytest.mark.parametrize(
    ("said", "state", "value"),
    [
        ("print('Big GPU')", DoctorState.OK, "Big GPU"),
        ("print('')", DoctorState.MISSING, "none"),
        ("raise ImportError('torch')", DoctorState.MISSING, "none"),
    ],
)
def test_a_gpu_is_asked_for_in_a_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch, said: str, state: DoctorState, value: str
) -> None:
    monkeypatch.setattr("muslin.runtime.doctor.GPU_PROBE", said)

    (line,) = examine_gpu()

    assert (line.state, line.value) == (state, value)


def test_a_torch_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muslin.runtime.doctor.GPU_PROBE", "import time; time.sleep(60)")
    monkeypatch.setattr("muslin.runtime.doctor.GPU_PROBE_S", 0.2)

    (line,) = examine_gpu()

    assert line.state is DoctorState.WARNING
