"""Claim: our step costs at most 1.15 of the pure network's pass, and less than the peer's.

`python -m benchmarks.training_step CHECKOUT LIBRARIES` with a checkout of huggingface/diffusers,
whose `examples/text_to_image/train_text_to_image_lora.py` runs as it is, and a folder with what it
needs beside Muslin's environment. One thread. Each contender runs in processes of its own, in
turns, and after each of its steps a pass of the pure network is taken off its clock: a machine that
is slow for one is slow for both. Times are processor times; other work on the machine still
lengthens them, through caches and clock rates, so the load is kept with the figures.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import Spread, StepFigures, TrainingStepFigures, WholeFigures
from benchmarks.results import read_result, shown, write_result
from benchmarks.training.clock import WARM_UP, Timed
from benchmarks.training.task import Task

SCRIPT = Path("examples") / "text_to_image" / "train_text_to_image_lora.py"
CASES = {"256 px": (256, 1), "512 px": (512, 1), "256 px, 4 photos": (256, 4)}
"""Side and photos per step, by name."""
NAME = "training_step"
PHOTOS = 20
QUIET = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
}


@dataclass(frozen=True, slots=True)
class Field:
    """Where contenders meet: the peer's script and libraries, a base, a shoot, a place to work."""

    script: Path
    libraries: Path
    place: Path
    loads: list[float] = field(default_factory=list)  # of the case at hand

    def load(self) -> float:
        """Mean load since the last time it was asked for."""
        mean = round(statistics.fmean(self.loads), 1)
        self.loads.clear()
        return mean

    def task(self, side_px: int, batch_size: int, steps: int) -> Task:
        """A training with one checkpoint, at its end."""
        return Task(
            base=self.place / "base",
            shoot=self.place / "shoot",
            home=self.place / "home",
            side_px=side_px,
            batch_size=batch_size,
            steps=steps,
            save_every=steps,
        )

    def ours(self, task: Task) -> Timed:
        """Our training."""
        return self._run("our_run", [], task)

    def peers(self, task: Task) -> Timed:
        """The peer's."""
        return self._run("peer_run", [self.script, self.libraries], task)

    def added(self, task: Task, layers: str) -> float:
        """Operations of layers that learn over those of the network, in no time at all."""
        asked = (task.base, task.side_px, task.batch_size, layers)
        words = ["benchmarks.training.operations", *map(str, asked)]
        told = subprocess.run(
            [sys.executable, "-m", *words],
            env={**os.environ, **QUIET},
            capture_output=True,
            check=True,
        )
        return float(told.stdout)

    def _run(self, module: str, own: list[Path], task: Task) -> Timed:
        """A process with a results folder of its own; what was encoded may lie there already.

        Raises CalledProcessError when it fails; what it said is on our stderr.
        """
        asked, answered = self.place / "task.json", self.place / "answer.json"
        asked.write_text(task.model_dump_json())
        self.loads.append(os.getloadavg()[0])
        words = [f"benchmarks.training.{module}", *map(str, (*own, asked, answered))]
        started_at = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", *words],
            env={**os.environ, **QUIET, "HF_HOME": str(task.home / "hub")},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        timed = Timed.model_validate_json(answered.read_bytes())
        return timed.model_copy(update={"wall_s": time.perf_counter() - started_at})


