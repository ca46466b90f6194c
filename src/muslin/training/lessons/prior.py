"""Holding on to the base: on some steps the tuned network learns the base's own answers.

What is tuned on twenty photos of one look forgets what other words mean. DreamBooth keeps it with
pictures that the base drew (Ruiz et al., arXiv 2208.12242, section 4.2); the base's answer with
the adapter off needs no pictures (kohya's and ai-toolkit's output preservation, OneTrainer's
prior prediction). The prompts name a backdrop, each another one: captions of a brand leave its
backdrop unsaid, and what stands unsaid is what the brand changes.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.family import Answer, Condition
from muslin.networks.diffusion.tuning.methods import Tuning

LEAST_NOISE = 0.5
"""Where a prompt decides: below it the noisy photo itself says what colour the garment has."""


def prior_steps(fraction: float, steps: int) -> int:
    """How many of the first `steps` steps hold on to the base; evenly spread."""
    return math.floor(fraction * steps)


def holds_prior(fraction: float, step: int) -> bool:
    """Whether step `step`, counted from 1, learns the base's answers."""
    return prior_steps(fraction, step) > prior_steps(fraction, step - 1)


def untuned(denoiser: Answer, tuning: Tuning) -> Answer:
    """The base's own answers, of a network that is being tuned; nothing is learnt from asking."""

    def answer(noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
        with torch.no_grad(), tuning.off():
            return denoiser(noisy, times, condition)

    return answer


def nobody(*_: object) -> Tensor:
    """Answers for a base that nobody can ask."""
    raise InvalidRequest(
        "The base's own answers were asked for, and there is nobody to give them.",
        hint="Set prior_fraction to 0.",
    )
