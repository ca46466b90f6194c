from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from muslin.domain.training import Foreseen, Known
from muslin.training.planning.power import Meter, Power
from muslin.training.planning.price import Rates, energy, money

CPU = torch.device("cpu")
HOUR_S = 3600.0


def test_a_kilowatt_for_an_hour_is_a_kilowatt_hour() -> None:
    used = energy(HOUR_S, Rates(watts=1000), None)

    assert (used.value, used.unit, used.known) == (1.0, "kWh", Known.SETTINGS)


def test_what_is_said_goes_before_what_is_measured() -> None:
    """RAPL sees the processor alone; who has a meter at the plug knows better."""
    measured = Power(50.0, "processor and its memory (RAPL)")

    assert energy(HOUR_S, Rates(watts=200), measured).value == 0.2
    alone = energy(HOUR_S, Rates(), measured)
    assert (alone.value, alone.known) == (0.05, Known.MEASURED)
    assert "RAPL" in alone.why


def test_nothing_known_is_nothing_said() -> None:
    used = energy(HOUR_S, Rates(), None)
    price = money(HOUR_S, used, Rates(price_per_kwh=0.3))

    assert (used.value, used.known) == (price.value, price.known) == (None, Known.UNKNOWN)
    assert "MUSLIN_WATTS" in used.why


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        (Rates(watts=500, price_per_kwh=0.4), 2 * 0.5 * 0.4),
        (Rates(watts=500, price_per_hour=3.0), 2 * 3.0),
        (Rates(watts=500, price_per_kwh=0.4, price_per_hour=3.0), 2 * 3.0),  # energy is in it
        (Rates(watts=500), None),
    ],
)
def test_two_hours_cost_what_the_settings_say(rates: Rates, expected: float | None) -> None:
    price: Foreseen = money(2 * HOUR_S, energy(2 * HOUR_S, rates, None), rates)

    assert price.value == (None if expected is None else pytest.approx(expected))
    assert price.unit == "EUR"


def zone(powercap: Path, place: str, name: str, microjoules: int, range_uj: int = 10**9) -> Path:
    folder = powercap / place
    folder.mkdir(parents=True)
    for file, content in {
        "name": name,
        "energy_uj": microjoules,
        "max_energy_range_uj": range_uj,
    }.items():
        (folder / file).write_text(f"{content}\n")
    return folder / "energy_uj"


def ticks(*moments: float) -> Callable[[], float]:
    left = iter(moments)
    return lambda: next(left)


def test_power_is_energy_over_time_of_all_processors_but_not_of_their_parts(tmp_path: Path) -> None:
    first = zone(tmp_path, "intel-rapl:0", "package-0", 1_000_000)
    second = zone(tmp_path, "intel-rapl:1", "package-1", 0)
    part = zone(tmp_path, "intel-rapl:0:0", "core", 0)
    meter = Meter(CPU, tmp_path, ticks(0.0, 2.0))

    first.write_text("61000000")
    second.write_text("20000000")
    part.write_text("50000000")

    power = meter.stop()
    assert power is not None
    assert power.watts == (60 + 20) / 2


def test_a_counter_may_start_again_while_it_is_watched(tmp_path: Path) -> None:
    counter = zone(tmp_path, "intel-rapl:0", "package-0", 990, range_uj=1000)
    meter = Meter(CPU, tmp_path, ticks(0.0, 1.0))

    counter.write_text("40")

    power = meter.stop()
    assert power is not None
    assert power.watts == pytest.approx(50e-6)


def test_a_counter_of_the_whole_platform_counts_alone(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 0).write_text("0")
    platform = zone(tmp_path, "intel-rapl:1", "psys", 0)
    meter = Meter(CPU, tmp_path, ticks(0.0, 1.0))

    platform.write_text("70000000")
    (tmp_path / "intel-rapl:0" / "energy_uj").write_text("30000000")

    power = meter.stop()
    assert power is not None
    assert power.watts == 70


def test_a_machine_that_does_not_say_what_it_draws_has_no_power(tmp_path: Path) -> None:
    broken = zone(tmp_path, "intel-rapl:0", "package-0", 0)
    broken.write_text("no number")

    assert Meter(CPU, tmp_path).stop() is None
    assert Meter(CPU, tmp_path / "missing").stop() is None
