"""The exam: photos that were never taught, under fixed noise, before and after tuning.

A training loss falls whether a look is learnt or photos are learnt by heart. Here the same photos
under the same noise are put to the base and to the tuned network, and the errors are compared pair
by pair, so that which noise was drawn cancels out. Taught photos sit the same exam: what they
gain beyond the held-out ones is memory, and it shows at the noise where it sits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from muslin.domain.fact import PhotoId
from muslin.domain.training import Errors, HeldOutLoss, NoiseBin
from muslin.networks.diffusion.chance import chance
from muslin.networks.diffusion.family import Answer, Condition
from muslin.networks.diffusion.noise.process import NoiseProcess
from muslin.networks.diffusion.tuning.methods import Tuning
from muslin.training.lessons.bucket import Bucket, Lessons

BINS = 8
"""Shares of noise that each photo is asked at, evenly spread: (n + ½) / BINS."""
MOST_PHOTOS = 6
"""Photos of each kind, held out and taught; an exam of 12 photos costs about four steps of 8."""


@dataclass(frozen=True, slots=True)
class Question:
    """One photo under BINS fixed noises, and what the network should answer."""

    photo: PhotoId
    noisy: Tensor  # (BINS, C, h, w)
    times: Tensor  # (BINS,)
    condition: Condition  # (BINS, ...) each
    target: Tensor  # (BINS, C, h, w)

    def errors(self, answer: Answer) -> Tensor:
        """Mean squared error at each share of noise, (BINS,); nothing is learnt from asking."""
        with torch.no_grad():
            predicted = answer(self.noisy, self.times, self.condition)
        return (predicted - self.target).square().flatten(1).mean(1)


class Exam:
    """Fixed questions, and the base's errors on them, found when they are first needed."""

    def __init__(self, lessons: Lessons, process: NoiseProcess) -> None:
        held_out = _spread(_rows(lessons.held_out))
        taught = _spread(_rows(lessons.buckets)) if held_out else []
        self._held_out = [question(*place, process) for place in held_out]
        self._taught = [question(*place, process) for place in taught]
        self._found: tuple[Tensor, Tensor] | None = None

    def sit(self, base: Answer, tuned: Answer) -> HeldOutLoss | None:
        """How a tuned network does beside its base; None where no photo was held out.

        The base is asked only if it was not before.
        """
        if not self._held_out:
            return None
        base_held, base_taught = self.ask_base(base)
        held, taught = _errors(self._held_out, tuned), _errors(self._taught, tuned)
        return HeldOutLoss(
            bins=tuple(
                NoiseBin(
                    noise_fraction=(place + 0.5) / BINS,
                    held_out=_compared(base_held[:, place], held[:, place]),
                    taught=_compared(base_taught[:, place], taught[:, place]),
                )
                for place in range(BINS)
            ),
            photos=tuple((held / base_held - 1).mean(1).tolist()),
        )

    def ask_base(self, base: Answer) -> tuple[Tensor, Tensor]:
        """The base's errors on held-out and on taught photos, (photos, BINS) each."""
        if self._found is None:
            self._found = _errors(self._held_out, base), _errors(self._taught, base)
        return self._found


def question(bucket: Bucket, row: int, process: NoiseProcess) -> Question:
    """The question that a photo is; its noise follows from the photo alone.

    The photo's latent is the mean, not a draw.
    """
    photo, mean = bucket.photos[row], bucket.moments.mean[row : row + 1]
    latents = mean.expand(BINS, *mean.shape[1:])
    rng = chance("exam", photo)
    noise = torch.randn(latents.shape, generator=rng).to(mean.device)
    times = process.at((torch.arange(BINS, device=mean.device) + 0.5) / BINS)
    condition = {
        name: said[row : row + 1].expand(BINS, *said.shape[1:])
        for name, said in bucket.condition.items()
    }
    return Question(
        photo,
        process.add(latents, noise, times),
        times,
        condition,
        process.target(latents, noise, times),
    )


def as_drawn(denoiser: Answer, tuning: Tuning) -> Answer:
    """The tuned network as it draws pictures: with everything it has learnt, at any noise."""

    def answer(noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
        tuning.listen(torch.zeros(len(noisy), device=noisy.device))
        return denoiser(noisy, times, condition)

    return answer


@contextmanager
def holding(parameters: Mapping[str, nn.Parameter], values: Mapping[str, Tensor]) -> Iterator[None]:
    """Parameters hold other values inside, such as their averages; then their own again."""
    own = {name: parameters[name].data for name in values}
    try:
        for name, value in values.items():
            parameters[name].data = value
        yield
    finally:
        for name, value in own.items():
            parameters[name].data = value


def _errors(questions: Sequence[Question], answer: Answer) -> Tensor:
    """(photos, BINS) float64 on the CPU."""
    found = [q.errors(answer).double() for q in questions]
    return torch.stack(found).cpu() if found else torch.empty(0, BINS)


def _compared(base: Tensor, tuned: Tensor) -> Errors:
    return Errors(base=float(base.mean()), tuned=float(tuned.mean()))


def _rows(buckets: Sequence[Bucket]) -> list[tuple[Bucket, int]]:
    return [(bucket, row) for bucket in buckets for row in range(bucket.count)]


def _spread(places: list[tuple[Bucket, int]]) -> list[tuple[Bucket, int]]:
    """At most MOST_PHOTOS of them, evenly spread."""
    count = min(MOST_PHOTOS, len(places))
    return [places[n * len(places) // count] for n in range(count)]
