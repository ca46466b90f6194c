"""What sets FLUX.1, Chroma and FLUX.2 klein apart, beside the contract of every family."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from diffusers.pipelines.flux2.pipeline_flux2_klein import compute_empirical_mu
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from torch import Tensor

from muslin.domain.leaving import ImageRequest
from muslin.imaging.types import Picture
from muslin.networks.diffusion.base import Base, open_base
from muslin.networks.diffusion.noise.flow import StepShift
from muslin.networks.diffusion.opening import open_autoencoder, open_denoiser, open_text
from muslin.networks.diffusion.render import Renderer
from muslin.networks.diffusion.sampler import noise_of
from tests.networks.tiny import chroma, flux, flux2
from tests.networks.tiny.tiny import Tiny, Wish

CPU = torch.device("cpu")
FAST: dict[str, Tiny] = {"schnell": flux.TINY_SCHNELL, "klein": flux2.TINY_DISTILLED}
SIDE_PX = 48


def opened(tiny: Tiny, folder: Path) -> Base:
    return open_base(str(tiny.write(folder / "tiny")))


def our_picture(base: Base, guidance: float) -> Picture:
    request = ImageRequest(
        prompt="a red coat",
        seed=7,
        width_px=SIDE_PX,
        height_px=SIDE_PX,
        steps=2,
        guidance=guidance,
    )
    (picture,) = Renderer(base).render([request])
    return picture


@pytest.mark.parametrize("name", FAST)
def test_a_base_distilled_for_speed_draws_as_in_diffusers_whatever_guidance_is_asked_for(
    name: str, tmp_path: Path
) -> None:
    base = opened(FAST[name], tmp_path)
    cells = SIDE_PX // base.cells.stride_px
    noise = noise_of([7], (base.cells.channels, cells, cells))
    pipeline = DiffusionPipeline.from_pretrained(base.folder, local_files_only=True)
    theirs = FAST[name].draw(pipeline, Wish("a red coat", noise, SIDE_PX, SIDE_PX, 2, 1.0))

    strong, none = (torch.from_numpy(our_picture(base, g)) for g in (7.0, 1.0))

    assert torch.equal(strong, none)
    difference = none.permute(2, 0, 1).float() - theirs[0] * 255
    assert difference.abs().max() < 1  # one step of 8 bit


@pytest.mark.parametrize(
    ("tiny", "tokenizer", "length"),
    [
        (flux.TINY, "tokenizer_2", 512),
        (flux.TINY_SCHNELL, "tokenizer_2", 256),
        (chroma.TINY, "tokenizer", 512),
        (flux2.TINY, "tokenizer", 512),
    ],
)
def test_a_caption_has_the_length_that_the_base_has_learnt_to_listen_to(
    tiny: Tiny, tokenizer: str, length: int, tmp_path: Path
) -> None:
    base = opened(tiny, tmp_path)
    path = base.folder / tokenizer / "tokenizer_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "model_max_length": 131072}))

    assert open_text(base, CPU)(["a red coat"])["text"].shape[1] == length


def test_a_caption_is_learnt_with_guidance_one(tmp_path: Path) -> None:
    base = opened(flux.TINY, tmp_path)
    denoiser, said = open_denoiser(base, CPU), open_text(base, CPU)(["a red coat"])
    noisy, times = noise_of([1], (4, 2, 4)), torch.tensor([0.5])

    def answer(guidance: float) -> Tensor:
        return denoiser(noisy, times, {**said, "guidance": torch.tensor([guidance])})

    assert torch.equal(denoiser(noisy, times, said), answer(1.0))
    assert not torch.allclose(answer(1.0), answer(3.5))


def test_chroma_sees_the_words_and_one_token_of_padding(tmp_path: Path) -> None:
    base = opened(chroma.TINY, tmp_path)
    denoiser, said = open_denoiser(base, CPU), open_text(base, CPU)(["a coat"])
    noisy, times = noise_of([1], (4, 2, 4)), torch.tensor([0.5])
    seen = int(said["mask"].sum())
    spelt = len("▁a▁coat") + len(["</s>"])

    def answer_with(token: int) -> Tensor:
        text = said["text"].clone()
        text[:, token] += 5.0
        return denoiser(noisy, times, {**said, "text": text})

    assert said["mask"].dtype == torch.bool
    assert seen == spelt + 1
    torch.testing.assert_close(answer_with(seen), denoiser(noisy, times, said))
    assert not torch.allclose(answer_with(seen - 1), denoiser(noisy, times, said))


@pytest.mark.parametrize("tokens", [64, 1024, 4300, 4301, 9216])
@pytest.mark.parametrize("steps", [4, 10, 50, 200])
def test_flux2_is_shifted_by_the_rule_of_its_makers(tokens: int, steps: int) -> None:
    mu = math.log(StepShift().of(tokens, steps))

    assert mu == pytest.approx(compute_empirical_mu(tokens, steps))


def test_a_larger_picture_of_flux2_starts_with_more_noise_and_fewer_steps_with_more(
    tmp_path: Path,
) -> None:
    process = opened(flux2.TINY, tmp_path).family.process(tmp_path / "tiny")

    small, large = process.countdown(50, cells=1024), process.countdown(50, cells=4096)
    few = process.countdown(10, cells=1024)

    assert bool((large[1:] > small[1:]).all())
    assert few[1] > small[5]  # both a tenth of the way


def test_latents_of_flux2_are_those_that_diffusers_gives_to_its_network(tmp_path: Path) -> None:
    base = opened(flux2.TINY, tmp_path)
    pictures = noise_of([3], (3, 32, 64)).clamp(-1, 1)
    pipeline = DiffusionPipeline.from_pretrained(base.folder, local_files_only=True)

    mean, std = open_autoencoder(base, CPU).encode(pictures)

    with torch.no_grad():
        theirs = pipeline._encode_vae_image(pictures, generator=None)
    torch.testing.assert_close(mean, theirs)
    assert mean.shape == std.shape == (1, 16, 2, 4)
