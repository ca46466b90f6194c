"""Sana: Gemma 2 words, cells of 32 pixels, linear attention, flow.

Source: Xie et al., arXiv 2410.10629; layout and names as in diffusers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from torch import Tensor, nn

from muslin.networks.diffusion.family import Condition, Family, Moments, Part, TextParts
from muslin.networks.diffusion.noise.process import NoiseProcess
from muslin.networks.diffusion.noise.read import read_flow
from muslin.networks.diffusion.pieces import certain, padded, transformer_cells

LENGTH = 300
"""Tokens that Gemma reads; diffusers' own `max_sequence_length`."""
TIMES = 1000
"""What σ is multiplied with; num_train_timesteps of every Sana."""


def process(folder: Path) -> NoiseProcess:
    """A flow with a fixed shift; a cell is a token."""
    return read_flow(folder, patch=1)


def text(parts: TextParts, captions: Sequence[str]) -> Condition:
    """{"text": (B, 300, 2304), "mask": (B, 300)}, of captions in small letters.

    As diffusers' pipeline says them with `clean_caption=False` and without its
    `complex_human_instruction`, which asks Gemma to embellish a prompt: a shop's captions say what
    is there, and are learnt and drawn in the same words.
    """
    encoder = parts["text_encoder"]
    plain = [caption.lower().strip() for caption in captions]
    ids, mask = (tensor.to(encoder.device) for tensor in padded(parts, plain, LENGTH))
    return {"text": encoder(ids, attention_mask=mask)[0], "mask": mask}


def encode(network: nn.Module, images: Tensor) -> Moments:
    """The deep-compression autoencoder's latents, which are certain."""
    latents = network.encode(images).latent  # type: ignore[operator]
    return certain(latents * network.config.scaling_factor)  # type: ignore[union-attr]


def decode(network: nn.Module, latents: Tensor) -> Tensor:
    """Images of latents that `encode` gives."""
    scale = network.config.scaling_factor  # type: ignore[union-attr]
    images: Tensor = network.decode(latents / scale).sample  # type: ignore[operator]
    return images


def predict(network: nn.Module, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
    """The transformer's answer at σ, which it knows as a time of its own scale."""
    scale = float(network.config.timestep_scale)  # type: ignore[union-attr, arg-type]
    predicted: Tensor = network(
        noisy,
        encoder_hidden_states=condition["text"],
        encoder_attention_mask=condition["mask"],
        timestep=times * TIMES * scale,
        return_dict=False,
    )[0]
    return predicted


FAMILY = Family(
    name="sana",
    pipeline="SanaPipeline",
    parts={
        "tokenizer": Part("tokenizer", ("GemmaTokenizer",)),
        "text_encoder": Part("text", ("Gemma2Model",)),
        "vae": Part("autoencoder", ("AutoencoderDC",)),
        "transformer": Part("denoiser", ("SanaTransformer2DModel",)),
    },
    targets=(
        r"transformer_blocks\.\d+\."
        r"(attn[12]\.(to_[qkv]|to_out\.0)|ff\.conv_(inverted|point))"
    ),
    # The later half of the blocks: early ones lay a picture out, late ones give it its look
    # (SplitFlux, arXiv 2511.15258, found for FLUX.1's blocks).
    style_targets=r"transformer_blocks\.(?P<late>\d+)\.attn[12]\.(to_[qkv]|to_out\.0)",
    process=process,
    cells=transformer_cells,
    text=text,
    encode=encode,
    decode=decode,
    predict=predict,
)
