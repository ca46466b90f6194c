"""Retraining: proposals on evidence, decided by a person or by the brand's policy."""

from __future__ import annotations

from collections.abc import Iterator

from muslin.domain.fact import now
from muslin.domain.judging import ValidationReport
from muslin.domain.proving.retraining import Proposal, ProposalState
from muslin.domain.training import Foreseen, Known
from muslin.domain.work import JobKind, JobState
from muslin.review.failures.cases import cases_of
from muslin.review.retraining import POLICY, Evidence, allowed_by, decide_on, propose
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.desks.desk import Desk
from muslin.runtime.proving.dossier import rules_of
from muslin.runtime.storage.records import Records


class RetrainingDesk(Desk):
    """Propose, approve, decline."""

    def proposals(self, name: str | None = None) -> list[Proposal]:
        """Every proposal, of one name or of all; what evidence calls for is opened first."""
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            names = [name] if name else sorted({run.name for run in records.runs.all()})
            for each in names:
                report = records.reports.latest_named(each)
                if report is not None:
                    self._open(records, report)
            return records.proposals.of(name) if name else records.proposals.all()

    def decide_proposal(
        self, proposal: str, state: ProposalState, person: str, reason: str = ""
    ) -> Proposal:
        """Approve or decline a proposal in a person's name. Raises NotFound and InvalidRequest."""
        with self._shop.storage.transaction() as connection:
            kept = Records(connection).proposals
            decided = decide_on(kept.get(proposal), state, person, now(), reason)
            kept.decide(decided)
        return decided

    def _open(self, records: Records, report: ValidationReport) -> None:
        known, rules = records.proposals.of(report.name), rules_of(records, report.name)
        price = tuple(price_of(records, report, self._shop))
        for one in propose(evidence_of(records, report), known, price, now()):
            allowed = allowed_by(rules, one)
            records.proposals.add(
                decide_on(one, ProposalState.APPROVED, POLICY, now()) if allowed else one
            )


def evidence_of(records: Records, report: ValidationReport) -> Evidence:
    """What has been found since a report was made."""
    said = tuple(records.judgements.of_report(report.id))
    dataset = records.datasets.get(records.runs.get(report.run).dataset)
    considered = {choice.photo for choice in dataset.choices}
    photos = records.photos.of(dataset.shoot)
    return Evidence(
        report=report,
        cases=tuple(cases_of(report, said)),
        judgements=said,
        new_photos=sum(photo.id not in considered for photo in photos),
    )


def price_of(records: Records, report: ValidationReport, shop: Workshop) -> Iterator[Foreseen]:
    """Time, energy and money of another training and proof, as the last ones took."""
    from muslin.training.planning.price import energy, money

    total, known = 0.0, True
    for kind, name in ((JobKind.TRAIN, "train"), (JobKind.VALIDATE, "validate")):
        seconds = _last_took(records, report, kind)
        known = known and seconds is not None
        total += seconds or 0.0
        yield Foreseen(
            name=name,
            value=seconds,
            unit="s",
            known=Known.UNKNOWN if seconds is None else Known.MEASURED,
            why="as the last one took, waiting included"
            if seconds is not None
            else "no finished job of this run is on record",
        )
    if known:
        rates = shop.terms().rates
        used = energy(total, rates, None)
        yield used
        yield money(total, used, rates)


def _last_took(records: Records, report: ValidationReport, kind: JobKind) -> float | None:
    done = [
        (job.finished_at - job.created_at).total_seconds()
        for job in records.jobs.all()
        if job.kind is kind
        and job.subject == report.run
        and job.state is JobState.DONE
        and job.finished_at is not None
    ]
    return done[-1] if done else None
