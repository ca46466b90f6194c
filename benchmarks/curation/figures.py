"""What the benchmarks of curation found, as it lies in `results/NAME.json`."""

from __future__ import annotations

from benchmarks.figures import Share, Spread
from muslin.domain.fact import Fact


class FaultFigures(Fact):
    """One kind of fault: how often it was found where it was planted, and where it was not."""

    found: dict[str, Share]  # by brand: planted photos whose own finding failed
    false_alarms: dict[str, Share]  # by brand: untouched, clean photos whose same finding failed

    @property
    def recall(self) -> Share:
        """Over all brands."""
        return total(self.found)

    @property
    def alarms(self) -> Share:
        """Over all brands."""
        return total(self.false_alarms)


class FaultsFigures(Fact):
    """Every planted fault; and how many clean photos had no failed finding at all."""

    faults: dict[str, FaultFigures]
    clean: dict[str, Share]


class SelectionFigures(Fact):
    """One brand's choice of photos."""

    kept: int
    on_backdrop: Share  # by the colour of the rim; see benchmarks.measures.backdrops
    by_hand: Share  # of those that a person labelled
    twins: int  # pairs of kept photos that a person, or the studio, takes for one shot
    entropy: float  # of the kept photos' categories, bits
    best_entropy: float  # that any choice of so many usable photos, whole in their crop, could have
    shared: list[float]  # of the choice, kept again when 5 % of the photos are removed


class SelectionsFigures(Fact):
    """The choice of every brand."""

    brands: dict[str, SelectionFigures]


class ScaleFigures(Fact):
    """How long checking takes on one core, and how much memory, by number of photos."""

    size_px: tuple[int, int]
    photos_per_s: float  # processor time, decoding and the cut-out included
    again_per_s: float  # a second pass over unchanged photos
    peak_bytes: dict[str, int]  # by number of photos


class MeasureFigures(Fact):
    """Where a measure of untouched photos lies."""

    photos: int
    unmeasured: int
    percentiles: dict[str, float]


class MeasuresFigures(Fact):
    """Every measure that has a limit, over the shared photos and over each brand."""

    measures: dict[str, dict[str, MeasureFigures]]  # by measure, by set of photos


def total(shares: dict[str, Share]) -> Share:
    """Several shares as one."""
    return Share(hits=sum(s.hits for s in shares.values()), of=sum(s.of for s in shares.values()))


__all__ = [
    "FaultFigures",
    "FaultsFigures",
    "MeasureFigures",
    "MeasuresFigures",
    "ScaleFigures",
    "SelectionFigures",
    "SelectionsFigures",
    "Spread",
    "total",
]
