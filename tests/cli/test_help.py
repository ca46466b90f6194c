from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import typer

from muslin.cli.app import app

if TYPE_CHECKING:
    from typer._click import Command

HEAVY = {
    "PIL",
    "alembic",
    "argon2",
    "cv2",
    "diffusers",
    "fastapi",
    "jinja2",
    "numpy",
    "onnxruntime",
    "pydantic",
    "rich",
    "scipy",
    "sqlalchemy",
    "starlette",
    "torch",
    "transformers",
    "uvicorn",
}
LOADED = """
import json, sys
from muslin.cli.app import answer
status = answer(["--help"])
print(json.dumps([status, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def python(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=True, env=os.environ
    )
    return done.stdout


def test_help_loads_nothing_heavy() -> None:
    status, modules = json.loads(python("-c", LOADED).splitlines()[-1])

    assert status == 0
    assert HEAVY.isdisjoint(modules)


def test_help_answers_within_three_tenths_of_a_second() -> None:
    def processor_time(*words: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        python(*words)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    asking = ("-c", "from muslin.cli.app import answer; answer(['--help'])")

    # Processor time, not wall time: other work on the machine must not decide a test.
    assert min(processor_time(*asking) for _ in range(3)) <= 0.3


def verbs(command: Command, words: str) -> Iterator[tuple[str, Command]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield words, command
    else:
        for name, inner in below.items():
            yield from verbs(inner, f"{words} {name}".strip())


VERBS = dict(verbs(typer.main.get_command(app), ""))


@pytest.mark.parametrize("words", VERBS)
def test_every_command_can_answer_in_json_and_explains_each_option(words: str) -> None:
    options = {name: parameter for parameter in VERBS[words].params for name in parameter.opts}

    assert "--json" in options
    assert VERBS[words].help
    for name, parameter in options.items():
        assert name == "--help" or getattr(parameter, "help", None), name


@pytest.mark.parametrize("words", sorted(set(VERBS) - {"weights convert", "weights list"}))
def test_every_command_that_needs_a_studio_takes_its_folder(words: str) -> None:
    assert "--home" in {name for parameter in VERBS[words].params for name in parameter.opts}
