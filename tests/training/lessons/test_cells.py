from __future__ import annotations

import numpy as np
import pytest
import torch

from muslin.training.draws import Batch
from muslin.training.lessons.cells import cell_weights, counts_alike, share_of_garment
from muslin.training.loop import weighted_error
from tests.training.a_shoot import a_profile


def test_a_cell_holds_the_share_of_its_area_that_is_garment() -> None:
    """A garment of 20 x 12 px in the corner of 32 x 32 px, cells of 8 x 8 px."""
    mask = np.zeros((32, 32), np.float32)
    mask[:20, :12] = 1.0

    shares = share_of_garment(mask, 4, 4)

    across, down = torch.tensor([1.0, 0.5, 0.0, 0.0]), torch.tensor([1.0, 1.0, 0.5, 0.0])
    assert torch.allclose(shares[0, 0], down[:, None] * across)


def test_the_whole_area_is_kept_when_a_mask_shrinks() -> None:
    mask = np.random.default_rng(0).random((48, 40)).astype(np.float32)

    shares = share_of_garment(mask, 6, 5)

    assert shares.mean().item() == pytest.approx(float(mask.mean()), rel=1e-5)


@pytest.mark.parametrize(("garment", "backdrop"), [(3.0, 1.0), (1.0, 0.0), (0.0, 5.0), (0.2, 0.1)])
def test_weights_are_in_proportion_and_one_on_average(garment: float, backdrop: float) -> None:
    shares = torch.tensor([[1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]]).view(2, 1, 2, 2)

    weights = cell_weights(shares, garment, backdrop)

    assert torch.allclose(weights.mean(dim=(1, 2, 3)), torch.ones(2))
    half = torch.tensor([garment, garment, backdrop, backdrop]) / ((garment + backdrop) / 2)
    assert torch.allclose(weights[0].flatten(), half)


def test_a_photo_without_anything_that_counts_teaches_nothing() -> None:
    weights = cell_weights(torch.zeros(1, 1, 2, 2), garment_weight=1.0, backdrop_weight=0.0)

    assert torch.equal(weights, torch.zeros(1, 1, 2, 2))


def test_only_a_difference_between_garment_and_backdrop_needs_a_mask() -> None:
    assert counts_alike(a_profile())
    assert counts_alike(a_profile(garment_weight=2.0, backdrop_weight=2.0))
    assert not counts_alike(a_profile(garment_weight=2.0))


def a_batch(cells: torch.Tensor | None) -> Batch:
    """Two photos of one channel; the answer should be 0."""
    nothing = torch.zeros(2, 1, 2, 2)
    return Batch(nothing, torch.zeros(2), {}, nothing, torch.tensor([1.0, 0.5]), cells)


def test_the_loss_counts_errors_by_their_cell() -> None:
    """Mistakes on the left side only: with all weight there they count twice, on the right none."""
    mistakes = torch.tensor([2.0, 0.0, 2.0, 0.0]).view(1, 1, 2, 2).expand(2, 1, 2, 2)
    left = torch.tensor([2.0, 0.0, 2.0, 0.0]).view(1, 1, 2, 2).expand(2, 1, 2, 2)

    plain, where, elsewhere = (
        weighted_error(mistakes, a_batch(cells)).item() for cells in (None, left, 2 - left)
    )

    assert plain == pytest.approx((1.0 * 2 + 0.5 * 2) / 2)
    assert where == pytest.approx(2 * plain)
    assert elsewhere == 0.0


def test_weights_of_one_change_no_bit_of_the_loss() -> None:
    answers = torch.randn(2, 1, 2, 2, generator=torch.Generator().manual_seed(0))

    assert torch.equal(
        weighted_error(answers, a_batch(None)),
        weighted_error(answers, a_batch(torch.ones(2, 1, 2, 2))),
    )
