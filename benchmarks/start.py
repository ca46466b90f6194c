"""Claim: `muslin --help` answers within 0.3 s and loads neither torch nor anything else heavy.

`python -m benchmarks.start`. Processor time is beside wall time, since other work on the machine
lengthens the latter alone.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

from benchmarks.command_line import executable
from benchmarks.figures import Spread, StartFigures
from benchmarks.results import shown, write_result

HEAVY = ("torch", "diffusers", "transformers", "onnxruntime", "numpy", "cv2", "sqlalchemy")
LOADED = (
    "import json, sys\n"
    "from muslin.cli.app import answer\n"
    "answer(['--help'])\n"
    "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
)


def timed() -> tuple[float, float]:
    """Wall and processor seconds of one `muslin --help`, start of Python included."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([executable(), "--help"], stdout=subprocess.DEVNULL, check=True)
    wall_s = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def heavy() -> tuple[str, ...]:
    """Packages of HEAVY that `--help` loads."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED], stdout=subprocess.PIPE, text=True, check=True
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    return tuple(name for name in HEAVY if name in loaded)


def measure(runs: int) -> StartFigures:
    """Time so many starts, after one that warms the disk's cache."""
    timed()
    times = [timed() for _ in range(runs)]
    return StartFigures(
        wall_s=Spread.of([wall for wall, _ in times]),
        processor_s=Spread.of([processor for _, processor in times]),
        heavy=heavy(),
    )


def main() -> None:
    """Measure, keep, show."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start", description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    figures = measure(parser.parse_args().runs)
    write_result("start", figures)
    told: dict[str, object] = {
        "wall, median, s": figures.wall_s.median,
        "processor, median, s": figures.processor_s.median,
        "heavy packages loaded": ", ".join(figures.heavy) or "none",
    }
    print(shown(told))


if __name__ == "__main__":
    main()
