from __future__ import annotations

from io import BytesIO
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from muslin.domain.leaving import SourceType
from muslin.imaging.metadata import (
    IPTC_EXT,
    FileFormat,
    Origin,
    decode,
    encode,
    read_origin,
    xmp_packet,
)

FORMATS = get_args(FileFormat)
PICTURE = np.random.default_rng(0).integers(0, 256, (48, 40, 3), np.uint8)
ORIGIN = Origin(
    SourceType.GENERATED,
    {"prompt": 'a <red> "dress" & 白い ドレス', "seed": "7"},
)


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_carries_its_origin_there_and_back(file_format: FileFormat) -> None:
    assert read_origin(encode(PICTURE, file_format, ORIGIN)) == ORIGIN


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_picture_without_an_origin_claims_none(file_format: FileFormat) -> None:
    assert read_origin(encode(PICTURE, file_format)) is None


@pytest.mark.parametrize("source_type", SourceType)
def test_the_source_type_is_the_full_address_of_the_iptc_vocabulary(
    source_type: SourceType,
) -> None:
    packet = xmp_packet(Origin(source_type)).decode()

    address = f"http://cv.iptc.org/newscodes/digitalsourcetype/{source_type.value}"
    assert f"<Iptc4xmpExt:DigitalSourceType>{address}</Iptc4xmpExt:DigitalSourceType>" in packet
    assert f'xmlns:Iptc4xmpExt="{IPTC_EXT}"' in packet


@pytest.mark.parametrize(
    ("file_format", "place"),
    [
        ("PNG", b"iTXtXML:com.adobe.xmp\0\0\0\0\0"),
        ("JPEG", b"http://ns.adobe.com/xap/1.0/\0"),
        ("WEBP", b"XMP "),
    ],
)
def test_the_packet_lies_where_the_xmp_specification_puts_it(
    file_format: FileFormat, place: bytes
) -> None:
    data, packet = encode(PICTURE, file_format, ORIGIN), xmp_packet(ORIGIN)

    assert packet in data
    assert place in data[: data.index(packet)][-len(place) - 4 :]


def test_png_keeps_every_pixel() -> None:
    assert np.array_equal(decode(encode(PICTURE, "PNG", ORIGIN)), PICTURE)


@pytest.mark.parametrize("file_format", ["JPEG", "WEBP"])
def test_lossy_formats_keep_the_look(file_format: FileFormat) -> None:
    ramp = np.tile(np.linspace(30, 220, 64).astype(np.uint8)[None, :, None], (48, 1, 3))

    assert np.abs(decode(encode(ramp, file_format)).astype(int) - ramp).mean() < 2


@pytest.mark.parametrize("name", ["Prompt", "a b", "", "x:y", "1st"])
def test_names_that_xml_would_not_take_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="snake_case"):
        encode(PICTURE, "PNG", Origin(SourceType.GENERATED, {name: "1"}))


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\rb", "\ud800", "\uffff"])
def test_text_that_xml_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="XML"):
        encode(PICTURE, "PNG", Origin(SourceType.GENERATED, {"prompt": text}))


@pytest.mark.parametrize(
    "packet",
    [
        b"<x:xmpmeta",
        b"no xml at all",
        xmp_packet(ORIGIN).replace(b"trainedAlgorithmicMedia", b"digitalCapture"),
        b'<!DOCTYPE r [<!ENTITY a "b">]>' + xmp_packet(ORIGIN),
    ],
)
def test_foreign_broken_or_hostile_packets_are_no_origin(packet: bytes) -> None:
    file = BytesIO()
    Image.fromarray(PICTURE).save(file, "JPEG", xmp=packet)

    assert read_origin(file.getvalue()) is None
