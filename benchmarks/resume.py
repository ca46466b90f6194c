"""Claim: kill -9 of the training at any moment loses nothing; the result is equal bit for bit.

`python -m benchmarks.resume` trains the sample shoot once in peace and then once per strike. Each
time the training process is killed at a random moment of its life, the executor starts it again,
and the final adapter is compared by sha256.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from benchmarks.figures import ResumeFigures, Strike
from benchmarks.results import shown, write_result
from muslin.domain.dataset import SelectionRecipe
from muslin.domain.ids import DatasetId, RunId
from muslin.domain.profile import LoraProfile
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.jobs.child import Errand
from muslin.runtime.jobs.local import Child, LocalExecutor, start_process
from muslin.runtime.studio import Studio

SHOOT = Path(__file__).resolve().parents[1] / "examples" / "sample-shoot"
CHECKPOINTS = 4
MOST_MISSES = 3
"""Strikes per counted one that may come too late, when the process had ended already."""


@dataclass
class Assassin:
    """Starts children and kills the first of them after `delay_s`; None = never."""

    delay_s: float | None
    struck: bool = False
    _started: bool = field(default=False, repr=False)

    def __call__(self, errand: Errand, log: BinaryIO) -> Child:
        """Start a child; its killer waits in a thread of its own."""
        child = start_process(errand, log)
        if self.delay_s is not None and not self._started:
            killer = threading.Timer(self.delay_s, self._strike, [child])
            killer.daemon = True
            killer.start()
        self._started = True
        return child

    def _strike(self, child: Child) -> None:
        if isinstance(child, _Polled) and child.poll() is not None:
            return
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
            self.struck = True


def measure(profile: LoraProfile, kills: int, seed: int, place: Path) -> ResumeFigures:
    """An unbroken run, then runs that are killed once each, every one in a studio of its own."""
    template = place / "template"
    dataset = prepared(template, profile)
    start = time.monotonic()
    digest, _ = trained(template, place / "unbroken", dataset, profile, Assassin(None))
    unbroken_s = time.monotonic() - start
    rng, strikes, tries = random.Random(seed), list[Strike](), 0
    while len(strikes) < kills and tries < MOST_MISSES * kills:
        tries += 1
        assassin = Assassin(rng.uniform(0, unbroken_s))
        found, attempts = trained(template, place / f"run-{tries}", dataset, profile, assassin)
        if assassin.struck:
            strike = Strike(
                after_s=round(assassin.delay_s or 0, 2), attempts=attempts, equal=found == digest
            )
            strikes.append(strike)
            print(f"{len(strikes)}/{kills}  {strike}", flush=True)
    return ResumeFigures(
        seed=seed,
        steps=profile.steps,
        unbroken_s=round(unbroken_s, 1),
        digest=digest,
        strikes=tuple(strikes),
    )
