"""PixArt-Σ: T5 words, a transformer that attends to them across, ε-prediction.

Source: Chen et al., arXiv 2403.04692; layout and names as in diffusers.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from muslin.networks.diffusion.family import Condition, Family, Part, TextParts
from muslin.networks.diffusion.noise.read import read_diffusion
from muslin.networks.diffusion.pieces import kl_decode, kl_encode, padded, transformer_cells

LENGTH = 300
"""Tokens that T5 reads (section 3.2)."""


def text(parts: TextParts, captions: Sequence[str]) -> Condition:
    """{"text": (B, 300, 4096), "mask": (B, 300)}, of captions in small letters.

    As diffusers' pipeline says them with `clean_caption=False`.
    """
    encoder = parts["text_encoder"]
    plain = [caption.lower().strip() for caption in captions]
    ids, mask = (tensor.to(encoder.device) for tensor in padded(parts, plain, LENGTH))
    return {"text": encoder(ids, attention_mask=mask)[0], "mask": mask}


def predict(network: nn.Module, noisy: Tensor, times: Tensor, condition: Condition) -> Tensor:
    """The transformer's ε; the variance that it gives beside it is for stochastic samplers."""
    predicted: Tensor = network(
        noisy,
        encoder_hidden_states=condition["text"],
        encoder_attention_mask=condition["mask"],
        timestep=times,
        added_cond_kwargs={"resolution": None, "aspect_ratio": None},
        return_dict=False,
    )[0]
    return predicted[:, : noisy.shape[1]]


FAMILY = Family(
    name="pixart_sigma",
    pipeline="PixArtSigmaPipeline",
    parts={
        "tokenizer": Part("tokenizer", ("T5Tokenizer",)),
        "text_encoder": Part("text", ("T5EncoderModel",)),
        "vae": Part("autoencoder", ("AutoencoderKL",)),
        "transformer": Part("denoiser", ("PixArtTransformer2DModel",)),
    },
    targets=r"transformer_blocks\.\d+\.(attn[12]\.(to_[qkv]|to_out\.0)|ff\.net\.(0\.proj|2))",
    # The later half of the blocks: early ones lay a picture out, late ones give it its look
    # (SplitFlux, arXiv 2511.15258, found for FLUX.1's blocks).
    style_targets=r"transformer_blocks\.(?P<late>\d+)\.attn[12]\.(to_[qkv]|to_out\.0)",
    process=read_diffusion,
    cells=transformer_cells,
    text=text,
    encode=kl_encode,
    decode=kl_decode,
    predict=predict,
)
