"""Bytes of a photo become an upright sRGB picture, or a refusal that says why.

The format is decided by content, never by the name. Run this inside `guard.PhotoDecoder` for
bytes that came from elsewhere: decoders are the part of any studio most often broken into.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Literal, NoReturn

import numpy as np
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError
from pillow_heif import register_heif_opener

from muslin.domain.errors import UnreadablePhoto
from muslin.imaging.types import Picture

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF")
"""Pillow's names of the formats that a shop's photos come in; nothing else is tried."""
LARGEST_PIXELS = 50_000_000
"""Beyond every phone and most studio cameras; a picture of this size takes 150 MB."""
SMALLEST_SIDE_PX = 64
"""Below this no garment is recognisable, let alone learnable."""

ReasonCode = Literal["broken", "too_small", "too_large", "unsupported"]

_ORIENTATION_TAG = 0x0112
_LATITUDE_TAG = 2  # EXIF 2.32, GPS IFD
_STANDARD_TABLE_SUM = 3688  # of the 64 steps for luminance in ITU-T T.81, table K.1
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF 2.32, tag 0x0112: what turns each stored orientation upright."""
_HIGHEST_16_BIT = 65535
_HINTS: dict[ReasonCode, str] = {
    "broken": "Export the photo again from its original, or leave it out.",
    "too_small": f"Use a version whose shorter side has at least {SMALLEST_SIDE_PX} px.",
    "too_large": "Export it smaller; 4000 px on the longer side is plenty.",
    "unsupported": "Save it as JPEG, PNG, WebP, TIFF, HEIC or AVIF.",
}


@dataclass(frozen=True, slots=True)
class OpenedPhoto:
    """A decoded photo: `picture` (H, W, 3) uint8 sRGB, upright; `format` is one of FORMATS.

    `jpeg_quality`, 1 to 100, is what its quantisation tables stand for, None for other formats.
    `location` says whether its EXIF tells where it was taken.
    """

    picture: Picture
    format: str
    jpeg_quality: int | None = None
    location: bool = False


def open_photo(data: bytes) -> OpenedPhoto:
    """Decode a photo: upright by EXIF, sRGB by its ICC profile, transparency over white.

    The first frame of a file with several; 16-bit values are rounded to 8. A colour profile that
    is broken, or does not fit its picture, is taken for sRGB.
    Raises UnreadablePhoto with the reason code broken, too_small, too_large or unsupported.
    """
    register_heif_opener()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a crooked EXIF block does not make a photo unusable
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _decode(data)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            refuse("too_large", f"It has more than {LARGEST_PIXELS // 10**6} million pixels.")
        except UnidentifiedImageError:
            _refuse_unidentified(data)
        except UnreadablePhoto:
            raise
        except MemoryError:
            refuse("too_large", "Decoding it takes more memory than a photo may use.")
        except Exception as error:  # Pillow's plugins raise whatever their parsing trips over
            refuse("broken", f"It cannot be decoded: {_first_line(error)}.")


def refuse(code: ReasonCode, what: str) -> NoReturn:
    """Raise UnreadablePhoto with the hint that belongs to its reason code."""
    raise UnreadablePhoto(what, hint=_HINTS[code], reason_code=code)


def _decode(data: bytes) -> OpenedPhoto:
    with Image.open(BytesIO(data), formats=FORMATS) as image:
        _check_size(image.size)
        image.load()  # first: PNG may keep its EXIF behind the pixels, TIFF turns itself upright
        way_up = _UPRIGHT.get(_orientation(image))
        upright = image.transpose(way_up) if way_up is not None else image
        picture = np.asarray(_over_white(upright), np.uint8)
        # MPO is a JPEG followed by more JPEGs (burst, depth); the first is the photo.
        name = "JPEG" if image.format == "MPO" else str(image.format)
        return OpenedPhoto(
            np.ascontiguousarray(picture), name, _jpeg_quality(image), _says_where(image)
        )


