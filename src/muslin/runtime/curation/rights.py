"""Rights at work: taken in with photos, asked for before a training, and taken back with all that
photos went into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from muslin.curation.import_shoot import list_files
from muslin.curation.measure import MEASURING_VERSION
from muslin.curation.rights.standing import lacking, rights_of
from muslin.curation.rights.table import is_rights_table, read_rights
from muslin.domain.catalog import Photo, Problem, Shoot
from muslin.domain.curation.rights import (
    BARRED,
    EntryKind,
    PhotoRights,
    RetiredKind,
    Retirement,
    RightsEntry,
    Standing,
    Statement,
    Withdrawal,
)
from muslin.domain.dataset import DatasetVersion
from muslin.domain.errors import Retired, RightsMissing
from muslin.domain.fact import PhotoId, ReleaseId, now
from muslin.domain.training import TrainingRun
from muslin.runtime.settings import RightsDemand
from muslin.runtime.storage.records import Records


def today() -> date:
    """The day here: a consent ends with its day, not at midnight in Greenwich."""
    return date.today()  # noqa: DTZ011 - the operator's own day is meant


def rights_in(records: Records, shoot: Shoot, photos: Sequence[Photo]) -> list[PhotoRights]:
    """The rights in photos of a shoot, with what is known of whether a person is shown."""
    kept = records.measures(MEASURING_VERSION)
    measures = {photo.id: taken for photo in photos if (taken := kept.get(photo.id)) is not None}
    return rights_of(photos, records.rights.of_shoot(shoot.id), measures, today())


def take_rights(records: Records, shoot: Shoot) -> list[Problem]:
    """Write down what `rights.csv` files in a shoot's folder say, where it is new.

    What was withdrawn stays so: only a person's own statement brings it back.
    """
    root = Path(shoot.folder)
    tables = [name for name in list_files(root) if is_rights_table(name)]
    photos = {photo.file_name: photo.id for photo in records.photos.of(shoot.id)}
    stated = read_rights(root, tables, list(photos))
    ledger = records.rights.of_shoot(shoot.id)
    for name, statement in stated.statements.items():
        entry = entry_of(shoot, None if name is None else photos[name], statement, tables[0])
        if not _stands(entry, ledger):
            records.rights.add(entry)
    return stated.problems


def entry_of(
    shoot: Shoot, photo: PhotoId | None, statement: Statement, source: str, person: str = ""
) -> RightsEntry:
    """A statement as an entry of the ledger; without a person, the file itself says it."""
    return RightsEntry(
        kind=EntryKind.STATED,
        shoot=shoot.id,
        photo=photo,
        licence=statement.licence,
        owner=statement.owner,
        until=statement.until,
        consents=statement.consents,
        said_by=person or source,
        source=source,
        at=now(),
    )


def _stands(entry: RightsEntry, ledger: Sequence[RightsEntry]) -> bool:
    """Whether a table has said the same before, or the photo was withdrawn since."""
    of_it = [e for e in ledger if e.photo == entry.photo]
    if of_it and of_it[-1].kind is EntryKind.WITHDRAWN:
        return True
    before = [e for e in of_it if e.source == entry.source]
    when = {"at": entry.at}
    return bool(before) and before[-1].model_copy(update=when) == entry


def permit_training(records: Records, dataset: DatasetVersion, demand: RightsDemand) -> list[str]:
    """What to be told before a dataset is trained on.

    Raises Retired where a withdrawn photo is in it, RightsMissing where somebody's rights have
    ended or, where the workspace asks for all, where any are not stated.
    """
    refuse_retired(records, RetiredKind.DATASET, dataset.id)
    rights = _rights_in_dataset(records, dataset)
    refuse_lacking(rights, dataset.name, demand)
    return notes_on(rights, dataset.name)


def refuse_lacking(rights: Sequence[PhotoRights], shoot: str, demand: RightsDemand) -> None:
    """Raise RightsMissing for photos that may not be learnt from in this workspace."""
    ended = [one for one in rights if one.standing in BARRED]
    wanting = lacking(rights) if demand == "required" else ended
    if not wanting:
        return
    first = wanting[0]
    ways = {
        Standing.UNSTATED: f"Say whose they are: muslin rights set {shoot} --own --as NAME.",
        Standing.NO_CONSENT: "Write the consent down: "
        f"muslin rights set {shoot} --photo {first.file_name} --person NAME --as NAME.",
    }
    again = f"Renew it with `muslin rights set {shoot}`, or freeze the shoot again without them."
    raise RightsMissing(
        f"{len(wanting)} of {len(rights)} photos may not be learnt from; {first.file_name}: "
        f"{first.words}.",
        hint=ways.get(first.standing, again),
    )


def notes_on(rights: Sequence[PhotoRights], shoot: str) -> list[str]:
    """What is not stated, in words for the one who trains."""
    wanting = lacking(rights)
    if not wanting:
        return []
    return [
        f"Rights: of {len(wanting)} of {len(rights)} photos, {wanting[0].words}. "
        f"`muslin rights set {shoot}` writes it down; MUSLIN_RIGHTS=required asks for it."
    ]


def refuse_retired(records: Records, kind: RetiredKind, subject: str) -> None:
    """Raise Retired for what a withdrawn photo went into."""
    retired = records.retirements.of(kind, subject)
    if retired is not None:
        raise Retired(
            f"The {kind} {subject} was retired on {retired.at:%Y-%m-%d} by {retired.by}: "
            f"{retired.reason}",
            hint="Freeze the shoot again, which leaves the photo out, and train anew.",
        )


def touched_by(
    records: Records, photos: Sequence[PhotoId], withdrawal: Withdrawal
) -> Iterator[Retirement]:
    """Everything that some photos went into: datasets, and all that was made from those."""
    taken = set(photos)

    def retired(kind: RetiredKind, subject: str, name: str) -> Retirement:
        return Retirement(
            kind=kind,
            subject=subject,
            name=name,
            reason=f"rights in {', '.join(withdrawal.files[:3])} were withdrawn: "
            f"{withdrawal.reason}",
            withdrawal=withdrawal.id,
            by=withdrawal.by,
            at=withdrawal.at,
        )

    runs = []
    for dataset in records.datasets.all():
        if any(photo.photo in taken for photo in dataset.photos):
            yield retired(RetiredKind.DATASET, dataset.id, dataset.name)
            runs += [run for run in records.runs.on(dataset.id) if run.imported is None]
    for run in runs:
        yield retired(RetiredKind.RUN, run.id, run.name)
        for checkpoint in records.runs.checkpoints(run.id):
            yield retired(RetiredKind.CHECKPOINT, checkpoint.id, f"step {checkpoint.step}")
    for release in _releases_of(records, runs):
        yield retired(RetiredKind.RELEASE, release[0], release[1])
        for picture in records.generations.of_release(release[0]):
            yield retired(RetiredKind.PICTURE, picture.id, picture.request.prompt)


def _releases_of(records: Records, runs: Sequence[TrainingRun]) -> Iterator[tuple[ReleaseId, str]]:
    ids = {run.id for run in runs}
    return ((r.id, r.name) for r in records.releases.all() if r.run in ids)


def _rights_in_dataset(records: Records, dataset: DatasetVersion) -> list[PhotoRights]:
    inside = {photo.photo for photo in dataset.photos}
    shoot = next(one for one in records.shoots.all() if one.id == dataset.shoot)
    photos = [photo for photo in records.photos.of(shoot.id) if photo.id in inside]
    return rights_in(records, shoot, photos)
