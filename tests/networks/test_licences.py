from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from muslin.domain.licence import Commercial, Evidence
from muslin.networks.external import external_file, external_files
from muslin.networks.licences import all_licences, licence_of, records, terms_named

NO, ASKS = Commercial.NO, Commercial.CONDITIONS
YES, UNKNOWN = Commercial.YES, Commercial.UNKNOWN


@pytest.mark.parametrize(
    ("base", "commercial"),
    [
        ("starter", YES),
        ("Tongyi-MAI/Z-Image", YES),
        ("Qwen/Qwen-Image", YES),
        ("Qwen/Qwen-Image-2.1", NO),
        ("black-forest-labs/FLUX.1-schnell", YES),
        ("black-forest-labs/FLUX.1-dev", NO),
        ("black-forest-labs/FLUX.1-Kontext-dev", NO),
        ("black-forest-labs/FLUX.2-dev", NO),
        ("black-forest-labs/FLUX.2-klein-base-4B", YES),
        ("black-forest-labs/FLUX.2-klein-base-9B", NO),
        ("black-forest-labs/FLUX.2-klein-9b-kv", NO),
        ("lodestones/Chroma1-HD", YES),
        ("ideogram-ai/ideogram-v4", NO),
        ("Efficient-Large-Model/Sana_1600M_1024px_diffusers", NO),
        ("krea/Krea-2-Raw", ASKS),
        ("stabilityai/stable-diffusion-3.5-medium", ASKS),
        ("stabilityai/stable-diffusion-xl-base-1.0", ASKS),
        ("stable-diffusion-v1-5/stable-diffusion-v1-5", ASKS),
        ("Alpha-VLLM/Lumina-Image-2.0", ASKS),
        ("PixArt-alpha/PixArt-Sigma-XL-2-1024-MS", ASKS),
        ("black-forest-labs/flux-3-image-klein", UNKNOWN),
        ("somebody/knitwear-xl", UNKNOWN),
    ],
)
def test_a_hub_id_says_whether_a_shop_may_use_the_base(base: str, commercial: Commercial) -> None:
    assert licence_of(base).commercial is commercial


def test_a_wildcard_never_lets_a_new_network_of_a_known_publisher_through() -> None:
    known = {licence.base: licence.commercial for licence in all_licences()}
    free = [record for record in records().bases if known[record.key] is YES]

    assert len(free) > 5
    assert all("*" not in pattern for record in free for pattern in (*record.hub, *record.names))


def test_whoever_is_refused_is_shown_bases_that_a_shop_may_use() -> None:
    known = {licence.base: licence for licence in all_licences()}
    refused = [licence for licence in known.values() if licence.commercial is NO]

    assert len(refused) >= 6
    for licence in refused:
        assert licence.instead
        assert all(known[key].commercial is YES for key in licence.instead)


def test_conditions_come_in_words_and_with_a_place_to_read_them() -> None:
    for licence in all_licences():
        assert licence.source.startswith("https://")
        assert licence.looked_at is not None
        assert licence.commercial is not ASKS or licence.conditions


def test_a_record_is_only_as_good_as_its_weakest_part() -> None:
    (sana,) = [licence for licence in all_licences() if licence.base == "sana"]
    gemma = terms_named("gemma")

    assert gemma is not None
    assert gemma.evidence is Evidence.READ
    assert sana.evidence is Evidence.UNCHECKED


