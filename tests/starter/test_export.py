from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline

from muslin.domain.leaving import ImageRequest
from muslin.imaging.types import Picture
from muslin.networks.diffusion.base import Base, open_base
from muslin.networks.diffusion.render import Renderer
from starter.export import export, take_up
from starter.networks.autoencoder import build_autoencoder, save_autoencoder
from starter.networks.denoiser import build_networks, build_scheduler
from starter.networks.start_from_pca import start_from_pca
from starter.networks.tokenizer import kept_tokenizer
from starter.resumable import load_state, save_state

REQUEST = ImageRequest(
    prompt="a navy t-shirt, on a hanger", seed=3, width_px=64, height_px=128, steps=4, guidance=3.0
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """The base of full size as it is exported before it has learnt anything."""
    out = tmp_path_factory.mktemp("untaught")
    (out / "said.json").write_text("[]", "utf-8")
    torch.manual_seed(0)
    tokenizer = kept_tokenizer(out / "merges.json", ["a navy t-shirt, on a hanger"])
    networks = build_networks(tokenizer, torch.device("cpu"))
    save_state(out / "denoiser.state", average=networks.all().state_dict())
    save_state(out / "latents.pt", scaling_factor=1.25)
    autoencoder = build_autoencoder()
    start_from_pca(autoencoder, torch.randint(0, 256, (4, 64, 48, 3), dtype=torch.uint8))
    save_autoencoder(autoencoder, out / "vae")
    export(out)
    return open_base(str(out / "network"))


def peers_picture(base: Base) -> Picture:
    """The same request, drawn by diffusers."""
    pipeline = StableDiffusionPipeline.from_pretrained(base.folder, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)  # type: ignore[no-untyped-call]
    (picture,) = pipeline(
        REQUEST.prompt,
        height=REQUEST.height_px,
        width=REQUEST.width_px,
        num_inference_steps=REQUEST.steps,
        guidance_scale=REQUEST.guidance,
        guidance_rescale=0.7,
        generator=torch.Generator().manual_seed(REQUEST.seed),
        output_type="np",
    ).images
    return np.asarray((picture * 255).round(), np.uint8)


def test_a_training_takes_up_an_exported_base_where_it_was_left(base: Base, tmp_path: Path) -> None:
    take_up(base.folder, tmp_path)
    taken = load_state(tmp_path / "denoiser.state")
    save_state(tmp_path / "latents.pt", scaling_factor=1.25)
    (tmp_path / "said.json").write_text("[]", "utf-8")
    export(tmp_path)

    assert taken["step"] == 0
    assert open_base(str(tmp_path / "network")).digest == base.digest


def test_the_last_step_of_the_schedule_is_pure_noise() -> None:
    assert build_scheduler().alphas_cumprod[-1] == 0
    assert build_scheduler().alphas_cumprod[0] == pytest.approx(1 - 0.00085, abs=1e-6)


def test_an_exported_base_draws_here_what_it_draws_in_diffusers(base: Base) -> None:
    (picture,) = Renderer(base).render([REQUEST])

    assert picture.shape == (128, 64, 3)
    assert picture.std() > 5
    assert np.abs(picture.astype(int) - peers_picture(base)).max() <= 1


def test_an_exported_base_starts_from_pure_noise_and_takes_any_size_by_64(base: Base) -> None:
    noise = torch.ones(1)
    process = base.family.process(base.folder)
    assert process.add(7 * noise, noise, process.at(noise)) == noise
    assert base.grid_px == 64


def test_latents_are_scaled_as_the_denoiser_learnt_them(base: Base) -> None:
    config = json.loads((base.folder / "vae" / "config.json").read_text("utf-8"))

    assert config["scaling_factor"] == 1.25


def test_weights_are_exported_at_half_precision_for_everybody_to_read(base: Base) -> None:
    weights = sorted(base.folder.rglob("*.safetensors"))

    assert sum(path.stat().st_size for path in weights) < 45_000_000
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in base.folder.rglob("*.*"))
