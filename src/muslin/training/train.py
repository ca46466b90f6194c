"""A run from its plan to its checkpoints; started again after any stop, it goes on."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from muslin.domain.dataset import DatasetVersion
from muslin.domain.errors import InvalidRequest, WeightsMissing
from muslin.domain.fact import CheckpointId
from muslin.domain.profile import Profile
from muslin.domain.progress import Progress, Report, silent
from muslin.domain.training import Checkpoint, HeldOutLoss, TrainingRun
from muslin.networks.diffusion.base import Base, open_base
from muslin.networks.diffusion.family import Answer, Condition
from muslin.networks.diffusion.noise.process import NoiseProcess
from muslin.networks.diffusion.opening import Denoiser, open_denoiser
from muslin.networks.diffusion.tuning.methods import Tuning, begin
from muslin.training.cache import EncodingCache
from muslin.training.draws import batches
from muslin.training.drive import Course, Standing, drive, read_every
from muslin.training.lessons.held_out import Exam, as_drawn, holding
from muslin.training.lessons.prior import untuned
from muslin.training.lessons.stop import exams_in_vain, until
from muslin.training.loop import learn
from muslin.training.optimizers import Update, learning_rate
from muslin.training.planning.memory import free_bytes, largest_steps, needs_of, settle
from muslin.training.ports import Pictures
from muslin.training.prepare import prepare
from muslin.training.save import Manifest, keep_newest, save_folder, saved_steps, step_folder
from muslin.training.tracking.curves import curves

STATE = "state.safetensors"
FLAT = "ended early: held-out photos are foreseen no better"
STATES_KEPT = 2
"""A state that a power cut tore leaves the one before."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A studio's folder and the machine's share of a run.

    Results are equal bit for bit only with equal `threads`: sums are split among them.
    """

    home: Path
    threads: int
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    trackers: tuple[str, ...] = ()
    available_bytes: int = sys.maxsize  # of memory; a GPU is asked itself

    def checkpoints(self, run: TrainingRun) -> Path:
        """What was learnt, one folder for each save_every steps."""
        return self.home / "runs" / run.id / "checkpoints"

    def states(self, run: TrainingRun) -> Path:
        """What a run needs to go on after a stop."""
        return self.home / "runs" / run.id / "states"

    def curves(self, run: TrainingRun) -> Path:
        """Event files, and what trackers call the run."""
        return self.home / "runs" / run.id / "tracking"

    def encodings(self) -> Path:
        """Encoded photos and captions, shared by all runs."""
        return self.home / "encodings"


def train(
    run: TrainingRun,
    dataset: DatasetVersion,
    pictures: Pictures,
    bench: Bench,
    report: Report = silent,
) -> list[Checkpoint]:
    """Train a run to its end and give its checkpoints, first step first.

    Goes on from the newest complete state of the run, if there is one, with the same result as if
    it had never stopped; a finished run gives its checkpoints at once. Sets torch's number of
    threads for the process. Raises TrainingDiverged; WeightsMissing or InvalidRequest when base or
    dataset are not the recorded ones; PartMissing when a tracker is not installed; what `prepare`
    and `report` raise.
    """
    torch.set_num_threads(bench.threads)
    missing = _first_missing(run, bench)
    if missing is None:
        return checkpoints_of(run, bench)
    base = _recorded_base(run, dataset)
    kept = EncodingCache(bench.encodings())
    lessons = prepare(base, dataset, run.profile, pictures, kept, bench.device, report)
    lessons = lessons.to(bench.device)
    process = base.family.process(base.folder).to(bench.device)
    denoiser = open_denoiser(base, bench.device)
    desk = _Desk(run, bench, denoiser, base, Exam(lessons, process))
    standing = desk.go_on(before=missing)
    steps = batches(run.profile, lessons, process, standing.step, untuned(denoiser, desk.tuning))
    answer = listening(denoiser, desk.tuning, process)
    free = free_bytes(bench.device, bench.available_bytes)
    one = next(largest_steps(run.profile, lessons, process, batch_size=1))
    needs = needs_of(
        denoiser.network, answer, desk.tuning.learning.values(), one, run.profile, lessons, free
    )
    settle(denoiser.network, needs, run.profile, free)
    taken = until(learn(answer, steps, desk.update), desk.is_over)
    course = Course(run.profile.steps, run.profile.save_every, read_every(bench.device))
    rate = partial(learning_rate, run.profile)
    with curves(run, bench.curves(run), rate, bench.trackers) as track:
        drive(course, standing, taken, desk, report, track)
    if desk.is_over():
        report(Progress("train", course.steps, course.steps, unit="steps", note=FLAT))
    return checkpoints_of(run, bench)


def checkpoints_of(run: TrainingRun, bench: Bench) -> list[Checkpoint]:
    """The complete checkpoints that a run has made so far, first step first."""
    found = [_checkpoint(run, bench, *saved) for saved in _own(run, bench.checkpoints(run))]
    return sorted(found, key=lambda checkpoint: checkpoint.step)


def tuning_of(profile: Profile, base: Base, network: nn.Module) -> Tuning:
    """Put into a base's denoiser what a profile learns."""
    family = base.family
    targets = family.style_targets if profile.layers == "style" else family.targets
    return begin(network, targets, family.prefix, profile)