def folder_with(folder: Path, **texts: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


def test_a_folder_without_a_word_about_its_terms_is_unknown(tmp_path: Path) -> None:
    assert licence_of(str(folder_with(tmp_path / "mine"))).commercial is UNKNOWN


def test_a_folder_in_the_starters_name_is_not_the_starter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_with(tmp_path / "starter")
    monkeypatch.chdir(tmp_path)

    assert licence_of(str(folder)).commercial is UNKNOWN
    assert licence_of("starter").commercial is YES


@pytest.mark.parametrize(
    ("card", "commercial"),
    [
        ("license: apache-2.0", YES),
        ('license: "openrail++"', ASKS),
        ("license: other\nlicense_name: krea-2-community", ASKS),
        ("license: other\nlicense_name: flux-1-dev-non-commercial-license", NO),
        ("license: cc-by-nc-4.0", NO),
        ("license: other", UNKNOWN),
        ("license: house-terms", UNKNOWN),
        ("license:\n- apache-2.0\n- gemma", ASKS),
        ("license: apache-2.0\nbase_model: black-forest-labs/FLUX.1-dev", NO),
        ("license: mit\nbase_model:\n  - stabilityai/stable-diffusion-xl-base-1.0", ASKS),
    ],
)
def test_a_model_card_speaks_for_its_folder_and_the_strictest_word_holds(
    tmp_path: Path, card: str, commercial: Commercial
) -> None:
    folder = folder_with(tmp_path / "mine", README_md=f"---\n{card}\ntags: []\n---\n# Mine\n")

    assert licence_of(str(folder)).commercial is commercial


@pytest.mark.parametrize(
    ("text", "commercial"),
    [
        ("   Apache License\n   Version 2.0, January 2004", YES),
        ("Copyright (c) 2023 Stability AI CreativeML Open RAIL++-M License", ASKS),
        ("FLUX Non-Commercial License v2.1", NO),
        ("Terms of the house of Muslin: ask us.", UNKNOWN),
    ],
)
def test_a_licence_file_speaks_for_its_folder(
    tmp_path: Path, text: str, commercial: Commercial
) -> None:
    assert licence_of(str(folder_with(tmp_path / "mine", LICENSE=text))).commercial is commercial


def test_a_known_name_or_origin_is_enough_for_a_copy_on_disk(tmp_path: Path) -> None:
    named = folder_with(tmp_path / "FLUX.1-dev")
    index = json.dumps({"_name_or_path": "black-forest-labs/FLUX.1-dev"})
    noted = folder_with(tmp_path / "ours")
    (noted / "model_index.json").write_text(index, encoding="utf-8")
    cached = folder_with(tmp_path / "models--Qwen--Qwen-Image-2.1" / "snapshots" / "abc")

    assert [licence_of(str(f)).base for f in (named, noted, cached)] == [
        "flux1-dev",
        "flux1-dev",
        "qwen-image-2.1",
    ]


def test_a_restricted_name_is_not_washed_by_a_permissive_card(tmp_path: Path) -> None:
    card = "---\nlicense: apache-2.0\n---\n"

    assert licence_of(str(folder_with(tmp_path / "FLUX.1-dev", README_md=card))).commercial is NO


def test_a_single_file_is_known_by_its_name_or_its_header(tmp_path: Path) -> None:
    header = json.dumps({"__metadata__": {"modelspec.license": "CreativeML Open RAIL++-M"}})
    told = tmp_path / "ours.safetensors"
    told.write_bytes(struct.pack("<Q", len(header)) + header.encode())
    named, torn = tmp_path / "flux1-dev-fp8.safetensors", tmp_path / "torn.safetensors"
    for path in (named, torn):
        path.write_bytes(b"\x01")

    assert [licence_of(str(f)).commercial for f in (told, named, torn)] == [ASKS, NO, UNKNOWN]


def test_a_licence_text_that_changes_has_another_digest(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "mine", LICENSE="CreativeML Open RAIL-M, August 22, 2022")
    before = licence_of(str(folder)).digest
    same = licence_of(str(folder)).digest
    (folder / "LICENSE").write_text("CreativeML Open RAIL-M, August 23, 2022")

    assert same == before != licence_of(str(folder)).digest


def test_what_can_be_fetched_has_the_licence_of_its_base() -> None:
    known = {licence.base: licence for licence in all_licences()}

    for file in external_files():
        assert file.commercial is known[file.licence].commercial
        assert licence_of(file.hub).base == file.licence
    assert len({file.name for file in external_files()}) == len(external_files())
    assert external_file("sdxl").file == "sd_xl_base_1.0.safetensors"
