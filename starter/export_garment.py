"""Write the trained garment network as ONNX beside its reader, with calibrated temperatures."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from starter.resumable import load_state, to_network
from starter.train_garment import (
    CATEGORIES,
    PRESENTATIONS,
    UNKNOWN,
    GarmentNetwork,
    Taught,
    held_out,
    load_taught,
)


class WithEmbedding(nn.Module):
    """The garment network with its shared features as a fourth output."""

    def __init__(self, network: GarmentNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Mask, category and presentation logits, and the (B, 128) features."""
        kept: list[Tensor] = []
        hook = self.network.shared.register_forward_hook(lambda _m, _i, out: kept.append(out))
        mask, category, presentation = self.network(pictures)
        hook.remove()
        return mask, category, presentation, kept[0]


@torch.no_grad()
def temperature(network: GarmentNetwork, groups: list[Taught], head: int) -> float:
    """The divisor of a head's logits that makes its confidence true on held-out studios.

    Least cross-entropy on a grid; Guo et al., "On calibration of modern neural networks" (2017).
    """
    logits, labels = [], []
    for group in groups:
        part = torch.from_numpy(np.flatnonzero(held_out(group)))
        known = (group.categories, group.presentations)[head - 1][part]
        part, known = part[known != UNKNOWN], known[known != UNKNOWN]
        if len(part):
            logits.append(network(to_network(group.pictures[part]))[head])
            labels.append(known)
    x, y = torch.cat(logits), torch.cat(labels)
    grid = np.geomspace(0.4, 3.0, 40)
    return float(min(grid, key=lambda t: float(F.cross_entropy(x / t, y))))


def export(photos: Path, masks: Path, out: Path, into: Path) -> None:
    """`garment.onnx` and `garment.json` into a folder."""
    network = GarmentNetwork().eval()
    state = load_state(out / "garment.pt")
    if state is None:
        raise FileNotFoundError("train the garment network first: python -m starter.train_garment")
    network.load_state_dict(state["network"])
    groups = load_taught(photos, masks, out / "cache")
    card = {
        "categories": CATEGORIES,
        "presentations": PRESENTATIONS,
        "temperature": {
            "categories": temperature(network, groups, 1),
            "presentations": temperature(network, groups, 2),
        },
        "held_out": json.loads((out / "garment.json").read_text("utf-8")),
    }
    (into / "garment.json").write_text(json.dumps(card, indent=1) + "\n", "utf-8")
    axes = {0: "batch", 2: "height", 3: "width"}
    torch.onnx.export(
        WithEmbedding(network).eval(),
        (torch.zeros(1, 3, 128, 96),),
        str(into / "garment.onnx"),
        input_names=["pictures"],
        output_names=["mask", "category", "presentation", "embedding"],
        dynamic_axes={"pictures": axes, "mask": axes},
        opset_version=17,
        dynamo=False,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--masks", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--into", type=Path, default=Path("src/muslin/networks/vision"))
    given = parser.parse_args()
    export(given.photos, given.masks, given.out, given.into)
