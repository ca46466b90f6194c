"""Our training of a shoot, as a process of its own that measures itself.

`python -m benchmarks.training.our_run TASK.json ANSWER.json`; `training_step` starts it. Nothing
heavy is imported before the clock could see it: it shows all processor time since the process's
start.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from benchmarks.training.clock import Clock, pure_network
from benchmarks.training.task import FolderPictures, Task, dataset_of, profile_of
from muslin.domain.fact import RunId, now
from muslin.domain.progress import Progress
from muslin.domain.training import TrainingRun
from muslin.networks.diffusion.lean import import_leanly

if TYPE_CHECKING:
    from torch import nn

    from muslin.domain.profile import Profile
    from muslin.networks.diffusion.base import Base
    from muslin.networks.diffusion.tuning.methods import Tuning

PEER_LAYERS = r".*\.to_[qkv]|.*\.to_out\.0"
"""What diffusers' train_text_to_image_lora.py adapts: `target_modules` of its LoraConfig."""
TUNING = "muslin.training.train.tuning_of"


def run_task(task: Task) -> Clock:
    """Train as the studio does, from photos to the last checkpoint."""
    from muslin.networks.diffusion.base import open_base
    from muslin.training.train import Bench, train

    pure = partial(pure_network, task.base, task.side_px, task.batch_size)
    clock = Clock(pure if task.beside_pure else None)
    dataset, profile = dataset_of(task), profile_of(task)
    run = TrainingRun(
        id=RunId("run"),
        name="run",
        dataset=dataset.id,
        dataset_digest=dataset.digest,
        profile=profile,
        base_digest=open_base(profile.base).digest,
        created_at=now(),
    )

    def told(progress: Progress) -> None:
        if progress.step == "train":
            clock.step_done()

    bench = Bench(task.home, threads=1)
    if task.layers == "family":
        train(run, dataset, FolderPictures(task.shoot), bench, told)
    else:
        with patch(TUNING, peers_tuning):
            train(run, dataset, FolderPictures(task.shoot), bench, told)
    return clock


def peers_tuning(profile: Profile, base: Base, network: nn.Module) -> Tuning:
    """Our way of learning, in the peer's choice of layers."""
    from muslin.networks.diffusion.tuning.methods import begin

    return begin(network, PEER_LAYERS, base.family.prefix, profile)


def main() -> None:
    """Read a task, carry it out as a job's process would, write what it took."""
    import_leanly()
    asked, answered = map(Path, sys.argv[1:])
    clock = run_task(Task.model_validate_json(asked.read_bytes()))
    answered.write_text(clock.timed().model_dump_json())


if __name__ == "__main__":
    main()
