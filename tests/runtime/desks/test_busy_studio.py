"""A withdrawal where three hundred datasets and three thousand pictures are kept."""

from __future__ import annotations

import time
from collections import Counter

from muslin.domain.curation.rights import RetiredKind
from muslin.domain.fact import (
    CheckpointId,
    DatasetId,
    GenerationId,
    PhotoId,
    ReportId,
    ReviewId,
    RunId,
)
from muslin.runtime.storage.records import Records
from muslin.runtime.studio import Studio
from tests.runtime.storage.makers import (
    a_checkpoint,
    a_dataset,
    a_generation,
    a_release,
    a_report,
    a_run,
    a_shoot,
)

NAME = a_shoot().name


def test_a_withdrawal_in_a_busy_studio_is_done_within_five_seconds(shop: Studio) -> None:
    datasets, releases, pictures = 300, 60, 50
    with shop._shop.storage.transaction() as connection:
        records = Records(connection)
        for n in range(2, datasets):
            keep_dataset(records, n, touched=n < releases)
        for n in range(2, releases):
            keep_release(records, n, pictures)

    start = time.process_time()
    withdrawal = shop.withdraw_rights(NAME, "Ada", "contract ended", ["a.jpg"])
    took_s = time.process_time() - start

    counts = Counter(one.kind for one in withdrawal.retired)
    assert counts[RetiredKind.RELEASE] == releases - 1
    assert counts[RetiredKind.PICTURE] == (releases - 2) * pictures + 2
    assert took_s < 5


def keep_dataset(records: Records, n: int, *, touched: bool) -> None:
    dataset = a_dataset(n)
    other = dataset.photos[0].model_copy(update={"photo": PhotoId("sha-b.jpg")})
    photos = (dataset.photos[0] if touched else other, *[other] * 19)
    records.datasets.add(dataset.model_copy(update={"photos": photos}))


def keep_release(records: Records, n: int, pictures: int) -> None:
    run, report, review = RunId(f"run-{n}"), ReportId(f"report-{n}"), ReviewId("review-1")
    records.runs.add(a_run(n).model_copy(update={"dataset": DatasetId(f"dataset-{n}")}))
    checkpoint = a_checkpoint(40, name=f"kept-{n}").model_copy(update={"run": run})
    records.runs.add_checkpoint(checkpoint)
    records.reports.add(a_report(n).model_copy(update={"run": run}))
    held = {"run": run, "report": report, "review": review}
    held |= {"checkpoint": CheckpointId(f"kept-{n}")}
    records.releases.add(a_release(n).model_copy(update=held))
    for k in range(pictures):
        picture = a_generation(k, f"release-{n}")
        name = GenerationId(f"picture-{n}-{k}")
        records.generations.add(picture.model_copy(update={"id": name}))
