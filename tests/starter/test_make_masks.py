from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from starter.make_masks import make_masks


@pytest.fixture
def isnet(tmp_path: Path) -> Path:
    """A stand-in of ISNet's shape whose alpha is the photo's red channel, 0 to 1."""
    nodes = [
        helper.make_node("Slice", ["picture", "from", "to", "axis"], ["red"]),
        helper.make_node("Mul", ["red", "scale"], ["levels"]),
        helper.make_node("Add", ["levels", "shift"], ["alpha"]),
    ]
    constants = [
        helper.make_tensor("from", TensorProto.INT64, [1], [0]),
        helper.make_tensor("to", TensorProto.INT64, [1], [1]),
        helper.make_tensor("axis", TensorProto.INT64, [1], [1]),
        helper.make_tensor("scale", TensorProto.FLOAT, [1], [256 / 255]),
        helper.make_tensor("shift", TensorProto.FLOAT, [1], [128 / 255]),
    ]
    shape = [1, 3, 1024, 1024]
    graph = helper.make_graph(
        nodes,
        "isnet",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("alpha", TensorProto.FLOAT, [1, 1, 1024, 1024])],
        constants,
    )
    path = tmp_path / "isnet.onnx"
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), path)
    return path


def a_folder(folder: Path) -> Path:
    """One photo that lies on its side: stored 400 wide, upright 300 wide, its top half red."""
    folder.mkdir()
    pixels = np.zeros((300, 400, 3), np.uint8)
    pixels[:, :200, 0] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to see it upright
    Image.fromarray(pixels).save(folder / "coat.jpg", quality=95, exif=exif)
    line = '{"file_name": "coat.jpg", "category": null, "kids": false, "source": 1}'
    (folder / "metadata.jsonl").write_text(line, "utf-8")
    return folder


def test_a_mask_lies_upright_over_its_photo(tmp_path: Path, isnet: Path) -> None:
    (made,) = make_masks(a_folder(tmp_path / "photos"), isnet, tmp_path / "masks")

    mask = np.asarray(Image.open(made))
    assert made == tmp_path / "masks" / "coat.png"
    assert mask.shape == (341, 256)
    assert mask[:150].min() > 240
    assert mask[200:].max() < 15


def test_masks_that_are_there_are_kept(tmp_path: Path, isnet: Path) -> None:
    photos = a_folder(tmp_path / "photos")
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "coat.png").write_bytes(b"drawn by hand")

    assert list(make_masks(photos, isnet, tmp_path / "masks")) == []
    assert (tmp_path / "masks" / "coat.png").read_bytes() == b"drawn by hand"
