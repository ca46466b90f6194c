"""`muslin doctor`: what is here, what is missing, and how to get it."""

from __future__ import annotations

from typing import Annotated

import typer

from muslin.cli.options import Home, Json
from muslin.cli.printing import print_answer

SIGNS = {"ok": "✓", "warning": "!", "missing": "–"}


def doctor(
    home: Home = None,
    json: Json = False,
    gpu: Annotated[bool, typer.Option("--gpu", help="Ask torch for a GPU, too (seconds).")] = False,
) -> None:
    """Say what is installed, what hardware there is, which weights, and what is missing.

    Exit status 0 even when optional parts are missing: each line says how to get one.
    """
    from muslin.runtime.doctor import examine, examine_gpu

    lines = [*examine(home), *(examine_gpu() if gpu else ())]
    words = []
    for line in lines:
        words.append(f"{SIGNS[line.state]} {line.name:<24} {line.value}")
        if line.hint:
            words.append(f"  {'':<24} → {line.hint}")
    print_answer({"lines": lines}, "\n".join(words), as_json=json)
