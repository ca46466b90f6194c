"""A denoiser that grows around a trained core begins with what the core knows."""

from __future__ import annotations

import pytest
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from torch.nn import functional as F

from starter.networks import denoiser

pytestmark = pytest.mark.usefixtures("quick")

TIMES = torch.tensor([500, 900])


def some_latents() -> Tensor:
    """Smooth ones, as pictures are: random at an eighth of the size."""
    coarse = torch.randn(2, 8, 4, 3, generator=torch.Generator().manual_seed(1))
    return F.interpolate(coarse, size=(32, 24), mode="bilinear")


def answer(network: UNet2DConditionModel, latents: Tensor) -> Tensor:
    words = torch.randn(2, 7, denoiser.WIDTH, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        predicted: Tensor = network(latents, TIMES, words).sample
    return predicted


def likeness(one: Tensor, other: Tensor) -> float:
    return float(F.cosine_similarity(one.flatten(), other.flatten(), dim=0))


def test_a_grown_denoiser_answers_as_its_core_does_on_halved_latents() -> None:
    torch.manual_seed(0)
    core, whole = denoiser.build_core().eval(), denoiser.build_denoiser().eval()
    latents = some_latents()
    expected = answer(core, F.avg_pool2d(latents, 2))
    before = F.avg_pool2d(answer(whole, latents), 2)

    denoiser.grow(core, whole)

    after = F.avg_pool2d(answer(whole, latents), 2)
    assert likeness(after, expected) > 0.8
    assert abs(likeness(before, expected)) < 0.5


def test_every_weight_of_the_core_lives_on_in_the_denoiser() -> None:
    core, whole = denoiser.build_core(), denoiser.build_denoiser()

    denoiser.grow(core, whole)

    kept = whole.state_dict()
    for name, value in core.state_dict().items():
        assert torch.equal(kept[denoiser.one_deeper(name)], value)


def test_a_core_of_another_shape_is_refused() -> None:
    with pytest.raises(RuntimeError, match="size mismatch"):
        denoiser.grow(denoiser.build_denoiser(), denoiser.build_denoiser())
