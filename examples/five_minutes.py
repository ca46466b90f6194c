"""The whole way in Python: the same verbs as the command line, with values in between.

python examples/five_minutes.py
"""

from __future__ import annotations

from pathlib import Path

from muslin import Studio
from muslin.domain.dataset import SelectionRecipe
from muslin.domain.judging import Decision
from muslin.domain.leaving import GenerateOrder
from muslin.domain.profile import Profile
from muslin.domain.progress import Progress

HERE = Path(__file__).parent


def show(progress: Progress) -> None:
    """Progress is data; print it, draw it, or raise Cancelled to stop."""
    print(f"\r{progress.step} {progress.done}/{progress.total} {progress.unit}", end="", flush=True)


def main(home: Path, pictures: Path, profile: Profile) -> list[Path]:
    """From the sample shoot to pictures; returns their files, the contact sheet last."""
    with Studio.open(home) as studio:
        studio.import_shoot(HERE / "sample-shoot", "sage-linen", show)
        dataset = studio.freeze_dataset("sage-linen", SelectionRecipe(photos=20), show)
        training = studio.start_run("sage-linen", dataset.id, profile)
        studio.follow(training.id, show)
        run = studio.runs()[-1]
        studio.follow(studio.start_validation(run.id).id, show)

        report = studio.report(run.id)
        print(f"\n{report.verdict}: {report.reason}\n{studio.report_page(report.id)}")
        studio.review(report.id, "Ada Example", Decision.APPROVED, ["the linen is ours"])
        release = studio.release(report.id)

        order = GenerateOrder(release=release.id, prompts=("a red dress",), count=4, seed=7)
        return studio.save_pictures(studio.generate(order, show), pictures)


if __name__ == "__main__":
    for file in main(Path("demo/five-minutes"), Path("demo/five-minutes-pictures"), Profile()):
        print(file)