def listening(denoiser: Answer, tuning: Tuning, process: NoiseProcess) -> Answer:
    """The same denoiser, which tells the tuning first how much noise it is about to see."""

    def answer(noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
        tuning.listen(process.noise_fraction(times))
        return denoiser(noisy, times, condition)

    return answer


class _Desk:
    """A run at work: what learns, and where its states are kept."""

    def __init__(
        self, run: TrainingRun, bench: Bench, denoiser: Denoiser, base: Base, exam: Exam
    ) -> None:
        self._run, self._bench, self._exam, self._is_over = run, bench, exam, False
        if run.profile.method == "full" and run.profile.prior_fraction == 0:
            exam.ask_base(denoiser)  # its weights will be gone
        self.tuning = tuning = tuning_of(run.profile, base, denoiser.network)
        self._base, self._tuned = untuned(denoiser, tuning), as_drawn(denoiser, tuning)
        self.update = Update(tuning.learning, run.profile)

    def go_on(self, before: int) -> Standing:
        """Take up the newest complete state before a step; Standing() when there is none."""
        for folder, manifest in _own(self._run, self._bench.states(self._run)):
            if manifest.step < before:
                self.update.go_on(manifest.step, load((folder / STATE).read_bytes()))
                return Standing(manifest.step, *manifest.losses)
        return Standing()

    def checkpoint(self, standing: Standing) -> None:
        """Keep for good what was learnt, or with `ema` its average."""
        folder = step_folder(self._bench.checkpoints(self._run), standing.step)
        values = self.update.values()
        with holding(self.tuning.learning, values):
            held_out = self._exam.sit(self._base, self._tuned)
        manifest = self._manifest(standing).model_copy(update={"held_out": held_out})
        save_folder(folder, manifest, {self.tuning.file_name: self.tuning.content(values)})
        self._is_over = _is_flat(self._run, _exams(self._run, self._bench), standing.step)

    def is_over(self) -> bool:
        """Whether the last checkpoint was one too many to hope for more."""
        return self._is_over

    def state(self, standing: Standing) -> None:
        """Keep all that the next step depends on, and forget all but the newest states."""
        states = self._bench.states(self._run)
        contents = {STATE: save(self.update.state())}
        save_folder(step_folder(states, standing.step), self._manifest(standing), contents)
        keep_newest(states, STATES_KEPT)

    def _manifest(self, standing: Standing) -> Manifest:
        return Manifest(
            run=self._run.id,
            inputs=_inputs(self._run),
            step=standing.step,
            losses=(standing.loss_sum, standing.loss_count),
            torch=torch.__version__,
        )


def _recorded_base(run: TrainingRun, dataset: DatasetVersion) -> Base:
    """The base of a run, once its base and dataset proved to be the recorded ones."""
    if dataset.digest != run.dataset_digest:
        raise InvalidRequest(
            f"{dataset.name!r} is not the dataset of the run {run.name!r}.",
            hint="Start a new run for it.",
        )
    base = open_base(run.profile.base)
    if base.digest != run.base_digest:
        raise WeightsMissing(
            f"The base {run.profile.base!r} has changed since the run {run.name!r} was made.",
            hint="Bring back the base's former files, or start a new run.",
        )
    return base


def _first_missing(run: TrainingRun, bench: Bench) -> int | None:
    """The first step whose checkpoint is still to be made, or torn; None for a finished run."""
    course = Course(run.profile.steps, run.profile.save_every)
    made = _exams(run, bench)
    for step in range(1, course.steps + 1):
        if course.saves_at(step) and step not in made:
            return step
        if step in made and _is_flat(run, made, step):
            return None
    return None


def _exams(run: TrainingRun, bench: Bench) -> dict[int, HeldOutLoss | None]:
    """What each complete checkpoint did on held-out photos, by step, the first one first."""
    made = [manifest for _, manifest in _own(run, bench.checkpoints(run))]
    return {manifest.step: manifest.held_out for manifest in reversed(made)}


def _is_flat(run: TrainingRun, made: Mapping[int, HeldOutLoss | None], step: int) -> bool:
    """Whether the run ends at a step, since its held-out photos have nothing more to gain."""
    exams = [exam for at, exam in made.items() if at <= step and exam is not None]
    return 0 < run.profile.stop_when_flat <= exams_in_vain(exams)


def _own(run: TrainingRun, parent: Path) -> Iterator[tuple[Path, Manifest]]:
    """The complete folders inside `parent` that this run made; another's are passed over."""
    inputs = _inputs(run)
    return (saved for saved in saved_steps(parent) if saved[1].inputs == inputs)


def _checkpoint(run: TrainingRun, bench: Bench, folder: Path, manifest: Manifest) -> Checkpoint:
    (adapter,) = manifest.files
    loss_sum, loss_count = manifest.losses
    return Checkpoint(
        id=CheckpointId(f"{run.id}-step-{manifest.step}"),
        run=run.id,
        step=manifest.step,
        folder=folder.relative_to(bench.home).as_posix(),
        digest=adapter.sha256,
        loss=loss_sum / loss_count,
        held_out=manifest.held_out,
    )


def _inputs(run: TrainingRun) -> str:
    """sha256 over what decides what each step gives: dataset, profile and base.

    When a run ends is not part of it.
    """
    deciding = run.model_dump_json(
        include={"dataset_digest", "profile", "base_digest"},
        exclude={"profile": {"stop_when_flat"}},
    )
    return hashlib.sha256(deciding.encode()).hexdigest()
