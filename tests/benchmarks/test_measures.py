"""A benchmark that is wrong is worse than none: each measure against what is known."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from subprocess import Popen

import numpy as np
import pytest

from benchmarks.measures.autoencoder import cast, psnr_db
from benchmarks.measures.backdrops import Labels, by_hand, commonest, on_backdrop, read_labels
from benchmarks.measures.nearest import measure_nearest
from benchmarks.measures.obedience import BACKDROPS, COLOURS, Wish, wishes
from benchmarks.pictures import evenly, jpeg_within, rim
from benchmarks.resume import Doomed
from muslin.domain.leaving import SourceType
from muslin.imaging.colour import to_lab
from muslin.imaging.metadata import read_origin
from muslin.imaging.types import Picture

KINDS = [f"kind {n}" for n in range(10)]
OAK, STONE = (70.0, 8.0, 40.0), (75.0, 0.0, 5.0)


def patches(seed: int) -> Picture:
    """A picture (256, 192, 3) of random patches, alike to no other."""
    coarse = np.random.default_rng(seed).integers(0, 255, (16, 12, 3), np.uint8)
    return np.kron(coarse, np.ones((16, 16, 1), np.uint8))


def test_psnr_of_pictures_that_differ_by_one_everywhere_is_48_db() -> None:
    grey = np.full((8, 8, 3), 100, np.uint8)

    assert psnr_db(grey, grey + 1) == pytest.approx(20 * np.log10(255))
    assert psnr_db(grey, grey) == float("inf")


def test_grain_is_no_cast_but_a_tint_is() -> None:
    grain = np.random.default_rng(0).integers(-20, 21, (64, 64, 3))
    plain = np.full((64, 64, 3), 128, np.uint8)
    tinted = plain + np.array([20, 0, 0], np.uint8)

    assert cast(to_lab(plain), to_lab((plain + grain).astype(np.uint8))) < 1
    assert cast(to_lab(plain), to_lab(tinted)) > 5


def test_two_hundred_wishes_ask_for_every_pair_of_words_equally_often() -> None:
    asked = wishes(KINDS, 200)

    words = [(w.category, w.colour, w.backdrop) for w in asked]
    sizes = (len(KINDS), len(COLOURS), len(BACKDROPS))
    for one, two in combinations(range(3), 2):
        pairs = Counter((word[one], word[two]) for word in words)
        assert len(pairs) == sizes[one] * sizes[two]
        assert len(set(pairs.values())) == 1
    assert len({w.seed for w in asked}) == 200


def test_a_wish_speaks_the_grammar_of_the_captions() -> None:
    assert Wish("t-shirt", "red", "white", 0).prompt == "a red t-shirt, on a white background"
    assert Wish("pants", "navy", "", 0).prompt == "navy pants"


def test_the_commonest_backdrop_is_a_real_one_and_no_mixture() -> None:
    wobble = np.random.default_rng(0).normal(0, 1, (90, 3))
    labs = np.array([OAK] * 60 + [STONE] * 30) + wobble

    found = commonest(labs)

    assert found == pytest.approx(OAK, abs=1)
    assert on_backdrop(labs, found).hits == 60


def test_only_photos_that_a_person_labelled_are_counted() -> None:
    labels = Labels(main=frozenset({"a", "b"}), other=frozenset({"c"}))

    share = by_hand(["a", "c", "unclear"], labels)

    assert (share.hits, share.of) == (1, 2)
    assert by_hand(["a"], read_labels("a brand that nobody labelled")).value is None


@pytest.mark.parametrize("brand", ["magenta-cloth", "oak-floor", "red-sheet", "white-wall-hanger"])
def test_no_photo_is_labelled_both_ways(brand: str) -> None:
    labels = read_labels(brand)

    assert labels.main.isdisjoint(labels.other)
    assert len(labels.main) > len(labels.other) > 0


def test_the_rim_is_the_backdrop_whatever_lies_in_the_middle() -> None:
    picture = np.full((256, 192, 3), (200, 160, 90), np.uint8)
    picture[60:200, 50:140] = (10, 10, 60)

    assert rim(picture) == pytest.approx(to_lab(np.array([[200, 160, 90]], np.uint8))[0])


def test_a_mirrored_copy_is_found_among_many_photos() -> None:
    photos = [patches(seed) for seed in range(12)]

    found = measure_nearest([photos[7][:, ::-1], patches(1000)], photos, [*range(12)])

    assert found.generated.most > 0.95
    assert found.generated.least < 0.6
    assert found.photos.most < 0.6
    assert found.above_photos >= 1


def test_photos_of_one_home_studio_do_not_say_how_alike_different_photos_are() -> None:
    photos = [patches(seed) for seed in range(5)]

    found = measure_nearest([patches(99)], [*photos, photos[0]], [*range(5), 0])

    assert found.photos.most < 0.6


def test_items_are_taken_evenly() -> None:
    assert evenly(range(10), 5) == [0, 2, 4, 6, 8]
    assert evenly(range(3), 5) == [0, 1, 2]


def test_a_sheet_fits_its_size_and_says_that_it_is_generated() -> None:
    sheet = np.random.default_rng(0).integers(0, 255, (128, 128, 3), np.uint8)

    small = jpeg_within(sheet, 15_000)

    assert len(small) <= 15_000 < len(jpeg_within(sheet, 60_000))
    origin = read_origin(small)
    assert origin is not None
    assert origin.source_type is SourceType.GENERATED
    with pytest.raises(ValueError, match="does not fit"):
        jpeg_within(sheet, 1000)


def test_a_doomed_child_dies_of_sigkill_at_its_time_and_not_before() -> None:
    with Popen(["sleep", "30"]) as long, Popen(["true"]) as short:
        assert Doomed(long, dies_at=0.0).wait(1.0) == -9
        assert Doomed(short, dies_at=float("inf")).wait(5.0) == 0
