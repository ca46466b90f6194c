from __future__ import annotations

from pathlib import Path

import pytest
import torch

from muslin.networks.diffusion.tuning import wardrobe
from muslin.networks.diffusion.tuning.apply import Change, apply, change_of, exchange
from muslin.networks.diffusion.tuning.wardrobe import Wardrobe
from tests.networks.diffusion.tuning.seamstress import a_network, cloth, learnt


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Three looks of different seeds and methods."""
    made = []
    for n, method in enumerate(("lora", "dora", "full")):
        tuning = learnt(a_network(), method=method, seed=n)
        folder = tmp_path / str(n)
        folder.mkdir()
        (folder / tuning.file_name).write_bytes(tuning.content(tuning.learning))
        made.append(folder)
    return made


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Which folders were read."""
    asked: list[Path] = []

    def counted(network: torch.nn.Module, folder: Path, prefix: str) -> Change:
        asked.append(folder)
        return change_of(network, folder, prefix)

    monkeypatch.setattr(wardrobe, "change_of", counted)
    return asked


def test_looks_change_in_any_order_and_each_is_as_if_loaded_anew(
    folders: list[Path], read: list[Path]
) -> None:
    network = a_network()
    base = network(cloth())
    cold = []
    for folder in folders:
        undo = apply(network, folder, "unet")
        cold.append(network(cloth()))
        undo()
    kept = Wardrobe(network, "unet")

    for place in (0, 1, 2, 0, 2, 1, 1, 0):
        undo = exchange(kept.take(folders[place]))
        assert torch.equal(network(cloth()), cold[place])
        undo()
        assert torch.equal(network(cloth()), base)
    assert read == folders


def test_memory_stays_within_its_bounds(folders: list[Path], read: list[Path]) -> None:
    network = a_network()
    one = Wardrobe(network, "unet")
    one.take(folders[0])
    small = Wardrobe(network, "unet", room_bytes=one.size_bytes)
    read.clear()

    for place in (0, 0, 1, 0):
        small.take(folders[place])
        assert small.size_bytes <= one.size_bytes

    assert read == [folders[0], folders[1], folders[0]]


def test_a_look_in_use_is_kept_however_large_it_is(folders: list[Path]) -> None:
    none = Wardrobe(a_network(), "unet", room_bytes=0)

    assert none.take(folders[2])
    assert none.size_bytes > 0


def test_weights_that_were_written_anew_are_read_anew(
    folders: list[Path], read: list[Path]
) -> None:
    kept = Wardrobe(a_network(), "unet")
    kept.take(folders[0])
    other = learnt(a_network(), method="lora", seed=9, rank=3)
    (folders[0] / other.file_name).write_bytes(other.content(other.learning))

    kept.take(folders[0])

    assert read == [folders[0], folders[0]]
