"""The verbs of rules, gates and people's judgements, answered from memory."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from muslin.domain.fact import BlobId, CheckpointId, ReportId, RunId
from muslin.domain.findings import Verdict
from muslin.domain.judging import (
    Agreement,
    FailureKind,
    Judgement,
    Mode,
    PictureTask,
    Preferences,
    Probe,
    QueuedPicture,
    Region,
    Said,
    Sight,
)
from muslin.domain.leaving import GateCheck, Override
from muslin.domain.proving.autonomy import Autonomy
from muslin.domain.proving.failures import (
    Collection,
    CollectionPlan,
    FailureCase,
    FailureComparison,
    FailureGroup,
    KindChange,
    Rate,
)
from muslin.domain.proving.gates import GateRecord, Phase
from muslin.domain.proving.retraining import Due, Proposal, ProposalState, Trigger
from muslin.domain.proving.rules import HumanRule, Rules, RulesVersion
from muslin.domain.training import Foreseen, Known

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
REPORT = ReportId("report-1")
PICTURE = BlobId("ab" * 32)
SHEEN = HumanRule(name="sheen", question="Silk shows its sheen.")


def a_task() -> PictureTask:
    probe = Probe(prompt="a red dress", seed=7, category="dress", colour="red")
    return PictureTask(
        id="report-1.3",
        report=REPORT,
        mode=Mode.SINGLE,
        place=3,
        probe=probe,
        checkpoint=CheckpointId("checkpoint-300"),
        picture=PICTURE,
        suspect=(FailureKind.COLOUR,),
    )


def a_group() -> FailureGroup:
    return FailureGroup(
        kind=FailureKind.COLOUR,
        category="dress",
        where="red",
        rate=Rate(failed=4, pictures=6, least=0.30, most=0.90),
        cases=("case-1",),
        taught=2,
    )


def a_proposal() -> Proposal:
    price = Foreseen(name="train", value=720.0, unit="s", known=Known.MEASURED, why="as before")
    return Proposal(
        id="proposal-1",
        name="knitwear",
        run=RunId("run-1"),
        due=Due(trigger=Trigger.FAILURES, key="k", words="6 pictures have a colour failure."),
        price=(price,),
        opened_at=NOON,
    )


def an_override() -> Override:
    return Override(
        report=REPORT,
        check="sheen",
        verdict=Verdict.UNKNOWN,
        person="Ada",
        reason="no silk",
        at=NOON,
    )


def a_gate() -> GateRecord:
    """A review gate whose only check was overridden."""
    check = GateCheck(name="sheen", verdict=Verdict.UNKNOWN, words="Nobody answered.")
    return GateRecord(
        name="knitwear",
        phase=Phase.REVIEW,
        verdict=Verdict.UNKNOWN,
        checks=(check,),
        evidence=("review-1",),
        by="Ada",
        at=NOON,
        overrides=(an_override(),),
    )


class ProvingVerbs:
    """Mixed into the canned studio, which notes what was asked."""

    def _note(self, *words: object) -> None:
        raise NotImplementedError

    def set_rules(self, rules: Rules, by: str, name: str) -> RulesVersion:
        self._note("set_rules", rules, by, name)
        return RulesVersion(name=name, version=1, rules=rules, by=by, at=NOON)

    def rules(self, name: str) -> RulesVersion | None:
        self._note("rules", name)
        return RulesVersion(name=name, version=1, rules=Rules(human=(SHEEN,)), by="Ada", at=NOON)

    def gates(self, name: str) -> list[GateRecord]:
        self._note("gates", name)
        return [a_gate()]

    def gate_history(self, name: str) -> list[GateRecord]:
        self._note("gate_history", name)
        return [a_gate(), a_gate()]

    def review_queue(self, report: str, pile: str) -> list[QueuedPicture]:
        self._note("review_queue", report, pile)
        return [QueuedPicture(task=a_task(), judged_by=("Ada",), claimed_by="Grace")]

    def next_picture(self, report: str, person: str, pile: str) -> Sight | None:
        self._note("next_picture", report, person, pile)
        if person == "Idle":
            return None
        return Sight(
            task=a_task().id,
            mode=Mode.SINGLE,
            prompt="a red dress",
            left=PICTURE,
            right=None,
            until=NOON,
            questions={"sheen": SHEEN.question},
        )

    def save_sight(self, sight: Sight) -> list[Path]:
        return [Path(f"/home/tmp/{sight.task}-left.png")]

    def judge_picture(self, task: str, person: str, said: Said) -> Judgement:
        self._note("judge_picture", task, person, said)
        return Judgement(id="judgement-1", task=a_task(), person=person, said=said, at=NOON)

    def undo_judgement(self, report: str, person: str) -> Judgement:
        self._note("undo_judgement", report, person)
        return self.judge_picture(a_task().id, person, Said(verdict=Verdict.PASSED))

    def agreement(self, report: str) -> tuple[list[Agreement], Preferences]:
        self._note("agreement", report)
        agreed = Agreement(one="Ada", other="Grace", pictures=50, same=0.7, kappa=0.4)
        return [agreed], Preferences(tuned=9, other=1, neither=2, chance=0.0215)

    def autonomy(self, name: str) -> list[Autonomy]:
        self._note("autonomy", name)
        return [
            Autonomy(
                category="dress",
                channel="shop",
                judged=170,
                passed=170,
                least_pass=0.978,
                level=3,
                share=0.1,
                critical=0,
                why="At least 97.8 % pass.",
            )
        ]

    def proposals(self, name: str | None) -> list[Proposal]:
        self._note("proposals", name)
        return [a_proposal()]

    def decide_proposal(
        self, proposal: str, state: ProposalState, person: str, reason: str
    ) -> Proposal:
        self._note("decide_proposal", proposal, state, person, reason)
        return a_proposal().model_copy(update={"state": state, "by": person})

    def failures(self, report: str) -> list[FailureCase]:
        self._note("failures", report)
        return [
            FailureCase(
                id="case-1",
                name="knitwear",
                run=RunId("run-1"),
                report=REPORT,
                checkpoint=CheckpointId("checkpoint-300"),
                probe=a_task().probe,
                picture=PICTURE,
                kind=FailureKind.COLOUR,
                region=Region.GARMENT,
                note="rather pink",
                by="Ada",
                at=NOON,
            )
        ]

    def failure_groups(self, report: str) -> list[FailureGroup]:
        self._note("failure_groups", report)
        return [a_group()]

    def collection_plan(self, report: str) -> CollectionPlan:
        self._note("collection_plan", report)
        one = Collection(group=a_group(), photos=7, words="7 photos: red dress", why="4 of 6")
        return CollectionPlan(name="knitwear", report=REPORT, collections=(one,))

    def compare_failures(
        self, name: str, before: str | None, after: str | None
    ) -> FailureComparison:
        self._note("compare_failures", name, before, after)
        change = KindChange(
            kind=FailureKind.COLOUR,
            before=a_group().rate,
            after=Rate(failed=0, pictures=6, least=0.0, most=0.39),
            mended=4,
            broken=0,
            chance=0.125,
        )
        return FailureComparison(before=REPORT, after=REPORT, shared=6, kinds=(change,))

    def override(self, report: str, check: str, person: str, reason: str) -> Override:
        self._note("override", report, check, person, reason)
        return an_override()
