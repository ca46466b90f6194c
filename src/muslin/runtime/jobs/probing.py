"""Which probes a run is proved on: its range, and what failed before under its name."""

from __future__ import annotations

from muslin.curation.captions import category_of, product_words
from muslin.domain.catalog import Photo
from muslin.domain.dataset import DatasetVersion
from muslin.domain.fact import PhotoId, now
from muslin.domain.findings import Measures
from muslin.domain.judging import ProbeSetVersion
from muslin.domain.training import TrainingRun
from muslin.review.failures.probes import carried_probes
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.desks.proving.learning import all_failures
from muslin.runtime.storage.records import Records
from muslin.validation.probes import ProbeSet, Product, digest_of, probe_set


def probes_for(shop: Workshop, run: TrainingRun) -> ProbeSetVersion:
    """The probes that a run is proved on; a set that changed becomes the name's next version."""
    with shop.storage.reading() as connection:
        records = Records(connection)
        dataset = records.datasets.get(run.dataset)
        photos = {photo.id: photo for photo in records.photos.of(dataset.shoot)}
    ranged = probes_of(shop, dataset, photos, run.profile.trigger)
    with shop.storage.transaction() as connection:
        records = Records(connection)
        carried = carried_probes(all_failures(records, run.name), ranged.probes)
        probes = (*ranged.probes, *carried)
        known, digest = records.probe_sets.of(run.name), digest_of(probes)
        if known and known[-1].digest == digest:
            return known[-1]
        version = ProbeSetVersion(
            name=run.name,
            version=len(known) + 1,
            digest=digest,
            probes=probes,
            carried=len(carried),
            why=f"{len(ranged.probes)} of the range of dataset {dataset.id}, {len(carried)} of "
            "what failed before.",
            at=now(),
        )
        records.probe_sets.add(version)
    return version


def probes_of(
    shop: Workshop, dataset: DatasetVersion, photos: dict[PhotoId, Photo], trigger: str = ""
) -> ProbeSet:
    """The probes over a dataset's own range of garments, in the words of its captions."""

    def words(category: str, colour: str) -> str:
        said = product_words(category, (colour,), "", dataset.vocabulary)
        return f"{trigger}, {said}" if trigger else said

    kept = shop.measures()
    taken = [(photos[p.photo], kept.get(p.photo)) for p in dataset.photos]
    return probe_set(
        [product_of(photo, measures) for photo, measures in taken if measures is not None],
        words,
    )


def product_of(photo: Photo, measures: Measures) -> Product:
    """What a photo shows, in the words of the captions."""
    return Product(category_of(photo, measures) or "garment", measures.garment_colours[0])
