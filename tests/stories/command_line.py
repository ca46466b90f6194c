"""The installed command in a process of its own, and what a studio looks like from outside."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from muslin.cli.errors import STATUS

CALL = "from muslin.cli.app import main; main()"


@dataclass(frozen=True, slots=True)
class Said:
    """What a command left behind: exit status, stdout, stderr."""

    status: int
    out: str
    err: str

    @property
    def answer(self) -> Mapping[str, object]:
        """The JSON object that is the last thing on stdout."""
        answer = json.loads(self.out.splitlines()[-1])
        assert isinstance(answer, dict)
        return answer


def muslin(*words: str | Path) -> Said:
    """Call the command with `--json`."""
    done = subprocess.run(
        [sys.executable, "-c", CALL, *words, "--json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return Said(done.returncode, done.stdout, done.stderr)


def assert_one_refusal(said: Said, code: str) -> None:
    """One error with a hint on stderr, the same as JSON on stdout, and the code's exit status."""
    error = said.answer["error"]
    assert isinstance(error, dict)
    assert error["code"] == code, said.err
    assert said.status == STATUS[code] != 0
    lines = said.err.splitlines()
    assert [line for line in lines if line.startswith("Error:")] == [f"Error: {error['what']}"]
    assert [line for line in lines if line.startswith("Hint:")] == [f"Hint:  {error['hint']}"]
    assert error["hint"]
    assert "Traceback" not in said.err


def assert_nothing_half_written(home: Path) -> None:
    """No file that is still a part, nothing in the scratch folder, and a sound database."""
    assert list(home.rglob("*.part")) == []
    assert list(home.glob("tmp/*")) == []
    if (home / "muslin.db").exists():
        with closing(sqlite3.connect(home / "muslin.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
