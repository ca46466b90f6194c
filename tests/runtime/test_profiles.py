from __future__ import annotations

from pathlib import Path

import pytest

from muslin.domain.errors import InvalidProfile
from muslin.domain.profile import LoraProfile
from muslin.runtime.profiles import bounds, choose_profile, read_profile, with_steps


def a_file(folder: Path, text: str) -> Path:
    path = folder / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_profile_leaves_out_has_its_default(tmp_path: Path) -> None:
    assert read_profile(a_file(tmp_path, "rank = 4")) == LoraProfile(rank=4)


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("learning_rte = 1e-3", "learning_rte", "Did you mean learning_rate?"),
        ("zzz = 1", "zzz", "Fields are: method, base, rank"),
        ("rank = 0", "rank", "rank is a whole number, at least 1, at most 256."),
        ('rank = "wide"', "rank", "rank is a whole number"),
        ("learning_rate = 1.0", "learning_rate", "a number, above 0, below 1."),
        ('method = "full"', "method", 'always "lora"'),
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
    profile = with_steps(LoraProfile(steps=600, warmup_steps=30, save_every=150), 200)

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


@pytest.mark.parametrize("field", LoraProfile.model_fields)
def test_every_field_can_say_its_bounds(field: str) -> None:
    assert bounds(field)
