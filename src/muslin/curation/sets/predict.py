"""What a training does with a backdrop, as far as our own trainings measured it.

Seven trainings of the starter, two shoots, the backdrop on half or all of the photos, said in none,
half or all of the captions (`benchmarks/baked_in.py`). Each was asked for pictures in prompts that
do not speak of the backdrop, and in prompts that ask for another one; counted is the share that
shows the shoot's backdrop, less the untuned base's on the same prompts and seeds. The planes below
are least squares through those gains; the margin is the farthest that a training lay from its
plane. A validation report has base and tuned side by side, so every training tests the prediction.
"""

from __future__ import annotations

from dataclasses import dataclass

from muslin.domain.curation.sets import Predicted

LEAST_SHARE = 0.5
"""Share of photos below which nothing was measured, so nothing is predicted."""
BASIS = "7 trainings of the starter on 2 shoots, 300 steps each"


@dataclass(frozen=True, slots=True)
class Plane:
    """Gain = `level` + `per_share` x share of photos + `per_said` x share of captions."""

    level: float
    per_share: float
    per_said: float
    margin: float

    def at(self, share: float, said_share: float) -> float:
        """The gain, as a share of pictures."""
        return self.level + self.per_share * share + self.per_said * said_share


SILENT = Plane(level=-0.172, per_share=0.650, per_said=-0.222, margin=0.15)
OTHER = Plane(level=-0.125, per_share=0.500, per_said=-0.083, margin=0.30)
_QUESTIONS = {
    "more pictures show it than the untuned base's, where the prompt does not speak of it": SILENT,
    "more pictures show it than the untuned base's, where the prompt asks for another": OTHER,
}


def predict_backdrop(share: float, said_share: float) -> tuple[Predicted, ...]:
    """What to expect of a backdrop on a share of photos, said in a share of captions."""
    if share < LEAST_SHARE:
        return ()
    return tuple(
        Predicted(
            question=question, gain=plane.at(share, said_share), margin=plane.margin, basis=BASIS
        )
        for question, plane in _QUESTIONS.items()
    )
