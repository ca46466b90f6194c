"""The main job in one breath: photos in, a proved checkpoint out, with a yes a live release."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from muslin.domain.curation.rights import OWN, Standing, Statement
from muslin.domain.fact import DatasetId, RunId
from muslin.domain.judging import CheckpointProof, Decision, ValidationReport
from muslin.domain.progress import Report
from muslin.domain.training import TrainingPlan
from muslin.runtime.orders import Foresee, RunOrder, RunOutcome

if TYPE_CHECKING:
    from muslin.runtime.studio import Studio


def run_whole(studio: Studio, order: RunOrder, report: Report, foresee: Foresee) -> RunOutcome:
    """Import, check, freeze, plan, train and validate; with `approve_as` also approve and release.

    Every step finds again what it did before, so a run that was stopped goes on; one that is
    trained already is not planned again. Raises PlanRefused before anything is trained.
    """
    studio.permit(order.profile.base)  # before an hour goes by
    clock = _Clock()
    with clock.timed("import"):
        imported = studio.import_shoot(order.folder, order.name, report)
        state_rights_of(studio, order)
    with clock.timed("curate"):
        dataset = studio.freeze_dataset(order.name, order.recipe, report)
    with clock.timed("plan"):
        plan = _foreseen(studio, order, dataset.id, report, foresee)
    with clock.timed("train"):
        job = studio.follow(studio.start_run(order.name, dataset.id, order.profile).id, report)
    run = RunId(job.subject)
    with clock.timed("validate"):
        studio.follow(studio.start_validation(run).id, report)
    proof = studio.report(run)
    review = release = None
    if order.approve_as is not None:
        review = studio.review(proof.id, order.approve_as, Decision.APPROVED)
        studio.check_parity(proof.id, report)
        release = studio.release(proof.id)
    return RunOutcome(
        shoot=imported.shoot.id,
        imported=imported.added + imported.known,
        problems=len(imported.problems),
        dataset=dataset.id,
        dataset_digest=dataset.digest,
        kept=len(dataset.photos),
        plan=plan,
        run=run,
        checkpoints=tuple(c.id for c in studio.checkpoints(run)),
        picked=proof.picked,
        report=proof.id,
        report_page=studio.report_page(proof.id),
        verdict=proof.verdict,
        reason=proof.reason,
        review=review.id if review else None,
        release=release.id if release else None,
        figures=figures_of(proof),
        seconds=clock.seconds,
        notes=tuple(studio.rights_notes(dataset.id)),
    )


def state_rights_of(studio: Studio, order: RunOrder) -> None:
    """Write down what the order says of rights, once, and refuse where they are asked for."""
    rights = studio.rights(order.name)
    if order.rights and any(one.standing is Standing.UNSTATED for one in rights):
        person = order.rights_by or order.approve_as or ""
        owner = person if order.rights == OWN else ""
        statement = Statement(licence=order.rights, owner=owner)
        studio.state_rights(order.name, statement, person, source="run")
    studio.permit_shoot(order.name)


def _foreseen(
    studio: Studio, order: RunOrder, dataset: DatasetId, report: Report, foresee: Foresee
) -> TrainingPlan | None:
    """The plan of a training that is still to be done, told before it starts."""
    if studio.is_trained(order.name, dataset, order.profile):
        return None
    plan = studio.plan(dataset, order.profile, report)
    foresee(plan)
    return plan


def figures_of(proof: ValidationReport) -> dict[str, float | None]:
    """Every metric of the brand, the base and the picked checkpoint, by `whose.name`."""
    figures = {f"brand.{metric.name}": metric.value for metric in proof.brand}
    figures |= _named("base", proof.base)
    return figures | (_named("tuned", proof.tuned) if proof.tuned else {})


def _named(whose: str, proof: CheckpointProof) -> dict[str, float | None]:
    return {f"{whose}.{metric.name}": metric.value for metric in proof.metrics}


class _Clock:
    """Wall seconds of each step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        start = time.monotonic()
        yield
        self.seconds[step] = round(time.monotonic() - start, 2)