def measure_steps(ground: Field, case: str, steps: int, rounds: int) -> StepFigures:
    """Contenders in turns at one size; the spread is over all their steps."""
    side_px, batch_size = CASES[case]
    task = ground.task(side_px, batch_size, steps + WARM_UP + 1).model_copy(
        update={"beside_pure": True}
    )
    contenders: dict[str, Callable[[Task], Timed]] = {
        "ours": lambda t: ground.ours(t.model_copy(update={"layers": "peer"})),
        "family": ground.ours,
        "peer": ground.peers,
    }
    found: dict[str, list[Timed]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name, run in contenders.items():
            home = ground.place / f"{name} {case} {number}"
            found[name].append(run(task.model_copy(update={"home": home})))
            told = statistics.median(found[name][-1].ratios)
            print(f"{case}, round {number + 1}, {name}: {told:.3f}", flush=True)
    ratios = {name: Spread.of(list(_ratios(timed))) for name, timed in found.items()}
    pure = [s for timed in found.values() for one in timed for s in one.pure_s[WARM_UP:]]
    return StepFigures(
        side_px=side_px,
        batch_size=batch_size,
        load=ground.load(),
        pure_s=Spread.of(pure),
        ours_added=ground.added(task, "peer"),
        family_added=ground.added(task, "family"),
        **ratios,
    )


def measure_whole(ground: Field, steps: int, rounds: int) -> WholeFigures:
    """Contenders alone in their processes, in turns, from photos to the last checkpoint."""
    side_px, batch_size = CASES["256 px"]
    task = ground.task(side_px, batch_size, steps).model_copy(update={"layers": "peer"})
    ours, known, peer = list[Timed](), list[Timed](), list[Timed]()
    for number in range(rounds):
        home = ground.place / f"whole {number}"
        ours.append(ground.ours(task.model_copy(update={"home": home})))
        again = home.with_name(f"known {number}")
        again.mkdir()
        (home / "encodings").rename(again / "encodings")
        known.append(ground.ours(task.model_copy(update={"home": again})))
        peer.append(ground.peers(task.model_copy(update={"home": home / "peer"})))
        print(f"whole, round {number + 1}: {ours[-1].wall_s:.0f} s, {peer[-1].wall_s:.0f} s")
    return WholeFigures(
        side_px=side_px,
        batch_size=batch_size,
        steps=steps,
        photos=PHOTOS,
        load=ground.load(),
        ours_first_step_s=_spread(ours, lambda t: t.first_step_s),
        ours_known_first_step_s=_spread(known, lambda t: t.first_step_s),
        peer_first_step_s=_spread(peer, lambda t: t.first_step_s),
        ours_wall_s=_spread(ours, lambda t: t.wall_s),
        ours_processor_s=_spread(ours, lambda t: t.total_s),
        peer_wall_s=_spread(peer, lambda t: t.wall_s),
        peer_processor_s=_spread(peer, lambda t: t.total_s),
        ours_peak_bytes=max(t.peak_bytes for t in ours),
        peer_peak_bytes=max(t.peak_bytes for t in peer),
    )


def prepare(ground: Field) -> None:
    """Write the base and the shoot, in a process that is gone when anything is measured."""
    words = [sys.executable, "-m", "benchmarks.training.tiny_sd15", str(ground.place), str(PHOTOS)]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kept(ground: Field, found: TrainingStepFigures | None) -> TrainingStepFigures:
    """Former figures with what is true of this machine and peer today."""
    import torch

    return TrainingStepFigures(
        torch=torch.__version__,
        peer=hashlib.sha256(ground.script.read_bytes()).hexdigest(),
        cores=os.cpu_count() or 1,
        steps=found.steps if found else {},
        whole=found.whole if found else None,
    )


def measure(ground: Field, cases: list[str], steps: int, rounds: int) -> TrainingStepFigures:
    """Measure some cases, and with `whole` whole trainings; each is kept as soon as it is known."""
    for case in cases:
        if case == "whole":
            changes: dict[str, object] = {"whole": measure_whole(ground, steps, rounds)}
            figures = kept(ground, read_result(NAME, TrainingStepFigures))
        else:
            measured = measure_steps(ground, case, steps, rounds)
            figures = kept(ground, read_result(NAME, TrainingStepFigures))
            changes = {"steps": {**figures.steps, case: measured}}
        write_result(NAME, figures.model_copy(update=changes))
    return figures.model_copy(update=changes)


def _ratios(timed: list[Timed]) -> Iterator[float]:
    return (ratio for one in timed for ratio in one.ratios)


def _spread(timed: list[Timed], figure: Callable[[Timed], float]) -> Spread:
    return Spread.of([figure(one) for one in timed])


def main() -> None:
    """Measure, keep, show."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training_step", description=__doc__)
    parser.add_argument("checkout", type=Path, help="of huggingface/diffusers")
    parser.add_argument("libraries", type=Path, help="datasets, torchvision and what they need")
    parser.add_argument("--cases", nargs="+", default=[*CASES, "whole"], choices=[*CASES, "whole"])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        ground = Field(given.checkout / SCRIPT, given.libraries, Path(place))
        prepare(ground)
        figures = measure(ground, given.cases, given.steps, given.rounds)
    told: dict[str, object] = {
        f"{case}: ours, family, peer / pure": f"{f.ours.median:.2f}, {f.family.median:.2f}, "
        f"{f.peer.median:.2f}"
        for case, f in figures.steps.items()
    }
    print(shown(told))


if __name__ == "__main__":
    main()
