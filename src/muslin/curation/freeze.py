"""A selection becomes a dataset version that never changes, named by what it is made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from muslin.curation.select import select
from muslin.curation.sizes import crops_of
from muslin.curation.splits import split_by_garment
from muslin.domain.catalog import Photo, Shoot
from muslin.domain.dataset import Caption, Choice, DatasetPhoto, DatasetVersion, SelectionRecipe
from muslin.domain.fact import DatasetId, PhotoId, fresh, now
from muslin.domain.findings import Measures

CaptionOf = Callable[[Photo, Measures], Caption]
"""The words for a photo, given what was measured on it."""

NOBODY: Mapping[PhotoId, str] = MappingProxyType({})
"""No photo is barred."""

_DIGEST_FORMAT = 1


def freeze(
    shoot: Shoot,
    photos: Sequence[Photo],
    measures: Sequence[Measures],
    recipe: SelectionRecipe,
    caption_of: CaptionOf,
    barred: Mapping[PhotoId, str] = NOBODY,
) -> DatasetVersion:
    """Select, crop, caption and split a shoot's photos; photos of the version by file name.

    Photos in `barred` may not be learnt from, whatever they look like; each with its reason.
    Raises NotEnoughPhotos, see `select` and `split_by_garment`.
    """
    free = [m for m in measures if m.photo not in barred]
    choices, backdrop = select([p for p in photos if p.id not in barred], free, recipe)
    choices = sorted([*choices, *_left_out(photos, barred)], key=lambda c: c.file_name)
    taken = {m.photo: m for m in measures}
    kept_ids = {c.photo for c in choices if c.kept}
    kept = sorted((p for p in photos if p.id in kept_ids), key=lambda p: p.file_name)
    splits = split_by_garment([taken[p.id] for p in kept], recipe.hold_out, recipe.seed, kept)
    crops = crops_of(kept, [taken[p.id].box for p in kept], recipe)
    frozen = tuple(
        DatasetPhoto(
            photo=p.id,
            file_name=p.file_name,
            crop=crop,
            caption=caption_of(p, taken[p.id]),
            split=splits[p.id],
        )
        for p, crop in zip(kept, crops, strict=True)
    )
    return DatasetVersion(
        id=DatasetId(fresh("dataset")),
        shoot=shoot.id,
        name=shoot.name,
        digest=digest_of(frozen, recipe),
        created_at=now(),
        recipe=recipe,
        backdrop=backdrop,
        photos=frozen,
        choices=tuple(choices),
    )


def _left_out(photos: Sequence[Photo], barred: Mapping[PhotoId, str]) -> list[Choice]:
    return [
        Choice(photo=p.id, file_name=p.file_name, kept=False, reason=f"left out: {barred[p.id]}")
        for p in photos
        if p.id in barred
    ]


def digest_of(photos: Sequence[DatasetPhoto], recipe: SelectionRecipe) -> str:
    """sha256 over the photos' bytes (their ids), crops, captions and splits, and the recipe.

    Over canonical JSON (RFC 8785 as far as our values go: sorted keys, no blanks, UTF-8), photos
    by id. File names, the time and the reasons of the choices are not part of it, nor are pins
    and bans, which show in what was kept; `sizes` came later and is where it is not 1.
    """
    content = {
        "format": _DIGEST_FORMAT,
        "recipe": recipe.model_dump(mode="json", exclude=_unsaid(recipe)),
        "photos": [
            photo.model_dump(mode="json", exclude={"file_name"})
            for photo in sorted(photos, key=lambda p: p.photo)
        ],
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _unsaid(recipe: SelectionRecipe) -> set[str]:
    """Fields that older digests do not know, where they change nothing by themselves."""
    return {"pinned", "banned"} | ({"sizes"} if recipe.sizes == 1 else set())
