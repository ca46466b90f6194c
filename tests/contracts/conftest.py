"""One tiny base for each family, written once for all tests."""

from __future__ import annotations

import pytest

from muslin.networks.diffusion.base import Base, open_base
from tests.contracts.tiny_bases import TINY


@pytest.fixture(scope="session", params=sorted(TINY))
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Base:
    name: str = request.param
    return open_base(str(TINY[name].write(tmp_path_factory.mktemp(name) / "tiny")))
