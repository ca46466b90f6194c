from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
import torch

from muslin.domain.dataset import DatasetVersion
from muslin.domain.errors import PlanRefused
from muslin.domain.progress import Progress
from muslin.networks.diffusion.base import Base
from muslin.networks.diffusion.pixels import to_images
from muslin.training.cache import EncodingCache
from muslin.training.prepare import prepare, taught
from tests.training.a_shoot import HEIGHT_PX, WIDTH_PX, PaintedPictures, a_dataset, a_photo

CPU = torch.device("cpu")


def reversed_dataset() -> DatasetVersion:
    return a_dataset().model_copy(update={"photos": a_dataset().photos[::-1]})


def test_only_photos_that_are_taught_become_lessons(tiny: Base, tmp_path: Path) -> None:
    lessons = prepare(tiny, a_dataset(5, 2), PaintedPictures(), EncodingCache(tmp_path), CPU)

    assert lessons.count == 5
    assert lessons.moments.mean.shape == (5, 8, HEIGHT_PX // 8, WIDTH_PX // 8)
    assert lessons.condition["text"].shape == (5, 32, 32)
    assert lessons.empty["text"].shape == (1, 32, 32)


def test_each_photo_stays_with_its_caption_when_the_order_changes(
    tiny: Base, tmp_path: Path
) -> None:
    autoencoder = tiny.family.open_autoencoder(tiny.folder, CPU)
    text = tiny.family.open_text(tiny.folder, CPU)
    prepare(tiny, a_dataset(), PaintedPictures(), EncodingCache(tmp_path), CPU)

    lessons = prepare(tiny, reversed_dataset(), PaintedPictures(), EncodingCache(tmp_path), CPU)

    for row, photo in enumerate(taught(reversed_dataset())):
        picture = to_images([PaintedPictures().picture(photo)])
        assert torch.equal(lessons.moments.mean[row : row + 1], autoencoder.encode(picture).mean)
        assert torch.equal(
            lessons.condition["text"][row : row + 1], text([photo.caption.text])["text"]
        )


class ClosedFamily:
    """A family whose encoders must not be opened."""

    def open_text(self, _: object, __: object) -> NoReturn:
        pytest.fail("The text encoder was opened.")

    def open_autoencoder(self, _: object, __: object) -> NoReturn:
        pytest.fail("The autoencoder was opened.")


def test_a_second_run_encodes_nothing(
    tiny: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = prepare(tiny, a_dataset(), PaintedPictures(), EncodingCache(tmp_path), CPU)
    for name in ("open_text", "open_autoencoder"):
        monkeypatch.setattr(type(tiny.family), name, getattr(ClosedFamily, name))

    second = prepare(tiny, a_dataset(), PaintedPictures(), EncodingCache(tmp_path), CPU)

    assert torch.equal(first.moments.std, second.moments.std)
    assert torch.equal(first.condition["text"], second.condition["text"])
    assert torch.equal(first.empty["text"], second.empty["text"])


def test_another_base_encodes_anew(tiny: Base, tmp_path: Path) -> None:
    prepare(tiny, a_dataset(), PaintedPictures(), EncodingCache(tmp_path), CPU)
    before = len(list(tmp_path.rglob("*.safetensors")))
    other = replace(tiny)
    other.__dict__["digest"] = "another"

    prepare(other, a_dataset(), PaintedPictures(), EncodingCache(tmp_path), CPU)

    assert len(list(tmp_path.rglob("*.safetensors"))) == 2 * before


def test_a_broken_cache_file_is_encoded_again(tiny: Base, tmp_path: Path) -> None:
    first = prepare(tiny, a_dataset(), PaintedPictures(), EncodingCache(tmp_path), CPU)
    for path in tmp_path.rglob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:100])

    again = prepare(tiny, a_dataset(), PaintedPictures(), EncodingCache(tmp_path), CPU)

    assert torch.equal(first.moments.mean, again.moments.mean)


def test_encoding_is_reported_photo_by_photo(tiny: Base, tmp_path: Path) -> None:
    heard: list[Progress] = []

    prepare(tiny, a_dataset(3), PaintedPictures(), EncodingCache(tmp_path), CPU, heard.append)

    assert [(p.step, p.done, p.total) for p in heard] == [("prepare", n, 3) for n in (1, 2, 3)]


@pytest.mark.parametrize("width_px", [64, 40])
def test_photos_of_a_size_that_cannot_be_learnt_are_refused(
    tiny: Base, tmp_path: Path, width_px: int
) -> None:
    """64 px differs from the other photos; 40 px is no multiple of the base's 16."""
    photos = a_dataset().photos if width_px == 64 else ()
    dataset = a_dataset().model_copy(update={"photos": (*photos, a_photo(50, width_px=width_px))})

    with pytest.raises(PlanRefused) as refusal:
        prepare(tiny, dataset, PaintedPictures(), EncodingCache(tmp_path), CPU)

    assert refusal.value.hint


def test_a_dataset_with_nothing_to_teach_is_refused(tiny: Base, tmp_path: Path) -> None:
    with pytest.raises(PlanRefused):
        prepare(tiny, a_dataset(0, 3), PaintedPictures(), EncodingCache(tmp_path), CPU)
