from __future__ import annotations

import numpy as np
import pytest

from muslin.curation.backdrop import NARROWEST, WIDEST, commonest_backdrop, scene_of
from muslin.domain.catalog import Presentation
from muslin.domain.errors import NotEnoughPhotos
from muslin.domain.findings import Guess
from muslin.imaging.colour import delta_e_2000
from tests.curation.shop import BEIGE, RED, a_measure

HANGER = Guess(name="hanger", confidence=0.95)


def test_the_backdrop_lies_on_the_commoner_cloth_and_not_between_the_two() -> None:
    beige = [a_measure(n) for n in range(30)]
    red = [a_measure(n, backdrop=RED) for n in range(30, 50)]

    backdrop = commonest_backdrop(beige + red)

    assert float(delta_e_2000(backdrop.lab, BEIGE)) < 1
    assert backdrop.name == "beige"
    assert backdrop.share == pytest.approx(0.6)


def test_own_distance_is_the_median_over_all_photos_of_the_shoot() -> None:
    shoot = [a_measure(n) for n in range(20)] + [a_measure(n, backdrop=RED) for n in range(20, 30)]

    backdrop = commonest_backdrop(shoot)

    apart = [float(delta_e_2000(backdrop.lab, m.backdrop)) for m in shoot]
    assert backdrop.own_distance == pytest.approx(float(np.median(apart)))


def test_the_order_of_the_photos_does_not_matter() -> None:
    shoot = [a_measure(n, backdrop=RED if n % 3 == 0 else BEIGE) for n in range(30)]
    shuffled = [shoot[i] for i in np.random.default_rng(1).permutation(30)]

    assert scene_of(shoot) == scene_of(shuffled)


def test_a_pale_quilt_is_not_taken_for_the_white_wall() -> None:
    wall = [a_measure(n, presentation=HANGER) for n in range(30)]
    quilt = [a_measure(n, backdrop_texture=2.6) for n in range(30, 45)]

    scene = scene_of(wall + quilt)

    assert scene.presentation is Presentation.HANGER
    assert scene.texture == pytest.approx(1.0, abs=0.1)
    assert all(map(scene.holds, wall))
    assert not any(map(scene.holds, quilt))


def test_texture_alone_tells_two_surfaces_of_one_colour_apart() -> None:
    unsure = Guess(name="flat_lay", confidence=0.5)
    wall = [a_measure(n, presentation=unsure) for n in range(30)]
    quilt = [a_measure(n, backdrop_texture=2.6, presentation=unsure) for n in range(30, 45)]

    scene = scene_of(wall + quilt)

    assert scene.presentation is None
    assert [scene.holds(m) for m in wall + quilt] == [True] * 30 + [False] * 15


def test_an_unsure_network_does_not_put_a_photo_out_of_its_scene() -> None:
    shoot = [a_measure(n, presentation=HANGER) for n in range(20)]
    unsure = a_measure(20, presentation=Guess(name="flat_lay", confidence=0.6))

    assert scene_of([*shoot, unsure]).holds(unsure)


def test_smooth_paper_is_not_divided_by_the_noise_of_its_texture() -> None:
    shoot = [a_measure(n, backdrop_texture=0.05 * (n + 1)) for n in range(12)]

    assert scene_of(shoot).backdrop.share == 1.0


def test_an_even_studio_is_judged_more_narrowly_than_a_home() -> None:
    even = scene_of([a_measure(n) for n in range(20)])
    rng = np.random.default_rng(0)
    uneven = scene_of(
        [a_measure(n, backdrop=(75 + 10 * rng.standard_normal(), 3, 18)) for n in range(20)]
    )

    assert even.most_distance == NARROWEST
    assert NARROWEST < uneven.most_distance <= WIDEST


def test_one_photo_is_its_own_scene() -> None:
    one = a_measure(1)

    backdrop = commonest_backdrop([one])

    assert backdrop.lab == pytest.approx(one.backdrop)
    assert backdrop.share == 1.0
    assert backdrop.own_distance == pytest.approx(0.0, abs=1e-6)


def test_no_photos_have_no_backdrop() -> None:
    with pytest.raises(NotEnoughPhotos):
        scene_of([])


def test_likeness_falls_from_one_at_the_scene_to_nothing_at_its_limits() -> None:
    scene = scene_of([a_measure(n) for n in range(20)])
    alike = a_measure(0, backdrop=scene.backdrop.lab, backdrop_texture=scene.texture)
    busier = alike.model_copy(update={"backdrop_texture": 1.5 * scene.texture})
    twice = alike.model_copy(update={"backdrop_texture": 2 * scene.texture})

    assert scene.likeness(alike) == pytest.approx(1)
    assert 0.3 < scene.likeness(busier) < 0.7
    assert scene.likeness(twice) == pytest.approx(0, abs=1e-6)
    assert scene.likeness(a_measure(1, backdrop=RED)) == 0


def test_thousands_of_photos_have_the_scene_of_hundreds() -> None:
    many = [a_measure(n) for n in range(1300)]
    for n in range(0, 1300, 5):
        many[n] = a_measure(n, backdrop=RED)

    scene = scene_of(many)

    assert scene.backdrop.name == "beige"
    assert scene.backdrop.share == pytest.approx(0.8)
    assert scene == scene_of(many[::-1])
