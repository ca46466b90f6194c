"""What is predicted of a backdrop is what the committed trainings showed."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.baked_in import BakedInFigures, plant
from benchmarks.results import read_result
from muslin.curation.sets.predict import LEAST_SHARE, OTHER, SILENT, Plane, predict_backdrop
from tests.runtime.storage.makers import a_dataset

FIGURES = read_result("baked_in", BakedInFigures)


@pytest.mark.parametrize(("plane", "kind"), [(SILENT, "silent"), (OTHER, "other")])
def test_the_planes_are_least_squares_through_the_measured_gains(plane: Plane, kind: str) -> None:
    assert FIGURES is not None
    said = np.array([(1.0, row.share, row.said) for row in FIGURES.rows])
    gains = np.array(
        [getattr(row, f"tuned_{kind}") - getattr(row, f"base_{kind}") for row in FIGURES.rows]
    )

    fitted = np.linalg.lstsq(said, gains, rcond=None)[0]
    off = np.abs(gains - [plane.at(row.share, row.said) for row in FIGURES.rows])

    assert (plane.level, plane.per_share, plane.per_said) == pytest.approx(tuple(fitted), abs=1e-3)
    assert off.max() <= plane.margin < off.max() + 0.02


def test_nothing_is_predicted_where_nothing_was_measured() -> None:
    assert FIGURES is not None
    assert min(row.share for row in FIGURES.rows) == LEAST_SHARE
    assert predict_backdrop(0.49, 0.0) == ()
    assert len(predict_backdrop(0.5, 0.0)) == 2


def test_a_planted_dataset_has_the_share_of_photos_and_words_that_was_asked_for() -> None:
    one = a_dataset()
    own = one.model_copy(update={"photos": one.photos * 10})
    blue = one.backdrop.model_copy(update={"name": "blue"})
    other = own.model_copy(
        update={
            "backdrop": blue,
            "photos": tuple(p.model_copy(update={"file_name": "b.jpg"}) for p in own.photos),
        }
    )

    planted = plant(own, [other], share=0.3, said=0.5)

    assert [p.file_name for p in planted.photos] == ["a.jpg"] * 3 + ["b.jpg"] * 7
    said = [p for p in planted.photos if "background" in p.caption.text]
    assert len(said) == 5
    assert all(("blue" in p.caption.text) is (p.file_name == "b.jpg") for p in said)
