"""Processor seconds of a trainer's steps, and beside each those of the network alone."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path

import torch
from pydantic import Field
from torch import autograd
from torch.nn.functional import mse_loss

from muslin.domain.fact import Fact

WARM_UP = 2
"""First steps that do not count: buffers are allocated, kernels chosen."""


class Timed(Fact):
    """What one process that trained took, by itself; processor seconds, imports included."""

    first_step_s: float  # until the first step was done
    total_s: float
    peak_bytes: int
    steps_s: tuple[float, ...] = Field(min_length=WARM_UP + 1)
    pure_s: tuple[float, ...] = ()  # the pure network right after each step
    wall_s: float = 0.0  # known to whoever started the process

    @property
    def ratios(self) -> list[float]:
        """Each step over the pure network's pass beside it, without the first ones."""
        pairs = zip(self.steps_s[WARM_UP:], self.pure_s[WARM_UP:], strict=True)
        return [step / pure for step, pure in pairs]


class Clock:
    """Told of every step of a trainer; takes the pure network's pass after each, off the clock."""

    def __init__(self, pure: Callable[[], Callable[[], None]] | None) -> None:
        """`pure` opens the pure network; it is called after the first step. None = alone."""
        self._open = pure
        self._pass: Callable[[], None] | None = None
        self._since = self._left_out = 0.0
        self._first_step_s: float | None = None
        self._steps: list[float] = []
        self._pure: list[float] = []

    def step_done(self) -> None:
        """A step has just ended."""
        now = time.process_time()
        if self._first_step_s is None:
            self._first_step_s = now
        else:
            self._steps.append(now - self._since)
        if self._open is not None:
            self._take_pure(self._open)
        self._since = time.process_time()
        self._left_out += self._since - now

    def _take_pure(self, open_network: Callable[[], Callable[[], None]]) -> None:
        if self._pass is None:
            self._pass = open_network()
            self._pass()
        started_at = time.process_time()
        self._pass()
        self._pure.append(time.process_time() - started_at)

    def timed(self) -> Timed:
        """What was measured; the process has nothing more to do."""
        return Timed(
            first_step_s=self._first_step_s or 0.0,
            total_s=time.process_time() - self._left_out,
            peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            steps_s=tuple(self._steps),
            pure_s=tuple(self._pure[1:]),  # the first stands beside the first step
        )


def pure_network(base: Path, side_px: int, batch_size: int) -> Callable[[], None]:
    """One forward and backward pass of a base's frozen UNet, with nothing that learns in it.

    The gradient is of the noisy latents: what flows back through every layer in any training.
    """
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

    network = UNet2DConditionModel.from_pretrained(base / "unet").requires_grad_(False).eval()
    rng = torch.Generator().manual_seed(0)
    latents = torch.randn(batch_size, 4, side_px // 8, side_px // 8, generator=rng)
    noise = torch.randn(latents.shape, generator=rng)
    words = torch.randn(batch_size, 77, network.config["cross_attention_dim"], generator=rng)
    times = torch.randint(1000, (batch_size,), generator=rng)

    def once() -> None:
        noisy = latents.clone().requires_grad_()
        predicted = network(noisy, times, words, return_dict=False)[0]
        autograd.backward(mse_loss(predicted, noise))

    return once
