from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch

from muslin.networks.diffusion import lean
from muslin.networks.diffusion.base import Base
from muslin.networks.diffusion.opening import open_denoiser

CPU = torch.device("cpu")
PROCESS = """
import json, sys
import torch
from muslin.networks.diffusion.base import open_base
from muslin.networks.diffusion.families import all_families
from muslin.networks.diffusion.lean import import_leanly, library
from muslin.networks.diffusion.opening import LIBRARIES, open_denoiser
from tests.networks.diffusion.test_lean import answer

torch.set_num_threads(1)
import_leanly()
denoiser = open_denoiser(open_base(sys.argv[1]), torch.device("cpu"))
told = {"answer": answer(denoiser), "companions": sorted(sys.modules.keys() & set(sys.argv[2:]))}
told["eager"] = "diffusers.models.transformers.transformer_flux" in sys.modules
from diffusers.models import unets
told["asked for"] = unets.UNet2DModel.__name__
told["opened"] = [
    getattr(library(LIBRARIES[part.role]), name).__name__
    for family in all_families() for part in family.parts.values() for name in part.class_names
]
import scipy.stats
print(json.dumps(told))
"""
COMPANIONS = ("peft", "scipy", "transformers", "torch._dynamo", "sympy")


def answer(denoiser: object) -> list[float]:
    """What the tiny base says to fixed noise."""
    assert callable(denoiser)
    rng = torch.Generator().manual_seed(0)
    noisy = torch.randn(1, 8, 6, 4, generator=rng)
    said = {"text": torch.randn(1, 32, 32, generator=rng)}
    with torch.no_grad():
        numbers: list[float] = denoiser(noisy, torch.tensor([500]), said).flatten().tolist()
    return numbers


@pytest.fixture(scope="module")
def told(tiny: Base, root: str) -> dict[str, object]:
    """What a process that imports leanly says of itself."""
    words = [sys.executable, "-c", PROCESS, str(tiny.folder), *COMPANIONS]
    ended = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found: dict[str, object] = json.loads(ended.stdout)
    return found


def test_a_job_opens_its_network_without_what_it_never_uses(told: dict[str, object]) -> None:
    assert told["companions"] == []
    assert told["eager"] is False


def test_the_network_answers_as_it_does_with_everything_imported(
    told: dict[str, object], tiny: Base
) -> None:
    assert told["answer"] == answer(open_denoiser(tiny, CPU))


def test_what_was_put_off_comes_when_it_is_asked_for(told: dict[str, object]) -> None:
    assert told["asked for"] == "UNet2DModel"
    opened = told["opened"]
    assert isinstance(opened, list)
    assert {"ZImageTransformer2DModel", "AutoencoderTiny", "CLIPTextModel"} <= set(opened)


def test_a_library_s_user_keeps_all_of_diffusers(tiny: Base) -> None:
    open_denoiser(tiny, CPU)

    utils: Any = import_module("diffusers.utils")
    assert utils.is_transformers_available()


def test_a_version_that_cannot_do_without_is_imported_with_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stubborn").mkdir()
    (tmp_path / "stubborn" / "__init__.py").write_text("import companion")
    (tmp_path / "companion.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(lean, "_lean", True)
    monkeypatch.setitem(lean.COMPANIONS, "stubborn", ("companion",))
    monkeypatch.setitem(lean.TAKE_IN_COMPANIONS, "stubborn", ())

    assert lean.library("stubborn").companion is sys.modules["companion"]
