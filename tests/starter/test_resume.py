"""A training that was killed ends in the weights of one that never stopped, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from starter import train_autoencoder, train_denoiser, train_garment
from starter.networks.autoencoder import read_autoencoder
from starter.resumable import Average, LossOf, Training, load_state
from tests.starter.conftest import FEW_STEPS

pytestmark = pytest.mark.usefixtures("quick")

NEEDED = ("cache", "vae", "garment.pt", "said.json", "latents.pt", "merges.json")
"""What the denoiser finds in the folder of a training."""


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def kill_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the next training end before it takes a step."""
    real = Training._step

    def kill_at(fatal: int) -> None:
        def step(training: Training, number: int, loss_of: LossOf, rate: float) -> float:
            if number == fatal:
                monkeypatch.setattr(Training, "_step", real)
                raise Killed
            return real(training, number, loss_of, rate)

        monkeypatch.setattr(Training, "_step", step)

    return kill_at


def a_training(folder: Path) -> Training:
    """Two layers with dropout between them."""
    folder.mkdir(exist_ok=True)
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Linear(4, 1))
    optimizer = torch.optim.AdamW(network.parameters(), fused=True)
    return Training(network, Average(network), optimizer, folder / "state", clip=1.0)


def run_in_two_phases(training: Training) -> None:
    """Seven steps, the last four of them on other inputs; saved after 2, 3, 4, 6 and 7."""

    def loss_of(phase: int) -> LossOf:
        def loss_at(step: int) -> Tensor:
            loss: Tensor = training.network(torch.randn(8, 4) + phase).square().mean()
            return loss

        return loss_at

    training.run(3, loss_of(1), lambda step: 0.1)
    training.run(7, loss_of(2), lambda step: 0.1 / (1 + step))


def same(one: object, other: object) -> bool:
    """Whether two states agree in every bit."""
    if isinstance(one, torch.Tensor):
        return isinstance(other, torch.Tensor) and torch.equal(one, other)
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(same(value, other[name]) for name, value in one.items())
        )
    return one == other


@pytest.mark.parametrize("fatal", range(7))
def test_wherever_a_training_is_killed_its_weights_are_the_same(
    tmp_path: Path, kill_at: Callable[[int], None], fatal: int
) -> None:
    unbroken = a_training(tmp_path / "unbroken")
    run_in_two_phases(unbroken)

    kill_at(fatal)
    with pytest.raises(Killed):
        run_in_two_phases(a_training(tmp_path / "killed"))
    resumed = a_training(tmp_path / "killed")
    resumed.resume()
    assert resumed.done == max(saved for saved in (0, 2, 3, 4, 6) if saved <= fatal)
    run_in_two_phases(resumed)

    assert same(load_state(resumed.state), load_state(unbroken.state))
    assert same(resumed.average.weights, unbroken.average.weights)
    assert not same(resumed.average.weights, dict(resumed.network.state_dict()))


# States are saved after 2 and 4 steps; the encoder is final and half of the masks' lessons are over
# from step 2 on. The denoiser's core takes 2 steps, so that step 3 is one of the whole denoiser.
def test_a_killed_autoencoder_goes_on_with_the_encoder_that_latents_were_made_with(
    trained: Path, photos: Path, tmp_path: Path, kill_at: Callable[[int], None]
) -> None:
    (tmp_path / "cache").symlink_to(trained / "cache")
    kill_at(3)
    with pytest.raises(Killed):
        train_autoencoder.train(photos, tmp_path, FEW_STEPS.autoencoder)
    early = read_autoencoder(tmp_path / "vae")

    train_autoencoder.train(photos, tmp_path, FEW_STEPS.autoencoder)

    name = "autoencoder.state"
    assert same(load_state(tmp_path / name), load_state(trained / name))
    late = read_autoencoder(tmp_path / "vae")
    assert same(early.encoder.state_dict(), late.encoder.state_dict())
    assert not same(early.decoder.state_dict(), late.decoder.state_dict())


@pytest.mark.parametrize("fatal", [1, 3])
def test_a_killed_garment_training_leaves_out_the_masks_that_it_left_out_before(
    trained: Path,
    photos: Path,
    masks: Path,
    tmp_path: Path,
    kill_at: Callable[[int], None],
    fatal: int,
) -> None:
    (tmp_path / "cache").symlink_to(trained / "cache")
    kill_at(fatal)
    with pytest.raises(Killed):
        train_garment.train(photos, masks, tmp_path, FEW_STEPS.garment)

    train_garment.train(photos, masks, tmp_path, FEW_STEPS.garment)

    for name in ("garment.state", "garment.left-out", "garment.pt"):
        assert same(load_state(tmp_path / name), load_state(trained / name))
    assert sum(len(rows) for rows in load_state(tmp_path / "garment.left-out").values()) == 1


@pytest.mark.parametrize("fatal", [1, 3])
def test_a_killed_denoiser_goes_on_as_if_nothing_had_happened(
    trained: Path, photos: Path, tmp_path: Path, kill_at: Callable[[int], None], fatal: int
) -> None:
    for name in NEEDED:
        (tmp_path / name).symlink_to(trained / name)
    kill_at(fatal)
    with pytest.raises(Killed):
        train_denoiser.train(photos, tmp_path, FEW_STEPS.denoiser)

    train_denoiser.train(photos, tmp_path, FEW_STEPS.denoiser)

    name = "denoiser.state"
    assert same(load_state(tmp_path / name), load_state(trained / name))
