"""What a run will take, said before it starts, or why it cannot be."""

from __future__ import annotations

import math
from dataclasses import dataclass

from muslin.domain.dataset import DatasetVersion
from muslin.domain.errors import NotEnoughPhotos, PlanRefused
from muslin.domain.profile import LoraProfile
from muslin.domain.training import TrainingPlan
from muslin.training.prepare import taught

FEWEST_PHOTOS = 4
"""DreamBooth learns one object from 3 to 5 photos (Ruiz et al., arXiv 2208.12242, section 4);
a brand's look takes more, and fewer than this is no set at all."""
START_S = 12.0
"""Seconds before the first step: imports, opening the networks, encoding 20 photos on a CPU."""
MANY_VIEWS = 400
"""Views of each photo beyond which a note is made: 60 to 100 are usual at a peer's learning rate
of 1e-4, and four times as many is where memorising becomes likely."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What one step of a profile costs on this machine."""

    step_s: float
    memory_bytes: int  # peak of the whole process


def plan(
    dataset: DatasetVersion, profile: LoraProfile, pace: Pace, available_bytes: int
) -> TrainingPlan:
    """Foresee a run of `profile` on the photos of `dataset` that are to be taught.

    Raises NotEnoughPhotos below FEWEST_PHOTOS, and PlanRefused when the run needs more memory
    than `available_bytes`.
    """
    photos = len(taught(dataset))
    if photos < FEWEST_PHOTOS:
        raise NotEnoughPhotos(
            f"{photos} photos to teach are too few.",
            hint=f"Freeze a dataset with at least {FEWEST_PHOTOS} that are not held out.",
        )
    if pace.memory_bytes > available_bytes:
        raise PlanRefused(
            f"Training needs about {_gigabytes(pace.memory_bytes)}; "
            f"{_gigabytes(available_bytes)} are free.",
            hint=f"Lower batch_size (now {profile.batch_size}), or close other programs.",
        )
    return TrainingPlan(
        dataset=dataset.id,
        profile=profile,
        photos=photos,
        steps=profile.steps,
        checkpoints=math.ceil(profile.steps / profile.save_every),
        seconds=START_S + profile.steps * pace.step_s,
        memory_bytes=pace.memory_bytes,
        notes=_notes(profile, photos),
    )


def _notes(profile: LoraProfile, photos: int) -> tuple[str, ...]:
    views = profile.steps * profile.batch_size / photos
    notes = [f"Each photo is seen about {views:.0f} times."]
    if views > MANY_VIEWS:
        notes.append(f"That is more than {MANY_VIEWS}: watch the report for copies of photos.")
    if profile.batch_size > photos:
        notes.append("A step holds more photos than there are, so it sees some of them twice.")
    return tuple(notes)


def _gigabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB"
