"""What changed between two frozen versions, photo by photo."""

from __future__ import annotations

from collections.abc import Callable

from muslin.domain.curation.sets import CaptionDifference, DatasetDiff, RecipeChange
from muslin.domain.dataset import DatasetPhoto, DatasetVersion
from muslin.domain.fact import PhotoId
from muslin.imaging.colour import delta_e_2000

Same = Callable[[DatasetPhoto, DatasetPhoto], bool]


def diff_of(before: DatasetVersion, after: DatasetVersion) -> DatasetDiff:
    """Photos in, out, cropped, captioned or split otherwise, and the recipe's fields that differ.

    A photo is the same by its bytes, whatever its file is called; file names are the later ones
    where both versions hold it.
    """
    old, new = _by_id(before), _by_id(after)
    kept = sorted(old.keys() & new.keys(), key=lambda photo: new[photo].file_name)
    gone = sorted(old.keys() - new.keys(), key=lambda photo: old[photo].file_name)
    reasons = {choice.photo: choice.reason for choice in after.choices}

    def differ(same: Same) -> tuple[str, ...]:
        return tuple(new[photo].file_name for photo in kept if not same(old[photo], new[photo]))

    return DatasetDiff(
        before=before.id,
        after=after.id,
        same_digest=before.digest == after.digest,
        kept=len(kept),
        photos_in=tuple(sorted(new[photo].file_name for photo in new.keys() - old.keys())),
        photos_out=tuple(old[photo].file_name for photo in gone),
        out_because={old[p].file_name: reasons[p] for p in gone if p in reasons},
        recropped=differ(lambda a, b: a.crop == b.crop),
        recaptioned=tuple(
            CaptionDifference(
                file_name=new[photo].file_name,
                before=old[photo].caption.text,
                after=new[photo].caption.text,
                author=new[photo].caption.author,
            )
            for photo in kept
            if old[photo].caption.text != new[photo].caption.text
        ),
        resplit=differ(lambda a, b: a.split is b.split),
        recipe=_recipe(before, after),
        backdrop_distance=float(delta_e_2000(before.backdrop.lab, after.backdrop.lab)),
    )


def _by_id(version: DatasetVersion) -> dict[PhotoId, DatasetPhoto]:
    return {photo.photo: photo for photo in version.photos}


def _recipe(before: DatasetVersion, after: DatasetVersion) -> tuple[RecipeChange, ...]:
    old, new = before.recipe.model_dump(), after.recipe.model_dump()
    return tuple(
        RecipeChange(field=field, before=f"{old[field]}", after=f"{new[field]}")
        for field in old
        if old[field] != new[field]
    )
