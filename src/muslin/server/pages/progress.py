"""A run as a page shows it: how far, how long still, and how the loss went."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from muslin.domain.fact import RunId
from muslin.domain.training import Checkpoint
from muslin.domain.work import Job, JobKind, JobState
from muslin.runtime.storage.jobs import EventKind, JobEvent
from muslin.runtime.studio import Studio
from muslin.server.words import left_of

_LOSS = re.compile(r"loss (\d+(?:\.\d+)?(?:e-?\d+)?)")
STEP_WORDS = {
    "import": "Opening files",
    "check": "Looking at photos",
    "prepare": "Preparing photos",
    "train": "Learning",
    "validate": "Drawing the proof",
}


@dataclass(frozen=True, slots=True)
class Course:
    """A run and its newest job."""

    job: Job | None
    step: str
    done: int
    total: int
    unit: str
    left_s: float | None
    seen: int  # number of the newest event that is in here
    losses: tuple[tuple[int, float], ...]
    checkpoints: tuple[Checkpoint, ...]

    @property
    def words(self) -> str:
        """What is being done."""
        return STEP_WORDS.get(self.step, self.step)

    @property
    def percent(self) -> float:
        """How far the step is."""
        return 100 * self.done / self.total if self.total else 0.0

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
    job = mine[-1] if mine else None
    losses: list[tuple[int, float]] = []
    for one in mine:
        if one.kind is JobKind.TRAIN:
            losses = losses_of(studio.events(one.id))
    step, done, total, unit, left_s, seen = reached(studio, job)
    return Course(
        job, step, done, total, unit, left_s, seen, tuple(losses), tuple(studio.checkpoints(run))
    )


def reached(studio: Studio, job: Job | None) -> tuple[str, int, int, str, float | None, int]:
    """The newest step of a job, how far it is, seconds left, and the newest event's number."""
    events = studio.events(job.id) if job else []
    made = [(e, e.progress) for e in events if e.progress is not None]
    if job is None or not made:
        return "", 0, 0, "", None, events[-1].number if events else 0
    newest = made[-1][1]
    began = next(
        e for e, p in made if (p.step == newest.step and e.fence == job.fence) or p is newest
    )
    start = began.progress.done if began.progress else 0
    passed = (datetime.now(UTC) - began.at).total_seconds()
    left = None
    if job.state is JobState.RUNNING:
        left = left_of(newest.done - start, newest.total - start, passed)
    return newest.step, newest.done, newest.total, newest.unit, left, events[-1].number


def losses_of(events: list[JobEvent]) -> list[tuple[int, float]]:
    """Step and mean loss, as the training said them."""
    found = []
    for event in events:
        if event.kind is EventKind.PROGRESS and event.progress and event.progress.step == "train":
            said = _LOSS.search(event.progress.note)
            if said:
                found.append((event.progress.done, float(said.group(1))))
    return found
