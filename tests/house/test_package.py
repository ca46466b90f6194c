from __future__ import annotations

import subprocess
import sys

import pytest

import muslin


def test_importing_the_package_costs_nothing() -> None:
    script = "import sys, muslin; print(*sorted(m for m in sys.modules if m.startswith('muslin')))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["muslin"]


def test_the_package_offers_the_studio_and_nothing_that_it_has_not() -> None:
    assert muslin.__all__ == ["Studio"]
    with pytest.raises(AttributeError, match="Workshop"):
        _ = muslin.Workshop
