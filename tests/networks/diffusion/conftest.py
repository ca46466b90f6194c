from __future__ import annotations

from pathlib import Path

import pytest
import torch

from muslin.networks.diffusion.base import Base, open_base
from tests.networks.tiny_base import write_tiny_base

torch.set_num_threads(1)  # tiny networks only wait for each other on more


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_base(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> Base:
    return open_base(str(tiny_folder))
