from __future__ import annotations

from pathlib import Path

import pytest

from muslin.domain.fact import DatasetId
from muslin.domain.leaving import ExportFormat, ExportOrder, GenerateOrder, Precision
from muslin.domain.training import ImportOrder
from tests.cli.conftest import CannedStudio, Terminal


def test_an_export_asks_for_what_the_command_line_says(
    muslin: Terminal, studio: CannedStudio
) -> None:
    words = "releases export knitwear@live --format full --precision fp16 --out elsewhere"
    spoken = muslin(*words.split(), "--json")

    order = ExportOrder(release="knitwear@live", format=ExportFormat.FULL, precision=Precision.FP16)
    assert ("export_release", order, Path("elsewhere")) in studio.asked
    assert spoken.answer["format"] == "full"


def test_an_import_says_what_was_left_out_and_that_nothing_is_proved(
    muslin: Terminal, studio: CannedStudio
) -> None:
    words = "adapters import theirs.safetensors --base org/base --name theirs --dataset dataset-1"
    spoken = muslin(*words.split())

    order = ImportOrder(name="theirs", base="org/base", dataset=DatasetId("dataset-1"))
    assert ("import_adapter", Path("theirs.safetensors"), order) in studio.asked
    assert "Left out (text encoder): lora_te_x" in spoken.out
    assert "Nobody has proved it yet" in spoken.out
    assert "muslin runs validate run-1" in spoken.out


def test_pictures_can_be_drawn_with_an_imported_adapter(
    muslin: Terminal, studio: CannedStudio
) -> None:
    muslin("images", "generate", "--adapter", "theirs", "--prompt", "a dress", "--out", "o")

    (order,) = [words[1] for words in studio.asked if words[0] == "generate"]
    assert isinstance(order, GenerateOrder)
    assert (order.adapter, order.release) == ("theirs", None)


@pytest.mark.usefixtures("studio")
def test_pictures_are_never_drawn_with_two_things_at_once(muslin: Terminal) -> None:
    words = ("images", "generate", "--prompt", "a dress", "--out", "o", "--adapter", "theirs")

    assert muslin(*words, "--base").status == 17
    assert muslin(*words, "--release", "knitwear").status == 17
