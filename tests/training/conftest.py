from __future__ import annotations

from pathlib import Path

import pytest

from muslin.networks.diffusion.base import Base, open_base
from tests.networks.tiny_base import write_tiny_base


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_base(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="session")
def tiny(tiny_folder: Path) -> Base:
    return open_base(str(tiny_folder))
