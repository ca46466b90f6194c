"""The tiny base of every family; a new family adds its line here."""

from __future__ import annotations

from tests.networks.tiny import (
    chroma,
    flux,
    flux2,
    lumina2,
    pixart_sigma,
    qwen_image,
    sana,
    stable_diffusion_3,
    stable_diffusion_xl,
    z_image,
)
from tests.networks.tiny.tiny import Tiny, draw_by_diffusion
from tests.networks.tiny_base import write_tiny_base

TINY: dict[str, Tiny] = {
    "chroma": chroma.TINY,
    "flux": flux.TINY,
    "flux2": flux2.TINY,
    "lumina2": lumina2.TINY,
    "pixart_sigma": pixart_sigma.TINY,
    "qwen_image": qwen_image.TINY,
    "sana": sana.TINY,
    "stable_diffusion": Tiny(write_tiny_base, draw_by_diffusion),
    "stable_diffusion_3": stable_diffusion_3.TINY,
    "stable_diffusion_xl": stable_diffusion_xl.TINY,
    "z_image": z_image.TINY,
}
