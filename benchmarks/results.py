"""Where results lie, and how they are written and shown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from muslin.cli.printing import table
from muslin.domain.fact import Fact
from muslin.runtime.disk import make_folder, write_atomic

FOLDER = Path(__file__).resolve().parent / "results"
IMAGES = FOLDER.parent.parent / "docs" / "images"

F = TypeVar("F", bound=Fact)


def read_result(name: str, kind: type[F], folder: Path = FOLDER) -> F | None:
    """The figures of a benchmark, or None when it never ran."""
    path = folder / f"{name}.json"
    return kind.model_validate_json(path.read_bytes()) if path.exists() else None


def write_result(name: str, figures: Fact, folder: Path = FOLDER) -> Path:
    """Keep the figures of a benchmark; returns their file."""
    make_folder(folder)
    path = folder / f"{name}.json"
    write_atomic(path, f"{figures.model_dump_json(indent=1)}\n".encode())
    return path


def shown(figures: Mapping[str, object]) -> str:
    """Figures as two aligned columns for the terminal."""
    return table(("FIGURE", "VALUE"), list(figures.items()), empty="Nothing was measured.")
