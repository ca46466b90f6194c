"""A run from its plan to its checkpoints; started again after any stop, it goes on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors.torch import load, save

from muslin.domain.dataset import DatasetVersion
from muslin.domain.errors import InvalidRequest, WeightsMissing
from muslin.domain.ids import CheckpointId
from muslin.domain.progress import Report, silent
from muslin.domain.training import Checkpoint, TrainingRun
from muslin.networks.diffusion.adapter_file import FILE_NAME, adapter_bytes, read_adapter
from muslin.networks.diffusion.adapters import adapt, adapter_of, learning, put_back
from muslin.networks.diffusion.base import Base, open_base
from muslin.networks.diffusion.family import Denoiser
from muslin.training.cache import EncodingCache
from muslin.training.draws import batches
from muslin.training.drive import Course, Standing, drive
from muslin.training.loop import learn
from muslin.training.optimizers import Update
from muslin.training.ports import Pictures
from muslin.training.prepare import prepare
from muslin.training.save import Manifest, keep_newest, save_folder, saved_steps, step_folder

OPTIMIZER = "optimizer.safetensors"
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

    def checkpoints(self, run: TrainingRun) -> Path:
        """Adapters, one folder for each save_every steps."""
        return self.home / "runs" / run.id / "checkpoints"

    def states(self, run: TrainingRun) -> Path:
        """What a run needs to go on after a stop."""
        return self.home / "runs" / run.id / "states"

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
    dataset are not the recorded ones; what `prepare` and `report` raise.
    """
    torch.set_num_threads(bench.threads)
    missing = _missing_steps(run, bench)
    if not missing:
        return checkpoints_of(run, bench)
    base = _recorded_base(run, dataset)
    kept = EncodingCache(bench.encodings())
    lessons = prepare(base, dataset, pictures, kept, bench.device, report).to(bench.device)
    desk = _Desk(run, bench, base, base.family.open_denoiser(base.folder, bench.device))
    standing = desk.go_on(before=missing[0])
    process = base.family.process(base.folder).to(bench.device)
    steps = batches(run.profile, lessons, process, standing.step)
    losses = learn(desk.denoiser, steps, desk.update)
    course = Course(run.profile.steps, run.profile.save_every)
    drive(course, standing, losses, desk, report)
    return checkpoints_of(run, bench)


def checkpoints_of(run: TrainingRun, bench: Bench) -> list[Checkpoint]:
    """The complete checkpoints that a run has made so far, first step first."""
    found = [
        _checkpoint(run, bench, folder, manifest)
        for folder, manifest in saved_steps(bench.checkpoints(run))
    ]
    return found[::-1]


class _Desk:
    """A run at work: the denoiser with its adapter, and where their states are kept."""

    def __init__(self, run: TrainingRun, bench: Bench, base: Base, denoiser: Denoiser) -> None:
        profile = run.profile
        self._run, self._bench, self._prefix = run, bench, base.family.prefix
        self.denoiser = denoiser
        self._layers = adapt(
            denoiser.network, base.family.targets, profile.rank, profile.alpha, profile.seed
        )
        self.update = Update(learning(self._layers), profile)

    def go_on(self, before: int) -> Standing:
        """Take up the newest complete state before a step; Standing() when there is none."""
        for folder, manifest in saved_steps(self._bench.states(self._run)):
            if manifest.step < before and manifest.inputs == _inputs(self._run):
                put_back(self._layers, read_adapter(folder, self._prefix))
                self.update.go_on(manifest.step, load((folder / OPTIMIZER).read_bytes()))
                return Standing(manifest.step, *manifest.losses)
        return Standing()

    def checkpoint(self, standing: Standing) -> None:
        """Keep the adapter for good."""
        folder = step_folder(self._bench.checkpoints(self._run), standing.step)
        save_folder(folder, self._manifest(standing), {FILE_NAME: self._adapter()})

    def state(self, standing: Standing) -> None:
        """Keep adapter and optimizer, and forget all but the newest states."""
        states = self._bench.states(self._run)
        contents = {FILE_NAME: self._adapter(), OPTIMIZER: save(self.update.state())}
        save_folder(step_folder(states, standing.step), self._manifest(standing), contents)
        keep_newest(states, STATES_KEPT)

    def _adapter(self) -> bytes:
        return adapter_bytes(adapter_of(self._layers, self._run.profile.alpha), self._prefix)

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


def _missing_steps(run: TrainingRun, bench: Bench) -> list[int]:
    """The steps whose checkpoints are still to be made, or torn; empty for a finished run."""
    course = Course(run.profile.steps, run.profile.save_every)
    made = {manifest.step for _, manifest in saved_steps(bench.checkpoints(run))}
    steps = range(1, course.steps + 1)
    return [step for step in steps if course.saves_at(step) and step not in made]


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
    )


def _inputs(run: TrainingRun) -> str:
    """sha256 over what decides a run's result: dataset, profile and base."""
    deciding = run.model_dump_json(include={"dataset_digest", "profile", "base_digest"})
    return hashlib.sha256(deciding.encode()).hexdigest()
