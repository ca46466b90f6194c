"""Probes drawn again, through the function that serves."""

from __future__ import annotations

from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import now
from muslin.domain.judging import Parity, ValidationReport
from muslin.domain.progress import Report
from muslin.imaging.metadata import decode
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.storage.records import Records
from muslin.tools.generate import Look, generate
from muslin.validation.draw import Trial, request_of
from muslin.validation.parity import difference, order_of, parity_of, parity_probes
from muslin.validation.probes import ProbeSet


def serve_again(shop: Workshop, report: ValidationReport, progress: Report) -> Parity:
    """Draw some probes as pictures are served and compare them with those of the proof.

    Raises InvalidRequest when the report picked nothing, PartMissing without torch.
    """
    with shop.storage.reading() as connection:
        records = Records(connection)
        run = records.runs.get(report.run)
        dataset = records.datasets.get(run.dataset)
        picked = records.runs.checkpoint(report.picked) if report.picked else None
    if picked is None:
        raise InvalidRequest(
            f"Report {report.id} picked no checkpoint, so there is nothing to serve.",
            hint="Train again with save_every not above steps, and validate.",
        )
    trial = Trial(run, (picked,), dataset, ProbeSet((), ""))
    look, renderer = Look(run.profile.base, adapter=shop.folder(picked)), None
    probes, differences = [], []
    for proved in parity_probes(report):
        renderer = renderer or shop.renderer(run.profile.base)
        order = order_of(proved.probe, request_of(proved.probe, trial))
        (served,) = generate(order, look, renderer, shop.blobs, progress)
        pictures = [decode(shop.blobs.get(id)) for id in (proved.picture, served.picture)]
        probes.append(proved.probe)
        differences.append(difference(*pictures))
    return parity_of(report.id, picked.id, probes, differences, now())
