"""A name's whole file, for the tests of gates and phases."""

from __future__ import annotations

from muslin.domain.dataset import (
    Backdrop,
    Caption,
    Crop,
    DatasetPhoto,
    DatasetVersion,
    SelectionRecipe,
    Split,
)
from muslin.domain.fact import CheckpointId, DatasetId, PhotoId, RunId, ShootId
from muslin.domain.findings import Verdict
from muslin.domain.judging import CheckpointProof, MetricValue, ValidationReport
from muslin.domain.profile import Profile
from muslin.domain.proving.rules import HumanRule, MachineRule, Rules
from muslin.domain.training import Checkpoint, TrainingRun
from muslin.release.phases import Dossier
from tests.release.reports import NOON, a_report

COLOUR = MachineRule(
    metric="colour_obedience", at_least=0.9, min_samples=12, why="Our red is our name."
)
HANDS = HumanRule(
    name="hands", question="Hands touch the product naturally.", at_least=0.9, min_samples=10
)
BOTH = Rules(machine=(COLOUR,), human=(HANDS,))


def a_metric(value: float | None, samples: int = 24) -> MetricValue:
    return MetricValue(
        name=COLOUR.metric,
        value=value,
        unit="share",
        samples=samples,
        verdict=Verdict.PASSED,
        why="",
    )


def a_measured_report(*metrics: MetricValue, verdict: Verdict = Verdict.PASSED) -> ValidationReport:
    picked = CheckpointProof(
        checkpoint=CheckpointId("checkpoint-1"),
        step=600,
        pictures=(),
        metrics=metrics,
        verdict=verdict,
    )
    return a_report(verdict).model_copy(update={"checkpoints": (picked,)})


def a_dataset(photos: int = 12, words: str = "a red dress") -> DatasetVersion:
    crop = Crop(left_px=0, top_px=0, right_px=9, bottom_px=9, width_px=192, height_px=256)
    return DatasetVersion(
        id=DatasetId("dataset-1"),
        shoot=ShootId("shoot-1"),
        name="knitwear",
        digest="d" * 64,
        created_at=NOON,
        recipe=SelectionRecipe(),
        backdrop=Backdrop(lab=(80.0, 2.0, 9.0), name="beige", share=0.8, own_distance=7.5),
        photos=tuple(
            DatasetPhoto(
                photo=PhotoId(f"{n:064x}"),
                file_name=f"{n}.jpg",
                crop=crop,
                caption=Caption(text=words, author="rule"),
                split=Split.TEACH,
            )
            for n in range(photos)
        ),
        choices=(),
    )


def a_dossier(dataset: DatasetVersion | None = None, *, step: int = 600) -> Dossier:
    return Dossier(
        dataset=dataset or a_dataset(),
        run=TrainingRun(
            id=RunId("run-1"),
            name="knitwear",
            dataset=DatasetId("dataset-1"),
            dataset_digest="d" * 64,
            profile=Profile(),
            base_digest="b" * 64,
            created_at=NOON,
        ),
        checkpoints=(
            Checkpoint(
                id=CheckpointId("checkpoint-1"),
                run=RunId("run-1"),
                step=step,
                folder="runs/run-1/600",
                digest="c" * 64,
                loss=0.1,
            ),
        ),
    )
