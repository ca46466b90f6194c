"""Reviewing: people judge picture by picture, alone or blind side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from muslin.domain.fact import now
from muslin.domain.judging import (
    Agreement,
    Judgement,
    Preferences,
    QueuedPicture,
    Said,
    Sight,
    ValidationReport,
)
from muslin.domain.proving.autonomy import Autonomy
from muslin.review.agreement import agreements, preferences
from muslin.review.judge import Bench, judge, take_next, undo
from muslin.review.queue import PROOF, queue, tasks_of
from muslin.runtime.desks.desk import Desk
from muslin.runtime.disk import make_folder, write_atomic
from muslin.runtime.proving.dossier import dossier_of_report, record_gates, rules_of
from muslin.runtime.proving.trust import autonomy_of, drawn_to_be_seen, trusted_report
from muslin.runtime.storage.records import Records


class ReviewingDesk(Desk):
    """Queue, look, judge, take back, agree.

    A pile of pictures is "proof", "live" (drawn with the release), or, for blind pairs, "base" or
    the step of another checkpoint.
    """

    def review_queue(self, report: str, pile: str = PROOF) -> list[QueuedPicture]:
        """The pictures that still need somebody's eyes, suspects first."""
        found = self.report(report)
        with self._shop.storage.reading() as connection:
            records = Records(connection)
            said = records.judgements.of_report(found.id)
            held = records.claims.of_report(found.id)
            drawn = drawn_to_be_seen(records, found)
        return queue(tasks_of(found, pile, drawn), said, held, now())

    def next_picture(self, report: str, person: str, pile: str = PROOF) -> Sight | None:
        """Give a person the next picture, theirs alone for ten minutes; None = nothing is left."""
        with self._sitting(self.report(report)) as bench:
            return take_next(bench, person, now(), pile)

    def judge_picture(self, task: str, person: str, said: Said) -> Judgement:
        """Write down what a person says of a picture.

        Raises NotFound, PictureTaken and InvalidRequest.
        """
        with self._sitting(self.report(task.partition(".")[0])) as bench:
            return judge(bench, task, person, said, now())

    def undo_judgement(self, report: str, person: str) -> Judgement:
        """Take back a person's latest judgement on a report. Raises NotFound."""
        with self._sitting(self.report(report)) as bench:
            return undo(bench, person, now())

    def judgements(self, report: str) -> list[Judgement]:
        """Everything that people said on a report's pictures, oldest first."""
        found = self.report(report)
        return self._read(lambda records: records.judgements.of_report(found.id))

    def agreement(self, report: str) -> tuple[list[Agreement], Preferences]:
        """How far every two reviewers agree, and how the blind pairs came out."""
        said = self.judgements(report)
        return agreements(said), preferences(said)

    def save_sight(self, sight: Sight) -> list[Path]:
        """Write what a reviewer shall look at into files; names tell no side's origin."""
        folder = self._shop.home.tmp / "review"
        make_folder(folder)
        sides = {"left": sight.left, "right": sight.right}
        shown = {folder / f"{sight.task}-{side}.png": blob for side, blob in sides.items() if blob}
        for path, blob in shown.items():
            write_atomic(path, self._shop.blobs.get(blob))
        return list(shown)

    def autonomy(self, name: str) -> list[Autonomy]:
        """What each category and channel of a name's live look has earned; see `trusted_report`."""
        with self._shop.storage.reading() as connection:
            records = Records(connection)
            return autonomy_of(records, trusted_report(records, name))

    @contextmanager
    def _sitting(self, report: ValidationReport) -> Iterator[Bench]:
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            yield Bench(
                report,
                records.judgements,
                records.claims,
                rules_of(records, report.name),
                drawn_to_be_seen(records, report),
            )
            record_gates(records, dossier_of_report(records, report))
