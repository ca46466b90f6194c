from __future__ import annotations

from pathlib import Path

import pytest

from muslin.domain.errors import InvalidProfile
from muslin.domain.profile import Profile
from muslin.imaging.colour import COLOUR_NAMES
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.prior import prior_prompts, with_prior_prompts
from muslin.runtime.profiles import bounds, choose_profile, read_profile, with_steps
from muslin.training.presets import PRESETS
from tests.training.a_shoot import a_dataset


def a_file(folder: Path, text: str) -> Path:
    path = folder / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_profile_leaves_out_has_its_default(tmp_path: Path) -> None:
    assert read_profile(a_file(tmp_path, "rank = 4")) == Profile(rank=4)


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("learning_rte = 1e-3", "learning_rte", "Did you mean learning_rate?"),
        ("zzz = 1", "zzz", "Fields are: base, method, layers"),
        ("rank = 0", "rank", "rank is a whole number, at least 1, at most 256."),
        ('rank = "wide"', "rank", "rank is a whole number"),
        ("learning_rate = 1.5", "learning_rate", "a number, above 0, at most 1."),
        ('method = "most"', "method", 'method is one of "lora", "dora", "lokr", "full".'),
        ('optimizer = "prodigy"', "prodigy finds its own rate", "Change one"),
        ('method = "dora"\nleast_rank_fraction = 0.5', "needs the method lora", "Change one"),
        ("steps = 20\nwarmup_steps = 30", "warmup_steps 30 must be below steps 20", "Change one"),
        ("rank 4", "not a TOML file", "field = value"),
    ],
)
def test_a_profile_that_no_run_could_use_is_refused_with_the_way_out(
    tmp_path: Path, text: str, what: str, hint: str
) -> None:
    with pytest.raises(InvalidProfile) as refusal:
        read_profile(a_file(tmp_path, text))

    assert what in str(refusal.value)
    assert hint in refusal.value.hint


def test_a_profile_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidProfile, match="cannot be read"):
        read_profile(tmp_path / "none.toml")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "profile.toml"
    path.write_bytes(b"\xff\xfe\x00rank")

    with pytest.raises(InvalidProfile, match="not a TOML file"):
        read_profile(path)


def test_a_shorter_run_keeps_the_shape_of_the_longer_one() -> None:
    profile = with_steps(Profile(steps=600, warmup_steps=30, save_every=150), 200)

    assert (profile.steps, profile.warmup_steps, profile.save_every) == (200, 10, 50)


@pytest.mark.parametrize("steps", [1, 2, 10])
def test_even_the_shortest_run_has_a_profile(steps: int) -> None:
    profile = choose_profile(None, steps, seed=3)

    assert profile.steps == steps
    assert profile.warmup_steps < steps
    assert 1 <= profile.save_every <= steps
    assert profile.seed == 3


def test_the_command_line_goes_before_the_file(tmp_path: Path) -> None:
    file = a_file(tmp_path, "steps = 100\nwarmup_steps = 5\nseed = 1\nrank = 8")

    profile = choose_profile(file, None, seed=2)

    assert (profile.steps, profile.seed, profile.rank) == (100, 2, 8)


@pytest.mark.parametrize(("steps", "seed"), [(10**9, None), (None, -1)])
def test_the_command_line_has_the_same_bounds_as_the_file(
    steps: int | None, seed: int | None
) -> None:
    with pytest.raises(InvalidProfile):
        choose_profile(None, steps, seed)


@pytest.mark.parametrize("field", Profile.model_fields)
def test_every_field_can_say_its_bounds(field: str) -> None:
    assert bounds(field)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_differs_from_the_built_in_profile_and_from_every_other(name: str) -> None:
    profile = choose_profile(None, None, None, name)

    assert [p for p in (Profile(), *PRESETS.values()) if p == profile] == [profile]


def test_each_preset_does_what_its_name_promises() -> None:
    look, product, identity, everything = (
        choose_profile(None, None, None, name)
        for name in ("look", "product", "identity", "everything")
    )

    assert look.layers == "style"
    assert product.layers == "all"
    assert product.garment_weight > product.backdrop_weight > 0
    assert product.least_rank_fraction < 1
    assert identity.learning_rate < Profile().learning_rate
    assert identity.prior_fraction > 0
    assert everything.method == "full"
    assert everything.ema > 0


def test_a_preset_can_be_made_shorter() -> None:
    assert choose_profile(None, 60, None, "identity").steps == 60


def test_an_unknown_preset_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidProfile, match="'sparkle'") as refusal:
        choose_profile(None, None, None, "sparkle")

    assert "look, product, identity, everything" in refusal.value.hint


def test_a_preset_and_a_file_are_too_much(tmp_path: Path) -> None:
    with pytest.raises(InvalidProfile, match="both"):
        choose_profile(a_file(tmp_path, "rank = 4"), None, None, "look")


def test_every_garment_of_the_range_is_asked_for_in_every_colour() -> None:
    prompts = prior_prompts({"dress", "pants"}, "beige")

    assert len(prompts) == len(set(prompts)) == 2 * len(COLOUR_NAMES)
    assert prompts[0] == "a black dress, on a white background"
    assert any(words.startswith("navy pants, on a ") for words in prompts)


def test_no_prompt_names_the_brands_own_backdrop() -> None:
    assert all("on a white background" not in words for words in prior_prompts({"coat"}, "white"))


def test_a_profile_is_completed_only_where_it_holds_on_to_its_base_without_words(
    tmp_path: Path,
) -> None:
    free = Profile()
    told = Profile(prior_fraction=0.5, prior_prompts=("a red coat",))

    with Workshop.open(tmp_path) as shop:
        assert with_prior_prompts(free, a_dataset(), shop) is free
        assert with_prior_prompts(told, a_dataset(), shop) is told
