"""One brand's studio, driven by the command line, and wishes that validation never asked for."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from benchmarks.command_line import Images, ask
from benchmarks.measures.obedience import Wish
from muslin.curation.check.facts import ShootCheck
from muslin.domain.catalog import KNOWN_CATEGORIES
from muslin.domain.dataset import DatasetVersion
from muslin.domain.findings import Verdict
from muslin.domain.judging import Review, ValidationReport
from muslin.domain.leaving import Release
from muslin.domain.training import TrainingRun
from muslin.imaging.types import Picture
from muslin.runtime.orders import RunOutcome

FIRST_SEED = 700_000
"""Far from the seeds of the validation's own probes."""
LEAST_GARMENTS = 2
"""Garments of a brand in one category or colour for it to count as part of the range."""


class ShownReport(BaseModel):
    """What `muslin reports show --json` answers."""

    model_config = ConfigDict(frozen=True)

    report: ValidationReport
    page: Path


class ShownDataset(DatasetVersion):
    """What `muslin datasets show --json` answers."""

    runs: tuple[TrainingRun, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Pictures of one look, each beside what it was asked to show."""

    wishes: Sequence[Wish]
    pictures: Sequence[Picture]


class Studio:
    """A fresh studio for one brand; `seconds` is the wall time of each drawing."""

    def __init__(self, home: Path, name: str) -> None:
        self._home, self._name = home, name
        self.seconds: dict[str, float] = {}

    def run(self, folder: Path, steps: int | None) -> RunOutcome:
        """Everything from the folder to the proof; None = as many steps as the product takes."""
        words = ("run", folder, "--name", self._name, "--home", self._home)
        return ask(RunOutcome, *words, *(("--steps", str(steps)) if steps else ()))

    def dataset(self, id: str) -> DatasetVersion:
        """The photos that were taught."""
        return ask(ShownDataset, "datasets", "show", id, "--home", self._home)

    def shoot(self) -> ShootCheck:
        """Everything measured on the brand's photos."""
        return ask(ShootCheck, "shoots", "check", self._name, "--home", self._home)

    def report(self, id: str) -> ValidationReport:
        """The proof."""
        return ask(ShownReport, "reports", "show", id, "--home", self._home).report

    def release(self, outcome: RunOutcome) -> Release | None:
        """The release of what was picked; None when it did not pass."""
        if outcome.verdict is not Verdict.PASSED:
            return None
        at_home = ("--home", self._home)
        ask(Review, "reviews", "approve", outcome.report, "--as", "the benchmark", *at_home)
        return ask(Release, "releases", "make", outcome.report, *at_home)

    def draw(self, wishes: Sequence[Wish], release: Release | None) -> Drawn:
        """One picture of every wish, with a release or with the base.

        The command line counts seeds per prompt, so the seeds of the wishes are not used.
        """
        look = "tuned" if release else "base"
        prompts, out = self._home / "prompts.txt", self._home / f"drawn-{look}"
        prompts.write_text("\n".join(wish.prompt for wish in wishes), "utf-8")
        words = ("images", "generate", "--prompts", prompts, "--seed", str(FIRST_SEED))
        which = ("--release", release.id) if release else ("--base",)
        with self._timed(f"draw {look}"):
            images = ask(Images, *words, *which, "--out", out, "--home", self._home)
        return Drawn(wishes, images.pictures())

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        start = time.monotonic()
        yield
        self.seconds[step] = round(time.monotonic() - start, 2)


def fresh_wishes(shoot: ShootCheck, report: ValidationReport, count: int) -> list[Wish]:
    """Garments of the brand's range in pairs of category and colour that validation did not ask.

    In a fixed order without a pattern; when there are fewer pairs than wishes, they come again.
    Raises ValueError for a range without such a pair.
    """
    asked = {(p.probe.category, p.probe.colour) for p in report.base.pictures}
    categories = Counter(
        m.category.name for m in shoot.measures if m.category.name in KNOWN_CATEGORIES
    )
    colours = Counter(m.garment_colours[0] for m in shoot.measures)
    free = sorted(set(product(_range(categories), _range(colours))) - asked)
    if not free:
        raise ValueError("validation asked for the whole range already")
    order = np.random.default_rng(FIRST_SEED).permutation(len(free))
    chosen = [free[order[n % len(free)]] for n in range(count)]
    return [
        Wish(category, colour, "", FIRST_SEED + n) for n, (category, colour) in enumerate(chosen)
    ]


def _range(counted: Counter[str]) -> list[str]:
    return [word for word, garments in counted.items() if garments >= LEAST_GARMENTS]
