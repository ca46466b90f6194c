"""A release is blocked when serving draws something else than was proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from muslin.domain.errors import GateClosed
from muslin.domain.findings import Verdict
from muslin.domain.judging import Decision
from muslin.domain.leaving import ImageRequest, SourceType
from muslin.domain.progress import Report, silent
from muslin.imaging.metadata import Origin, encode
from muslin.imaging.types import Picture
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio
from tests.release.files import a_dataset
from tests.review.sitting import a_drawn_report
from tests.runtime.storage.makers import a_checkpoint, a_run, a_shoot


def picture_of(seed: int, width_px: int, height_px: int) -> Picture:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)


class Renderer:
    """Draws what a seed says, with the adapter that was asked for, off by some levels."""

    def __init__(self, off: int) -> None:
        self._off = off
        self.adapters: list[Path | None] = []

    def use(self, adapter_folder: Path | None) -> None:
        self.adapters.append(adapter_folder)

    def render(
        self, requests: Sequence[ImageRequest], report: Report = silent
    ) -> Iterator[Picture]:
        for request in requests:
            drawn = picture_of(request.seed, request.width_px, request.height_px)
            yield np.clip(drawn.astype(int) + self._off, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("off", "verdict"), [(1, Verdict.PASSED), (6, Verdict.FAILED)])
def test_serving_has_to_draw_what_was_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, off: int, verdict: Verdict
) -> None:
    renderer, recipe = Renderer(off), a_dataset().recipe
    monkeypatch.setattr(Workshop, "renderer", lambda shop, base: renderer)
    with Workshop.open(tmp_path / "studio") as shop:
        report = a_drawn_report(*[()] * 3)
        pictures = tuple(
            p.model_copy(
                update={
                    "picture": shop.blobs.put(
                        encode(
                            picture_of(p.probe.seed, recipe.width_px, recipe.height_px),
                            "PNG",
                            Origin(SourceType.GENERATED, {}),
                        )
                    )
                }
            )
            for p in report.checkpoints[1].pictures
        )
        tuned = report.checkpoints[1].model_copy(update={"pictures": pictures})
        with shop.storage.transaction() as connection:
            records = Records(connection)
            records.shoots.add(a_shoot())
            records.datasets.add(a_dataset())
            run = a_run(name="knitwear").model_copy(update={"dataset_digest": a_dataset().digest})
            records.runs.add(run)
            records.runs.add_checkpoint(a_checkpoint(600, name="checkpoint-1"))
            records.reports.add(report.model_copy(update={"checkpoints": (tuned,)}))
        studio = Studio(shop)
        studio.review("knitwear", "Ada", Decision.APPROVED)

        found = studio.check_parity("knitwear")

        assert found.verdict is verdict
        assert renderer.adapters[0] == shop.home.root / "runs/run-1/600"
        if verdict is Verdict.PASSED:
            assert studio.release("knitwear").checkpoint == "checkpoint-1"
        else:
            with pytest.raises(GateClosed, match="drawn again"):
                studio.release("knitwear")
