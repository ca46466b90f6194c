"""What was learnt, on disk: one safetensors file, in the layout that diffusers and PEFT read.

LoRA and DoRA: `<prefix>.<layer>.lora_A.weight` (down), `lora_B.weight` (up) and
`lora_magnitude_vector`, and PEFT's LoraConfig in the header: `load_lora_weights(folder)` reads it.
LoKr: `<prefix>.<layer>.lokr_w1`, `lokr_w2` or `lokr_w2_a` and `_b`, and PEFT's LoKrConfig; the
strength is multiplied into `lokr_w1`, for readers disagree on what alpha means where both factors
are whole (PEFT: α/r; LyCORIS: 1). Every weight: the network's own file.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from muslin.domain.errors import TornCheckpoint
from muslin.networks.diffusion.tuning.learnt import (
    Adapter,
    Kronecker,
    KroneckerAdapter,
    LowRank,
)

ADAPTER_FILE = "pytorch_lora_weights.safetensors"
"""The name that diffusers looks for."""
KRONECKER_FILE = "lokr_weights.safetensors"
WHOLE_FILE = "diffusion_pytorch_model.safetensors"
"""The name that diffusers gives to a whole network."""
HEADER = "lora_adapter_metadata"
"""diffusers.loaders.lora_base.LORA_ADAPTER_METADATA_KEY."""

DOWN, UP, MAGNITUDE = "lora_A.weight", "lora_B.weight", "lora_magnitude_vector"
LEFT, RIGHT, RIGHT_UP, RIGHT_DOWN = "lokr_w1", "lokr_w2", "lokr_w2_a", "lokr_w2_b"
SIDE = re.compile(r"(?P<layer>.+)\.(?P<side>lora_\w+(\.weight)?|lokr_\w+)")


def adapter_bytes(adapter: Adapter, prefix: str) -> bytes:
    """The file's content; the same adapter always gives the same bytes."""
    tensors = {}
    for name, part in adapter.layers.items():
        tensors[f"{prefix}.{name}.{DOWN}"] = part.down
        tensors[f"{prefix}.{name}.{UP}"] = part.up
        if part.magnitude is not None:
            tensors[f"{prefix}.{name}.{MAGNITUDE}"] = _as_peft(part.magnitude, part.down)
    ranks = {name: part.down.shape[0] for name, part in adapter.layers.items()}
    usual = Counter(ranks.values()).most_common(1)[0][0]
    config = {
        "r": usual,
        "rank_pattern": {name: rank for name, rank in sorted(ranks.items()) if rank != usual},
        "lora_alpha": adapter.alpha,
        "use_rslora": adapter.scaling == "root_rank",
        "use_dora": any(part.magnitude is not None for part in adapter.layers.values()),
        "target_modules": sorted(adapter.layers),
    }
    return _bytes(tensors, config, prefix)


def kronecker_bytes(adapter: KroneckerAdapter, prefix: str, rank: int) -> bytes:
    """The file's content; `rank` tells PEFT which right factors are of low rank."""
    tensors = {}
    for name, part in adapter.layers.items():
        tensors[f"{prefix}.{name}.{LEFT}"] = part.left
        if isinstance(part.right, LowRank):
            tensors[f"{prefix}.{name}.{RIGHT_UP}"] = part.right.up
            tensors[f"{prefix}.{name}.{RIGHT_DOWN}"] = part.right.down.flatten(1)
        else:
            tensors[f"{prefix}.{name}.{RIGHT}"] = part.right
    config = {"r": rank, "alpha": rank, "target_modules": sorted(adapter.layers)}
    return _bytes(tensors, config, prefix)


def read_adapter(folder: Path, prefix: str) -> Adapter:
    """The low-rank adapter in a folder; raises TornCheckpoint when there is none to read."""
    with _readable(folder):
        layers, config = _read(folder / ADAPTER_FILE, prefix)
        return Adapter(
            float(str(config[f"{prefix}.lora_alpha"])),
            {name: _low_rank(sides) for name, sides in layers.items()},
            "root_rank" if config.get(f"{prefix}.use_rslora") else "rank",
        )


def read_kronecker(folder: Path, prefix: str) -> KroneckerAdapter:
    """The LoKr adapter in a folder; raises TornCheckpoint when there is none to read."""
    with _readable(folder):
        layers, _ = _read(folder / KRONECKER_FILE, prefix)
        return KroneckerAdapter({name: _kronecker(sides) for name, sides in layers.items()})


def read_whole(folder: Path) -> dict[str, Tensor]:
    """Every weight of a network; raises TornCheckpoint when there is no file to read."""
    with _readable(folder):
        return load_file(folder / WHOLE_FILE)


def _low_rank(sides: Mapping[str, Tensor]) -> LowRank:
    magnitude = sides.get(MAGNITUDE)
    return LowRank(sides[DOWN], sides[UP], None if magnitude is None else magnitude.flatten())


def _kronecker(sides: Mapping[str, Tensor]) -> Kronecker:
    if RIGHT in sides:
        return Kronecker(sides[LEFT], sides[RIGHT])
    return Kronecker(sides[LEFT], LowRank(sides[RIGHT_DOWN], sides[RIGHT_UP]))


def _as_peft(magnitude: Tensor, down: Tensor) -> Tensor:
    """A magnitude (out,) as PEFT shapes it: (1, out, 1, 1) for a convolution."""
    return magnitude if down.ndim == 2 else magnitude.view(1, -1, *(1,) * (down.ndim - 2))


def _bytes(tensors: Mapping[str, Tensor], config: Mapping[str, object], prefix: str) -> bytes:
    """A safetensors file; the same tensors always give the same bytes.

    One header field only: safetensors writes several in an order that changes from run to run.
    """
    header = json.dumps({f"{prefix}.{key}": value for key, value in config.items()}, sort_keys=True)
    plain = {key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()}
    return save(plain, metadata={HEADER: header})


def _read(path: Path, prefix: str) -> tuple[dict[str, dict[str, Tensor]], dict[str, object]]:
    """Tensors by layer and by what they are to it, and the header's fields."""
    layers: dict[str, dict[str, Tensor]] = {}
    with safe_open(path, framework="pt") as file:
        config: dict[str, object] = json.loads((file.metadata() or {})[HEADER])
        names = file.keys()
        for key in names:
            found = SIDE.fullmatch(key.removeprefix(f"{prefix}."))
            if found and key.startswith(f"{prefix}."):
                layers.setdefault(found["layer"], {})[found["side"]] = file.get_tensor(key)
    return layers, config


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Whatever is wrong with a file inside becomes TornCheckpoint."""
    try:
        yield
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise TornCheckpoint(
            f"{folder.name} holds no readable adapter.",
            hint="Choose another checkpoint, or train this one again.",
        ) from error
