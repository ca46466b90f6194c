from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from muslin.cli.errors import INTERNAL, INTERRUPTED, STATUS, USAGE
from muslin.domain.errors import DiskFull, StudioError
from muslin.domain.progress import Cancelled
from tests.cli.conftest import CannedStudio, Terminal


def every_refusal(kind: type[StudioError] = StudioError) -> list[type[StudioError]]:
    below = [error for sub in kind.__subclasses__() for error in every_refusal(sub)]
    return [kind, *below]


@pytest.mark.parametrize("kind", every_refusal(), ids=lambda kind: kind.code)
def test_every_refusal_leaves_with_a_status_of_its_own(
    kind: type[StudioError], muslin: Terminal, studio: CannedStudio
) -> None:
    studio.refuses_with = kind("The hem is torn.", hint="Sew it.")

    spoken = muslin("shoots", "list", "--json")

    assert spoken.status == STATUS[kind.code]
    assert spoken.err == "Error: The hem is torn.\nHint:  Sew it.\n"
    assert spoken.answer == {
        "error": {"code": kind.code, "what": "The hem is torn.", "hint": "Sew it."}
    }


def test_no_two_refusals_share_a_status() -> None:
    assert len(set(STATUS.values())) == len(STATUS)
    assert all(10 <= status < 64 for status in STATUS.values())
    assert set(STATUS) == {kind.code for kind in every_refusal()}


def test_people_are_told_on_stderr_alone(muslin: Terminal, studio: CannedStudio) -> None:
    studio.refuses_with = DiskFull("The disk is full.", hint="Make room.")

    spoken = muslin("shoots", "list")

    assert spoken.out == ""
    assert "The disk is full." in spoken.err


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), Cancelled()])
def test_a_stop_says_that_nothing_is_lost(
    interruption: BaseException, muslin: Terminal, studio: CannedStudio
) -> None:
    studio.refuses_with = interruption

    spoken = muslin("shoots", "list", "--json")

    assert spoken.status == INTERRUPTED
    assert "is kept" in spoken.err
    assert "Traceback" not in spoken.err


def test_a_fault_of_ours_leaves_its_traceback_in_a_file_and_not_in_the_terminal(
    muslin: Terminal, studio: CannedStudio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", os.fspath(tmp_path))
    studio.refuses_with = ZeroDivisionError("no cloth")

    spoken = muslin("shoots", "list", "--json")

    assert spoken.status == INTERNAL
    assert "Traceback" not in spoken.out + spoken.err
    (file,) = tmp_path.iterdir()
    assert str(file) in re.sub(r"\s+", " ", spoken.err)
    assert "ZeroDivisionError: no cloth" in file.read_text()


def test_words_that_are_no_command_are_told_to_scripts_too(muslin: Terminal) -> None:
    spoken = muslin("shoots", "iron", "--json")

    assert spoken.status == USAGE
    assert "iron" in spoken.err
    assert '"code": "usage"' in spoken.out
