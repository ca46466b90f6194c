from __future__ import annotations

import numpy as np
import pytest

from muslin.curation.findings import findings_of
from muslin.curation.findings.duplicates import (
    compare,
    is_same_garment,
    is_same_photo,
    same_garments,
)
from muslin.curation.findings.limits import usual
from muslin.domain.findings import Finding, FindingKind, Guess, Measures, Verdict
from tests.curation.shop import RED, a_measure, photo_id

FINE = [a_measure(n) for n in range(24)]


def flipped(phash: str, bits: int) -> str:
    return f"{int(phash, 16) ^ ((1 << bits) - 1):064x}"


def finding(measures: list[Measures], one: Measures, kind: FindingKind) -> Finding:
    return next(f for f in findings_of(measures) if (f.photo, f.kind) == (one.photo, kind))


def test_every_photo_has_one_finding_of_every_kind_and_a_fine_shoot_passes() -> None:
    findings = findings_of(FINE)

    assert len(findings) == len(FINE) * len(FindingKind)
    assert len({(f.photo, f.kind) for f in findings}) == len(findings)
    assert {f.verdict for f in findings if f.kind is not FindingKind.FACES} == {Verdict.PASSED}


def test_faces_are_not_measured_and_say_so() -> None:
    found = finding(FINE, FINE[0], FindingKind.FACES)

    assert (found.value, found.percentile, found.verdict) == (None, None, Verdict.UNKNOWN)
    assert "not measured" in found.words


@pytest.mark.parametrize(
    ("kind", "changed", "words"),
    [
        (FindingKind.SIZE, {"short_side_px": 150}, "150 px"),
        (FindingKind.SHARPNESS, {"sharpness": 0.38}, "blurred: sharpness 0.38"),
        (FindingKind.SHARPNESS, {"steepness": 0.12}, "out of focus: 12% of a step"),
        (FindingKind.NOISE, {"noise": 6.2}, "grain of 6.2 levels"),
        (FindingKind.COMPRESSION, {"jpeg_quality": 20}, "JPEG quality 20"),
        (FindingKind.COMPRESSION, {"blocking": 4.1}, "stand out 4.1 times"),
        (FindingKind.EXPOSURE, {"exposure": 31.0}, "darker than the rest"),
        (FindingKind.EXPOSURE, {"brightest": 150.0}, "underexposed"),
        (FindingKind.EXPOSURE, {"highlights": 0.5}, "overexposed: 50% of it"),
        (FindingKind.CAST, {"backdrop": (75.0, 3.0, 29.0)}, "a yellow cast"),
        (FindingKind.CAST, {"backdrop": (75.0, 3.0, 9.0)}, "a blue cast"),
        (FindingKind.LIGHT, {"shadow_hardness": 0.9}, "harder light"),
        (FindingKind.FRAMING, {"touching": 0.2}, "20% of one side"),
        (FindingKind.TILT, {"tilt": -9.0}, "9.0 degrees askew, counter-clockwise"),
        (FindingKind.GARMENTS, {"garments": 2}, "2 things that lie apart"),
        (FindingKind.CLUTTER, {"clutter": 0.08}, "takes 8% of the photo"),
        (FindingKind.LETTERING, {"letters": 12}, "a line of about 12 letters"),
        (FindingKind.LOCATION, {"location": True}, "where it was taken"),
        (FindingKind.CLIPPING, {"clipped_fraction": 0.4}, "40% of the garment"),
        (FindingKind.BACKDROP, {"backdrop": RED}, "backdrop is red, ΔE "),
        (FindingKind.BACKDROP, {"backdrop_texture": 3.4}, "3.4 L* of texture"),
        (
            FindingKind.BACKDROP,
            {"presentation": Guess(name="hanger", confidence=0.99)},
            "another way: hanger",
        ),
        (FindingKind.LIGHT, {"light_slope": 60.0}, "changes by 60 L*"),
        (FindingKind.FRAMING, {"garment_fraction": 0.0}, "no garment found"),
    ],
)
def test_a_fault_fails_its_own_finding_and_no_other(
    kind: FindingKind, changed: dict[str, object], words: str
) -> None:
    odd = a_measure(99, **changed)

    findings = findings_of([*FINE, odd])

    failed = [f for f in findings if f.verdict is Verdict.FAILED]
    assert [(f.photo, f.kind) for f in failed] == [(odd.photo, kind)]
    assert words in failed[0].words
    assert failed[0].words.endswith(")")


