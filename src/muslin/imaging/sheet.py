"""A contact sheet: rows of pictures on paper, words under them and never over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from muslin.imaging.types import Picture

PAPER, INK, QUIET, HAIRLINE = "#FBFAF8", "#1A1816", "#68635C", "#E4E0DA"
MARGIN_PX, GAP_PX, BLOCK_GAP_PX = 24, 8, 16
TITLE_PX, LABEL_PX = 18, 12

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class SheetRow:
    """Pictures that belong together, a title above them, a label under each (may be empty)."""

    title: str
    pictures: Sequence[Picture]
    labels: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """A row's pictures that share one line of the sheet, scaled to the cell's width."""

    pictures: tuple[Image.Image, ...]
    labels: tuple[str, ...]

    @property
    def picture_height_px(self) -> int:
        return max(p.height for p in self.pictures)

    @property
    def height_px(self) -> int:
        label = GAP_PX // 2 + LABEL_PX + 4 if any(self.labels) else 0
        return self.picture_height_px + label + GAP_PX


def contact_sheet(rows: Sequence[SheetRow], *, columns: int = 6, cell_px: int = 192) -> Picture:
    """All rows on one sheet (H, W, 3); every picture `cell_px` wide, its aspect ratio kept.

    A row with more pictures than `columns` goes on in the next line. Labels that do not fit the
    width of their picture end in an ellipsis.
    Raises ValueError when there is no picture at all.
    """
    filled = [row for row in rows if row.pictures]
    if not filled:
        raise ValueError("a contact sheet needs at least one picture")
    columns = min(columns, max(len(row.pictures) for row in filled))
    blocks = [(row.title, _lines(row, columns, cell_px)) for row in filled]
    width = 2 * MARGIN_PX + columns * cell_px + (columns - 1) * GAP_PX
    height = 2 * MARGIN_PX - GAP_PX + BLOCK_GAP_PX * (len(blocks) - 1)
    height += sum(_title_height(title) + sum(x.height_px for x in lines) for title, lines in blocks)
    sheet = Image.new("RGB", (width, height), PAPER)
    _draw(sheet, blocks, cell_px)
    return np.asarray(sheet, np.uint8)


def _title_height(title: str) -> int:
    return TITLE_PX + 2 * GAP_PX if title else 0


def _lines(row: SheetRow, columns: int, cell_px: int) -> list[_Line]:
    labels = [*row.labels, *[""] * (len(row.pictures) - len(row.labels))]
    scaled = [_scaled(picture, cell_px) for picture in row.pictures]
    starts = range(0, len(scaled), columns)
    return [_Line(tuple(scaled[s : s + columns]), tuple(labels[s : s + columns])) for s in starts]


def _scaled(picture: Picture, width_px: int) -> Image.Image:
    image = Image.fromarray(picture)
    height_px = max(1, round(image.height * width_px / image.width))
    return image.resize((width_px, height_px), Image.Resampling.LANCZOS)


def _draw(sheet: Image.Image, blocks: Sequence[tuple[str, list[_Line]]], cell_px: int) -> None:
    pen = ImageDraw.Draw(sheet)
    title_font, label_font = ImageFont.load_default(TITLE_PX), ImageFont.load_default(LABEL_PX)
    y = MARGIN_PX
    for title, lines in blocks:
        if title:
            pen.text((MARGIN_PX, y), title, INK, title_font)
            y += _title_height(title)
        for line in lines:
            for place, (picture, label) in enumerate(zip(line.pictures, line.labels, strict=True)):
                x = MARGIN_PX + place * (cell_px + GAP_PX)
                sheet.paste(picture, (x, y))
                pen.rectangle(
                    (x - 1, y - 1, x + picture.width, y + picture.height), outline=HAIRLINE
                )
                words = _fitted(label, label_font, cell_px)
                pen.text((x, y + line.picture_height_px + GAP_PX // 2), words, QUIET, label_font)
            y += line.height_px
        y += BLOCK_GAP_PX


def _fitted(words: str, font: Font, width_px: int) -> str:
    """The words, cut at the end so that they fit a width."""
    if font.getlength(words) <= width_px:
        return words
    kept = next(n for n in range(len(words) - 1, -1, -1) if _fits(words[:n], font, width_px))
    return words[:kept].rstrip() + "…"


def _fits(words: str, font: Font, width_px: int) -> bool:
    return font.getlength(words.rstrip() + "…") <= width_px
