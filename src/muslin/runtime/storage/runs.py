"""Training runs and their checkpoints."""

from __future__ import annotations

from sqlalchemy import Connection

from muslin.domain.fact import CheckpointId, DatasetId, RunId
from muslin.domain.training import Checkpoint, TrainingRun
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import checkpoints, runs

_LISTED = "`muslin runs list` shows them."


class SqlRuns:
    """Runs and checkpoints in SQL; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._runs = Shelf(connection, runs, TrainingRun)
        self._checkpoints = Shelf(connection, checkpoints, Checkpoint)

    def get(self, run: RunId) -> TrainingRun:
        """The run with that id. Raises NotFound."""
        return self._runs.get("run", run, hint=_LISTED)

    def add(self, run: TrainingRun) -> None:
        """Keep a new run."""
        self._runs.add(run, id=run.id, name=run.name, dataset=run.dataset)

    def all(self) -> list[TrainingRun]:
        """All runs, oldest first."""
        return self._runs.all()

    def named(self, name: str) -> list[TrainingRun]:
        """The runs of one name, oldest first."""
        return self._runs.all(runs.c.name == name)

    def on(self, dataset: DatasetId) -> list[TrainingRun]:
        """The runs on a dataset, oldest first."""
        return self._runs.all(runs.c.dataset == dataset)

    def add_checkpoint(self, checkpoint: Checkpoint) -> Checkpoint:
        """Keep a checkpoint and return the one that is now kept for its step.

        A resumed training comes by its last steps again. The same weights keep their id; other
        weights (another number of threads) take the place of those that they overwrote.
        """
        at_step = (checkpoints.c.run == checkpoint.run, checkpoints.c.step == checkpoint.step)
        known = self._checkpoints.first(*at_step)
        if known is not None and known.digest == checkpoint.digest:
            return known
        if known is not None:
            self._checkpoints.replace(checkpoint, *at_step, id=checkpoint.id)
        else:
            self._checkpoints.add(
                checkpoint, id=checkpoint.id, run=checkpoint.run, step=checkpoint.step
            )
        return checkpoint

    def checkpoint(self, checkpoint: CheckpointId) -> Checkpoint:
        """The checkpoint with that id. Raises NotFound."""
        return self._checkpoints.get(
            "checkpoint", checkpoint, hint="`muslin runs show` lists a run's checkpoints."
        )

    def checkpoints(self, run: RunId) -> list[Checkpoint]:
        """The checkpoints of a run, by step."""
        return self._checkpoints.all(checkpoints.c.run == run, by=checkpoints.c.step)