def test_a_limit_set_by_the_shoot_says_so_and_moves_with_it() -> None:
    dull = [m.model_copy(update={"sharpness": m.sharpness - 0.1}) for m in FINE]

    sharp_limit = finding(FINE, FINE[0], FindingKind.SHARPNESS)
    dull_limit = finding(dull, dull[0], FindingKind.SHARPNESS)

    assert sharp_limit.at_least is not None
    assert dull_limit.at_least is not None
    assert sharp_limit.at_least - dull_limit.at_least == pytest.approx(0.1)
    assert "the shoot's median" in sharp_limit.words


def test_half_a_shoot_of_blurred_photos_does_not_make_blur_usual() -> None:
    blurred = [m.model_copy(update={"sharpness": 0.3}) for m in FINE]

    assert all(
        f.verdict is Verdict.FAILED for f in findings_of(blurred) if f.kind is FindingKind.SHARPNESS
    )


def test_a_black_coat_is_not_called_a_dark_photo() -> None:
    coat = a_measure(99, garment=(12.0, 0.0, 0.0), garment_colours=("black",), exposure=70.0)

    assert finding([*FINE, coat], coat, FindingKind.EXPOSURE).verdict is Verdict.PASSED


def test_the_percentile_is_the_share_of_photos_below() -> None:
    shoot = [m.model_copy(update={"sharpness": 0.7 + n / 100}) for n, m in enumerate(FINE[:10])]

    percentiles = [f.percentile for f in findings_of(shoot) if f.kind is FindingKind.SHARPNESS]

    assert percentiles == pytest.approx([n / 10 for n in range(10)])


def test_the_same_shot_twice_is_named_by_its_file() -> None:
    copy = a_measure(99, phash=flipped(FINE[3].phash, 12))
    names = {FINE[3].photo: "look/03.jpg"}

    findings = findings_of([*FINE, copy], names)

    found = next(f for f in findings if (f.photo, f.kind) == (copy.photo, FindingKind.DUPLICATE))
    assert found.verdict is Verdict.FAILED
    assert "look/03.jpg: 12 of 256 bits differ" in found.words


def test_mirroring_does_not_hide_a_duplicate() -> None:
    odd_columns = int("5" * 64, 16)
    mirrored = a_measure(99, phash=f"{int(FINE[0].phash, 16) ^ odd_columns:064x}")

    assert is_same_photo(FINE[0], mirrored)
    assert compare([FINE[0], FINE[1], mirrored]).nearest[FINE[0].photo].photo == mirrored.photo


def test_one_photo_has_no_nearest() -> None:
    assert compare([FINE[0]]).nearest[FINE[0].photo].photo is None


def test_a_garment_is_known_again_by_layout_colour_and_pattern_together() -> None:
    again = FINE[0].model_copy(update={"photo": photo_id(99), "phash": flipped(FINE[0].phash, 80)})
    red = again.model_copy(update={"garment": (40.0, 60.0, 40.0)})
    striped = again.model_copy(update={"garment_pattern": 3 * FINE[0].garment_pattern})
    elsewhere = again.model_copy(update={"phash": flipped(FINE[0].phash, 120)})

    assert is_same_garment(FINE[0], again)
    assert not is_same_photo(FINE[0], again)
    assert not any(is_same_garment(FINE[0], other) for other in (red, striped, elsewhere))


def test_photos_are_grouped_by_garment_through_others() -> None:
    first = FINE[0]
    second = first.model_copy(update={"photo": photo_id(98), "phash": flipped(first.phash, 40)})
    third = first.model_copy(
        update={"photo": photo_id(99), "phash": flipped(second.phash, 79), "garment": RED}
    )
    linked = second.model_copy(update={"photo": photo_id(97), "garment": RED})

    groups = same_garments([first, FINE[1], second, third, linked])

    assert sorted(map(len, groups)) == [1, 4]


def test_a_limit_from_the_shoot_follows_the_published_rule_for_outliers() -> None:
    values = np.random.default_rng(0).normal(10, 2, 20_001)

    limits = usual(list(values), least_width=0.0)

    assert limits.median == pytest.approx(10, abs=0.1)
    assert limits.width == pytest.approx(3.5 * 2, rel=0.05)  # 3.5 standard deviations
    assert usual([1.0, 1.0, 1.0], least_width=0.25).width == 0.25
