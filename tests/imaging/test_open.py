from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms
from pillow_heif import register_heif_opener

from muslin.domain.errors import UnreadablePhoto
from muslin.imaging.open import FORMATS, open_photo
from tests.imaging.pictures import a_picture, as_file

register_heif_opener()

LOSSLESS: dict[str, dict[str, object]] = {
    "WEBP": {"lossless": True},
    "HEIF": {"quality": 100},
    "AVIF": {"quality": 100},
}


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_of_a_shop_opens_as_the_picture_that_was_saved(format: str) -> None:
    picture = a_picture()

    opened = open_photo(as_file(picture, format, **LOSSLESS.get(format, {})))

    assert opened.format == format
    assert opened.picture.shape == picture.shape
    difference = np.abs(opened.picture.astype(int) - picture)
    assert np.median(difference) <= 2


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_sideways_stands_upright(format: str, orientation: int) -> None:
    upright = Image.fromarray(a_picture())
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the transposition that undoes upright
    stored = upright.transpose(Image.Transpose(back[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation

    opened = open_photo(as_file(stored, format, exif=exif))

    assert opened.picture.shape == (120, 90, 3)
    assert np.abs(opened.picture[:20, :15].astype(int) - (250, 20, 20)).max() < 40
    assert opened.picture[-20:, -15:, 0].max() < 240


def test_a_crooked_exif_block_does_not_make_a_photo_unusable() -> None:
    data = as_file(a_picture(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\0\0")

    assert open_photo(data).picture.shape == (120, 90, 3)


def test_transparency_is_laid_over_white() -> None:
    rgba = np.zeros((80, 80, 4), np.uint8)
    rgba[:40] = (200, 0, 0, 255)
    rgba[40:] = (0, 0, 200, 51)  # a fifth blue on white

    picture = open_photo(as_file(Image.fromarray(rgba), "PNG")).picture

    assert tuple(picture[10, 10]) == (200, 0, 0)
    assert np.abs(picture[60, 60].astype(int) - (204, 204, 244)).max() <= 1


def test_a_palette_with_a_transparent_colour_is_laid_over_white() -> None:
    image = Image.new("P", (80, 80), 1)
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.paste(0, (0, 0, 40, 80))

    picture = open_photo(as_file(image, "PNG", transparency=0)).picture

    assert tuple(picture[5, 5]) == (255, 255, 255)
    assert tuple(picture[5, 70]) == (200, 100, 50)


def test_sixteen_bit_grey_is_scaled_and_not_cut_off() -> None:
    values = np.linspace(0, 65535, 100, dtype=np.uint16)[None].repeat(100, 0)

    picture = open_photo(as_file(Image.fromarray(values), "PNG")).picture

    assert picture[0, 0, 0] == 0
    assert picture[0, -1, 0] == 255
    assert abs(int(picture[0, 50, 1]) - 129) <= 1


def test_ink_colours_become_screen_colours() -> None:
    cmyk = Image.new("CMYK", (80, 80), (0, 255, 255, 0))

    red, green, blue = open_photo(as_file(cmyk, "TIFF")).picture[40, 40]

    assert red > 200
    assert max(green, blue) < 60


def test_an_embedded_profile_decides_what_the_numbers_mean() -> None:
    plain = Image.new("RGB", (80, 80), (120, 60, 200))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    as_lab = ImageCms.profileToProfile(plain, srgb, lab, outputMode="LAB")
    assert as_lab is not None

    picture = open_photo(as_file(as_lab, "TIFF", icc_profile=lab.tobytes())).picture

    assert np.abs(picture[40, 40].astype(int) - (120, 60, 200)).max() <= 3


def test_a_broken_profile_is_taken_for_srgb() -> None:
    picture = a_picture()

    opened = open_photo(as_file(picture, "PNG", icc_profile=b"not a profile"))

    assert np.array_equal(opened.picture, picture)


def test_a_burst_in_one_file_gives_its_first_photo() -> None:
    first, second = (Image.fromarray(a_picture(seed=n)) for n in (0, 1))

    opened = open_photo(as_file(first, "MPO", save_all=True, append_images=[second]))

    assert opened.format == "JPEG"
    assert np.abs(opened.picture.astype(int) - np.asarray(first)).mean() < 8


def huge_png(width_px: int, height_px: int) -> bytes:
    """A PNG of a few bytes whose head promises a picture of any size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def torn(format: str) -> bytes:
    data = as_file(a_picture(), format)
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "broken", id="empty file"),
        pytest.param(torn("JPEG"), "broken", id="torn JPEG"),
        pytest.param(torn("PNG"), "broken", id="torn PNG"),
        pytest.param(torn("HEIF"), "broken", id="torn HEIC"),
        pytest.param(b"\xff\xd8\xff" + b"x" * 100, "broken", id="JPEG of rubbish"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8 ", "broken", id="WebP of nothing"),
        pytest.param(b"just words", "unsupported", id="text"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported", id="SVG"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n", "unsupported", id="EPS"),
        pytest.param(as_file(a_picture(), "GIF"), "unsupported", id="GIF"),
        pytest.param(as_file(a_picture(), "BMP"), "unsupported", id="BMP"),
        pytest.param(as_file(a_picture(63, 200), "PNG"), "too_small", id="63 px"),
        pytest.param(huge_png(8000, 8000), "too_large", id="64 megapixels"),
        pytest.param(huge_png(60000, 60000), "too_large", id="3600 megapixels"),
        pytest.param(
            as_file(Image.new("F", (80, 80), 0.5), "TIFF"), "unsupported", id="floating point"
        ),
    ],
)
def test_what_is_no_photo_is_refused_with_its_reason_and_a_way_out(data: bytes, code: str) -> None:
    with pytest.raises(UnreadablePhoto) as refused:
        open_photo(data)

    assert refused.value.reason_code == code
    assert str(refused.value)
    assert refused.value.hint


def test_the_content_decides_the_format_and_not_what_a_file_pretends() -> None:
    data = as_file(a_picture(), "PNG")
    assert open_photo(data).format == "PNG"
    assert Image.open(io.BytesIO(data)).format == "PNG"


@pytest.mark.parametrize("quality", [20, 50, 69, 92])
def test_a_jpeg_says_how_much_it_was_compressed(quality: int) -> None:
    assert open_photo(as_file(a_picture(), "JPEG", quality=quality)).jpeg_quality == pytest.approx(
        quality, abs=1
    )


def test_other_formats_have_no_jpeg_quality() -> None:
    assert open_photo(as_file(a_picture(), "PNG")).jpeg_quality is None


def test_a_photo_that_says_where_it_was_taken_is_noticed() -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (48.0, 8.0, 0.0)})

    assert open_photo(as_file(a_picture(), "JPEG", exif=exif)).location
    assert not open_photo(as_file(a_picture(), "JPEG")).location
