"""Every family draws what diffusers itself draws; any other choice would be learnt wrongly."""

from __future__ import annotations

import torch

from muslin.networks.diffusion.base import Base
from tests.contracts.drawing import a_wish, diffusers_own, ours

FP32 = 1e-4
"""Rounding of a few steps in float32, of a picture in [0, 1]."""


def test_a_picture_is_the_one_that_diffusers_draws(base: Base) -> None:
    wish = a_wish(base)

    picture = ours(base, wish)

    assert picture.shape == (1, 3, wish.height_px, wish.width_px)
    assert picture.std() > 0.01  # a flat picture would agree with anything
    torch.testing.assert_close(picture, diffusers_own(base, wish), rtol=0, atol=FP32)


def test_guidance_and_words_change_the_picture(base: Base) -> None:
    wish = a_wish(base)
    picture = ours(base, wish)

    for other in (wish._replace(guidance=1.0), wish._replace(prompt="a navy skirt")):
        assert (ours(base, other) - picture).abs().max() > 10 * FP32
