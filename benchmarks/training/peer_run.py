"""diffusers' train_text_to_image_lora.py, unmodified, in a process that measures it from outside.

`python -m benchmarks.training.peer_run SCRIPT LIBRARIES TASK.json ANSWER.json`; `training_step`
starts it. LIBRARIES is a folder with what the script needs and Muslin does not (datasets,
torchvision, tensorboard); what Muslin's environment holds is used from there.

Steps are counted where the script moves its progress bar. A torchvision from a package index
cannot load its compiled part beside a CPU build of torch and fails at import on two operators that
the script never calls; declaring them first is enough.
"""

from __future__ import annotations

import runpy
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.training.clock import Clock, pure_network
from benchmarks.training.task import LEARNING_RATE, RANK, Task

STEPS_BAR = "Steps"
"""What the script calls its progress bar."""
MISSING = ("nms", "qnms")


def arguments(task: Task) -> list[str]:
    """The script's options for a task; whatever is not named is its default."""
    named = {
        "pretrained_model_name_or_path": task.base,
        "train_data_dir": task.shoot,
        "caption_column": "text",
        "resolution": task.side_px,
        "train_batch_size": task.batch_size,
        "rank": RANK,
        "learning_rate": LEARNING_RATE,
        "max_train_steps": task.steps,
        "checkpointing_steps": task.save_every,
        "seed": 0,
        "output_dir": task.home / "out",
    }
    return [word for name, value in named.items() for word in (f"--{name}", str(value))] + [
        "--center_crop"
    ]


def run_task(script: Path, libraries: Path, task: Task) -> Clock:
    """Run the script to its end."""
    sys.path.append(str(libraries))
    pure = partial(pure_network, task.base, task.side_px, task.batch_size)
    clock = Clock(pure if task.beside_pure else None)
    _declare_operators()
    _count_steps(clock)
    sys.argv = [str(script), *arguments(task)]
    sys.path.insert(0, str(script.parent))
    runpy.run_path(str(script), run_name="__main__")
    return clock


def _declare_operators() -> None:
    import torch

    torch.set_num_threads(1)
    for operator in MISSING:
        torch.library.define(
            f"torchvision::{operator}",
            "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
        )


def _count_steps(clock: Clock) -> None:
    tqdm: Any = import_module("tqdm.auto").tqdm  # it ships no types
    update = tqdm.update

    def counted(bar: Any, n: float | None = 1) -> Any:
        if str(getattr(bar, "desc", "")).startswith(STEPS_BAR):
            clock.step_done()
        return update(bar, n)

    tqdm.update = counted


def main() -> None:
    """Read a task, carry it out, write what it took."""
    script, libraries, asked, answered = map(Path, sys.argv[1:])
    clock = run_task(script, libraries, Task.model_validate_json(asked.read_bytes()))
    answered.write_text(clock.timed().model_dump_json())


if __name__ == "__main__":
    main()
