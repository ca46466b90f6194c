from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
import torch

from muslin.domain.dataset import DatasetVersion, Split
from muslin.domain.errors import PlanRefused
from muslin.domain.profile import Profile
from muslin.domain.progress import Progress, Report, silent
from muslin.networks.diffusion.base import Base
from muslin.networks.diffusion.opening import open_autoencoder, open_text
from muslin.networks.diffusion.pixels import to_images
from muslin.training.cache import EncodingCache
from muslin.training.lessons.bucket import Bucket, Lessons
from muslin.training.prepare import prepare
from tests.training.a_shoot import (
    HEIGHT_PX,
    WIDTH_PX,
    PaintedPictures,
    a_dataset,
    a_photo,
    a_profile,
)

CPU = torch.device("cpu")
EVERYTHING = a_profile(
    mirrored_fraction=0.5, garment_weight=3.0, prior_fraction=0.3, prior_prompts=("a red coat",)
)


def prepared(
    base: Base,
    folder: Path,
    dataset: DatasetVersion | None = None,
    profile: Profile | None = None,
    pictures: PaintedPictures | None = None,
    report: Report = silent,
) -> Lessons:
    dataset, profile = dataset or a_dataset(), profile or a_profile()
    kept = EncodingCache(folder)
    return prepare(base, dataset, profile, pictures or PaintedPictures(), kept, CPU, report)


def of_two_sizes(dataset: DatasetVersion) -> DatasetVersion:
    """The dataset with wide photos among the upright ones."""
    wide = [a_photo(n, width_px=64) for n in (50, 51)]
    held_out = a_photo(60, Split.HOLD_OUT, width_px=64)
    return dataset.model_copy(update={"photos": (wide[0], *dataset.photos, wide[1], held_out)})


def turned(dataset: DatasetVersion) -> DatasetVersion:
    return dataset.model_copy(update={"photos": dataset.photos[::-1]})


def tensors(lessons: Lessons) -> list[torch.Tensor]:
    """All that was encoded, in a fixed order."""
    found = [*lessons.empty.values(), *lessons.prior.values()]
    for bucket in (*lessons.buckets, *lessons.held_out):
        found += [*bucket.moments, *bucket.condition.values()]
        found += [] if bucket.cells is None else [bucket.cells]
    return found


