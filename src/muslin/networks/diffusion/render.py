"""Pictures from captions: a base opened once, with or without an adapter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import torch

from muslin.domain.errors import InvalidRequest
from muslin.domain.leaving import ImageRequest
from muslin.domain.progress import Progress, Report, silent
from muslin.imaging.types import Picture
from muslin.networks.diffusion.base import Base
from muslin.networks.diffusion.opening import open_autoencoder, open_denoiser, open_text
from muslin.networks.diffusion.pixels import to_pictures
from muslin.networks.diffusion.sampler import Predict, ddim, guided, noise_of
from muslin.networks.diffusion.tuning.apply import Undo, exchange
from muslin.networks.diffusion.tuning.wardrobe import Wardrobe

BATCH = 8
"""Pictures drawn at once: little is gained beyond, and memory grows with it."""
RESCALE = 0.7
"""φ of guidance rescaling; Lin et al., arXiv 2305.08891, section 3.4, use 0.7."""


class Renderer:
    """Draws pictures with a base. Not for use by several threads at once."""

    def __init__(
        self, base: Base, device: torch.device | None = None, rescale: float = RESCALE
    ) -> None:
        self._base = base
        self._device = device or torch.device("cpu")
        self._rescale = rescale
        self._process = base.family.process(base.folder).to(self._device)
        self._text = open_text(base, self._device)
        self._autoencoder = open_autoencoder(base, self._device)
        self._denoiser = open_denoiser(base, self._device)
        self._undo: Undo | None = None
        self._wardrobe = Wardrobe(self._denoiser.network, base.family.prefix)

    def use(self, adapter_folder: Path | None) -> None:
        """Draw with an adapter from now on, or with the base alone (None), exactly as it was.

        Raises TornCheckpoint when the adapter cannot be read, InvalidRequest when it belongs to
        another base; the base alone is in use then.
        """
        if self._undo is not None:
            self._undo()
            self._undo = None
        if adapter_folder is not None:
            self._undo = exchange(self._wardrobe.take(adapter_folder))

    def render(
        self, requests: Sequence[ImageRequest], report: Report = silent
    ) -> Iterator[Picture]:
        """Yield a (height, width, 3) uint8 picture per request, in their order.

        Neighbours of one size, step count and guidance are drawn together, at most BATCH at once;
        put like ones side by side. A seed and prompt give the same picture in any batch, but for
        rounding in the last bit. Raises InvalidRequest, before drawing, for a size that the base
        cannot draw.
        """
        for request in requests:
            self._check(request)
        total = sum(request.steps for request in requests)
        return self._draw_all(requests, _Tally(total, report))

    def _draw_all(self, requests: Sequence[ImageRequest], tally: _Tally) -> Iterator[Picture]:
        for _, alike in groupby(requests, key=_manner):
            group = list(alike)
            for first in range(0, len(group), BATCH):
                yield from self._draw(group[first : first + BATCH], tally)

    @torch.inference_mode()
    def _draw(self, batch: Sequence[ImageRequest], tally: _Tally) -> list[Picture]:
        """Pictures of requests that differ in prompt and seed alone."""
        height, width, steps, guidance = _manner(batch[0])
        stride = self._autoencoder.stride_px
        shape = (self._autoencoder.channels, height // stride, width // stride)
        noise = noise_of([request.seed for request in batch], shape).to(self._device)
        predict = self._predict([request.prompt for request in batch], guidance)
        latents = noise
        for stage in ddim(predict, self._process, noise, steps):
            latents = stage
            tally.add(len(batch))
        return to_pictures(self._autoencoder.decode(latents))

    def _predict(self, prompts: Sequence[str], guidance: float) -> Predict:
        """The denoiser's answer to prompts, guided in the way that the base has learnt."""
        wanted = self._text(prompts)
        if self._denoiser.embeds_guidance:
            strength = torch.full((len(prompts),), guidance, device=self._device)
            condition = {**wanted, "guidance": strength}
            return lambda x, times: self._denoiser(x, times, condition)
        empty = self._text([""] * len(prompts))
        scale = 1.0 if self._base.unguided else guidance
        settle = self._base.family.settle
        return guided(self._denoiser, wanted, empty, scale, self._rescale, settle)

    def _check(self, request: ImageRequest) -> None:
        stride = self._base.grid_px
        sides = (request.width_px, request.height_px)
        if any(side < stride or side % stride for side in sides):
            raise InvalidRequest(
                f"{request.width_px}×{request.height_px} px cannot be drawn with this base.",
                hint=f"Width and height must be multiples of {stride} px.",
            )


class _Tally:
    """Counts steps taken, over all pictures, and reports them."""

    def __init__(self, total: int, report: Report) -> None:
        self._done, self._total, self._report = 0, total, report

    def add(self, steps: int) -> None:
        self._done += steps
        self._report(Progress("generate", self._done, self._total, unit="steps"))


def _manner(request: ImageRequest) -> tuple[int, int, int, float]:
    return request.height_px, request.width_px, request.steps, request.guidance
