"""Safetensors files whose bytes depend on their content alone.

The library's own writer puts several header fields in an order that changes from run to run, so the
file is laid out here: 8 bytes of header length (little-endian), a JSON header padded with spaces to
a multiple of 8, then the tensors without gaps, widest numbers first and then by name.
Source: the Format section of the safetensors documentation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

_NAMES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


class Entry(NamedTuple):
    """One tensor's place in a file."""

    name: str
    tensor: Tensor
    first: int  # bytes from the start of the data
    end: int


def file_bytes(tensors: Mapping[str, Tensor], header: Mapping[str, str]) -> bytes:
    """A whole file."""
    return b"".join(pieces(tensors, header))


def pieces(tensors: Mapping[str, Tensor], header: Mapping[str, str]) -> Iterator[bytes]:
    """A file piece by piece, so that no second copy of large weights is ever held."""
    entries = layout(tensors)
    listed: dict[str, object] = {"__metadata__": dict(sorted(header.items()))}
    for entry in entries:
        listed[entry.name] = {
            "dtype": _NAMES[entry.tensor.dtype],
            "shape": list(entry.tensor.shape),
            "data_offsets": [entry.first, entry.end],
        }
    text = json.dumps(listed, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    yield len(text).to_bytes(8, "little")
    yield text
    for entry in entries:
        yield raw(entry.tensor)


def layout(tensors: Mapping[str, Tensor]) -> list[Entry]:
    """Where each tensor lies; no gaps, and every number at a multiple of its width."""
    found, first = [], 0
    for name in sorted(tensors, key=lambda name: (-tensors[name].element_size(), name)):
        end = first + tensors[name].numel() * tensors[name].element_size()
        found.append(Entry(name, tensors[name], first, end))
        first = end
    return found


def raw(tensor: Tensor) -> bytes:
    """A tensor's numbers in order, little-endian as every machine that torch runs on."""
    flat = tensor.detach().cpu().contiguous().reshape(-1)
    return bytes(flat.view(torch.uint8).numpy().data)


def data_sha256(tensors: Mapping[str, Tensor]) -> str:
    """sha256 of all tensor content, the header left out; 64 hex digits."""
    digest = hashlib.sha256()
    for entry in layout(tensors):
        digest.update(raw(entry.tensor))
    return digest.hexdigest()


def header_of(content: bytes) -> dict[str, str]:
    """What a whole file says about itself."""
    length = int.from_bytes(content[:8], "little")
    said: dict[str, dict[str, str]] = json.loads(content[8 : 8 + length])
    return said.get("__metadata__", {})
