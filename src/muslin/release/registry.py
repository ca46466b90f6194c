"""Releases and the aliases that point to them; whoever calls stores what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from muslin.domain.errors import GateClosed, InvalidRequest, NotFound
from muslin.domain.fact import ReleaseId, fresh, now
from muslin.domain.findings import Verdict
from muslin.domain.judging import Review, ValidationReport
from muslin.domain.leaving import Alias, Release
from muslin.release.gate import NOTHING_MORE, Standing, gate, latest_review

Aliases = Mapping[Alias, ReleaseId]
"""Which release of one profile each alias points to; an alias that points nowhere is missing."""


def make_release(
    report: ValidationReport,
    reviews: Sequence[Review],
    base: str,
    standing: Standing = NOTHING_MORE,
) -> Release:
    """Release a report's picked checkpoint; `base` names the network it was tuned from.

    Raises GateClosed, naming every check that did not pass and was not overridden by a person.
    """
    decision, review = gate(report, reviews, standing), latest_review(report, reviews)
    if decision.closed or review is None or report.picked is None:
        raise GateClosed(
            "This cannot be released: "
            + " ".join(f"[{c.name}] {c.words}" for c in decision.closed),
            hint=_way_out(report),
        )
    return Release(
        id=ReleaseId(fresh("release")),
        name=report.name,
        run=report.run,
        checkpoint=report.picked,
        report=report.id,
        review=review.id,
        base=base,
        gate=decision,
        created_at=now(),
    )


def _way_out(report: ValidationReport) -> str:
    if report.verdict is Verdict.PASSED:
        return f"Look at the report and decide: muslin reviews approve {report.id} --as NAME."
    return "Look at the report, mend the photos or the profile, and train again."


def promote(aliases: Aliases, release: ReleaseId, alias: Alias) -> dict[Alias, ReleaseId]:
    """The aliases after pointing one of them to a release.

    What was live before becomes previous, so that it can come back. Promoting what an alias
    points to already changes nothing.
    Raises InvalidRequest for `previous`, which only follows from what was live.
    """
    if alias is Alias.PREVIOUS:
        raise InvalidRequest(
            "The alias `previous` cannot be set by hand.",
            hint="It points to what was live before; promote to live or candidate.",
        )
    after = {**aliases, alias: release}
    was_live = aliases.get(Alias.LIVE)
    if alias is Alias.LIVE and was_live is not None and was_live != release:
        after[Alias.PREVIOUS] = was_live
    return after


def roll_back(aliases: Aliases) -> dict[Alias, ReleaseId]:
    """The aliases after live and previous change places; doing it twice undoes it.

    Raises NotFound when nothing was live before.
    """
    if Alias.PREVIOUS not in aliases:
        raise NotFound(
            "There is no previous release to go back to.",
            hint="See `muslin releases list`; promote the one you want to live instead.",
        )
    after = dict(aliases)
    after[Alias.LIVE] = aliases[Alias.PREVIOUS]
    if Alias.LIVE in aliases:
        after[Alias.PREVIOUS] = aliases[Alias.LIVE]
    else:
        del after[Alias.PREVIOUS]
    return after
