from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import ReleaseId
from muslin.domain.leaving import GenerateOrder, Generation, SourceType
from muslin.domain.progress import Cancelled, Progress
from muslin.imaging.metadata import decode, read_origin
from muslin.tools.generate import Look, generate, prompts_of, requests_of, with_trigger
from tests.tools.studio import MemoryBlobs, PaintsSeeds

LOOK = Look("starter", ReleaseId("release-1"), Path("adapter"), trigger="acme look")
SMALL = {"width_px": 64, "height_px": 80}


def drawn(order: GenerateOrder, blobs: MemoryBlobs, look: Look = LOOK) -> list[Generation]:
    return list(generate(order, look, PaintsSeeds(), blobs))


def an_order(**changes: object) -> GenerateOrder:
    return GenerateOrder.model_validate({"prompts": ("a red dress",), **SMALL, **changes})


def test_the_same_order_gives_the_same_pictures() -> None:
    blobs, order = MemoryBlobs(), an_order(prompts=("a red dress", "navy pants"), count=3, seed=7)

    one, again = drawn(order, blobs), drawn(order, blobs)

    assert [g.request for g in one] == [g.request for g in again]
    for first, second in zip(one, again, strict=True):
        assert np.array_equal(decode(blobs.get(first.picture)), decode(blobs.get(second.picture)))


def test_no_two_pictures_of_the_largest_order_share_a_seed() -> None:
    order = an_order(prompts=("a", "b", "c"), count=1000, seed=5)

    seeds = [request.seed for request in requests_of(order)]

    assert len(set(seeds)) == len(seeds) == 3000


def test_any_picture_can_be_drawn_again_from_the_seed_that_it_carries() -> None:
    blobs = MemoryBlobs()
    wanted = drawn(an_order(prompts=("a red dress", "navy pants"), count=4, seed=7), blobs)[6]

    again = drawn(an_order(prompts=("navy pants",), seed=wanted.request.seed), blobs)[0]

    assert again.request == wanted.request
    assert np.array_equal(decode(blobs.get(again.picture)), decode(blobs.get(wanted.picture)))


def test_every_picture_says_that_it_was_generated_and_from_what() -> None:
    blobs = MemoryBlobs()
    generation = drawn(an_order(seed=3, steps=9, guidance=2.5), blobs)[0]

    origin = read_origin(blobs.get(generation.picture))

    assert origin is not None
    assert origin.source_type is SourceType.GENERATED is generation.source_type
    assert origin.inputs == {
        "generation": generation.id,
        "prompt": "acme look, a red dress",
        "seed": "3",
        "release": "release-1",
        "base": "starter",
        "width_px": "64",
        "height_px": "80",
        "steps": "9",
        "guidance": "2.5",
    }


def test_the_untuned_base_draws_without_adapter_release_or_trigger() -> None:
    blobs, renderer = MemoryBlobs(), PaintsSeeds()

    generation = next(generate(an_order(), Look("starter"), renderer, blobs))

    assert renderer.adapter is None
    assert generation.release is None
    assert generation.request.prompt == "a red dress"
    origin = read_origin(blobs.get(generation.picture))
    assert origin is not None
    assert "release" not in origin.inputs


@pytest.mark.parametrize(
    ("prompt", "whole"),
    [
        ("a red dress", "acme look, a red dress"),
        ("Acme Look, a red dress", "Acme Look, a red dress"),
    ],
)
def test_the_trigger_is_added_once(prompt: str, whole: str) -> None:
    assert with_trigger(prompt, "acme look") == whole
    assert with_trigger(prompt, "") == prompt


def test_what_was_drawn_before_a_stop_is_kept() -> None:
    blobs = MemoryBlobs()
    kept: list[Generation] = []

    def stop_at_the_third(progress: Progress) -> None:
        if progress.done == 3:
            raise Cancelled

    pictures = generate(an_order(count=5), LOOK, PaintsSeeds(), blobs, stop_at_the_third)
    with pytest.raises(Cancelled):
        kept.extend(pictures)

    assert len(blobs.kept) == 2


def test_a_prompts_file_has_one_prompt_per_line_and_may_explain_itself() -> None:
    text = "\ufeff# spring\n\na red dress\r\n   navy pants  \n  # autumn\na #1 t-shirt\n"

    assert prompts_of(text) == ("a red dress", "navy pants", "a #1 t-shirt")


@pytest.mark.parametrize("text", ["", "# only words about it\n\n", "a red\x00dress"])
def test_a_prompts_file_that_asks_for_nothing_drawable_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        prompts_of(text)

    assert refusal.value.hint


@pytest.mark.parametrize(
    "changes",
    [
        {"count": 0}, {"count": 1001}, {"width_px": 63}, {"width_px": 1040}, {"height_px": 100},
        {"steps": 0}, {"steps": 101}, {"guidance": -0.1}, {"guidance": 20.1}, {"seed": -1},
        {"prompts": ()}, {"prompts": ("  ",)}, {"prompts": ("a\nb",)}, {"prompts": ("x" * 1001,)},
        {"colour": "red"},
    ],
)  # fmt: skip
def test_an_order_out_of_bounds_is_no_order(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        an_order(**changes)
