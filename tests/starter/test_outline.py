"""While it learns, the denoiser must tell garment from backdrop, and it ships without that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from starter.export import export
from starter.latents import encode_all
from starter.networks.denoiser import Networks, build_networks
from starter.networks.tokenizer import build_tokenizer
from starter.resumable import load_state
from starter.train_denoiser import CORE_LESSON, OUTLINE, WHOLE_LESSON, Batch, Lesson, loss_of

pytestmark = pytest.mark.usefixtures("quick")

SURE = 8.0


@pytest.fixture
def networks() -> Networks:
    torch.manual_seed(0)
    return build_networks(build_tokenizer(()), torch.device("cpu"))


def a_batch() -> Batch:
    """Two photos whose garment is the left half."""
    garment = torch.zeros(2, 1, 8, 8)
    garment[..., :4] = 1
    return Batch(torch.randn(2, 8, 8, 8), garment, ["a red dress", ""])


def loss_told(networks: Networks, batch: Batch, logits: Tensor, lesson: Lesson) -> float:
    """The loss under the same noise each time, when the mask is told so."""
    real = Networks.answer

    def told(*given: Any) -> tuple[Tensor, Tensor]:
        return real(*given)[0], logits

    with pytest.MonkeyPatch.context() as patch, torch.no_grad():
        patch.setattr(Networks, "answer", told)
        torch.manual_seed(1)
        return float(loss_of(networks, batch, lesson))


@pytest.mark.parametrize("lesson", [CORE_LESSON, WHOLE_LESSON])
def test_a_mask_told_wrong_costs_its_cross_entropy(networks: Networks, lesson: Lesson) -> None:
    batch = a_batch()
    right = torch.full((2, 1, 4, 4), -SURE)
    right[..., :2] = SURE

    cost = loss_told(networks, batch, -right, lesson) - loss_told(networks, batch, right, lesson)

    # -log σ(-s) + log σ(s) = s
    assert cost == pytest.approx(OUTLINE * SURE, rel=1e-4)


def test_the_mask_is_told_from_features_that_the_caption_reaches(networks: Networks) -> None:
    noisy, times = torch.randn(1, 8, 8, 8), torch.tensor([999])

    one, other = (networks.answer(noisy, times, [words])[1] for words in ("a dress", "pants"))

    assert one.shape[:2] == (1, 1)
    assert not torch.equal(one, other)


def test_every_latent_knows_how_much_of_it_is_garment_and_mirrors_it(
    photos: Path, trained: Path
) -> None:
    for group in encode_all(photos, trained):
        assert group.garment.shape == (*group.latents.shape[:2], 1, *group.latents.shape[3:])
        assert group.garment.min() >= 0
        assert group.garment.max() <= 1
        torch.testing.assert_close(group.garment[1], group.garment[0].flip(3))
        halved = group.halved()
        torch.testing.assert_close(halved.garment.mean(), group.garment.mean())


def test_a_base_ships_without_what_only_its_training_needs(trained: Path) -> None:
    export(trained)

    learnt = load_state(trained / "denoiser.state")["network"]
    assert any(name.startswith("2.") for name in learnt)
    assert not [path for path in (trained / "network").rglob("*") if "outline" in path.name]
