"""Other people's trackers behind one small protocol, imported only when the settings name them.

They talk to servers, so each works on a thread of its own (`aside.py`) and may fail there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from muslin.domain.errors import PartMissing
from muslin.domain.training import TrainingRun

PROJECT = "muslin"
"""What the studio's runs are filed under in every tracker."""


class Sink(Protocol):
    """Takes a run's numbers, step after step."""

    key: str
    """What the tracker itself calls the run; kept, so that a resumed run finds it again."""

    def write(self, step: int, scalars: Mapping[str, float]) -> None:
        """Add the numbers of a step that is later than all before."""
        ...

    def close(self) -> None:
        """The run has ended or was stopped."""
        ...


class MlflowSink:
    """MLflow, at the server or folder of MLFLOW_TRACKING_URI."""

    def __init__(self, run: TrainingRun, key: str) -> None:
        mlflow: Any = import_module("mlflow")
        self._metric: Any = import_module("mlflow.entities").Metric
        self._client = mlflow.MlflowClient()
        self.key = key or self._start(run)

    def write(self, step: int, scalars: Mapping[str, float]) -> None:
        """All numbers of a step in one request; MLflow counts in milliseconds."""
        at = round(time.time() * 1000)
        metrics = [self._metric(name, value, at, step) for name, value in scalars.items()]
        self._client.log_batch(self.key, metrics=metrics)

    def close(self) -> None:
        """Mark the run as finished; taken up again, it only grows."""
        self._client.set_terminated(self.key)

    def _start(self, run: TrainingRun) -> str:
        known = self._client.get_experiment_by_name(PROJECT)
        experiment = known.experiment_id if known else self._client.create_experiment(PROJECT)
        made = self._client.create_run(experiment, tags={"muslin.run": run.id}, run_name=run.name)
        key: str = made.info.run_id
        return key


class WandbSink:
    """Weights & Biases, with the account of `wandb login` or WANDB_API_KEY."""

    def __init__(self, run: TrainingRun, key: str) -> None:
        wandb: Any = import_module("wandb")
        self.key = key or run.id
        self._run = wandb.init(
            project=PROJECT,
            id=self.key,
            name=run.name,
            config=run.profile.model_dump(),
            resume="allow",
        )

    def write(self, step: int, scalars: Mapping[str, float]) -> None:
        """The numbers of a step."""
        self._run.log(dict(scalars), step=step)

    def close(self) -> None:
        """Send what is left."""
        self._run.finish()


class TrackioSink:
    """Trackio: a local dashboard, or the Space that its own settings name."""

    def __init__(self, run: TrainingRun, key: str) -> None:
        trackio: Any = import_module("trackio")
        self.key = key or run.id
        self._run = trackio.init(
            PROJECT, name=self.key, config=run.profile.model_dump(), resume="allow", embed=False
        )

    def write(self, step: int, scalars: Mapping[str, float]) -> None:
        """The numbers of a step."""
        self._run.log(dict(scalars), step=step)

    def close(self) -> None:
        """Send what is left."""
        self._run.finish()


OpenSink = Callable[[TrainingRun, str], Sink]
SINKS: Mapping[str, tuple[OpenSink, str]] = {
    "mlflow": (MlflowSink, "mlflow-skinny"),
    "wandb": (WandbSink, "wandb"),
    "trackio": (TrackioSink, "trackio"),
}
"""What opens each tracker, and the package that holds it."""


def sink_of(name: str) -> OpenSink:
    """What opens a tracker, without importing it; raises PartMissing when it is not installed."""
    opener, package = SINKS[name]
    if find_spec(name) is None:
        raise PartMissing(
            f"The settings ask for the tracker {name}, which is not installed.",
            hint=f"pip install {package}, or take {name} out of MUSLIN_TRACKING.",
        )
    return opener
