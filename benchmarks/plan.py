"""Claim: a plan foresees a short run's time within 35 % and its memory within 25 %.

`python -m benchmarks.plan` on a quiet machine: plans, then trains a few steps of the starter on the
sample shoot with one thread, and compares with what the training process really took.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

from benchmarks.figures import PlanFigures
from benchmarks.results import shown, write_result
from muslin import Studio
from muslin.domain.dataset import SelectionRecipe
from muslin.domain.profile import Profile

SHOOT = Path(__file__).resolve().parent.parent / "examples" / "sample-shoot"


def measure(steps: int, home: Path) -> PlanFigures:
    """Foresee a run and take it, in a fresh studio."""
    profile = Profile(steps=steps, warmup_steps=1, save_every=steps)
    with Studio.open(home) as studio:
        studio.import_shoot(SHOOT, "plan")
        dataset = studio.freeze_dataset("plan", SelectionRecipe())
        started_at = time.perf_counter()
        planned = studio.plan(dataset.id, profile)
        planning_s = time.perf_counter() - started_at
        job = studio.start_run("plan", dataset.id, profile)
        started_at = time.perf_counter()
        studio.follow(job.id)
        seconds = time.perf_counter() - started_at
    return PlanFigures(
        steps=steps,
        planning_s=round(planning_s, 2),
        foreseen_s=round(planned.seconds, 2),
        took_s=round(seconds, 2),
        foreseen_bytes=planned.memory_bytes,
        # the largest of all children; decoders of photos are small beside a trainer
        took_bytes=resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024,
    )


def main() -> None:
    """Measure, keep, show."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plan", description=__doc__)
    parser.add_argument("--steps", type=int, default=60)
    steps = parser.parse_args().steps
    os.environ["MUSLIN_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(steps, Path(folder))
    path = write_result("plan", figures)
    told: dict[str, object] = {
        "planning, s": figures.planning_s,
        "time, foreseen / taken": f"{figures.foreseen_s / figures.took_s:.2f}",
        "memory, foreseen / taken": f"{figures.foreseen_bytes / figures.took_bytes:.2f}",
        "kept in": path.name,
    }
    print(shown(told))


if __name__ == "__main__":
    main()
