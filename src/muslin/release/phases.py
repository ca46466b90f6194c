"""How the five gates stand: dataset, training, validation, review, release."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from muslin.domain.dataset import DatasetVersion
from muslin.domain.fact import now
from muslin.domain.findings import Verdict, all_of
from muslin.domain.judging import Parity, Review, ValidationReport
from muslin.domain.leaving import GateCheck, GateDecision, Release
from muslin.domain.proving.gates import GateRecord, Phase
from muslin.domain.proving.retraining import Challenge
from muslin.domain.training import Checkpoint, TrainingRun
from muslin.release.gate import NOTHING_MORE, Standing, gate, latest_review

MACHINE = "muslin"
"""Who passed a gate that only machines looked at."""
LEAST_PHOTOS = 10
"""The fewest that a selection may keep (`SelectionRecipe.photos`)."""
REVIEWED = ("approval", "same_checkpoint")


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is on file about one name: the newest run and what followed from it."""

    dataset: DatasetVersion
    run: TrainingRun
    checkpoints: tuple[Checkpoint, ...]
    report: ValidationReport | None = None
    reviews: tuple[Review, ...] = ()
    release: Release | None = None
    standing: Standing = NOTHING_MORE
    parity: Parity | None = None  # None = nobody has drawn probes again yet
    challenge: Challenge | None = None  # of the live look, where another run would replace it

    @property
    def decision(self) -> GateDecision | None:
        """The gate before a release, dataset and training included; None without a proof."""
        if self.report is None:
            return None
        return gate(self.report, self.reviews, with_earlier(self))


def with_earlier(dossier: Dossier) -> Standing:
    """What is asked of a release, with the checks of the gates before the proof."""
    earlier = [*dataset_checks(dossier), *training_checks(dossier)]
    if dossier.parity is not None:
        earlier.append(parity_check(dossier.parity))
    if dossier.challenge is not None:
        earlier.append(champion_check(dossier.challenge))
    return replace(dossier.standing, earlier=tuple(earlier))


def phase_gates(dossier: Dossier) -> tuple[GateRecord, ...]:
    """The five gates of one name, first to last; what has not come yet is unknown."""
    at, run = now(), dossier.run
    report, decision = dossier.report, dossier.decision
    review = latest_review(report, dossier.reviews) if report else None
    humans = {rule.name for rule in dossier.standing.rules.human}
    earlier = {c.name for c in with_earlier(dossier).earlier}
    late = [c for c in decision.checks if c.name not in earlier] if decision else []
    people = [c for c in late if c.name in humans or c.name in REVIEWED]
    machines = [c for c in late if c not in people]
    keep = _Recorder(dossier, decision, at)
    return (
        keep(Phase.DATASET, dataset_checks(dossier), [dossier.dataset.id, dossier.dataset.digest]),
        keep(Phase.TRAINING, training_checks(dossier), [run.id, *_digests(dossier.checkpoints)]),
        keep(Phase.VALIDATION, machines, [report.id] if report else []),
        keep(Phase.REVIEW, people, [review.id] if review else [], review.person if review else ""),
        keep(
            Phase.RELEASE,
            [_released(dossier)],
            [dossier.release.id] if dossier.release else [],
            review.person if review and dossier.release else "",
        ),
    )


def parity_check(found: Parity) -> GateCheck:
    """Whether serving draws what was proved."""
    worst = max(found.differences, default=float("nan"))
    words = (
        f"{len(found.probes)} probes drawn again as pictures are served differ by at most "
        f"{worst:.1f} of 255 levels from the proof; {found.at_most:g} is the limit."
    )
    return GateCheck(name="parity", verdict=found.verdict, words=words)


def champion_check(found: Challenge) -> GateCheck:
    """Whether a look may take the place of the live one: it must be better, not only newer."""
    words = (
        f"Of {found.shared} probes that both drew the challenger won {found.won} and lost "
        f"{found.lost}; equal looks would split like this in {100 * found.chance:.0f} % of cases. "
        "A candidate need not win."
    )
    return GateCheck(name="champion", verdict=found.verdict, words=words)


def dataset_checks(dossier: Dossier) -> list[GateCheck]:
    """Whether there is something to learn from, and it is what the run was taught.

    An imported adapter was taught elsewhere: the dataset only judges it, and the proof's own limits
    say whether it holds enough photos for that.
    """
    dataset, run = dossier.dataset, dossier.run
    kept, wordless = len(dataset.photos), [p for p in dataset.photos if not p.caption.text.strip()]
    least = LEAST_PHOTOS if run.imported is None else 1
    return [
        _check("photos", f"{kept} photos, at least {least}.", kept >= least),
        _check("captions", f"{len(wordless)} photos have no words.", not wordless),
        _check(
            "frozen",
            f"The run learnt dataset {run.dataset_digest[:12]}, on file is {dataset.digest[:12]}.",
            run.dataset_digest == dataset.digest,
        ),
    ]


def training_checks(dossier: Dossier) -> list[GateCheck]:
    """Whether the run came to its end with numbers."""
    run, last = dossier.run, max((c.step for c in dossier.checkpoints), default=None)
    if last is None:
        words = "No checkpoint has been saved yet."
        return [GateCheck(name="finished", verdict=Verdict.UNKNOWN, words=words)]
    if run.imported is not None:
        words = f"Imported from a file with sha256 {run.imported.sha256}; trained elsewhere."
        return [_check("finished", words, True)]
    wrong = [c.step for c in dossier.checkpoints if not math.isfinite(c.loss)]
    return [
        _check("finished", f"{last} of {run.profile.steps} steps.", last >= run.profile.steps),
        _check("loss", f"{len(wrong)} checkpoints have a loss that is no number.", not wrong),
    ]


def changed(known: Sequence[GateRecord], gates: Sequence[GateRecord]) -> list[GateRecord]:
    """The gates that stand otherwise than they were last recorded: only those are written down."""
    last = {record.phase: record for record in known}
    return [g for g in gates if g.phase not in last or not _same(last[g.phase], g)]


def _same(one: GateRecord, other: GateRecord) -> bool:
    return one.model_copy(update={"at": other.at}) == other


@dataclass(frozen=True, slots=True)
class _Recorder:
    dossier: Dossier
    decision: GateDecision | None
    at: datetime

    def __call__(
        self, phase: Phase, checks: Sequence[GateCheck], evidence: Sequence[str], by: str = MACHINE
    ) -> GateRecord:
        names = {check.name for check in checks}
        overrides = self.decision.overrides if self.decision else ()
        return GateRecord(
            name=self.dossier.run.name,
            phase=phase,
            verdict=all_of(check.verdict for check in checks),
            checks=tuple(checks),
            evidence=tuple(evidence),
            by=by,
            at=self.at,
            overrides=tuple(one for one in overrides if one.check in names),
        )


def _released(dossier: Dossier) -> GateCheck:
    release = dossier.release
    if release is None:
        words = "Nothing has been released from this proof yet."
        return GateCheck(name="released", verdict=Verdict.UNKNOWN, words=words)
    return _check("released", f"{release.id} was made on {release.created_at:%Y-%m-%d}.", True)


def _check(name: str, words: str, holds: bool) -> GateCheck:
    return GateCheck(name=name, verdict=Verdict.PASSED if holds else Verdict.FAILED, words=words)


def _digests(checkpoints: Sequence[Checkpoint]) -> list[str]:
    return [f"{checkpoint.id}:{checkpoint.digest}" for checkpoint in checkpoints]
