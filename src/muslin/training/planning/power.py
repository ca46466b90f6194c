"""What the machine draws, where it says so; nothing is ever guessed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

POWERCAP = Path("/sys/class/powercap")
"""RAPL's counters: docs.kernel.org/power/powercap/powercap.html. Most systems let only root read
them, since they leak secrets (CVE-2020-8694)."""


@dataclass(frozen=True, slots=True)
class Counter:
    """An energy counter in microjoules that starts again from 0 at its range."""

    file: Path
    range_uj: int

    def read(self) -> int:
        """Microjoules since some moment; raises OSError."""
        return int(self.file.read_text("ascii"))


@dataclass(frozen=True, slots=True)
class Power:
    """Mean watts over a time, and what was measured."""

    watts: float
    of: str


class Meter:
    """Measures from its making to `stop`."""

    def __init__(
        self,
        device: torch.device,
        powercap: Path = POWERCAP,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._device, self._clock = device, clock
        self._counters = counters(powercap)
        self._start = [counter.read() for counter in self._counters]
        self._started_at = clock()

    def stop(self) -> Power | None:
        """The power since, or None where nothing here can be read."""
        passed_s = self._clock() - self._started_at
        microjoules = sum(
            (counter.read() - start) % counter.range_uj
            for counter, start in zip(self._counters, self._start, strict=True)
        )
        of = ["processor and its memory (RAPL)"] if self._counters else []
        watts = microjoules / 1e6 / passed_s if self._counters else 0.0
        graphics = gpu_watts(self._device)
        if graphics is not None:
            of.append("GPU (NVML)")
            watts += graphics
        return Power(watts, " and ".join(of)) if of else None


def counters(powercap: Path) -> list[Counter]:
    """The readable counters of whole processors, or of the whole platform if there is one."""
    named = {}
    for zone in sorted(powercap.glob("*rapl:[0-9]*")):
        if zone.name.count(":") == 1:  # `intel-rapl:0:0` is a part of `intel-rapl:0`
            try:
                counter = Counter(
                    zone / "energy_uj", int((zone / "max_energy_range_uj").read_text())
                )
                counter.read()
                named[(zone / "name").read_text().strip() + zone.name] = counter
            except (OSError, ValueError):
                continue
    platform = [counter for name, counter in named.items() if name.startswith("psys")]
    return platform or list(named.values())


def gpu_watts(device: torch.device) -> float | None:
    """What a GPU draws now, by NVML; None without a GPU or without its Python package."""
    if device.type != "cuda":
        return None
    try:
        return torch.cuda.power_draw(device) / 1000
    except (ModuleNotFoundError, RuntimeError):
        return None
