"""Pictures that say what they are: encoded with their origin inside, and read back.

Written into every finished picture as XMP: the IPTC digital source type that shops and search
engines look for (`Iptc4xmpExt:DigitalSourceType`, IPTC Photo Metadata Standard 2025.1), and the
inputs that the picture was made from, each as one property of our own namespace.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Literal
from xml.etree import ElementTree

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from muslin.domain.leaving import SourceType
from muslin.imaging.types import Picture

FileFormat = Literal["PNG", "JPEG", "WEBP"]
"""What finished pictures are written as; Pillow's names."""

IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
MUSLIN = "urn:x-muslin:inputs:1.0/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XMP_META = "adobe:ns:meta/"
_PNG_KEYWORD = "XML:com.adobe.xmp"  # XMP Specification Part 3, 1.1.5: an iTXt chunk of this name
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_UNWRITABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (section 2.2) cannot hold, and the carriage return that its readers rewrite."""

for _prefix, _uri in (
    ("rdf", _RDF),
    ("x", _XMP_META),
    ("Iptc4xmpExt", IPTC_EXT),
    ("muslin", MUSLIN),
):
    ElementTree.register_namespace(_prefix, _uri)


@dataclass(frozen=True, slots=True)
class Origin:
    """How a picture came to be; `inputs` has snake_case names, such as `prompt` and `seed`."""

    source_type: SourceType
    inputs: Mapping[str, str] = field(default_factory=dict)


def encode(picture: Picture, file_format: FileFormat, origin: Origin | None = None) -> bytes:
    """A picture (H, W, 3) uint8 sRGB as a file, with its origin inside if one is given.

    PNG is lossless; JPEG and WebP are written at quality 92, JPEG without colour subsampling
    because garments are judged by colour.
    Raises ValueError for an input whose name is not snake_case or whose text XML cannot hold.
    """
    image, file = Image.fromarray(picture), BytesIO()
    xmp = xmp_packet(origin) if origin else None
    if file_format == "PNG":
        chunks = PngInfo()
        if xmp is not None:
            chunks.add_itxt(_PNG_KEYWORD, xmp.decode("utf-8"))
        image.save(file, "PNG", pnginfo=chunks)
    elif file_format == "JPEG":
        image.save(file, "JPEG", quality=92, subsampling=0, **_xmp_option(xmp))
    else:
        image.save(file, "WEBP", quality=92, method=4, **_xmp_option(xmp))
    return file.getvalue()


def decode(data: bytes) -> Picture:
    """The pixels (H, W, 3) of a picture that this studio wrote.

    Photos from elsewhere go through `imaging.open`, which trusts nothing.
    """
    with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
        return np.ascontiguousarray(np.asarray(image.convert("RGB"), np.uint8))


def read_origin(data: bytes) -> Origin | None:
    """The origin inside a PNG, JPEG or WebP file; None when it carries no digital source type.

    A packet that is not well-formed, declares entities, or names a source type that this studio
    never writes counts as none.
    """
    with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
        image.load()  # PNG keeps text chunks behind the pixels, too
        packet = image.info.get("xmp") or image.info.get(_PNG_KEYWORD)
    return _parse(packet) if packet else None


def xmp_packet(origin: Origin) -> bytes:
    """The XMP packet of an origin, UTF-8. Source: XMP Specification Part 1 (ISO 16684-1)."""
    meta = ElementTree.Element(f"{{{_XMP_META}}}xmpmeta")
    rdf = ElementTree.SubElement(meta, f"{{{_RDF}}}RDF")
    about = ElementTree.SubElement(rdf, f"{{{_RDF}}}Description", {f"{{{_RDF}}}about": ""})
    kind = ElementTree.SubElement(about, f"{{{IPTC_EXT}}}DigitalSourceType")
    kind.text = SOURCE_TYPES + origin.source_type
    for name, text in origin.inputs.items():
        ElementTree.SubElement(about, f"{{{MUSLIN}}}{_writable_name(name)}").text = _writable(text)
    body = ElementTree.tostring(meta, encoding="unicode")
    return (
        f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{body}<?xpacket end="r"?>'
    ).encode()


def _xmp_option(xmp: bytes | None) -> dict[str, bytes]:
    return {} if xmp is None else {"xmp": xmp}


def _writable_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a snake_case name")
    return name


def _writable(text: str) -> str:
    if _UNWRITABLE.search(text):
        raise ValueError(f"{text!r} holds characters that XML cannot")
    return text


def _parse(packet: bytes | str) -> Origin | None:
    text = packet.decode("utf-8", "replace") if isinstance(packet, bytes) else packet
    if "<!" in text:  # a doctype, hence entities: no XMP writer needs them, attacks do
        return None
    try:
        root = ElementTree.fromstring(text.strip("\ufeff\0 \r\n\t"))
    except ElementTree.ParseError:
        return None
    kind = root.findtext(f".//{{{IPTC_EXT}}}DigitalSourceType", "")
    known = {SOURCE_TYPES + member: member for member in SourceType}
    if kind not in known:
        return None
    ours = (e for e in root.iter() if e.tag.startswith(f"{{{MUSLIN}}}"))
    return Origin(known[kind], {e.tag.removeprefix(f"{{{MUSLIN}}}"): e.text or "" for e in ours})
