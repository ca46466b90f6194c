"""Qwen-Image's own ways: a prompt around each caption, latents of a film, guidance by token."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl_qwenimage import AutoencoderKLQwenImage

from muslin.networks.diffusion.base import Base, open_base
from muslin.networks.diffusion.families.qwen_image import ANSWER, SYSTEM, settle
from muslin.networks.diffusion.opening import open_autoencoder, open_text
from muslin.networks.diffusion.sampler import noise_of
from tests.networks.tiny import qwen_image
from tests.networks.tiny.words import qwen_tokenizer

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return open_base(str(qwen_image.write(tmp_path_factory.mktemp("base") / "tiny")))


def test_of_the_prompt_around_a_caption_only_its_end_is_kept(base: Base) -> None:
    mask = open_text(base, CPU)([""])["mask"]

    end = qwen_tokenizer((SYSTEM,))(ANSWER).input_ids
    assert mask.sum() == len(end)


def test_latents_are_shifted_and_scaled_channel_by_channel(base: Base) -> None:
    picture = noise_of([1], (3, 32, 16)).clamp(-1, 1)
    network = AutoencoderKLQwenImage.from_pretrained(Path(base.folder) / "vae").eval()

    mean, std = open_autoencoder(base, CPU).encode(picture)

    raw = network.encode(picture.unsqueeze(2)).latent_dist
    for channel, (shift, scale) in enumerate(
        zip(network.config.latents_mean, network.config.latents_std, strict=True)
    ):
        torch.testing.assert_close(mean[:, channel] * scale + shift, raw.mean[:, channel, 0])
        torch.testing.assert_close(std[:, channel] * scale, raw.std[:, channel, 0])


def test_guidance_turns_each_token_and_leaves_it_as_long_as_it_was() -> None:
    wanted = torch.zeros(1, 1, 2, 4)
    wanted[..., 0, 0], wanted[..., 0, 2] = 3.0, 1.0  # two tokens, of length 3 and 1
    strong = torch.zeros(1, 1, 2, 4)
    strong[..., 0, 0], strong[..., 1, 1] = 6.0, 8.0  # length 10, a fifth of it along the first
    strong[..., 0, 2] = -4.0

    settled = settle(strong, wanted)

    expected = torch.tensor([[[[1.8, 0.0, -1.0, 0.0], [0.0, 2.4, 0.0, 0.0]]]])
    torch.testing.assert_close(settled, expected)
