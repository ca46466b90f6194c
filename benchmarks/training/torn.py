"""Claim: whatever happens to the files of a run, it never goes on from a wrong state.

`python -m benchmarks.training.torn` trains a small network without a stop, then once per case: it
takes the folder that a stop would have left, damages it at random, trains on, and compares every
checkpoint with the unbroken run's by sha256. Which states are left whole is known from the damage
alone, so the step that training must go on from is, too.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Torn, TornFigures
from benchmarks.results import shown, write_result
from benchmarks.training.task import FolderPictures, Task, dataset_of, profile_of
from muslin.domain.dataset import DatasetVersion
from muslin.domain.fact import RunId, now
from muslin.domain.progress import Progress
from muslin.domain.training import TrainingRun

STEPS, SAVE_EVERY, STOP = 8, 2, 6
"""The folder is taken after step STOP: checkpoints 2, 4 and 6 and, as two are kept, states 4, 6."""
KEPT = (4, 6)
CHECKPOINTS = (2, 4, 6)
WIDTH, SIDE_PX, PHOTOS = 16, 64, 3
Tear = Callable[[Path, random.Random], bool]
"""Damages a saved folder; says whether anything in it differs now."""


@dataclass(frozen=True, slots=True)
class Case:
    """One damage: its kind, and the saved folders that it hit."""

    kind: str
    places: frozenset[tuple[str, int]]  # ("states" or "checkpoints", step)

    @property
    def goes_on_after(self) -> int:
        """The step of the newest whole state before the first checkpoint that has to be made."""
        made = {step for step in CHECKPOINTS if ("checkpoints", step) not in self.places}
        missing = min(step for step in range(2, STEPS + 1, SAVE_EVERY) if step not in made)
        whole = [step for step in KEPT if ("states", step) not in self.places]
        return max((step for step in whole if step < missing), default=0)


@dataclass(frozen=True, slots=True)
class Trial:
    """A run, what it gives unbroken, and the folders that a stop and another run's stop left."""

    task: Task
    run: TrainingRun
    dataset: DatasetVersion
    unbroken: tuple[str, ...]  # sha256 of each checkpoint
    stopped: Path
    foreign: Path

    def go_on(self, home: Path) -> tuple[int, tuple[str, ...]]:
        """Train on in a home: the step that it went on after, and its checkpoints."""
        taken: list[int] = []
        digests = trained(self.task, self.run, self.dataset, home, taken.append)
        return taken[0] - 1, digests


def cut(path: Path, rng: random.Random) -> bool:
    """Only the first bytes of a file are left, as after a power cut."""
    data = path.read_bytes()
    path.write_bytes(data[: rng.randrange(len(data))])
    return True


def zero(path: Path, rng: random.Random) -> bool:
    """A range of a file is zeros, as where a disk never wrote a block."""
    data = path.read_bytes()
    start = rng.randrange(len(data))
    end = min(len(data), start + rng.choice((1, 16, 512, 4096)))
    path.write_bytes(data[:start] + bytes(end - start) + data[end:])
    return any(data[start:end])


def flip(path: Path, rng: random.Random) -> bool:
    """One bit of a file is another."""
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    return True


def empty(path: Path, _: random.Random) -> bool:
    """A file is there and holds nothing."""
    path.write_bytes(b"")
    return True


def lose(path: Path, _: random.Random) -> bool:
    """A file is not there."""
    path.unlink()
    return True


def of_a_file(tear: Tear) -> Tear:
    """The same done to one file of a saved folder."""

    def torn(folder: Path, rng: random.Random) -> bool:
        return tear(rng.choice(sorted(folder.iterdir())), rng)

    return torn


def lose_all(folder: Path, _: random.Random) -> bool:
    """A folder is there and holds nothing."""
    shutil.rmtree(folder)
    folder.mkdir()
    return True


def file_instead(folder: Path, _: random.Random) -> bool:
    """A file stands where a folder should."""
    shutil.rmtree(folder)
    folder.write_bytes(b"")
    return True


TEARS: dict[str, Tear] = {
    "file cut short": of_a_file(cut),
    "range of zeros": of_a_file(zero),
    "flipped bit": of_a_file(flip),
    "empty file": of_a_file(empty),
    "missing file": of_a_file(lose),
    "empty folder": lose_all,
    "file in a folder's place": file_instead,
}
"""What hits one saved folder; it may hit several in one case."""
SWAPS = ("swapped manifests", "swapped tensors")
KINDS = (*TEARS, *SWAPS, "older one copied over", "another run's", "half-written")


def damaged(trial: Trial, home: Path, kind: str, rng: random.Random) -> Case:
    """Damage a fresh copy of the stopped run's folder."""
    runs = home / "runs" / trial.run.id
    if kind in TEARS:
        return Case(kind, frozenset(_torn(runs, TEARS[kind], rng)))
    what = rng.choice(("states", "checkpoints"))
    steps = KEPT if what == "states" else CHECKPOINTS
    if kind in SWAPS:
        one, other = rng.sample(steps, 2)
        _swap(runs / what / name_of(one), runs / what / name_of(other), kind == SWAPS[0])
        return Case(kind, frozenset({(what, one), (what, other)}))
    if kind == "half-written":
        _half_written(runs / what, rng)
        return Case(kind, frozenset())
    older, newer = sorted(rng.sample(steps, 2))
    source = runs if kind == "older one copied over" else trial.foreign / "runs" / trial.run.id
    step = older if kind == "older one copied over" else newer
    _replace(source / what / name_of(step), runs / what / name_of(newer))
    return Case(kind, frozenset({(what, newer)}))


