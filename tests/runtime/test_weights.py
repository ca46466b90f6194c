from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from muslin.runtime.weights.shipped import SHIPPED, WeightsState, is_whole, shipped


def fill(networks: Path) -> None:
    """Every file that the package ships, with something small inside."""
    for weights in SHIPPED:
        for name in weights.needs:
            path = networks / weights.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".safetensors":
                save_file({"w": np.ones((3, 5), np.float16)}, path)
            else:
                path.write_text("{}")


def states(networks: Path) -> dict[str, WeightsState]:
    return {entry.name: entry.state for entry in shipped(networks)}


def test_weights_that_are_all_there_are_present(tmp_path: Path) -> None:
    fill(tmp_path)

    assert set(states(tmp_path).values()) == {WeightsState.PRESENT}


def test_an_empty_package_has_none(tmp_path: Path) -> None:
    assert set(states(tmp_path).values()) == {WeightsState.MISSING}


def test_a_download_that_broke_off_is_named(tmp_path: Path) -> None:
    fill(tmp_path)
    path = tmp_path / "starter/unet/diffusion_pytorch_model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])

    (starter,) = [entry for entry in shipped(tmp_path) if entry.name == "starter"]

    assert starter.state is WeightsState.INCOMPLETE
    assert starter.faults == ("starter/unet/diffusion_pytorch_model.safetensors",)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x01\x02",
        struct.pack("<Q", 10**12) + b"{}",
        struct.pack("<Q", 2) + b"{]",
        struct.pack("<Q", 2) + b"{}" + b"left over",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
    ],
)
def test_what_only_has_the_name_of_weights_is_not_whole(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)

    assert not is_whole(path)


def test_metadata_is_no_tensor(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_file({"w": np.zeros(4, np.float32)}, path, metadata={"format": "pt"})

    header = json.loads(path.read_bytes()[8:].split(b"}}")[0] + b"}}")
    assert "__metadata__" in header
    assert is_whole(path)
