from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn

from muslin.domain.profile import Profile
from muslin.networks.diffusion import opening
from muslin.networks.diffusion.base import Base
from muslin.networks.diffusion.opening import open_autoencoder
from muslin.networks.diffusion.tuning.methods import begin

SLOW_S = 0.05


class SlowToOpen:
    """Patches torch for the whole process while it is opened, as accelerate does."""

    @staticmethod
    def from_pretrained(*_: object, **__: object) -> nn.Module:
        proper = nn.Module.register_parameter

        def emptied(module: nn.Module, name: str, param: nn.Parameter | None) -> None:
            proper(module, name, None if param is None else nn.Parameter(param.to("meta")))

        nn.Module.register_parameter = emptied  # type: ignore[method-assign, assignment]
        time.sleep(SLOW_S)
        nn.Module.register_parameter = proper  # type: ignore[method-assign]
        return nn.Linear(1, 1)


def test_what_one_thread_builds_is_not_emptied_by_another_that_opens_a_network(
    tiny: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_class", lambda *_: SlowToOpen)
    cpu = torch.device("cpu")

    def learn() -> set[str]:
        network = nn.Sequential(layer)
        tuning = begin(network, "0", "unet", Profile())
        return {part.device.type for part in tuning.learning.values()}

    layer = nn.Linear(8, 8)
    with ThreadPoolExecutor(3) as threads:
        opened = [threads.submit(open_autoencoder, tiny, cpu) for _ in range(2)]
        time.sleep(SLOW_S / 5)
        learnt = threads.submit(learn).result()

    assert learnt == {"cpu"}
    for one in opened:
        assert one.exception() is None
