"""The families that Muslin knows: one folder each, found by looking.

A family's package holds its description as `FAMILY` and must import in milliseconds; the classes
of its networks are imported when a part is opened.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from muslin.networks.diffusion.family import Family


def all_families() -> tuple[Family, ...]:
    """Every family, by the name of its folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(_family(name) for name in names)


def _family(name: str) -> Family:
    family: Family = import_module(f"{__name__}.{name}").FAMILY
    return family
