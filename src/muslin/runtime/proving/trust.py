"""Which pictures people must see, by what a look has earned."""

from __future__ import annotations

from muslin.domain.errors import NotFound
from muslin.domain.judging import ValidationReport
from muslin.domain.leaving import Alias, Generation
from muslin.domain.proving.autonomy import Autonomy
from muslin.review.autonomy import autonomies, must_be_seen
from muslin.review.queue import LIVE, tasks_of
from muslin.runtime.proving.dossier import rules_of
from muslin.runtime.storage.records import Records

CHANNEL = "shop"
"""Where pictures go unless somebody says else."""


def trusted_report(records: Records, name: str) -> ValidationReport:
    """The proof whose look is judged: of the live release, else the newest of the name.

    Another checkpoint is another hand: what one has earned does not pass on to the next.
    Raises NotFound when there is no report yet.
    """
    live = records.releases.aliases(name).get(Alias.LIVE)
    if live is not None:
        return records.reports.get(records.releases.get(live).report)
    newest = records.reports.latest_named(name)
    if newest is None:
        raise NotFound(f"{name!r} has no report yet.", hint="`muslin runs list` shows the runs.")
    return newest


def autonomy_of(records: Records, report: ValidationReport) -> list[Autonomy]:
    """What each category and channel of a report's look has earned."""
    said = records.judgements.of_report(report.id)
    return autonomies(said, rules_of(records, report.name))


def drawn_to_be_seen(records: Records, report: ValidationReport) -> tuple[Generation, ...]:
    """The pictures drawn with a report's releases that a person must see, oldest first.

    Those that somebody judged already stay among them.
    """
    made = [r for r in records.releases.named(report.name) if r.report == report.id]
    drawn = [one for release in made for one in records.generations.of_release(release.id)]
    if not drawn:
        return ()
    shares = {
        one.category: one.share for one in autonomy_of(records, report) if one.channel == CHANNEL
    }
    judged = {one.task.id for one in records.judgements.of_report(report.id)}
    return tuple(
        one
        for one, task in zip(drawn, tasks_of(report, LIVE, drawn), strict=True)
        if task.id in judged or must_be_seen(one.id, shares.get(task.probe.category, 1.0))
    )
