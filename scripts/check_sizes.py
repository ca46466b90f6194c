"""Sizes that keep code readable: file, function, arguments, folder. Complexity is ruff's C901.

Limits are those of docs/explanation/architecture.md, section 4. An exception is one line of
`scripts/size_exceptions.txt`, `PATH[:FUNCTION] MEASURE REASON`, and a line that excuses nothing
is a fault too, so the list can only shrink.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = ("src", "tests", "scripts", "examples", "starter", "benchmarks")
LIMITS = {"file_lines": 400, "function_lines": 50, "arguments": 7, "folder_files": 12}


@dataclass(frozen=True, slots=True)
class Oversize:
    """One thing above its limit; `place` is a path from the root, with `:name` for a function."""

    place: str
    measure: str
    value: int

    def __str__(self) -> str:
        return f"{self.place}: {self.measure} is {self.value}, limit {LIMITS[self.measure]}"


Function = ast.FunctionDef | ast.AsyncFunctionDef


def argument_count(function: Function) -> int:
    """Arguments a caller may give; `self` and `cls` are not the caller's."""
    a = function.args
    names = [x.arg for x in (*a.posonlyargs, *a.args, *a.kwonlyargs)]
    return len([name for name in names if name not in {"self", "cls"}])


def function_lines(function: Function) -> int:
    """Lines from `def` to the end without the docstring: explanation is never what is too long."""
    end = function.end_lineno or function.lineno
    lines = end - function.lineno + 1
    if ast.get_docstring(function) is not None:
        first = function.body[0]
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def measure_file(path: Path, name: str) -> Iterator[Oversize]:
    """Everything measured in one Python file, within limits or not."""
    source = path.read_text(encoding="utf-8")
    yield Oversize(name, "file_lines", len(source.splitlines()))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            place = f"{name}:{node.name}"
            yield Oversize(place, "function_lines", function_lines(node))
            yield Oversize(place, "arguments", argument_count(node))


def measure_folders(files: Sequence[Path], root: Path) -> Iterator[Oversize]:
    """Python files per folder; `__init__.py` is the folder itself and is not counted."""
    for folder in sorted({file.parent for file in files}):
        inside = [f for f in files if f.parent == folder and f.name != "__init__.py"]
        yield Oversize(folder.relative_to(root).as_posix(), "folder_files", len(inside))


def oversizes(root: Path) -> list[Oversize]:
    """All sizes above their limits below a checkout's code folders."""
    folders = [root / name for name in CODE]
    files = sorted(file for folder in folders for file in folder.rglob("*.py"))
    measured = [m for file in files for m in measure_file(file, file.relative_to(root).as_posix())]
    measured.extend(measure_folders(files, root))
    return [m for m in measured if m.value > LIMITS[m.measure]]


def read_exceptions(path: Path) -> dict[tuple[str, str], str]:
    """Reasons by place and measure; a line without a reason is a ValueError."""
    exceptions: dict[tuple[str, str], str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            place, measure, reason = line.split(maxsplit=2)
            exceptions[place, measure] = reason
    return exceptions


def main() -> int:
    """Print every fault; exit status 1 when there is any."""
    exceptions = read_exceptions(ROOT / "scripts" / "size_exceptions.txt")
    found = {(o.place, o.measure): o for o in oversizes(ROOT)}
    faults = [str(o) for key, o in found.items() if key not in exceptions]
    faults += [
        f"{p}: exception for {m} excuses nothing" for p, m in exceptions if (p, m) not in found
    ]
    for fault in faults:
        print(fault)
    print(f"{len(faults)} sizes out of bounds, {len(exceptions)} exceptions")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