def test_photos_that_are_taught_and_those_that_judge_are_kept_apart(
    tiny: Base, tmp_path: Path
) -> None:
    lessons = prepared(tiny, tmp_path, a_dataset(5, 2))

    (bucket,), (judging,) = lessons.buckets, lessons.held_out
    assert (lessons.count, bucket.count, judging.count) == (5, 5, 2)
    assert bucket.moments.mean.shape == (5, 8, HEIGHT_PX // 8, WIDTH_PX // 8)
    assert bucket.condition["text"].shape == (5, 32, 32)
    assert lessons.empty["text"].shape == (1, 32, 32)
    assert bucket.cells is None


def test_a_photo_of_spread_has_its_spread_kept(tiny: Base, tmp_path: Path) -> None:
    """What is resampled in each step is the network's own mean and standard deviation."""
    (bucket,) = prepared(tiny, tmp_path).buckets

    found = open_autoencoder(tiny, CPU).encode(to_images([PaintedPictures().picture(a_photo(0))]))

    assert torch.equal(bucket.moments.std[:1], found.std)
    assert float(found.std.min()) > 0


def test_photos_of_one_size_make_one_bucket(tiny: Base, tmp_path: Path) -> None:
    lessons = prepared(tiny, tmp_path, of_two_sizes(a_dataset()))

    shapes = [bucket.moments.mean.shape for bucket in lessons.buckets]
    assert shapes == [(5, 8, 6, 4), (2, 8, 6, 8)]
    assert [bucket.count for bucket in lessons.held_out] == [1, 1]
    assert lessons.count == 7


def test_each_photo_stays_with_its_caption_whatever_order_and_size(
    tiny: Base, tmp_path: Path
) -> None:
    dataset = of_two_sizes(a_dataset())
    photos = {photo.photo: photo for photo in dataset.photos}
    autoencoder, text = open_autoencoder(tiny, CPU), open_text(tiny, CPU)
    prepared(tiny, tmp_path, dataset)

    lessons = prepared(tiny, tmp_path, turned(dataset))

    seen = 0
    for bucket in (*lessons.buckets, *lessons.held_out):
        for row, name in enumerate(bucket.photos):
            photo = photos[name]
            picture = to_images([PaintedPictures().picture(photo)])
            own = slice(row, row + 1)
            assert torch.equal(bucket.moments.mean[own], autoencoder.encode(picture).mean)
            assert torch.equal(bucket.condition["text"][own], text([photo.caption.text])["text"])
            seen += 1
    assert seen == len(dataset.photos)


def test_a_mirrored_photo_is_encoded_as_the_picture_that_it_is(tiny: Base, tmp_path: Path) -> None:
    (bucket,) = prepared(tiny, tmp_path, profile=a_profile(mirrored_fraction=0.5)).buckets

    assert bucket.moments.mean.shape[0] == 2 * bucket.count
    picture = np.ascontiguousarray(PaintedPictures().picture(a_photo(2))[:, ::-1])
    mirrored = open_autoencoder(tiny, CPU).encode(to_images([picture]))
    assert torch.equal(bucket.moments.mean[bucket.count + 2][None], mirrored.mean)


def test_a_mask_becomes_weights_of_the_photo_and_of_its_mirror_image(
    tiny: Base, tmp_path: Path
) -> None:
    """Garments fill 10 of 32 px from the left, in every view: cells 0 and a quarter of cell 1."""
    bucket = garment_only(prepared(tiny, tmp_path, profile=EVERYTHING))

    assert bucket.cells is not None
    assert bucket.cells.shape == (2 * bucket.count, 1, HEIGHT_PX // 8, WIDTH_PX // 8)
    raw = torch.tensor([3.0, 0.25 * 3 + 0.75, 1.0, 1.0])
    assert torch.allclose(bucket.cells[0, 0, 0], raw / raw.mean())
    assert torch.allclose(bucket.cells.mean(dim=(1, 2, 3)), torch.ones(2 * bucket.count))


def garment_only(lessons: Lessons) -> Bucket:
    (bucket,) = lessons.buckets
    return bucket


def closed(_: Base, __: torch.device) -> NoReturn:
    """Stands for an encoder that must not be opened."""
    pytest.fail("An encoder was opened.")


def test_a_second_run_encodes_nothing_however_much_is_asked(
    tiny: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = of_two_sizes(a_dataset())
    first = prepared(tiny, tmp_path, dataset, EVERYTHING)
    for name in ("open_text", "open_autoencoder"):
        monkeypatch.setattr(f"muslin.training.prepare.{name}", closed)
    pictures = PaintedPictures()

    second = prepared(tiny, tmp_path, turned(dataset), EVERYTHING, pictures)
    third = prepared(tiny, tmp_path, dataset, EVERYTHING, pictures)

    assert (pictures.asked, pictures.masked) == (0, 0)
    assert sum(b.moments.mean.sum() for b in second.buckets) == pytest.approx(
        float(sum(b.moments.mean.sum() for b in first.buckets)), rel=1e-5
    )
    for kept, known in zip(tensors(third), tensors(first), strict=True):
        assert torch.equal(kept, known)


def test_no_mask_is_asked_for_where_everything_counts_alike(tiny: Base, tmp_path: Path) -> None:
    pictures = PaintedPictures()

    prepared(
        tiny,
        tmp_path,
        profile=a_profile(garment_weight=2.0, backdrop_weight=2.0),
        pictures=pictures,
    )

    assert pictures.masked == 0


def test_another_garment_network_masks_anew(tiny: Base, tmp_path: Path) -> None:
    first, second = PaintedPictures(), PaintedPictures()
    second.mask_source = "another"
    masked = a_profile(garment_weight=3.0)

    for pictures in (first, second):
        prepared(tiny, tmp_path, profile=masked, pictures=pictures)

    assert (first.masked, second.masked) == (5, 5)


def test_another_way_of_opening_photos_encodes_anew(tiny: Base, tmp_path: Path) -> None:
    first, second = PaintedPictures(), PaintedPictures()
    second.picture_source = "another"

    for pictures in (first, second):
        prepared(tiny, tmp_path, pictures=pictures)

    assert (first.asked, second.asked) == (6, 6)


def test_a_photo_is_opened_once_for_all_that_is_learnt_of_it(tiny: Base, tmp_path: Path) -> None:
    pictures = PaintedPictures()

    prepared(tiny, tmp_path, a_dataset(5, 1), EVERYTHING, pictures)

    assert (pictures.asked, pictures.masked) == (6, 10)


def test_another_crop_of_a_photo_is_encoded_as_its_own(tiny: Base, tmp_path: Path) -> None:
    pictures = PaintedPictures()
    prepared(tiny, tmp_path, a_dataset(2, 0), pictures=pictures)
    dataset = a_dataset(2, 0)
    first = dataset.photos[0]
    moved = first.model_copy(update={"crop": first.crop.model_copy(update={"left_px": 8})})

    other = dataset.model_copy(update={"photos": (moved, dataset.photos[1])})
    prepared(tiny, tmp_path, other, pictures=pictures)

    assert pictures.asked == 3


def test_another_base_encodes_anew(tiny: Base, tmp_path: Path) -> None:
    prepared(tiny, tmp_path)
    before = len(list(tmp_path.rglob("*.safetensors")))
    other = replace(tiny)
    other.__dict__["digest"] = "another"

    prepared(other, tmp_path)

    assert len(list(tmp_path.rglob("*.safetensors"))) == 2 * before


def test_a_broken_cache_file_is_encoded_again(tiny: Base, tmp_path: Path) -> None:
    first = prepared(tiny, tmp_path, profile=EVERYTHING)
    for path in tmp_path.rglob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:100])

    again = prepared(tiny, tmp_path, profile=EVERYTHING)

    for kept, known in zip(tensors(again), tensors(first), strict=True):
        assert torch.equal(kept, known)


def test_encoding_is_reported_photo_by_photo(tiny: Base, tmp_path: Path) -> None:
    heard: list[Progress] = []

    prepared(tiny, tmp_path, a_dataset(3), report=heard.append)

    assert [(p.step, p.done, p.total) for p in heard] == [("prepare", n, 4) for n in range(1, 5)]


def test_a_photo_of_a_size_that_the_base_cannot_learn_is_named(tiny: Base, tmp_path: Path) -> None:
    """40 px is no multiple of the base's 16."""
    odd = a_photo(50, width_px=40)
    dataset = a_dataset().model_copy(update={"photos": (*a_dataset().photos, odd)})

    with pytest.raises(PlanRefused, match=r"50\.jpg at 40×48 px") as refusal:
        prepared(tiny, tmp_path, dataset)

    assert "multiples of 16 px" in refusal.value.hint


def test_a_dataset_with_nothing_to_teach_is_refused(tiny: Base, tmp_path: Path) -> None:
    with pytest.raises(PlanRefused, match="no photo to teach"):
        prepared(tiny, tmp_path, a_dataset(0, 3))


def test_holding_on_to_the_base_needs_words_to_hold_it_on(tiny: Base, tmp_path: Path) -> None:
    with pytest.raises(PlanRefused, match="no words"):
        prepared(tiny, tmp_path, profile=a_profile(prior_fraction=0.5))

    held = prepared(tiny, tmp_path, profile=EVERYTHING)

    assert held.prior["text"].shape == (1, 32, 32)
    assert prepared(tiny, tmp_path).prior == {}
