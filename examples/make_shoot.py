"""Render the sample shoot: 24 garments on sage linen under one window, and six planted faults.

    python -m examples.make_shoot [FOLDER]

Every picture is drawn by this program alone, so the shoot is ours to give: CC0 1.0.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from examples.flatlay.bottoms import Legs, skirt, trousers
from examples.flatlay.cloth import Cloth, Rgb
from examples.flatlay.outlines import Pattern
from examples.flatlay.scene import Laying, photograph
from examples.flatlay.sewn import hoodie, shirt
from examples.flatlay.tops import Top, dress, sweatshirt, tee

SAGE: Rgb = (166, 176, 150)
DUSTY_PINK: Rgb = (206, 168, 160)
QUALITY = 88

TEE = Top()
BOXY = Top(neck=66, shoulder=164, chest=158, waist=158, hem=162, length=440, sleeve=132, cuff=36)
LONG = Top(sleeve=372, cuff=27, flare=15, length=480)
ROOMY = Top(
    neck=62,
    front=46,
    shoulder=158,
    chest=152,
    waist=150,
    hem=152,
    length=455,
    sleeve=335,
    cuff=34,
    flare=16,
)
SHIRT = Top(
    neck=58,
    front=44,
    shoulder=146,
    chest=142,
    waist=142,
    hem=148,
    length=490,
    sleeve=366,
    cuff=32,
    flare=17,
)
CAMP = replace(SHIRT, sleeve=150, cuff=44, flare=36, length=450)
BARE = Top(neck=60, front=70, shoulder=114, chest=116, waist=100, length=630, sleeve=0)
SHORT_SLEEVED = replace(BARE, shoulder=128, sleeve=120, cuff=32, flare=36, front=50)

STRAIGHT = Legs(waist=98, hip=122, length=640, hem=46, inseam=420)
WIDE = Legs(waist=96, hip=124, length=630, hem=66, inseam=410)
SLIM = Legs(waist=94, hip=114, length=640, hem=38, inseam=430)
BRIEF = Legs(waist=104, hip=136, length=360, hem=64, inseam=140)


@dataclass(frozen=True, slots=True)
class Piece:
    """One garment of the range: file stem, category, how it is cut and what it is made of."""

    name: str
    category: str
    pattern: Pattern
    cloth: Cloth
    scale: float = 1.06


def t_shirts() -> tuple[Piece, ...]:
    """Five t-shirts, two cuts."""
    sailor = Cloth((240, 238, 230), print="stripes", second=(40, 56, 98))
    return (
        Piece("tee-red", "t-shirt", tee(TEE), Cloth((190, 52, 46))),
        Piece("tee-white", "t-shirt", tee(TEE), Cloth((238, 236, 230))),
        Piece("tee-navy", "t-shirt", tee(BOXY), Cloth((38, 50, 86))),
        Piece("tee-sailor", "t-shirt", tee(TEE), sailor),
        Piece("tee-mustard", "t-shirt", tee(BOXY), Cloth((214, 160, 48))),
    )


def long_sleeves() -> tuple[Piece, ...]:
    """Four tops with long sleeves."""
    breton = Cloth((36, 44, 72), print="stripes", second=(232, 230, 222))
    grey = Cloth((150, 151, 155), "fleece", "melange", (182, 183, 187), 0.4)
    rust = Cloth((172, 88, 52), "knit", creases=0.3)
    return (
        Piece("top-black", "long-sleeve top", tee(LONG), Cloth((40, 40, 43), creases=0.6)),
        Piece("top-rust", "long-sleeve top", tee(LONG), rust),
        Piece("top-breton", "long-sleeve top", tee(LONG), breton),
        Piece("sweatshirt-grey", "long-sleeve top", sweatshirt(ROOMY), grey),
    )


def shirts() -> tuple[Piece, ...]:
    """Four shirts, the last one for a beach."""
    fine = Cloth((170, 196, 224), "poplin", "pinstripe", (246, 247, 250))
    check = Cloth((176, 60, 52), "poplin", "check", (44, 36, 40))
    pink = Cloth((228, 160, 166), "linen", creases=0.7)
    return (
        Piece("shirt-blue", "shirt", shirt(SHIRT), fine),
        Piece("shirt-white", "shirt", shirt(SHIRT), Cloth((240, 240, 238), "poplin", creases=0.6)),
        Piece("shirt-check", "shirt", shirt(SHIRT), check),
        Piece("shirt-pink", "shirt", shirt(CAMP), pink, 1.12),
    )


def dresses() -> tuple[Piece, ...]:
    """Three dresses."""
    summer = dress(BARE, skirt=190, waist_y=-70)
    shift = dress(replace(SHORT_SLEEVED, waist=122), skirt=146, waist_y=-40)
    tea = dress(SHORT_SLEEVED, skirt=184, waist_y=-60)
    dots = Cloth((40, 90, 80), "linen", "dots", (240, 235, 220))
    return (
        Piece("dress-dots", "dress", summer, dots, 1.04),
        Piece("dress-red", "dress", shift, Cloth((178, 44, 60), "poplin"), 1.04),
        Piece("dress-blue", "dress", tea, Cloth((92, 130, 190), "linen", creases=0.6), 1.04),
    )


def bottoms() -> tuple[Piece, ...]:
    """Three trousers, two shorts, two skirts."""
    sand = Cloth((206, 184, 148), "poplin", creases=0.6)
    white = Cloth((236, 232, 222), "linen", creases=0.6)
    flared = skirt(waist=92, hem=190, length=420, pleats=9)
    pencil = skirt(waist=92, hem=126, length=430, pleats=4)
    return (
        Piece("jeans-indigo", "pants", trousers(STRAIGHT), Cloth((62, 82, 124), "denim"), 1.0),
        Piece("jeans-black", "pants", trousers(SLIM), Cloth((46, 46, 50), "denim"), 1.0),
        Piece("trousers-sand", "pants", trousers(WIDE), sand, 1.0),
        Piece("shorts-denim", "shorts", trousers(BRIEF), Cloth((120, 150, 186), "denim"), 1.18),
        Piece("shorts-white", "shorts", trousers(BRIEF), white, 1.18),
        Piece("skirt-plum", "skirt", flared, Cloth((132, 56, 84), "poplin"), 1.1),
        Piece("skirt-black", "skirt", pencil, Cloth((44, 43, 47), "fleece", creases=0.35), 1.14),
    )


def garments() -> tuple[Piece, ...]:
    """The range of 24, in the order in which it was photographed."""
    purple = Cloth((110, 84, 150), "fleece", creases=0.45)
    warm = Piece("hoodie-purple", "hoodie", hoodie(ROOMY), purple, 1.0)
    return (*t_shirts(), *long_sleeves(), *shirts(), *dresses(), *bottoms(), warm)


def shot(piece: Piece, number: int, backdrop: Rgb = SAGE) -> NDArray[np.uint8]:
    """The photo of a garment, laid a little differently each time as a hand lays it."""
    rng = np.random.default_rng(1000 + number)
    turn, x, y = rng.normal(0, 1.6), rng.normal(0, 7), rng.normal(0, 7)
    lift = 34.0 if piece.category == "hoodie" else 0.0
    laying = Laying(
        float(turn), (float(x), float(y) + lift), piece.scale * float(rng.normal(1, 0.015))
    )
    return photograph(piece.pattern, piece.cloth, backdrop, laying, seed=number)


def jpeg(picture: NDArray[np.uint8] | Image.Image, quality: int = QUALITY) -> bytes:
    """A picture as JPEG bytes, colour at half resolution."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling=2, optimize=True)
    return out.getvalue()


