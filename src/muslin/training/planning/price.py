"""From hours to kilowatt-hours and money; what nobody said or measured stays unknown."""

from __future__ import annotations

from dataclasses import dataclass

from muslin.domain.training import Foreseen, Known
from muslin.training.planning.power import Power


@dataclass(frozen=True, slots=True)
class Rates:
    """What the settings say of power and prices; 0 = not said."""

    watts: float = 0.0
    price_per_kwh: float = 0.0
    price_per_hour: float = 0.0
    currency: str = "EUR"


def energy(seconds: float, rates: Rates, measured: Power | None) -> Foreseen:
    """kWh of so many seconds of work."""
    if rates.watts:
        watts, known = rates.watts, Known.SETTINGS
        why = f"{watts:g} W, from MUSLIN_WATTS"
    elif measured is not None:
        watts, known = measured.watts, Known.MEASURED
        why = f"{watts:.0f} W while steps were timed, of {measured.of} alone"
    else:
        why = "this machine does not say what it draws; set MUSLIN_WATTS"
        return Foreseen(name="energy", value=None, unit="kWh", known=Known.UNKNOWN, why=why)
    kwh = watts * seconds / 3_600_000  # 1 kWh is 3.6 million watt-seconds
    return Foreseen(name="energy", value=kwh, unit="kWh", known=known, why=why)


def money(seconds: float, used: Foreseen, rates: Rates) -> Foreseen:
    """The price of so many seconds: of the hired hours, or else of the energy."""
    value, known = None, Known.UNKNOWN
    if rates.price_per_hour:
        value, known = rates.price_per_hour * seconds / 3600, Known.SETTINGS
        why = f"{rates.price_per_hour:g} {rates.currency} an hour, from MUSLIN_PRICE_PER_HOUR"
    elif rates.price_per_kwh and used.value is not None:
        value, known = rates.price_per_kwh * used.value, used.known
        why = f"{rates.price_per_kwh:g} {rates.currency}/kWh, from MUSLIN_PRICE_PER_KWH"
    elif rates.price_per_kwh:
        why = "the energy is unknown"
    else:
        why = "no price is known; set MUSLIN_PRICE_PER_KWH or MUSLIN_PRICE_PER_HOUR"
    return Foreseen(name="money", value=value, unit=rates.currency, known=known, why=why)
