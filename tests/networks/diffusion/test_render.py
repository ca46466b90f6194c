from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import StableDiffusionPipeline

from muslin.domain.errors import InvalidRequest, TornCheckpoint
from muslin.domain.leaving import ImageRequest
from muslin.domain.profile import Profile
from muslin.domain.progress import Cancelled, Progress
from muslin.imaging.types import Picture
from muslin.networks.diffusion.base import Base
from muslin.networks.diffusion.opening import open_denoiser
from muslin.networks.diffusion.render import Renderer
from muslin.networks.diffusion.tuning.methods import begin

WITH_CONVOLUTIONS = (
    r".*\.(to_[qkv]|to_out\.0|ff\.net\.0\.proj|ff\.net\.2|proj_in|proj_out|time_emb_proj"
    r"|conv|conv1|conv2|conv_shortcut)"
)


def a_request(prompt: str = "a red coat", seed: int = 1, **fields: int | float) -> ImageRequest:
    small = {"width_px": 48, "height_px": 64, "steps": 4}
    return ImageRequest.model_validate({"prompt": prompt, "seed": seed, **small, **fields})


@pytest.fixture(scope="module")
def renderer(tiny: Base) -> Renderer:
    return Renderer(tiny)


@pytest.fixture(scope="module")
def peer(tiny_folder: Path) -> StableDiffusionPipeline:
    return opened_by_diffusers(tiny_folder)


@pytest.fixture(scope="module")
def adapter_folder(tiny: Base, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A strong random adapter on every kind of layer, with alpha unlike rank."""
    network = open_denoiser(tiny, torch.device("cpu")).network
    tuning = begin(network, WITH_CONVOLUTIONS, "unet", Profile(rank=3, alpha=4.5))
    rng = torch.Generator().manual_seed(0)
    for name, parameter in tuning.learning.items():
        if name.endswith(".up"):
            parameter.data = 0.3 * torch.randn(parameter.shape, generator=rng)
    folder = tmp_path_factory.mktemp("adapter")
    (folder / tuning.file_name).write_bytes(tuning.content(tuning.learning))
    return folder


def opened_by_diffusers(folder: Path) -> StableDiffusionPipeline:
    pipeline = StableDiffusionPipeline.from_pretrained(folder)
    pipeline.set_progress_bar_config(disable=True)  # type: ignore[no-untyped-call]
    return pipeline


def one(renderer: Renderer, request: ImageRequest) -> Picture:
    (picture,) = renderer.render([request])
    return picture


def peers_picture(peer: StableDiffusionPipeline, request: ImageRequest) -> Picture:
    (picture,) = peer(
        request.prompt,
        height=request.height_px,
        width=request.width_px,
        num_inference_steps=request.steps,
        guidance_scale=request.guidance,
        guidance_rescale=0.7,
        generator=torch.Generator().manual_seed(request.seed),
        output_type="np",
    ).images
    return np.asarray((picture * 255).round(), dtype=np.uint8)


def apart(a: Picture, b: Picture) -> int:
    """Largest difference of any pixel's channel, [0, 255]."""
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.parametrize(
    "request_", [a_request(), a_request("", 7, guidance=1.0), a_request(steps=10, guidance=9.0)]
)
def test_a_picture_is_the_one_that_diffusers_draws(
    renderer: Renderer, peer: StableDiffusionPipeline, request_: ImageRequest
) -> None:
    renderer.use(None)

    assert apart(one(renderer, request_), peers_picture(peer, request_)) <= 1


def test_an_adapter_draws_in_diffusers_what_it_draws_here(
    renderer: Renderer, tiny_folder: Path, adapter_folder: Path
) -> None:
    peer = opened_by_diffusers(tiny_folder)
    peer.load_lora_weights(adapter_folder)
    renderer.use(None)
    untuned = one(renderer, a_request())

    renderer.use(adapter_folder)

    assert apart(one(renderer, a_request()), peers_picture(peer, a_request())) <= 1
    assert apart(one(renderer, a_request()), untuned) > 20


def test_without_its_adapter_the_base_is_exactly_what_it_was(
    renderer: Renderer, adapter_folder: Path
) -> None:
    renderer.use(None)
    before = one(renderer, a_request())

    renderer.use(adapter_folder)
    renderer.use(adapter_folder)
    renderer.use(None)

    assert np.array_equal(one(renderer, a_request()), before)


def test_an_unreadable_adapter_leaves_the_base_in_use(
    renderer: Renderer, adapter_folder: Path, tmp_path: Path
) -> None:
    renderer.use(None)
    before = one(renderer, a_request())
    renderer.use(adapter_folder)

    with pytest.raises(TornCheckpoint):
        renderer.use(tmp_path)

    assert np.array_equal(one(renderer, a_request()), before)


def test_pictures_come_in_the_order_asked_for_and_of_the_size_asked_for(renderer: Renderer) -> None:
    renderer.use(None)
    sizes = [(48, 64), (64, 48), (48, 64)]

    pictures = list(renderer.render([a_request(width_px=w, height_px=h) for w, h in sizes]))

    assert [p.shape for p in pictures] == [(h, w, 3) for w, h in sizes]
    assert all(p.dtype == np.uint8 for p in pictures)
    assert np.array_equal(pictures[0], pictures[2])


def test_a_picture_does_not_depend_on_its_batch(renderer: Renderer) -> None:
    renderer.use(None)
    requests = [a_request(seed=seed) for seed in range(10)]

    together = list(renderer.render(requests))

    assert apart(together[9], one(renderer, requests[9])) <= 1
    assert apart(together[0], together[1]) > 5


def test_every_step_of_every_picture_is_reported(renderer: Renderer) -> None:
    heard: list[Progress] = []

    list(renderer.render([a_request(seed=1), a_request(seed=2), a_request(steps=2)], heard.append))

    assert [p.done for p in heard] == [2, 4, 6, 8, 9, 10]
    assert {(p.step, p.total, p.unit) for p in heard} == {("generate", 10, "steps")}


def test_drawing_stops_when_somebody_asks(renderer: Renderer) -> None:
    def refuse(_: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        list(renderer.render([a_request()], refuse))


@pytest.mark.parametrize(("width_px", "height_px"), [(50, 64), (48, 0), (8, 64)])
def test_a_size_that_the_base_cannot_draw_is_refused(
    renderer: Renderer, width_px: int, height_px: int
) -> None:
    with pytest.raises(InvalidRequest, match="px"):
        list(renderer.render([a_request(), a_request(width_px=width_px, height_px=height_px)]))
