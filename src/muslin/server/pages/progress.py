"""A run as a page shows it: its newest job, what it kept, and how the loss went.

How far it is and how long it still takes, the page itself draws from the live events.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from muslin.domain.fact import RunId
from muslin.domain.training import Checkpoint
from muslin.domain.work import Job, JobKind, JobState
from muslin.runtime.storage.jobs import EventKind, JobEvent
from muslin.runtime.studio import Studio

_LOSS = re.compile(r"loss (\d+(?:\.\d+)?(?:e-?\d+)?)")
JUST = timedelta(seconds=30)
"""The foreman queues a proof within a second; a training from the command line has none yet."""


@dataclass(frozen=True, slots=True)
class Course:
    """A run and its newest job; `losses` are steps and mean losses."""

    job: Job | None
    losses: tuple[tuple[int, float], ...]
    checkpoints: tuple[Checkpoint, ...]

    @property
    def goes_on_at_once(self) -> bool:
        """Whether the training is just over and its proof about to be queued."""
        if self.job is None or self.job.kind is not JobKind.TRAIN or not self.job.finished_at:
            return False
        just = datetime.now(UTC) - self.job.finished_at < JUST
        return just and self.job.state is JobState.DONE

    @property
    def curve(self) -> str:
        """The losses as an SVG path in a box of 100 × 40, the smallest below."""
        if len(self.losses) < 2:
            return ""
        low, high = min(v for _, v in self.losses), max(v for _, v in self.losses)
        first, last = self.losses[0][0], self.losses[-1][0]
        points = (
            f"{100 * (s - first) / max(1, last - first):.1f} "
            f"{36 - 32 * (v - low) / max(high - low, 1e-9):.1f}"
            for s, v in self.losses
        )
        return "M" + " L".join(points)


def course_of(studio: Studio, run: RunId) -> Course:
    """How a run goes: its training, then its proof."""
    mine = [job for job in studio.jobs() if job.subject == run]
    trained = [job for job in mine if job.kind is JobKind.TRAIN]
    losses = losses_of(studio.events(trained[-1].id)) if trained else ()
    return Course(mine[-1] if mine else None, losses, tuple(studio.checkpoints(run)))


def losses_of(events: list[JobEvent]) -> tuple[tuple[int, float], ...]:
    """Step and mean loss, as the training said them."""
    found = []
    for event in events:
        if event.kind is EventKind.PROGRESS and event.progress and event.progress.step == "train":
            said = _LOSS.search(event.progress.note)
            if said:
                found.append((event.progress.done, float(said.group(1))))
    return tuple(found)
