"""Answers on stdout: words for people, or one JSON object as the last line for scripts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel

    Answer = BaseModel | Mapping[str, "Answer"] | Sequence["Answer"] | str | float | bool | None
    Plain = Mapping[str, "Plain"] | Sequence["Plain"] | str | float | bool | None


def plain(answer: Answer) -> Plain:
    """Domain values as what JSON knows; a number that is not one (NaN) becomes null."""
    if isinstance(answer, float):
        return answer if math.isfinite(answer) else None
    if answer is None or isinstance(answer, str | int):
        return answer
    if isinstance(answer, Mapping):
        return {key: plain(value) for key, value in answer.items()}
    if isinstance(answer, Sequence):
        return [plain(value) for value in answer]
    return plain(answer.model_dump(mode="json"))


def print_json(answer: Answer) -> None:
    """One line, ASCII only, so that it survives every terminal and `tail -n 1`."""
    typer.echo(json.dumps(plain(answer), allow_nan=False))


def print_answer(answer: Answer, words: str, *, as_json: bool) -> None:
    """The answer in the form that was asked for."""
    if as_json:
        print_json(answer)
    else:
        typer.echo(words)


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> str:
    """Rows under headings in aligned columns; `empty` says what to do when there are none."""
    if not rows:
        return empty
    cells = [list(headings), *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[k]) for row in cells) for k in range(len(headings))]
    lines = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def figure(value: float | None, unit: str = "") -> str:
    """A measured value in three digits, or the honest answer that there is none."""
    return "not measured" if value is None else f"{value:.3g} {unit}".rstrip()


def marked(verdict: str) -> str:
    """A verdict as sign and word, so that colour is never needed."""
    return f"{ {'passed': '✓', 'failed': '✗'}.get(verdict, '?') } {verdict}"
