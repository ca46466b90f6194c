"""A release in the form of another tool, with its card; nothing that was not released leaves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from muslin.curation.captions import with_trigger
from muslin.domain.errors import InvalidRequest, TornCheckpoint, WeightsMissing
from muslin.domain.leaving import ExportedRelease, ExportFormat, ExportOrder, Precision, Release
from muslin.domain.licence import Licence
from muslin.domain.training import Checkpoint
from muslin.networks.licences import UNKNOWN, licence_under
from muslin.release.card import Released, card, trigger_of
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.exchange.folder import keep, new_folder
from muslin.runtime.storage.records import Records

if TYPE_CHECKING:
    from torch import nn

    from muslin.networks.diffusion.base import Base
    from muslin.networks.diffusion.exchange.headers import Label

CARD = "README.md"
UNSAFE = re.compile(r"[^\w.-]+|^\.+")
"""What a file's name had better not hold."""
Contents = Iterable[tuple[str, Iterable[bytes]]]
"""Files by path inside a folder, each in pieces."""


def export_release(
    shop: Workshop, release: Release, order: ExportOrder, out: Path
) -> ExportedRelease:
    """Write a release into a new folder `out`; it appears whole or not at all.

    Raises InvalidRequest for a form that cannot hold it, WeightsMissing when the base is not the
    recorded one, TornCheckpoint when the checkpoint is not; LicenceRefused, LicenceNotAccepted,
    NameTaken, DiskFull, HomeUnusable, and PartMissing without torch.
    """
    known, checkpoint = _known(shop, release)
    shop.training_bench()  # says how to get torch where it is missing
    folder = _whole(shop, checkpoint)
    base = _recorded_base(known)
    label = _label(known, base)
    with new_folder(out) as staged:
        contents = _contents(folder, base, label, order)
        files = [keep(staged, name, pieces) for name, pieces in contents]
        files.append(keep(staged, CARD, [card(known, order.format, files).encode()]))
    return ExportedRelease(
        release=release.id, format=order.format, folder=str(out), files=tuple(files)
    )


def _known(shop: Workshop, release: Release) -> tuple[Released, Checkpoint]:
    licence = _licence(shop, release.base)
    with shop.storage.reading() as connection:
        records = Records(connection)
        run = records.runs.get(release.run)
        known = Released(
            release=release,
            run=run,
            dataset=with_trigger(records.datasets.get(run.dataset), run.profile.trigger),
            report=records.reports.get(release.report),
            review=records.reviews.get(release.review),
            licence=licence,
            base_name="" if Path(release.base).is_dir() else release.base,
        )
        return known, records.runs.checkpoint(release.checkpoint)


def _licence(shop: Workshop, base: str) -> Licence:
    """The base's licence; where nobody published the terms, those that a person recorded."""
    licence = shop.licences.permit(base)
    said = shop.licences.entry(base).acceptance
    if licence.terms == UNKNOWN and said is not None:
        return licence_under(licence, said.terms)
    return licence


def _whole(shop: Workshop, checkpoint: Checkpoint) -> Path:
    """The checkpoint's folder, once its files proved to be those that were judged."""
    from muslin.training.save import verified

    folder = shop.folder(checkpoint)
    if checkpoint.digest not in {file.sha256 for file in verified(folder).files}:
        raise TornCheckpoint(
            f"{folder.name} does not hold the weights that were approved.",
            hint="Bring back the studio's folder from a copy, or train, prove and release again.",
        )
    return folder


def _recorded_base(known: Released) -> Base:
    from muslin.networks.diffusion.base import open_base

    base = open_base(known.release.base)
    if base.digest != known.run.base_digest:
        raise WeightsMissing(
            f"The base of {known.release.name!r} has changed since it was tuned.",
            hint="Bring back the base's former files.",
        )
    return base


def _label(known: Released, base: Base) -> Label:
    from muslin.networks.diffusion.exchange.architecture import architecture_of
    from muslin.networks.diffusion.exchange.headers import Label

    architecture = architecture_of(base.folder, base.family.pipeline, base.family.prefix)
    recipe = known.dataset.recipe
    return Label(
        title=known.release.name,
        architecture=architecture.id,
        made_at=known.release.created_at,
        licence=known.licence.terms,
        trigger=trigger_of(known.dataset),
        resolution=f"{recipe.width_px}x{recipe.height_px}",
        prediction=architecture.prediction,
    )


def _contents(folder: Path, base: Base, label: Label, order: ExportOrder) -> Contents:
    """The files of an export in the form that was asked for."""
    if order.format is ExportFormat.FULL:
        return _merged(folder, base, label, order.precision)
    return _adapter_alone(folder, base, label, order.format)


def _adapter_alone(folder: Path, base: Base, label: Label, format: ExportFormat) -> Contents:
    from muslin.networks.diffusion.exchange.writer import kohya_bytes, labelled
    from muslin.networks.diffusion.tuning.files import (
        ADAPTER_FILE,
        KRONECKER_FILE,
        read_adapter,
        read_kronecker,
    )

    held = next((n for n in (ADAPTER_FILE, KRONECKER_FILE) if (folder / n).is_file()), None)
    if held is None:
        raise InvalidRequest(
            "This release changed every weight; there is no adapter to hand out alone.",
            hint="Use --format full.",
        )
    if format is ExportFormat.DIFFUSERS:
        return [(held, [labelled((folder / held).read_bytes(), label)])]
    read = read_adapter if held == ADAPTER_FILE else read_kronecker
    adapter = read(folder, base.family.prefix)
    content = kohya_bytes(adapter, _denoiser(base), base.family.pipeline, label)
    return [(f"{UNSAFE.sub('-', label.title)}.safetensors", [content])]


def _merged(
    folder: Path, base: Base, label: Label, precision: Precision
) -> Iterator[tuple[str, Iterable[bytes]]]:
    import torch

    from muslin.networks.diffusion.exchange.merged import merged_files
    from muslin.networks.diffusion.tuning.apply import apply

    network = _denoiser(base)
    apply(network, folder, base.family.prefix)
    dtype = torch.float16 if precision is Precision.FP16 else torch.float32
    yield from merged_files(base.folder, {base.family.prefix: network}, label, dtype)


def _denoiser(base: Base) -> nn.Module:
    import torch

    from muslin.networks.diffusion.opening import open_denoiser

    network: nn.Module = open_denoiser(base, torch.device("cpu")).network
    return network
