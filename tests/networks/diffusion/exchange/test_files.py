"""What an exported file says, and that it always says it in the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load, save

from muslin.networks.diffusion.exchange.architecture import architecture_of
from muslin.networks.diffusion.exchange.plain_file import file_bytes, header_of
from muslin.networks.diffusion.exchange.writer import kohya_bytes, labelled
from muslin.networks.diffusion.tuning.files import adapter_bytes
from muslin.networks.diffusion.tuning.learnt import Adapter
from tests.networks.diffusion.exchange.adapters import (
    LABEL,
    SD,
    a_learnt_adapter,
    written,
)
from tests.networks.tiny_base import tiny_pipeline

ODD = {
    "b": torch.arange(3, dtype=torch.float16),
    "a": torch.arange(6, dtype=torch.float32).view(2, 3).t(),
    "half": torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
    "one": torch.tensor(7.5),
    "flag": torch.tensor([True, False, True]),
    "count": torch.tensor([-1], dtype=torch.int64),
    "none": torch.zeros(0, 4),
}


def an_adapter() -> Adapter:
    return a_learnt_adapter(tiny_pipeline().unet, 2, 3.0)


def test_the_library_reads_back_what_we_lay_out_ourselves(tmp_path: Path) -> None:
    content = file_bytes(ODD, {"title": "ss26 · Größe 38", "b": "2", "a": "1"})

    with safe_open(written(tmp_path, content), framework="pt") as opened:
        assert opened.metadata() == {"title": "ss26 · Größe 38", "b": "2", "a": "1"}
        assert set(opened.keys()) == set(ODD)
        for name, tensor in ODD.items():
            read = opened.get_tensor(name)
            assert (read.dtype, read.shape) == (tensor.dtype, tensor.shape)
            assert torch.equal(read, tensor)


def test_the_data_is_where_the_library_would_put_it() -> None:
    # The library puts bfloat16 before float16; we order those by name.
    tensors = {name: tensor.contiguous() for name, tensor in ODD.items() if name != "half"}
    ours = file_bytes(tensors, {"one": "field"})
    theirs = save(tensors, metadata={"one": "field"})

    def data(content: bytes) -> bytes:
        return content[8 + int.from_bytes(content[:8], "little") :]

    assert data(ours) == data(theirs)
    assert len(ours) - len(data(ours)) == len(theirs) - len(data(theirs))


def test_the_same_adapter_gives_the_same_bytes_in_every_process() -> None:
    script = (
        "import hashlib, torch\n"
        "from muslin.networks.diffusion.exchange.plain_file import file_bytes\n"
        "fields = {f'ss_{k}': str(k) for k in range(40)}\n"
        "content = file_bytes({f't{k}': torch.ones(k) for k in range(9)}, fields)\n"
        "print(hashlib.sha256(content).hexdigest())\n"
    )

    def in_a_process(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return done.stdout

    assert in_a_process("1") == in_a_process("2")


def test_the_header_names_what_tools_look_for() -> None:
    content = kohya_bytes(an_adapter(), tiny_pipeline().unet, SD, LABEL)

    said = header_of(content)

    data = content[8 + int.from_bytes(content[:8], "little") :]
    sha256 = hashlib.sha256(data).hexdigest()
    assert said == {
        "modelspec.sai_model_spec": "1.0.0",
        "modelspec.architecture": "stable-diffusion-v1/lora",
        "modelspec.implementation": "diffusers",
        "modelspec.title": "ss26-knitwear",
        "modelspec.date": "2026-03-01T12:00:00+00:00",
        "modelspec.hash_sha256": f"0x{sha256}",
        "modelspec.license": "CreativeML Open RAIL-M",
        "modelspec.trigger_phrase": "brandknit",
        "modelspec.prediction_type": "v",
        "modelspec.resolution": "192x256",
        "ss_network_module": "networks.lora",
        "ss_network_dim": "2",
        "ss_network_alpha": "3",
        "ss_base_model_version": "sd_v1",
        "ss_v2": "False",
        "ss_output_name": "ss26-knitwear",
        "sshs_model_hash": sha256,
    }


def test_a_label_changes_no_weight_and_keeps_what_diffusers_needs() -> None:
    plain = adapter_bytes(an_adapter(), "unet")

    content = labelled(plain, LABEL)

    before, after = load(plain), load(content)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    config = json.loads(header_of(content)["lora_adapter_metadata"])
    assert (config["unet.r"], config["unet.lora_alpha"]) == (2, 3.0)
    assert header_of(content)["modelspec.title"] == "ss26-knitwear"


def test_only_a_public_network_is_called_by_a_public_name(tmp_path: Path) -> None:
    def named(width: int, prediction: str, pipeline: str = SD) -> tuple[str, str]:
        for folder, config in (
            ("unet/config.json", {"cross_attention_dim": width}),
            ("scheduler/scheduler_config.json", {"prediction_type": prediction}),
        ):
            path = tmp_path / folder
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(config), encoding="utf-8")
        return architecture_of(tmp_path, pipeline, "unet")

    assert named(768, "epsilon") == ("stable-diffusion-v1", "epsilon")
    assert named(1024, "epsilon") == ("stable-diffusion-v2-512", "epsilon")
    assert named(1024, "v_prediction") == ("stable-diffusion-v2-768-v", "v")
    assert named(32, "v_prediction") == ("muslin-stablediffusion", "v")
    assert named(2048, "epsilon", "StableDiffusionXLPipeline")[0] == "stable-diffusion-xl-v1-base"
    assert named(0, "flow_prediction", "SanaPipeline") == ("muslin-sana", "")
