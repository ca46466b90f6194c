"""Prove a run: every checkpoint on the same probes, the base beside them, one picked."""

from __future__ import annotations

from dataclasses import dataclass

from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import ReportId, fresh, now
from muslin.domain.judging import ValidationReport
from muslin.domain.progress import Progress, Report, silent
from muslin.domain.training import Checkpoint
from muslin.validation.draw import Trial, draw
from muslin.validation.measure import Brand, Drawn, Measured, measure, read_brand
from muslin.validation.page import Proof, page_of
from muslin.validation.pick import pick
from muslin.validation.ports import Bench
from muslin.validation.prove import criteria_of, judged, prove


def validate(trial: Trial, bench: Bench, report: Report = silent) -> ValidationReport:
    """Draw, measure and judge every checkpoint of a run, and write the page about it.

    Can be cut off anywhere and called again: pictures that were finished are not drawn again.
    `report` is told of every picture and raises Cancelled to stop.
    Raises InvalidRequest for a run without checkpoints or probes.
    """
    if not trial.checkpoints or not trial.probes.probes:
        raise InvalidRequest(
            f"Run {trial.run.id} has nothing to validate.",
            hint="Train it first, until it has saved a checkpoint: `muslin runs list`.",
        )
    brand = read_brand(trial.dataset, bench.crops, bench.reader)
    base, *tuned = _measure_all(trial, brand, bench, report)
    criteria = criteria_of(trial.dataset.backdrop, base.distributions, brand.distributions)
    base_proof = prove(None, base, criteria, trial.rules)
    proofs = tuple(
        prove(checkpoint, measured, criteria, trial.rules)
        for checkpoint, measured in zip(trial.checkpoints, tuned, strict=True)
    )
    proof = Proof(
        run=trial.run,
        dataset=trial.dataset,
        probes=trial.probes,
        base=base_proof,
        checkpoints=proofs,
        brand=judged(brand.distributions, criteria),
        pick=pick(proofs, base_proof),
        created_at=now(),
    )
    page = page_of(proof, brand, bench.blobs)
    return ValidationReport(
        id=ReportId(fresh("report")),
        run=trial.run.id,
        name=trial.run.name,
        created_at=proof.created_at,
        base=base_proof,
        checkpoints=proofs,
        brand=proof.brand,
        picked=proof.pick.checkpoint,
        reason=proof.pick.reason,
        verdict=proof.pick.verdict,
        page=bench.blobs.put(page.encode()),
        probe_set=trial.probes.version,
    )


def _measure_all(trial: Trial, brand: Brand, bench: Bench, report: Report) -> list[Measured]:
    """The base first, then every checkpoint in its order; probes in theirs."""
    looks: list[Checkpoint | None] = [None, *trial.checkpoints]
    count = len(trial.probes.probes)
    order = {probe: place for place, probe in enumerate(trial.probes.probes)}
    measured: list[Measured] = []
    for place, look in enumerate(looks):
        note = f"{look.step} steps" if look else "base"
        tally = _Tally(place * count, len(looks) * count, note, report)
        drawn = [tally.counted(one) for one in draw(trial, look, bench, tally.beat)]
        drawn.sort(key=lambda one: order[one.probe])
        decoys = measured[0].traits if measured else ()
        measured.append(measure(drawn, brand, bench.reader, decoys))
    return measured


@dataclass(slots=True)
class _Tally:
    """Counts pictures over all looks; beats on while the network works on the next one."""

    done: int
    total: int
    note: str
    report: Report

    def counted(self, one: Drawn) -> Drawn:
        self.done += 1
        self._tell()
        return one

    def beat(self, _step: Progress) -> None:
        self._tell()

    def _tell(self) -> None:
        self.report(Progress("validate", self.done, self.total, unit="pictures", note=self.note))