def faults(first: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Six files that a careful eye would not keep, from photos already taken."""
    out_of_focus = Piece("x", "shirt", shirt(CAMP), Cloth((84, 140, 130), "linen"), 1.12)
    blurred = Image.fromarray(shot(out_of_focus, 31)).filter(ImageFilter.GaussianBlur(5))
    yield "shirt-teal-out-of-focus", jpeg(blurred)
    yield "tee-navy_copy", first["tee-navy"]
    with Image.open(io.BytesIO(first["dress-red"])) as sent:
        yield "dress-red-from-chat", jpeg(sent.convert("RGB").resize((540, 720)), quality=62)
    elsewhere = Piece("x", "t-shirt", tee(TEE), Cloth((94, 104, 70)))
    yield "tee-olive-other-table", jpeg(shot(elsewhere, 32, DUSTY_PINK))
    with Image.open(io.BytesIO(first["skirt-plum"])) as large:
        yield "skirt-plum-thumbnail", jpeg(large.convert("RGB").resize((36, 48)))
    yield "jeans-indigo-broken", first["jeans-indigo"][:9000]


def render(folder: Path) -> None:
    """Write all photos and `categories.csv` into a folder; old files of the same name go."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[tuple[str, str]] = []
    first: dict[str, bytes] = {}
    for number, piece in enumerate(garments(), start=1):
        first[piece.name] = jpeg(shot(piece, number))
        (folder / f"{piece.name}.jpg").write_bytes(first[piece.name])
        rows.append((f"{piece.name}.jpg", piece.category))
        print(f"{number:2d}/24 {piece.name}", file=sys.stderr)
    for name, data in faults(first):
        (folder / f"{name}.jpg").write_bytes(data)
    with (folder / "categories.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("file_name", "category"))
        table.writerows(rows)


if __name__ == "__main__":
    render(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "sample-shoot")
