"""Put the trained parts together as one diffusers folder, and into the package.

The denoiser learns while the autoencoder's decoder still does, so this is run again when both
have ended: it takes whatever weights the folder of the training holds at that moment.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import diffusers
import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import nn
from transformers.models.clip.modeling_clip import CLIPTextModel

from muslin.domain.errors import StudioError
from muslin.runtime.disk import write_atomic
from starter.captions import read_said, sample_captions
from starter.latents import scaling_factor
from starter.networks.autoencoder import read_autoencoder, save_autoencoder
from starter.networks.denoiser import build_networks, build_scheduler
from starter.networks.folders import replace_files, write_folder
from starter.networks.tokenizer import kept_tokenizer
from starter.resumable import load_state, save_state, unfinished

NETWORKS = Path(__file__).resolve().parent.parent / "src" / "muslin" / "networks"


def export(out: Path) -> None:
    """Write `out/network`: averaged denoiser and text encoder, `out/vae`, fp16 safetensors.

    Raises WeightsMissing when a part has not been trained yet.
    """
    averaged = load_state(out / "denoiser.state")["average"]
    tokenizer = kept_tokenizer(out / "merges.json", sample_captions(read_said(out)))
    networks = build_networks(tokenizer, torch.device("cpu"))
    networks.all().load_state_dict(averaged)
    autoencoder = read_autoencoder(out / "vae")
    nn.ModuleList([networks.denoiser, networks.text, autoencoder]).half()
    with write_folder(out / "network") as folder:
        networks.denoiser.save_pretrained(folder / "unet")
        networks.text.save_pretrained(folder / "text_encoder")
        save_autoencoder(autoencoder, folder / "vae", scaling_factor(out))
        tokenizer.save_pretrained(folder / "tokenizer")
        build_scheduler().save_pretrained(folder / "scheduler")
        (folder / "model_index.json").write_text(json.dumps(_index(), indent=2) + "\n", "utf-8")


def take_up(base: Path, out: Path) -> None:
    """Make `out` a training of the whole denoiser that begins with an exported base.

    `python -m starter.train_denoiser` goes on from there, with AdamW's moments empty and the
    steps counted from nought. Nothing that is in `out` already is replaced.
    Raises WeightsMissing when there is no base.
    """
    if not (base / "model_index.json").is_file():
        raise unfinished(base)
    out.mkdir(parents=True, exist_ok=True)
    if not (out / "vae").exists():
        save_autoencoder(read_autoencoder(base / "vae"), out / "vae")
    if not (out / "merges.json").exists():
        learnt = json.loads((base / "tokenizer" / "tokenizer.json").read_bytes())
        write_atomic(out / "merges.json", json.dumps(learnt["model"]["merges"]).encode())
    if not (out / "denoiser.state").exists():
        torch.manual_seed(0)  # for what a base does not hold
        networks = build_networks(kept_tokenizer(out / "merges.json", ()), torch.device("cpu"))
        denoiser = UNet2DConditionModel.from_pretrained(base / "unet")
        text = CLIPTextModel.from_pretrained(base / "text_encoder", dtype="float32")
        networks.denoiser.load_state_dict(denoiser.state_dict())
        networks.text.load_state_dict(text.state_dict())
        weights = networks.all()
        save_state(
            out / "denoiser.state",
            network=weights.state_dict(),
            optimizer=torch.optim.AdamW(weights.parameters()).state_dict(),
            average=weights.state_dict(),
            step=0,
        )


def install(out: Path, networks: Path = NETWORKS) -> None:
    """Copy the exported base into the package. Raises WeightsMissing when there is none."""
    exported = out / "network"
    if not (exported / "model_index.json").is_file():
        raise unfinished(exported)
    replace_files(exported, networks / "starter")


def _index() -> dict[str, object]:
    """diffusers' list of parts; it asks for the parts that a studio has no use for by name."""
    unused = [None, None]
    return {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": diffusers.__version__,
        "feature_extractor": unused,
        "image_encoder": unused,
        "requires_safety_checker": False,
        "safety_checker": unused,
        "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderTiny"],
    }


def main() -> None:
    """Export the base again, and install it where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m starter.export", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the training")
    parser.add_argument("--install", action="store_true", help="put the base into the package")
    parser.add_argument(
        "--take-up",
        action="store_true",
        help="instead, make the folder a training that goes on from the package's base",
    )
    given = parser.parse_args()
    try:
        if given.take_up:
            take_up(NETWORKS / "starter", given.out)
            return
        export(given.out)
        if given.install:
            install(given.out)
    except StudioError as refusal:
        sys.exit(f"{refusal}\n{refusal.hint}")


if __name__ == "__main__":
    main()
