"""Networks that ship inside the package: which, how large, and whether each file is whole."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from muslin.domain.fact import Fact


class WeightsState(StrEnum):
    """Whether a network can be used."""

    PRESENT = "present"
    INCOMPLETE = "incomplete"
    MISSING = "missing"


class WeightsEntry(Fact):
    """One network on this machine."""

    name: str
    purpose: str
    state: WeightsState
    size_bytes: int
    licence: str
    faults: tuple[str, ...]  # files that are missing or cut off, from the package's folder


@dataclass(frozen=True, slots=True)
class Shipped:
    """A network of the package: its folder below `muslin/networks` and the files it needs."""

    name: str
    purpose: str
    folder: str
    needs: tuple[str, ...]
    licence: str = "Apache-2.0, trained on CC0 photos"


SHIPPED = (
    Shipped(
        "starter",
        "base network: words to pictures",
        "starter",
        (
            "model_index.json",
            "scheduler/scheduler_config.json",
            "text_encoder/config.json",
            "text_encoder/model.safetensors",
            "tokenizer/tokenizer_config.json",
            "unet/config.json",
            "unet/diffusion_pytorch_model.safetensors",
            "vae/config.json",
            "vae/diffusion_pytorch_model.safetensors",
        ),
    ),
    Shipped(
        "garment",
        "reads photos: mask, category, presentation",
        "vision",
        ("garment.onnx", "garment.json"),
    ),
)


def shipped(root: Path | None = None) -> tuple[WeightsEntry, ...]:
    """The networks below `root`, by default those of the installed package."""
    networks = root if root is not None else Path(str(files("muslin").joinpath("networks")))
    return tuple(examined(weights, networks) for weights in SHIPPED)


def examined(weights: Shipped, networks: Path) -> WeightsEntry:
    """One network's files against what it needs."""
    paths = [networks / weights.folder / name for name in weights.needs]
    faults = tuple(path.relative_to(networks).as_posix() for path in paths if not is_whole(path))
    state = WeightsState.INCOMPLETE if faults else WeightsState.PRESENT
    if len(faults) == len(paths):
        state = WeightsState.MISSING
    return WeightsEntry(
        name=weights.name,
        purpose=weights.purpose,
        state=state,
        size_bytes=total_bytes(paths),
        licence=weights.licence,
        faults=faults,
    )


def total_bytes(paths: Iterable[Path]) -> int:
    """Bytes of those files that exist."""
    return sum(path.stat().st_size for path in paths if path.is_file())


def is_whole(path: Path) -> bool:
    """Whether a file exists and, for safetensors, has the length that its header promises.

    Layout: 8 bytes header length (little endian), the header as JSON, then the tensors; offsets
    count from the header's end (github.com/huggingface/safetensors, "Format").
    """
    if not path.is_file() or path.stat().st_size == 0:
        return False
    if path.suffix != ".safetensors":
        return True
    try:
        with path.open("rb") as file:
            (header_bytes,) = struct.unpack("<Q", file.read(8))
            if header_bytes > path.stat().st_size:
                return False
            header = json.loads(file.read(header_bytes))
    except (struct.error, ValueError):
        return False
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    return path.stat().st_size == 8 + int(header_bytes) + int(max(ends, default=0))
