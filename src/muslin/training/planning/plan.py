"""What a run will take, said before it starts, or why it cannot be and what could."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from muslin.domain.dataset import DatasetVersion
from muslin.domain.errors import NotEnoughPhotos, PlanRefused
from muslin.domain.profile import Profile
from muslin.domain.training import Choice, Foreseen, Known, TrainingPlan
from muslin.training.planning.memory import Activations, Needs
from muslin.training.planning.power import Power
from muslin.training.planning.price import Rates, energy, money
from muslin.training.planning.start import Start
from muslin.training.prepare import taught

FEWEST_PHOTOS = 4
"""DreamBooth learns one object from 3 to 5 photos (Ruiz et al., arXiv 2208.12242, section 4);
a brand's look takes more, and fewer than this is no set at all."""
MANY_VIEWS = 400
"""Views of each photo beyond which a note is made: 60 to 100 are usual at a peer's learning rate
of 1e-4, and four times as many is where memorising becomes likely."""

SMALLEST_SIDE_PX = 128
"""Smaller photos show no garment; the starter draws 192 px wide."""
SIDE_STEP_PX = 64
"""Sides that every family can draw are multiples of this."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How every checkpoint, and the base, is proved: so many pictures of so many steps."""

    pictures: int
    steps: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan is made under."""

    available_bytes: int  # on the training device
    rates: Rates = field(default_factory=Rates)
    drawing: Drawing = field(default_factory=lambda: Drawing(pictures=0, steps=0))


@dataclass(frozen=True, slots=True)
class Pace:
    """What steps of a profile cost on this machine."""

    step_s: float
    slow_step_s: float
    drawing_s: float  # one sampling step of one picture, with and without its caption
    power: Power | None = None
    exam_s: float = 0.0  # held-out photos under fixed noise, after each checkpoint and for the base
    start: Start = field(default_factory=Start)


def plan(
    dataset: DatasetVersion,
    profile: Profile,
    needs: Needs,
    pace: Pace,
    terms: Terms,
    choices: tuple[Choice, ...] = (),
) -> TrainingPlan:
    """Foresee a run of `profile` on the photos of `dataset` that are to be taught.

    Raises NotEnoughPhotos below FEWEST_PHOTOS, and PlanRefused when the run fits in no way.
    """
    photos = enough(dataset)
    activations = fitting(dataset, profile, needs, terms.available_bytes)
    checkpoints = math.ceil(profile.steps / profile.save_every)
    exams_s = (checkpoints + 1) * pace.exam_s
    beside_s = pace.start.train_s + exams_s
    seconds = beside_s + profile.steps * pace.step_s
    memory_bytes = needs.total(profile.batch_size, activations)
    drawn = (checkpoints + 1) * terms.drawing.pictures
    proving_s = pace.start.draw_s + drawn * terms.drawing.steps * pace.drawing_s
    used = energy(seconds + proving_s, terms.rates, pace.power)
    return TrainingPlan(
        dataset=dataset.id,
        profile=profile,
        photos=photos,
        steps=profile.steps,
        checkpoints=checkpoints,
        views_per_photo=profile.steps * profile.batch_size / photos,
        seconds=seconds,
        slow_seconds=beside_s + profile.steps * pace.slow_step_s,
        memory_bytes=memory_bytes,
        bill=(
            _measured("train", seconds, "s", _training(profile, pace, exams_s)),
            _measured("validate", proving_s, "s", _proof(drawn, checkpoints, terms.drawing, pace)),
            _measured("memory", memory_bytes, "bytes", _parts(needs, profile, activations)),
            used,
            money(seconds + proving_s, used, terms.rates),
        ),
        choices=choices,
        notes=_notes(profile, photos),
    )


def enough(dataset: DatasetVersion) -> int:
    """The number of photos to teach; raises NotEnoughPhotos below FEWEST_PHOTOS."""
    photos = len(taught(dataset))
    if photos < FEWEST_PHOTOS:
        raise NotEnoughPhotos(
            f"{photos} photos to teach are too few.",
            hint=f"Freeze a dataset with at least {FEWEST_PHOTOS} that are not held out.",
        )
    return photos


def fitting(
    dataset: DatasetVersion, profile: Profile, needs: Needs, available_bytes: int
) -> Activations:
    """How activations must be held for the run to fit; raises PlanRefused with what would fit."""
    chosen = needs.choose(profile.batch_size, available_bytes)
    least = needs.total(profile.batch_size, chosen)
    if least <= available_bytes:
        return chosen
    ways = ", or ".join(ways_to_fit(dataset, profile, needs, available_bytes))
    smallest = needs.total(1, chosen)
    none = f"Nothing less than {_gigabytes(smallest)} will do; take a smaller base or more memory."
    raise PlanRefused(
        f"Training needs about {_gigabytes(least)}; {_gigabytes(available_bytes)} are free.",
        hint=f"This would fit: {ways}." if ways else none,
    )


def ways_to_fit(
    dataset: DatasetVersion, profile: Profile, needs: Needs, available_bytes: int
) -> Iterator[str]:
    """Single changes with which a run that is too large would fit.

    Activations grow with batch size and pixels, what an adapter needs with its rank; so says the
    measured memory, not a rule of thumb.
    """
    batch, activations = profile.batch_size, needs.choose(profile.batch_size, available_bytes)
    photos = needs.most_photos(activations, available_bytes)
    if photos >= 1:
        yield f"batch_size {photos} (now {batch})"
    room = available_bytes - needs.fixed
    side = math.sqrt(max(0, room) / (batch * needs.photo[activations]))
    width, height = dataset.recipe.width_px * side, dataset.recipe.height_px * side
    if min(width, height) >= SMALLEST_SIDE_PX:
        yield f"photos of {_whole(width)}×{_whole(height)} px"
    over = needs.total(batch, activations) - available_bytes
    rank = math.floor(profile.rank * (1 - over / needs.learnt)) if needs.learnt else 0
    if profile.method in ("lora", "dora") and rank >= 1:
        yield f"rank {rank} (now {profile.rank})"


def _whole(side_px: float) -> int:
    return int(side_px // SIDE_STEP_PX * SIDE_STEP_PX)


def _measured(name: str, value: float, unit: str, why: str) -> Foreseen:
    return Foreseen(name=name, value=value, unit=unit, known=Known.MEASURED, why=why)


def _training(profile: Profile, pace: Pace, exams_s: float) -> str:
    each = f"{pace.step_s:.3g} s ({pace.slow_step_s:.3g} s on a busy machine)"
    steps = f"{pace.start.train_s:.0f} s to begin, {profile.steps} steps of {each}"
    return f"{steps}, {exams_s:.0f} s to ask about held-out photos" if exams_s else steps


def _proof(drawn: int, checkpoints: int, drawing: Drawing, pace: Pace) -> str:
    return (
        f"{pace.start.draw_s:.0f} s to begin, "
        f"{drawn} pictures of the base and {checkpoints} checkpoints, "
        f"{drawing.steps} steps of {pace.drawing_s:.3g} s each"
    )


def _parts(needs: Needs, profile: Profile, activations: Activations) -> str:
    photo = _gigabytes(needs.photo[activations])
    return (
        f"{_gigabytes(needs.fixed)} for the network and what learns, "
        f"{photo} for each of {profile.batch_size} photos, activations {activations}"
    )


def _notes(profile: Profile, photos: int) -> tuple[str, ...]:
    views = profile.steps * profile.batch_size / photos
    notes = [f"Each photo is seen about {views:.0f} times."]
    if views > MANY_VIEWS:
        notes.append(f"That is more than {MANY_VIEWS}: watch the report for copies of photos.")
    if profile.stop_when_flat:
        notes.append(
            f"It ends sooner when {profile.stop_when_flat} checkpoints in a row do no better on "
            "held-out photos."
        )
    if profile.batch_size > photos:
        notes.append("A step holds more photos than there are, so it sees some of them twice.")
    return tuple(notes)


def _gigabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.2f} GB"