def _check_size(size: tuple[int, int]) -> None:
    width_px, height_px = size
    if width_px * height_px > LARGEST_PIXELS:
        millions = LARGEST_PIXELS // 10**6
        refuse("too_large", f"It is {width_px} x {height_px} px; at most {millions} million fit.")
    if min(size) < SMALLEST_SIDE_PX:
        refuse("too_small", f"It is only {width_px} x {height_px} px.")


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation 1 to 8; 1 where EXIF is missing or cannot be read."""
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # EXIF is parsed lazily, and fails in as many ways as there are cameras
        return 1


def _says_where(image: Image.Image) -> bool:
    """Whether EXIF holds a latitude; False where EXIF is missing or cannot be read."""
    try:
        return _LATITUDE_TAG in image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    except Exception:  # as in _orientation
        return False


def _jpeg_quality(image: Image.Image) -> int | None:
    """The libjpeg quality whose luminance table is nearest to a JPEG's own, by mean ratio.

    Source: ITU-T T.81, table K.1, and its scaling in libjpeg's jcparam.c.
    """
    tables: dict[int, list[int]] = getattr(image, "quantization", {})
    if not tables.get(0):
        return None
    percent = 100 * sum(tables[0]) / _STANDARD_TABLE_SUM
    quality = (200 - percent) / 2 if percent <= 100 else 5000 / percent
    return min(100, max(1, round(quality)))


def _over_white(image: Image.Image) -> Image.Image:
    """RGB over white, colours converted by the embedded profile."""
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA")
    if not image.has_transparency_data:
        return _to_srgb(_eight_bit(image), image.info.get("icc_profile"))
    straight = image.convert("RGBA")
    colours = _to_srgb(straight.convert("RGB"), image.info.get("icc_profile"))
    white = Image.new("RGB", image.size, "white")
    return Image.composite(colours, white, straight.getchannel("A"))


def _eight_bit(image: Image.Image) -> Image.Image:
    """L, RGB, CMYK or LAB of any mode; 16-bit grey is scaled, not cut off as Pillow would."""
    if image.mode == "F":
        refuse("unsupported", "It holds floating-point values without a defined range.")
    if image.mode == "I" or image.mode.startswith("I;16"):
        values = np.clip(np.asarray(image), 0, _HIGHEST_16_BIT) / _HIGHEST_16_BIT
        return Image.fromarray(np.rint(values * 255).astype(np.uint8))
    if image.mode in ("L", "RGB", "CMYK", "LAB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode == "LAB":
        return _convert(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")))
    if profile:
        try:
            return _convert(image, ImageCms.getOpenProfile(BytesIO(profile)))
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # an unreadable or unfitting profile says nothing about the colours
    return image.convert("RGB")


def _convert(image: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    """Relative colorimetric with black-point compensation, as print shops and Photoshop do."""
    converted = ImageCms.profileToProfile(
        image,
        source,
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert converted is not None  # only a conversion in place returns nothing
    return converted


def _refuse_unidentified(data: bytes) -> NoReturn:
    """Tell a torn photo, whose first bytes still say what it was, from a file of another kind."""
    if not data:
        refuse("broken", "The file is empty.")
    known = _starts_like_a_photo(data)
    if known:
        refuse("broken", f"It starts like a {known} but cannot be read.")
    refuse("unsupported", "It is not a photo in a format that the studio reads.")


def _starts_like_a_photo(data: bytes) -> str | None:
    """Format by the first bytes (each format's own specification), or None."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:8] == b"ftyp":
        brands = {
            b"avif": "AVIF",
            b"avis": "AVIF",
            b"heic": "HEIC",
            b"heix": "HEIC",
            b"mif1": "HEIC",
        }
        return brands.get(data[8:12])
    signatures = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"II*\0": "TIFF", b"MM\0*": "TIFF"}
    return next((name for start, name in signatures.items() if data.startswith(start)), None)


def _first_line(error: Exception) -> str:
    words = str(error).strip().splitlines()
    return words[0].rstrip(".") if words else type(error).__name__
