"""The garment network: where the garment is, what it is, how it is shown; no torch needed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from muslin.domain.errors import WeightsMissing
from muslin.domain.fact import Fact
from muslin.domain.findings import Guess
from muslin.imaging.types import Alpha, Picture

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

SHAPES = ((128, 96), (112, 112), (96, 128))
"""(height, width) px that the network was taught at; a photo is stretched to the nearest."""


@dataclass(frozen=True, slots=True)
class GarmentReading:
    """What the network says of one photo."""

    mask: Alpha  # at the photo's own size
    category: Guess
    presentation: Guess
    embedding: NDArray[np.float32]  # (128,), of unit length


class Temperatures(Fact):
    """What each head's logits are divided by, so that its confidence is true."""

    categories: float
    presentations: float


class GarmentCard(Fact):
    """What the weights' JSON says of them; `held_out` are figures on studios never learnt from."""

    categories: tuple[str, ...]
    presentations: tuple[str, ...]
    temperature: Temperatures
    held_out: dict[str, float]


class GarmentReader:
    """Reads photos on the CPU through onnxruntime, about 10 ms each on one core."""

    def read(self, picture: Picture) -> GarmentReading:
        """Look at one upright picture (H, W, 3), both sides at least 16 px."""
        height, width = picture.shape[:2]
        shape = min(SHAPES, key=lambda s: abs(np.log(s[1] / s[0]) - np.log(width / height)))
        small = cv2.resize(picture, shape[::-1], interpolation=cv2.INTER_AREA)
        tensor = small.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1
        mask, category, presentation, embedding = self._session.run(None, {"pictures": tensor})
        full = cv2.resize(_soft(mask[0, 0]), (width, height), interpolation=cv2.INTER_LINEAR)
        card = self._card
        return GarmentReading(
            mask=_snap_to_edges(picture, np.asarray(full, np.float32)),
            category=_guess(category[0], card.categories, card.temperature.categories),
            presentation=_guess(
                presentation[0], card.presentations, card.temperature.presentations
            ),
            embedding=embedding[0] / max(float(np.linalg.norm(embedding[0])), 1e-6),
        )

    @cached_property
    def _card(self) -> GarmentCard:
        text = files("muslin.networks.vision").joinpath("garment.json").read_text("utf-8")
        return GarmentCard.model_validate_json(text)

    @cached_property
    def digest(self) -> str:
        """sha256 of the weights."""
        return hashlib.sha256(_weights()).hexdigest()

    @cached_property
    def _session(self) -> InferenceSession:
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = 1
        return InferenceSession(_weights(), options, providers=["CPUExecutionProvider"])


def _weights() -> bytes:
    weights = files("muslin.networks.vision").joinpath("garment.onnx")
    if not weights.is_file():
        raise WeightsMissing(
            "The garment network's weights are not in this installation.",
            hint="Reinstall muslin; `muslin doctor` shows what is missing.",
        )
    return weights.read_bytes()


def _guess(logits: NDArray[np.float32], names: tuple[str, ...], temperature: float) -> Guess:
    odds = np.exp((logits - logits.max()) / temperature)
    odds /= odds.sum()
    best = int(odds.argmax())
    return Guess(name=names[best], confidence=round(float(odds[best]), 4))


def _soft(logits: NDArray[np.float32]) -> Alpha:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def _snap_to_edges(picture: Picture, mask: Alpha) -> Alpha:
    """Let the mask's edge follow the picture's: a guided filter with the grey picture as guide.

    Source: He, Sun, Tang, "Guided image filtering", TPAMI 35 (2013), equations 5, 6 and 8;
    radius 1.5 % of the longer side, ε = 1e-3 of the squared range.
    """
    guide = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    size = (2 * max(1, round(0.015 * max(mask.shape))) + 1,) * 2
    mean_i, mean_p = cv2.blur(guide, size), cv2.blur(mask, size)
    slope = (cv2.blur(guide * mask, size) - mean_i * mean_p) / (
        cv2.blur(guide * guide, size) - mean_i * mean_i + 1e-3
    )
    offset = mean_p - slope * mean_i
    refined = cv2.blur(slope, size) * guide + cv2.blur(offset, size)
    return np.clip(np.asarray(refined, np.float32), 0, 1)
