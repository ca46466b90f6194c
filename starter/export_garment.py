"""Write the trained garment network as ONNX, with calibrated temperatures beside it."""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from muslin.runtime.disk import write_atomic
from starter.export import NETWORKS
from starter.garment.lessons import UNKNOWN, Taught, load_taught
from starter.networks.folders import copy_file
from starter.networks.garment import (
    CATEGORIES,
    PRESENTATIONS,
    GarmentNetwork,
    WithEmbedding,
    read_garment_network,
)
from starter.photos import to_network
from starter.resumable import unfinished

FILES = ("garment.onnx", "garment.json")


def export(photos: Path, masks: Path, out: Path, into: Path) -> None:
    """Write `garment.onnx` and `garment.json` into a folder.

    Raises WeightsMissing when the garment network has not been trained yet.
    """
    network = read_garment_network(out / "garment.pt")
    groups = load_taught(photos, masks, out / "cache")
    card = {
        "categories": CATEGORIES,
        "presentations": PRESENTATIONS,
        "temperature": temperatures(network, groups),
        "held_out": json.loads((out / "garment.json").read_text("utf-8")),
    }
    into.mkdir(parents=True, exist_ok=True)
    write_onnx(network, into / "garment.onnx")
    write_atomic(into / "garment.json", (json.dumps(card, indent=1) + "\n").encode())


def install(exported: Path, networks: Path = NETWORKS) -> None:
    """Copy what `export` wrote into the package. Raises WeightsMissing when it is not there."""
    for name in FILES:
        if not (exported / name).is_file():
            raise unfinished(exported / name)
    for name in FILES:
        copy_file(exported / name, networks / "vision" / name)


@torch.no_grad()
def temperatures(network: GarmentNetwork, groups: Sequence[Taught]) -> dict[str, float]:
    """The divisor of each head's logits that makes its confidence true on held-out studios."""
    logits: dict[str, list[Tensor]] = {"categories": [], "presentations": []}
    labels: dict[str, list[Tensor]] = {"categories": [], "presentations": []}
    for group in groups:
        part = torch.from_numpy(np.flatnonzero(group.held_out()))
        _, kind, shown = network(to_network(group.pictures[part]))
        for name, head, known in (
            ("categories", kind, group.categories[part]),
            ("presentations", shown, group.presentations[part]),
        ):
            logits[name].append(head[known != UNKNOWN])
            labels[name].append(known[known != UNKNOWN])
    return {name: temperature(torch.cat(logits[name]), torch.cat(labels[name])) for name in logits}


def temperature(logits: Tensor, labels: Tensor) -> float:
    """What to divide logits (N, K) by for the least cross-entropy with labels (N,); in [0.4, 30].

    1.0 where there is no label to go by. Source: Guo et al., "On calibration of modern neural
    networks" (2017), section 4.2; on a grid.
    """
    if len(labels) == 0:
        return 1.0
    grid = np.geomspace(0.4, 30.0, 80)
    return float(min(grid, key=lambda t: float(F.cross_entropy(logits / t, labels))))


def write_onnx(network: GarmentNetwork, path: Path) -> None:
    """The network with its features as a fourth output; any batch, height and width."""
    axes = {0: "batch", 2: "height", 3: "width"}
    with tempfile.TemporaryDirectory() as passing, warnings.catch_warnings():
        # The tracing exporter is deprecated, yet the new one asks for another package.
        warnings.simplefilter("ignore", DeprecationWarning)
        # Group norm looks at the size of its input, which says nothing about the weights.
        warnings.simplefilter("ignore", torch.jit.TracerWarning)  # type: ignore[attr-defined]
        torch.onnx.export(
            WithEmbedding(network).eval(),
            (torch.zeros(1, 3, 128, 96),),
            Path(passing) / path.name,
            input_names=["pictures"],
            output_names=["mask", "category", "presentation", "embedding"],
            dynamic_axes={"pictures": axes, "mask": axes},
            opset_version=17,
            dynamo=False,
        )
        copy_file(Path(passing) / path.name, path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--masks", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--into", type=Path, default=NETWORKS / "vision")
    given = parser.parse_args()
    export(given.photos, given.masks, given.out, given.into)