def name_of(step: int) -> str:
    """As `training.save` names its folders; written out here, so that a change there is seen."""
    return f"step-{step:06d}"


def measure(trial: Trial, place: Path, cases: int, seed: int) -> Iterator[TornFigures]:
    """Damage and train on, kinds in turns; gives the figures after every case."""
    counts: dict[str, list[bool]] = defaultdict(list)
    for number in range(cases):
        rng, kind = random.Random(f"{seed}/{number}"), KINDS[number % len(KINDS)]
        home = place / f"case {number}"
        shutil.copytree(trial.stopped, home)
        case = damaged(trial, home, kind, rng)
        went_on_after, digests = trial.go_on(home)
        right = went_on_after == case.goes_on_after and digests == trial.unbroken
        counts[kind].append(right)
        if not right:
            print(f"case {number}: {case}, went on after {went_on_after}, {digests}", flush=True)
        shutil.rmtree(home)
        kinds = {kind: Torn(cases=len(told), right=sum(told)) for kind, told in counts.items()}
        yield TornFigures(seed=seed, steps=STEPS, kinds=kinds)


def trial_in(place: Path) -> Trial:
    """Train two runs without a stop, and keep what each looked like after step STOP."""
    from benchmarks.training.tiny_sd15 import write_base, write_shoot

    base, shoot = write_base(place / "base", WIDTH), write_shoot(place / "shoot", PHOTOS, 96)
    task = Task(
        base=base,
        shoot=shoot,
        home=place / "home",
        side_px=SIDE_PX,
        batch_size=2,
        steps=STEPS,
        save_every=SAVE_EVERY,
    )
    dataset = dataset_of(task)
    run, foreign = run_of(task, dataset, seed=0), run_of(task, dataset, seed=1)
    unbroken = _stopped(task, run, dataset, place / "stopped")
    _stopped(task, foreign, dataset, place / "foreign")
    return Trial(task, run, dataset, unbroken, place / "stopped", place / "foreign")


def run_of(task: Task, dataset: DatasetVersion, seed: int) -> TrainingRun:
    """A run of the task; all have one id, as if folders of two studios had been mixed up."""
    from muslin.networks.diffusion.base import open_base

    return TrainingRun(
        id=RunId("run"),
        name="run",
        dataset=dataset.id,
        dataset_digest=dataset.digest,
        profile=profile_of(task).model_copy(update={"seed": seed}),
        base_digest=open_base(str(task.base)).digest,
        created_at=now(),
    )


def trained(
    task: Task,
    run: TrainingRun,
    dataset: DatasetVersion,
    home: Path,
    taken: Callable[[int], None],
) -> tuple[str, ...]:
    """Train to the end: sha256 of each checkpoint; `taken` is told of each step."""
    from muslin.training.train import Bench, train

    def told(progress: Progress) -> None:
        if progress.step == "train":
            taken(progress.done)

    made = train(run, dataset, FolderPictures(task.shoot), Bench(home, threads=1), told)
    return tuple(checkpoint.digest for checkpoint in made)


def _stopped(task: Task, run: TrainingRun, dataset: DatasetVersion, copy: Path) -> tuple[str, ...]:
    home = copy.with_name(f"whole {copy.name}")

    def keep(step: int) -> None:
        if step == STOP:
            shutil.copytree(home, copy)

    return trained(task, run, dataset, home, keep)


def _torn(runs: Path, tear: Tear, rng: random.Random) -> Iterator[tuple[str, int]]:
    """Damage one to three saved folders; gives those that differ now."""
    saved = [("states", step) for step in KEPT] + [("checkpoints", step) for step in CHECKPOINTS]
    for what, step in rng.sample(saved, rng.choice((1, 1, 2, 3))):
        if tear(runs / what / name_of(step), rng):
            yield what, step


def _swap(one: Path, other: Path, is_manifest: bool) -> None:
    """Exchange two folders' manifests, or all else that they hold."""
    for path in sorted(one.iterdir()):
        if (path.suffix == ".json") == is_manifest:
            mine, theirs = path.read_bytes(), (other / path.name).read_bytes()
            path.write_bytes(theirs)
            (other / path.name).write_bytes(mine)


def _half_written(parent: Path, rng: random.Random) -> None:
    """What a kill leaves of the folder after STOP, staged beside the others."""
    staged = parent / f".{name_of(STOP + SAVE_EVERY)}.staged"
    shutil.copytree(parent / name_of(STOP), staged)
    cut(rng.choice(sorted(staged.iterdir())), rng)


def _replace(source: Path, target: Path) -> None:
    shutil.rmtree(target)
    shutil.copytree(source, target)


def main() -> None:
    """Measure, keep, show; exit status 1 when a case went wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training.torn", description=__doc__)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        place = Path(passing)
        for figures in measure(trial_in(place), place, given.cases, given.seed):
            write_result("torn", figures)
    right = sum(kind.right for kind in figures.kinds.values())
    print(shown({"cases": given.cases, "right": right}))
    raise SystemExit(0 if right == given.cases else 1)


if __name__ == "__main__":
    main()
