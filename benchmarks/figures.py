"""What the benchmarks found, as it lies in `results/NAME.json`; the manual's tables read it."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Self

from muslin.domain.fact import Fact, Lab


class Spread(Fact):
    """Where measured values lie."""

    samples: int
    least: float
    median: float
    mean: float
    p95: float  # 95 % of the values lie at or below it
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """The spread of at least one value, to four decimals. Raises ValueError for none."""
        if not values:
            raise ValueError("nothing was measured")
        ordered = sorted(values)
        rank = -(-95 * len(ordered) // 100)  # the nearest-rank percentile
        return cls(
            samples=len(ordered),
            least=round(ordered[0], 4),
            median=round(statistics.median(ordered), 4),
            mean=round(statistics.fmean(ordered), 4),
            p95=round(ordered[rank - 1], 4),
            most=round(ordered[-1], 4),
        )


class Share(Fact):
    """How many of how many."""

    hits: int
    of: int

    @classmethod
    def among(cls, answers: Iterable[bool | None]) -> Self:
        """The share that is True; None was not measured and counts as a miss."""
        told = list(answers)
        return cls(hits=sum(answer is True for answer in told), of=len(told))

    @property
    def value(self) -> float | None:
        """The share in [0, 1]; None of nothing."""
        return self.hits / self.of if self.of else None


class AutoencoderFigures(Fact):
    """How true photos stay that go through the autoencoder and back."""

    psnr_db: Spread  # per photo
    delta_e: Spread  # per photo: mean ΔE00 of its pixels
    cast: Spread  # per photo: mean ΔE00 between the mean colours of 32 × 32 px blocks


class ObedienceFigures(Fact):
    """How many generated pictures show what was asked for."""

    category: Share  # the garment network's first answer is the asked word
    category_near: Share  # or a near synonym of it
    category_on_photos: float  # the network's own accuracy on real studios that it never saw
    colour: Share
    backdrop: Share
    backdrop_near: Share  # within ΔE00 15 of the typical backdrop of that name
    by_category: dict[str, Share]
    by_colour: dict[str, Share]
    by_backdrop: dict[str, Share]


class NearestFigures(Fact):
    """How much each picture is like the training photo most like it, [-1, 1], 1 = a copy."""

    generated: Spread
    photos: Spread  # the same between photos of different home studios
    above_photos: int  # generated pictures that lie above every such pair of photos


class StarterFigures(Fact):
    """`benchmarks.starter`."""

    base_digest: str
    autoencoder: AutoencoderFigures
    obedience: ObedienceFigures
    nearest: NearestFigures


class BrandFigures(Fact):
    """One messy folder, from its photos to pictures in its look."""

    imported: int
    problems: int
    kept: int
    backdrop: Lab  # commonest, measured apart from the product's own curation
    kept_on_backdrop: Share  # within ΔE00 15 of it
    kept_by_hand: Share  # of kept photos that a person labelled, those on the main backdrop
    own_distance: Spread  # ΔE00 of all the brand's photos to `backdrop`
    base_distance: Spread
    tuned_distance: Spread | None  # None = the gate stayed closed, so nothing could be drawn
    base_colour: Share
    tuned_colour: Share | None
    base_category: Share
    tuned_category: Share | None
    copy_limit: float
    base_nearest: Spread
    tuned_nearest: Spread | None
    copies: int | None  # tuned pictures above `copy_limit`
    verdict: str
    reason: str
    seconds: dict[str, float]


class BrandsFigures(Fact):
    """`benchmarks.brands`."""

    brands: dict[str, BrandFigures]


class Strike(Fact):
    """One kill -9 of the training process and what became of the run."""

    after_s: float  # since the process was started
    attempts: int
    equal: bool  # the final adapter is that of the unbroken run, bit for bit


class ResumeFigures(Fact):
    """`benchmarks.resume`."""

    seed: int
    steps: int
    unbroken_s: float
    digest: str  # sha256 of the unbroken run's adapter
    strikes: tuple[Strike, ...]


class PlanFigures(Fact):
    """`benchmarks.plan`: what a plan said of a run, and what the run took."""

    steps: int
    planning_s: float
    foreseen_s: float
    took_s: float
    foreseen_bytes: int
    took_bytes: int


class StartFigures(Fact):
    """`benchmarks.start`."""

    wall_s: Spread
    processor_s: Spread
    heavy: tuple[str, ...]  # packages loaded that `--help` has no use for


class StepFigures(Fact):
    """A step of training at one size, with the pure network's pass beside each in one process."""

    side_px: int
    batch_size: int
    load: float  # mean of the load averages (1 min) at the start of each process
    pure_s: Spread  # processor seconds of the frozen network's forward and backward pass
    ours: Spread  # our step over the pure pass beside it, in the peer's layers
    family: Spread  # the same in the layers that our family chooses by itself
    peer: Spread
    ours_added: float | None = None  # operations of what learns over the network's, peer's layers
    family_added: float | None = None  # the same in our family's layers


class WholeFigures(Fact):
    """A training from photos to its last checkpoint, alone in its process; each run's value."""

    side_px: int
    batch_size: int
    steps: int
    photos: int
    load: float
    ours_first_step_s: Spread  # processor time from the process's start, photos still unknown
    ours_known_first_step_s: Spread  # the same where every photo was encoded before
    peer_first_step_s: Spread
    ours_wall_s: Spread
    ours_processor_s: Spread
    peer_wall_s: Spread
    peer_processor_s: Spread
    ours_peak_bytes: int
    peer_peak_bytes: int


class TrainingStepFigures(Fact):
    """`benchmarks.training_step`."""

    torch: str
    peer: str  # sha256 of its script
    cores: int
    steps: dict[str, StepFigures]
    whole: WholeFigures | None = None


class Torn(Fact):
    """One way to damage what a run keeps."""

    cases: int
    right: int  # went on from the newest complete state and ended with the unbroken run's files


class TornFigures(Fact):
    """`benchmarks.training.torn`."""

    seed: int
    steps: int
    kinds: dict[str, Torn]


class ShapeFigures(Fact):
    """Steps of one network at one batch size on a GPU."""

    side_px: int
    batch_size: int
    peer_s: Spread
    ours_s: Spread
    peer_peak_bytes: int
    ours_peak_bytes: int
    tflop: float  # of a step: forward, and backward to what learns


class TrainingGpuFigures(Fact):
    """`benchmarks.training_gpu`."""

    device: str
    torch: str
    ceiling_tflop_s: float  # measured: the largest of some square products in bfloat16
    shapes: dict[str, ShapeFigures]


class BakedInRow(Fact):
    """One training: how a backdrop was planted, and which share of pictures shows it."""

    shoot: str
    share: float  # of the photos on the backdrop
    said: float  # of the captions that name it
    steps: int
    base_other: float  # untuned, where the prompt asks for another backdrop
    tuned_other: float
    base_silent: float  # untuned, where the prompt does not speak of the backdrop
    tuned_silent: float


class BakedInFigures(Fact):
    """All trainings that were asked what they baked in."""

    rows: tuple[BakedInRow, ...]
