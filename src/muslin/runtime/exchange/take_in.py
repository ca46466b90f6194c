"""A foreign adapter becomes a run with one checkpoint, to be proved, reviewed and released."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from muslin.domain.errors import InvalidRequest, NameTaken
from muslin.domain.fact import CheckpointId, RunId, fresh, now
from muslin.domain.profile import Profile
from muslin.domain.training import (
    Checkpoint,
    ImportedAdapter,
    ImportedFile,
    ImportOrder,
    TrainingRun,
)
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.storage.records import Records

if TYPE_CHECKING:
    from muslin.networks.diffusion.base import Base
    from muslin.networks.diffusion.exchange.reader import Foreign

STEP = 1
"""How long it was trained is not known; a checkpoint needs a number above the untuned base's 0."""
NOT_MEASURED = float("nan")
WHOLE_RANK = 256
"""Rank of a LoKr whose factors are all whole: so large that PEFT keeps them so."""


def import_adapter(shop: Workshop, file: Path, order: ImportOrder) -> ImportedAdapter:
    """Take in an adapter that another tool wrote.

    The same file under the same name is taken in once. Raises InvalidRequest when the file cannot
    be read or does not fit the base, NameTaken when the name means something else, NotFound for
    the dataset, WeightsMissing, LicenceRefused, LicenceNotAccepted, and PartMissing without torch.
    """
    shop.licences.permit(order.base)
    shop.training_bench()  # says how to get torch where it is missing
    from muslin.networks.diffusion.base import open_base

    base = open_base(order.base)
    foreign = _read(file, base)
    run = _run(shop, file, order, base, foreign)
    known = _known(shop, run)
    if known is None:
        checkpoint = _kept(shop, run, base, foreign)
        with shop.storage.transaction() as connection:
            runs = Records(connection).runs
            runs.add(run)
            runs.add_checkpoint(checkpoint)
    else:
        run, checkpoint = known
    return ImportedAdapter(
        run=run.id,
        checkpoint=checkpoint.id,
        name=run.name,
        base=run.profile.base,
        layers=len(foreign.adapter.layers),
        imported=_file(file, foreign),
    )


def imported_checkpoint(shop: Workshop, name: str) -> tuple[TrainingRun, Checkpoint]:
    """The imported adapter of a name. Raises InvalidRequest when there is none."""
    with shop.storage.reading() as connection:
        runs = Records(connection).runs
        run = next((run for run in runs.named(name) if run.imported is not None), None)
        if run is None:
            raise InvalidRequest(
                f"There is no imported adapter {name!r}.",
                hint="Take one in with `muslin adapters import`; of a release give --release.",
            )
        return run, runs.checkpoints(run.id)[-1]


def _read(file: Path, base: Base) -> Foreign:
    import torch

    from muslin.networks.diffusion.exchange.reader import read_foreign
    from muslin.networks.diffusion.opening import open_denoiser

    network = open_denoiser(base, torch.device("cpu")).network
    return read_foreign(file, network, base.family.pipeline, base.family.prefix)


def _run(
    shop: Workshop, file: Path, order: ImportOrder, base: Base, foreign: Foreign
) -> TrainingRun:
    with shop.storage.reading() as connection:
        dataset = Records(connection).datasets.get(order.dataset)
    return TrainingRun(
        id=RunId(fresh("run")),
        name=order.name,
        dataset=dataset.id,
        dataset_digest=dataset.digest,
        profile=_profile(order.base, foreign),
        base_digest=base.digest,
        created_at=now(),
        imported=_file(file, foreign),
    )


def _profile(base: str, foreign: Foreign) -> Profile:
    """What a file says of how it was tuned: its method, its largest rank, its alpha."""
    from muslin.networks.diffusion.tuning.learnt import KroneckerAdapter, LowRank

    adapter = foreign.adapter
    if isinstance(adapter, KroneckerAdapter):
        rights = [part.right for part in adapter.layers.values()]
        ranks = [right.down.shape[0] for right in rights if isinstance(right, LowRank)]
        rank = max(ranks, default=WHOLE_RANK)
        said: dict[str, object] = {"method": "lokr", "rank": rank, "alpha": float(rank)}
    else:
        parts = adapter.layers.values()
        method = "dora" if any(part.magnitude is not None for part in parts) else "lora"
        rank = max(part.down.shape[0] for part in parts)
        said = {"method": method, "rank": rank, "alpha": adapter.alpha}
    try:
        said |= {"base": base, "steps": 1, "warmup_steps": 0, "save_every": 1}
        return Profile.model_validate(said)
    except ValidationError as error:
        raise InvalidRequest(
            f"The adapter's rank or alpha is out of bounds: {error.errors()[0]['msg']}.",
            hint="docs/reference/profile.md lists the bounds.",
        ) from error


def _known(shop: Workshop, wanted: TrainingRun) -> tuple[TrainingRun, Checkpoint] | None:
    """The run and checkpoint of an import that was done before."""
    with shop.storage.reading() as connection:
        runs = Records(connection).runs
        named = runs.named(wanted.name)
        same = next((run for run in named if _what(run) == _what(wanted)), None)
        if same is not None:
            return same, runs.checkpoints(same.id)[-1]
    if named:
        raise NameTaken(
            f"The name {wanted.name!r} stands for another run already.", hint="Choose another name."
        )
    return None


def _what(run: TrainingRun) -> tuple[str, str, Profile, str | None]:
    """All that tells one import from another."""
    sha256 = run.imported.sha256 if run.imported else None
    return run.dataset_digest, run.base_digest, run.profile, sha256


def _kept(shop: Workshop, run: TrainingRun, base: Base, foreign: Foreign) -> Checkpoint:
    """The adapter as a checkpoint of ours, on the disk."""
    import torch

    from muslin.networks.diffusion.tuning.files import (
        ADAPTER_FILE,
        KRONECKER_FILE,
        adapter_bytes,
        kronecker_bytes,
    )
    from muslin.networks.diffusion.tuning.learnt import Adapter
    from muslin.training.save import Manifest, save_folder, step_folder, verified

    adapter, prefix = foreign.adapter, base.family.prefix
    if isinstance(adapter, Adapter):
        contents = {ADAPTER_FILE: adapter_bytes(adapter, prefix)}
    else:
        contents = {KRONECKER_FILE: kronecker_bytes(adapter, prefix, run.profile.rank)}
    folder = step_folder(shop.home.run_folder(run.id) / "checkpoints", STEP)
    manifest = Manifest(
        run=run.id,
        inputs=foreign.sha256,
        step=STEP,
        losses=(0.0, 0),
        torch=torch.__version__,
    )
    save_folder(folder, manifest, contents)
    (kept,) = verified(folder).files
    return Checkpoint(
        id=CheckpointId(f"{run.id}-step-{STEP}"),
        run=run.id,
        step=STEP,
        folder=folder.relative_to(shop.home.root).as_posix(),
        digest=kept.sha256,
        loss=NOT_MEASURED,
    )


def _file(file: Path, foreign: Foreign) -> ImportedFile:
    return ImportedFile(
        file_name=file.name,
        sha256=foreign.sha256,
        style=foreign.style,
        left_out=foreign.left_out,
    )
