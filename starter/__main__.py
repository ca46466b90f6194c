"""Train the starter networks, from a folder of photos to weights in the package.

Every stage goes on where it was stopped and is skipped when it has ended. On a graphics card
where there is one, else on the CPU.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from muslin.domain.errors import NothingToImport, StudioError
from starter import export, export_garment, train_autoencoder, train_denoiser, train_garment
from starter.photos import read_known
from starter.resumable import steps_taken
from starter.train_autoencoder import AutoencoderRecipe
from starter.train_denoiser import DenoiserRecipe
from starter.train_garment import GarmentRecipe


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that the three trainings can be told."""

    autoencoder: AutoencoderRecipe = field(default_factory=AutoencoderRecipe)
    garment: GarmentRecipe = field(default_factory=GarmentRecipe)
    denoiser: DenoiserRecipe = field(default_factory=DenoiserRecipe)


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of the recipe: whether it has ended, and how it is done."""

    name: str
    ended: Callable[[], bool]
    do: Callable[[], None]


def stages(photos: Path, masks: Path, out: Path, recipe: Recipe) -> list[Stage]:
    """The recipe in its order; each stage needs what those before it left in `out`."""
    reader = out / "reader"
    return [
        Stage(
            "autoencoder",
            lambda: _trained(out / "autoencoder.state", recipe.autoencoder.steps),
            lambda: train_autoencoder.train(photos, out, recipe.autoencoder),
        ),
        Stage(
            "garment network",
            lambda: (
                _trained(out / "garment.state", recipe.garment.steps)
                and (out / "garment.pt").exists()
            ),
            lambda: train_garment.train(photos, masks, out, recipe.garment),
        ),
        Stage(
            "export of the garment network",
            lambda: all(_newer(reader / name, out / "garment.pt") for name in export_garment.FILES),
            lambda: export_garment.export(photos, masks, out, reader),
        ),
        Stage(
            "denoiser",
            lambda: _trained(out / "denoiser.state", recipe.denoiser.steps),
            lambda: train_denoiser.train(photos, out, recipe.denoiser),
        ),
        Stage(
            "export",
            lambda: False,  # takes seconds, and the decoder may have learnt since
            lambda: export.export(out),
        ),
    ]


def run(photos: Path, masks: Path, out: Path, recipe: Recipe) -> None:
    """Do every stage that has not ended.

    Raises NothingToImport when photos or masks are missing.
    """
    read_known(photos)
    if not masks.is_dir() or not any(masks.glob("*.png")):
        raise NothingToImport(
            f"There are no masks in {masks}.",
            hint="Make them with `python -m starter.make_masks`; starter/README.md says how.",
        )
    out.mkdir(parents=True, exist_ok=True)
    for stage in stages(photos, masks, out, recipe):
        if stage.ended():
            print(f"{stage.name}: done before", flush=True)
        else:
            print(f"{stage.name}: begins", flush=True)
            stage.do()


def install(out: Path, networks: Path = export.NETWORKS) -> None:
    """Copy all that was exported into the package."""
    export.install(out, networks)
    export_garment.install(out / "reader", networks)


def _trained(state: Path, steps: int) -> bool:
    return steps_taken(state) >= steps


def _newer(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime_ns >= source.stat().st_mtime_ns


def main(words: Sequence[str] | None = None) -> None:
    """Parse words, do the recipe, install where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m starter", description=__doc__)
    parser.add_argument("photos", type=Path, help="folder with photos and metadata.jsonl")
    parser.add_argument("--masks", type=Path, required=True, help="folder of garment masks, PNG")
    parser.add_argument("--out", type=Path, required=True, help="folder for everything made")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    parser.add_argument("--install", action="store_true", help="put the weights into the package")
    given = parser.parse_args(words)
    torch.set_num_threads(given.threads)
    try:
        run(given.photos, given.masks, given.out, Recipe())
        if given.install:
            install(given.out)
    except StudioError as refusal:
        sys.exit(f"{refusal}\n{refusal.hint}")


if __name__ == "__main__":
    main()
