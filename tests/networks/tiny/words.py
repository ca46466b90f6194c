"""Tokenizers and text encoders of the real classes, small enough to build in a test."""

from __future__ import annotations

import json

from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer
from transformers.models.clip.configuration_clip import CLIPTextConfig
from transformers.models.clip.modeling_clip import CLIPTextModel, CLIPTextModelWithProjection
from transformers.models.clip.tokenization_clip import CLIPTokenizer
from transformers.models.qwen2.tokenization_qwen2 import Qwen2Tokenizer
from transformers.models.qwen3.configuration_qwen3 import Qwen3Config
from transformers.models.qwen3.modeling_qwen3 import Qwen3Model
from transformers.models.t5.configuration_t5 import T5Config
from transformers.models.t5.modeling_t5 import T5EncoderModel
from transformers.models.t5.tokenization_t5 import T5Tokenizer

LETTERS = "abcdefghijklmnopqrstuvwxyz,-"
CLIP_LENGTH = 16
QWEN_WORDS = 512
QWEN_CHAT = (
    "{%- for message in messages -%}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}"
    "{%- if enable_thinking is defined and not enable_thinking -%}"
    "{{- '<think>\\n\\n</think>\\n\\n' -}}{%- endif -%}{%- endif -%}"
)
"""Qwen3's chat template, for one who asks once and calls no tools."""


def clip_tokenizer(pad: str = "<|endoftext|>") -> CLIPTokenizer:
    """Spells every word; SDXL's and SD3's second one pads with `!`."""
    return CLIPTokenizer(
        vocab=_clip_vocabulary(), merges=[], model_max_length=CLIP_LENGTH, pad_token=pad
    )


def clip_encoder(width: int, layers: int = 3) -> CLIPTextModel:
    """As CLIP ViT-L is used by SDXL: three layers, so that the last but one is none of the ends."""
    return CLIPTextModel(_clip_config(width, width, layers))


def projecting_clip_encoder(
    width: int, pooled: int, layers: int = 3
) -> CLIPTextModelWithProjection:
    """As OpenCLIP ViT-bigG is used by SDXL, and both by SD3."""
    return CLIPTextModelWithProjection(_clip_config(width, pooled, layers))


def t5_tokenizer() -> T5Tokenizer:
    """A unigram tokenizer that spells every word."""
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces += [(letter, -3.0) for letter in LETTERS]
    return T5Tokenizer(vocab=pieces, extra_ids=0)


def t5_encoder(width: int) -> T5EncoderModel:
    """Version 1.1's gated T5."""
    return T5EncoderModel(
        T5Config(
            vocab_size=4 + len(LETTERS),
            d_model=width,
            d_kv=8,
            d_ff=32,
            num_layers=2,
            num_heads=2,
            feed_forward_proj="gated-gelu",
        )
    )


def qwen_tokenizer(sentences: tuple[str, ...] = ()) -> Qwen2Tokenizer:
    """Bytes, and whole words where they stand in `sentences`, as Qwen's own has for English."""
    learner = Tokenizer(BPE())
    learner.pre_tokenizer = ByteLevel(add_prefix_space=False)
    trainer = BpeTrainer(
        vocab_size=QWEN_WORDS - 4, initial_alphabet=ByteLevel.alphabet(), show_progress=False
    )
    learner.train_from_iterator(["user assistant system", *sentences], trainer)
    learnt = json.loads(learner.to_str())["model"]
    return Qwen2Tokenizer(
        vocab=learnt["vocab"],
        merges=[tuple(merge) for merge in learnt["merges"]],  # type: ignore[misc]  # pairs work
        extra_special_tokens=["<|im_start|>", "<|im_end|>"],
        chat_template=QWEN_CHAT,
    )


def qwen_encoder(width: int) -> Qwen3Model:
    """Three layers, so that the last but one is none of the ends."""
    return Qwen3Model(
        Qwen3Config(
            vocab_size=QWEN_WORDS,
            hidden_size=width,
            intermediate_size=2 * width,
            num_hidden_layers=3,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=8,
        )
    )


def _clip_config(width: int, pooled: int, layers: int) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(_clip_vocabulary()),
        hidden_size=width,
        intermediate_size=2 * width,
        projection_dim=pooled,
        num_hidden_layers=layers,
        num_attention_heads=2,
        max_position_embeddings=CLIP_LENGTH,
        hidden_act="gelu",
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )


def _clip_vocabulary() -> dict[str, int]:
    words = ["<|startoftext|>", "<|endoftext|>", "!"]
    words += [*LETTERS, *(f"{letter}</w>" for letter in LETTERS)]
    return {word: place for place, word in enumerate(words)}
