"""What is on file about one name, gathered for its gates."""

from __future__ import annotations

from dataclasses import replace

from muslin.domain.errors import NotFound
from muslin.domain.fact import RunId
from muslin.domain.judging import ValidationReport
from muslin.domain.leaving import Alias
from muslin.domain.proving.retraining import Challenge
from muslin.domain.proving.rules import Rules
from muslin.release.gate import Standing
from muslin.release.phases import Dossier, changed, phase_gates
from muslin.review.agreement import tallies
from muslin.review.retraining import challenge
from muslin.runtime.storage.records import Records


def rules_of(records: Records, name: str) -> Rules:
    """The rules that count for a name; none where nobody set any."""
    version = records.rules.that_count(name)
    return version.rules if version else Rules()


def standing_of(records: Records, report: ValidationReport) -> Standing:
    """What is asked of a report beyond its proof, and what was excused."""
    return Standing(
        rules=rules_of(records, report.name),
        tallies=tallies(records.judgements.of_report(report.id)),
        overrides=records.overrides.of_report(report.id),
    )


def dossier_of(records: Records, name: str) -> Dossier:
    """The newest run of a name with everything that followed from it. Raises NotFound."""
    runs = records.runs.named(name)
    if not runs:
        raise NotFound(f"No run is called {name!r}.", hint="`muslin runs list` shows them.")
    reports = records.reports.of_run(runs[-1].id)
    return dossier_of_report(records, reports[-1]) if reports else _dossier(records, runs[-1].id)


def dossier_of_report(records: Records, report: ValidationReport) -> Dossier:
    """Everything that a report stands on, and what was decided on it."""
    bare = _dossier(records, report.run)
    made = [r for r in records.releases.named(report.name) if r.report == report.id]
    return replace(
        bare,
        report=report,
        reviews=tuple(records.reviews.of_report(report.id)),
        release=made[-1] if made else None,
        standing=standing_of(records, report),
    )


def record_gates(records: Records, dossier: Dossier) -> None:
    """Write down every gate that stands otherwise than it was last found."""
    known = records.gates.of(dossier.run.name)
    for gate in changed(known, phase_gates(dossier)):
        records.gates.add(gate)


def _dossier(records: Records, run_id: RunId) -> Dossier:
    run = records.runs.get(run_id)
    return Dossier(
        dataset=records.datasets.get(run.dataset),
        run=run,
        checkpoints=tuple(records.runs.checkpoints(run_id)),
        standing=Standing(rules=rules_of(records, run.name)),
    )


def challenge_of(records: Records, report: ValidationReport) -> Challenge | None:
    """A report's look against the live one; None where that is of the same run, or there is none.

    Checkpoints of one run were compared when one of them was picked.
    """
    live = records.releases.aliases(report.name).get(Alias.LIVE)
    champion = records.releases.get(live) if live else None
    if champion is None or champion.run == report.run:
        return None
    before = records.reports.get(champion.report)
    said = [one for r in (before, report) for one in records.judgements.of_report(r.id)]
    return challenge(before, report, said)
