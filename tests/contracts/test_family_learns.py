"""Every family learns: by adapter and by all its weights, to files that diffusers reads."""

from __future__ import annotations

from itertools import repeat
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from muslin.domain.dataset import DatasetVersion
from muslin.domain.profile import Profile
from muslin.domain.progress import Cancelled, Progress
from muslin.networks.diffusion.base import Base, class_of
from muslin.networks.diffusion.opening import Denoiser, open_denoiser
from muslin.networks.diffusion.sampler import noise_of
from muslin.networks.diffusion.tuning.apply import apply
from muslin.networks.diffusion.tuning.methods import begin
from muslin.training.draws import Batch
from muslin.training.loop import learn
from muslin.training.optimizers import Update
from muslin.training.train import Bench, train
from tests.contracts.drawing import CPU, a_wish, diffusers_own, ours, said
from tests.training.a_shoot import PaintedPictures, a_dataset, a_run

FP32 = 1e-4
MOST_STEPS = 60


@pytest.fixture(scope="module")
def by_heart(base: Base, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[float]]:
    """An adapter's folder and the losses of learning one batch by heart, step by step."""
    denoiser, batch = open_denoiser(base, CPU), a_batch(base)
    _speak_up(denoiser, batch)
    profile = Profile(rank=16, alpha=16, learning_rate=2e-2, steps=MOST_STEPS, warmup_steps=5)
    tuning = begin(denoiser.network, base.family.targets, base.family.prefix, profile)
    update = Update(tuning.learning, profile)
    losses: list[float] = []
    for taken in learn(denoiser, repeat(batch, MOST_STEPS), update):
        losses.append(taken.loss.item())
        if losses[-1] < 0.08 * losses[0]:
            break
    folder = tmp_path_factory.mktemp("adapter")
    (folder / tuning.file_name).write_bytes(tuning.content(update.values()))
    return folder, losses


def test_an_adapter_learns_one_batch_by_heart(by_heart: tuple[Path, list[float]]) -> None:
    _, losses = by_heart

    assert losses[-1] < 0.1 * losses[0]


def test_diffusers_draws_the_same_with_our_adapter(
    base: Base, by_heart: tuple[Path, list[float]]
) -> None:
    wish, (folder, _) = a_wish(base), by_heart

    tuned = ours(base, wish, folder)

    torch.testing.assert_close(tuned, diffusers_own(base, wish, folder), rtol=0, atol=FP32)
    assert (tuned - ours(base, wish)).abs().max() > 100 * FP32


def test_a_network_tuned_as_a_whole_comes_back_from_its_file(base: Base, tmp_path: Path) -> None:
    denoiser, batch = open_denoiser(base, CPU), a_batch(base)
    profile = Profile(method="full", learning_rate=1e-3, steps=2, warmup_steps=0)
    tuning = begin(denoiser.network, base.family.targets, base.family.prefix, profile)
    update = Update(tuning.learning, profile)
    before = answer(open_denoiser(base, CPU), batch)
    list(learn(denoiser, repeat(batch, 2), update))

    (tmp_path / tuning.file_name).write_bytes(tuning.content(update.values()))

    learnt = answer(denoiser, batch)
    assert not torch.allclose(learnt, before)
    again = open_denoiser(base, CPU)
    apply(again.network, tmp_path, base.family.prefix)
    for network in (again.network, opened_by_diffusers(base, tmp_path)):
        same = network.state_dict()
        assert all(torch.equal(t, same[name]) for name, t in denoiser.network.state_dict().items())
    torch.testing.assert_close(answer(again, batch), learnt)


def test_a_run_that_was_stopped_ends_with_the_very_same_bytes(base: Base, tmp_path: Path) -> None:
    run = a_run(base.folder, Profile(rank=2, steps=4, warmup_steps=1, batch_size=2, save_every=2))
    shoot = _of_size(base, a_dataset(taught=3, held_out=0))

    def stop_once(progress: Progress) -> None:
        if progress.step == "train" and progress.done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(run, shoot, PaintedPictures(), Bench(tmp_path / "stopped", threads=1), stop_once)
    torch.manual_seed(3)  # no state of torch may matter

    resumed = train(run, shoot, PaintedPictures(), Bench(tmp_path / "stopped", threads=1))
    unbroken = train(run, shoot, PaintedPictures(), Bench(tmp_path / "whole", threads=1))
    assert [checkpoint.step for checkpoint in resumed] == [2, 4]
    assert resumed == unbroken


def a_batch(base: Base) -> Batch:
    """Two pictures of two tokens or more, at two noise levels, each with words of its own."""
    process, stride_px = base.family.process(base.folder), base.cells.stride_px
    shape = (base.cells.channels, 2 * base.grid_px // stride_px, base.grid_px // stride_px)
    latents, noise = noise_of([1, 2], shape), noise_of([3, 4], shape)
    times = process.at(torch.tensor([0.3, 0.7]))
    return Batch(
        noisy=process.add(latents, noise, times),
        times=times,
        condition=said(base, "a red coat", "a navy skirt"),
        target=process.target(latents, noise, times),
        weights=torch.ones(2),
    )


@torch.no_grad()
def answer(denoiser: Denoiser, batch: Batch) -> Tensor:
    return denoiser(batch.noisy, batch.times, batch.condition)


def opened_by_diffusers(base: Base, weights: Path) -> nn.Module:
    """The network of a file of ours, read by diffusers beside the base's own configuration."""
    import diffusers

    prefix = base.family.prefix
    (weights / "config.json").write_bytes((base.folder / prefix / "config.json").read_bytes())
    network: nn.Module = getattr(diffusers, class_of(base, prefix)).from_pretrained(weights)
    return network.eval()


def _speak_up(denoiser: Denoiser, batch: Batch) -> None:
    """Make the layer that answers last four times as loud.

    Before it everything is normed, and a random one cannot say numbers of unit size, whatever is
    learnt before it; that of a trained network can.
    """
    layers = [m for m in denoiser.network.modules() if isinstance(m, nn.Linear | nn.Conv2d)]
    asked: list[nn.Linear | nn.Conv2d] = []
    hooks = [layer.register_forward_pre_hook(lambda m, _: asked.append(m)) for layer in layers]
    answer(denoiser, batch)
    for hook in hooks:
        hook.remove()
    asked[-1].weight.data.mul_(4)


def _of_size(base: Base, dataset: DatasetVersion) -> DatasetVersion:
    """The same photos, cropped to the smallest upright size that the base takes."""
    size = {"width_px": base.grid_px, "height_px": 2 * base.grid_px}
    photos = [
        photo.model_copy(update={"crop": photo.crop.model_copy(update=size)})
        for photo in dataset.photos
    ]
    return dataset.model_copy(update={"photos": tuple(photos)})
