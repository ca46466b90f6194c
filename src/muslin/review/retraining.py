"""Evidence calls for another training; a person or the policy allows it; the better look stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import fresh
from muslin.domain.findings import Verdict
from muslin.domain.judging import Judgement, Probe, ValidationReport
from muslin.domain.proving.failures import FailureCase
from muslin.domain.proving.retraining import Challenge, Due, Proposal, ProposalState, Trigger
from muslin.domain.proving.rules import Rules
from muslin.domain.training import Foreseen
from muslin.review.agreement import sign_test
from muslin.review.failures.cases import cases_of
from muslin.review.queue import standing
from muslin.review.wilson import rate

CASES = 5
"""Pictures with one kind of failure: of 24 probes they show, at 95 %, that 9 % or more fail."""
NEW_PHOTOS = 50
"""A batch that is worth a training: two to five datasets of 10 to 30."""
LEAST_LIVE = 20
"""Live pictures below which a drift is not told from chance."""
NEWEST_LIVE = 40
"""Live pictures that a drift is looked for in: older ones, from before it, would hide it."""
SURE = 0.05
LEAST_SHARED = 8
"""Shared probes below which nobody can win: of 5 the sign test can never be below 0.05."""
POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for another training of one name, since its newest proof."""

    report: ValidationReport
    cases: tuple[FailureCase, ...]
    judgements: tuple[Judgement, ...]
    new_photos: int  # in the shoot, never considered for the dataset


def due(evidence: Evidence) -> list[Due]:
    """The triggers that have fired; mostly none."""
    return [*_by_failures(evidence), *_by_photos(evidence), *_by_drift(evidence)]


def _by_failures(evidence: Evidence) -> Iterator[Due]:
    pictures = {(case.kind, case.picture) for case in evidence.cases}
    for kind, count in sorted(Counter(kind for kind, _ in pictures).items()):
        if count >= CASES:
            yield Due(
                trigger=Trigger.FAILURES,
                key=f"{evidence.report.id}:{kind}:{count // CASES}",
                words=f"{count} pictures have a {kind} failure; {CASES} call for a training.",
            )


def _by_photos(evidence: Evidence) -> Iterator[Due]:
    if evidence.new_photos >= NEW_PHOTOS:
        batches = evidence.new_photos // NEW_PHOTOS
        yield Due(
            trigger=Trigger.PHOTOS,
            key=f"{evidence.report.id}:photos:{batches}",
            words=f"{evidence.new_photos} photos are new; {NEW_PHOTOS} call for a training.",
        )


def _by_drift(evidence: Evidence) -> Iterator[Due]:
    said = [j for j in standing(evidence.judgements) if j.said.verdict is not None]
    live = [j for j in said if not _of_proof(j)][-NEWEST_LIVE:]
    proof = [j for j in said if _of_proof(j)]
    if len(live) < LEAST_LIVE or not proof:
        return
    now, then = (
        rate(sum(j.said.verdict is Verdict.FAILED for j in some), len(some))
        for some in (live, proof)
    )
    if now.least > then.most:
        yield Due(
            trigger=Trigger.DRIFT,
            key=f"{evidence.report.id}:drift:{now.failed // CASES}",
            words=(
                f"People failed {now.failed} of {now.pictures} live pictures, at least "
                f"{100 * now.least:.0f} %, but of the proof {then.failed} of {then.pictures}, at "
                f"most {100 * then.most:.0f} % (95 %)."
            ),
        )


def _of_proof(judgement: Judgement) -> bool:
    return judgement.task.id.removeprefix(f"{judgement.task.report}.").isdecimal()


def propose(
    evidence: Evidence, known: Sequence[Proposal], price: tuple[Foreseen, ...], at: datetime
) -> list[Proposal]:
    """A proposal for every trigger that none was made for yet.

    One that was declined comes back only when there is more evidence. While one of the name is
    open no other is made: one training answers all of them.
    """
    if any(one.state is ProposalState.OPEN for one in known):
        return []
    answered = {one.due.key for one in known}
    fired = [one for one in due(evidence) if one.key not in answered]
    return [
        Proposal(
            id=fresh("proposal"),
            name=evidence.report.name,
            run=evidence.report.run,
            due=one,
            price=price,
            opened_at=at,
        )
        for one in fired[:1]
    ]


def decide_on(
    proposal: Proposal, state: ProposalState, person: str, at: datetime, reason: str = ""
) -> Proposal:
    """The proposal as a person, or the policy, decided it.

    Raises InvalidRequest for a nameless person, one that was decided before, or a no without why.
    """
    name, why = person.strip(), reason.strip()
    if proposal.state is not ProposalState.OPEN:
        raise InvalidRequest(
            f"{proposal.id} was {proposal.state} by {proposal.by} already.",
            hint="`muslin proposals list` shows those that are open.",
        )
    if not name or (state is ProposalState.DECLINED and not why):
        raise InvalidRequest(
            "A decision on a proposal needs a name, and a no its reason.",
            hint="Say who with --as, and why with --reason.",
        )
    return proposal.model_copy(update={"state": state, "by": name, "reason": why, "decided_at": at})


def allowed_by(rules: Rules, proposal: Proposal) -> bool:
    """Whether the brand's policy approves a proposal: its time is known and short enough."""
    seconds = next((one.value for one in proposal.price if one.name == "train"), None)
    return seconds is not None and seconds <= rules.retrain_within_s


def challenge(
    champion: ValidationReport,
    challenger: ValidationReport,
    judgements: Sequence[Judgement],
) -> Challenge:
    """Whether another look is better than the one that is live, on the probes that both drew.

    A probe is won by the side whose picture has fewer kinds of failure, found by machines or
    people; ties count for nobody. The challenger passes when it wins more and the sign test says
    that chance does so in 5 % of cases at most; with too few shared probes it is unknown.
    """
    old, new = _faults(champion, judgements), _faults(challenger, judgements)
    shared = old.keys() & new.keys()
    won = sum(new[probe] < old[probe] for probe in shared)
    lost = sum(new[probe] > old[probe] for probe in shared)
    chance = sign_test(won, lost)
    better = Verdict.PASSED if won > lost and chance <= SURE else Verdict.FAILED
    return Challenge(
        champion=champion.id,
        challenger=challenger.id,
        shared=len(shared),
        won=won,
        lost=lost,
        chance=chance,
        verdict=better if len(shared) >= LEAST_SHARED else Verdict.UNKNOWN,
    )


def _faults(report: ValidationReport, judgements: Sequence[Judgement]) -> dict[Probe, int]:
    found = {(case.probe, case.kind) for case in cases_of(report, judgements)}
    drawn = report.tuned.pictures if report.tuned else ()
    return {p.probe: sum(probe == p.probe for probe, _ in found) for p in drawn}
