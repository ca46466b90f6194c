"""Claim: kill -9 of the training at any moment loses nothing; the result is equal bit for bit.

`python -m benchmarks.resume` trains the sample shoot once in peace and then once per strike. Each
time the training process is killed at a random moment of its life, the executor starts it again,
and the final adapter is compared by sha256. Each strike is kept as soon as it is known; started
again with the same steps and base, the benchmark adds to what is there.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import TimeoutExpired
from typing import BinaryIO

from benchmarks.figures import ResumeFigures, Strike
from benchmarks.results import read_result, shown, write_result
from muslin.domain.dataset import SelectionRecipe
from muslin.domain.fact import DatasetId, RunId
from muslin.domain.profile import Profile
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.jobs.child import Errand
from muslin.runtime.jobs.local import Child, LocalExecutor, start_process
from muslin.runtime.studio import Studio

SHOOT = Path(__file__).resolve().parents[1] / "examples" / "sample-shoot"
CHECKPOINTS = 4
MOST_TRIES = 3
"""Runs per counted strike; one that comes when the process has just ended does not count."""


@dataclass(slots=True)
class Doomed:
    """A child that is killed at a time of `time.monotonic`, unless it ends before."""

    child: Child
    dies_at: float
    _is_struck: bool = field(default=False, init=False)

    @property
    def pid(self) -> int:
        """The child's."""
        return self.child.pid

    def wait(self, timeout: float) -> int:
        """As the child's own; kills it on the way. Nobody else reaps it, so the pid is its own."""
        left = self.dies_at - time.monotonic()
        if left < timeout and not self._is_struck:
            self._is_struck = True
            with suppress(TimeoutExpired):
                return self.child.wait(max(0.0, left))
            os.kill(self.child.pid, signal.SIGKILL)
        return self.child.wait(timeout)


@dataclass
class Fate:
    """Starts children; the first of them dies after so many seconds."""

    after_s: float
    _is_met: bool = field(default=False, init=False)

    def __call__(self, errand: Errand, log: BinaryIO) -> Child:
        """Start a child on its errand."""
        child = start_process(errand, log)
        if self._is_met:
            return child
        self._is_met = True
        return Doomed(child, time.monotonic() + self.after_s)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What every run is to learn: a studio with its dataset, to be copied, and a profile."""

    studio: Path
    dataset: DatasetId
    profile: Profile


def measure(profile: Profile, kills: int, seed: int, place: Path) -> Iterator[ResumeFigures]:
    """An unbroken run, then runs that are killed once each, every one in a studio of its own.

    Gives the figures after every strike that counts.
    """
    lesson = Lesson(place / "lesson", prepared(place / "lesson"), profile)
    start = time.monotonic()
    digest, _ = trained(lesson, place / "run", Fate(float("inf")))
    figures = ResumeFigures(
        seed=seed,
        steps=profile.steps,
        unbroken_s=round(time.monotonic() - start, 1),
        digest=digest,
        strikes=strikes_before(read_result("resume", ResumeFigures), seed, profile.steps, digest),
    )
    yield figures
    for attempt in range(MOST_TRIES * kills):
        if len(figures.strikes) >= kills:
            return
        moment = random.Random(f"{seed}/{len(figures.strikes)}/{attempt}")
        after_s = moment.uniform(0, figures.unbroken_s)
        found, attempts = trained(lesson, place / "run", Fate(after_s))
        if attempts > 1:
            strike = Strike(after_s=round(after_s, 2), attempts=attempts, equal=found == digest)
            figures = figures.model_copy(update={"strikes": (*figures.strikes, strike)})
            print(f"{len(figures.strikes)} of {kills}: {strike}", flush=True)
            yield figures


def strikes_before(
    found: ResumeFigures | None, seed: int, steps: int, digest: str
) -> tuple[Strike, ...]:
    """Strikes that an earlier start of this benchmark counted; none of another result's."""
    if found is None or (found.seed, found.steps, found.digest) != (seed, steps, digest):
        return ()
    return found.strikes


def prepared(home: Path) -> DatasetId:
    """A studio that has frozen the sample shoot and learnt nothing yet."""
    with Studio.open(home) as studio:
        studio.import_shoot(SHOOT, "sample")
        return studio.freeze_dataset("sample", SelectionRecipe()).id


def trained(lesson: Lesson, home: Path, fate: Fate) -> tuple[str, int]:
    """Train in a fresh copy of the studio: sha256 of the final adapter, and attempts it took."""
    from muslin.networks.diffusion.tuning.files import ADAPTER_FILE

    shutil.copytree(lesson.studio, home)
    shop = Workshop.open(home)
    with Studio(shop) as studio:
        job = studio.start_run("resume", lesson.dataset, lesson.profile)
        ended = LocalExecutor(shop.home, shop.queue, start=fate).follow(job.id)
        last = studio.checkpoints(RunId(job.subject))[-1]
        with (shop.folder(last) / ADAPTER_FILE).open("rb") as adapter:
            digest = hashlib.file_digest(adapter, "sha256").hexdigest()
    shutil.rmtree(home)
    return digest, ended.attempts


def main() -> None:
    """Measure, keep, show; exit status 1 when a run differs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.resume", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--base", default="starter", help="starter, or a folder to try")
    given = parser.parse_args()
    profile = Profile(
        base=given.base,
        steps=given.steps,
        warmup_steps=given.steps // 10,
        save_every=max(1, given.steps // CHECKPOINTS),
        batch_size=2,
    )
    with tempfile.TemporaryDirectory() as passing:
        for figures in measure(profile, given.kills, given.seed, Path(passing)):
            if figures.strikes:  # an unbroken run alone shows nothing
                write_result("resume", figures)
    equal = sum(strike.equal for strike in figures.strikes)
    print(shown({"seed": given.seed, "killed": len(figures.strikes), "equal": equal}))
    raise SystemExit(0 if equal == len(figures.strikes) >= given.kills else 1)


if __name__ == "__main__":
    main()
