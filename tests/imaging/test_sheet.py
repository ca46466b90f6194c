from __future__ import annotations

import numpy as np
import pytest

from muslin.imaging.sheet import GAP_PX, MARGIN_PX, PAPER, SheetRow, contact_sheet
from muslin.imaging.types import Picture


def a_block(width_px: int, height_px: int, colour: tuple[int, int, int]) -> Picture:
    return np.full((height_px, width_px, 3), colour, np.uint8)


RED, BLUE = (200, 0, 0), (0, 0, 200)


def place_of(sheet: Picture, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """(left, top, width, height) of everything in exactly this colour."""
    rows, columns = np.nonzero((sheet == colour).all(axis=-1))
    left, top = int(columns.min()), int(rows.min())
    return left, top, int(columns.max()) - left + 1, int(rows.max()) - top + 1


def test_pictures_stand_on_paper_at_the_cells_width_with_their_own_aspect_ratio() -> None:
    rows = [SheetRow("", [a_block(40, 80, RED), a_block(60, 30, BLUE)])]

    sheet = contact_sheet(rows, cell_px=100)

    assert place_of(sheet, RED) == (MARGIN_PX, MARGIN_PX, 100, 200)
    assert place_of(sheet, BLUE) == (MARGIN_PX + 100 + GAP_PX, MARGIN_PX, 100, 50)
    paper = tuple(int(PAPER[k : k + 2], 16) for k in (1, 3, 5))
    assert all(tuple(sheet[y, x]) == paper for y in (0, -1) for x in (0, -1))


def test_labels_lie_under_their_picture_and_never_over_it() -> None:
    bare = contact_sheet([SheetRow("", [a_block(40, 40, RED)])], cell_px=100)
    labelled = contact_sheet([SheetRow("", [a_block(40, 40, RED)], ["seed 7"])], cell_px=100)

    picture = slice(MARGIN_PX, MARGIN_PX + 100)
    assert (labelled[picture, picture] == RED).all()
    assert labelled.shape[0] > bare.shape[0]
    under = labelled[MARGIN_PX + 104 : -MARGIN_PX + 8, MARGIN_PX : MARGIN_PX + 100]
    assert (under < 150).any()


def test_a_long_row_goes_on_in_the_next_line() -> None:
    row = SheetRow("", [a_block(40, 40, RED)] * 3 + [a_block(40, 40, BLUE)])

    sheet = contact_sheet([row], columns=3, cell_px=50)

    assert place_of(sheet, BLUE)[:2] == (MARGIN_PX, MARGIN_PX + 50 + GAP_PX)


def test_a_label_that_is_too_long_stays_within_its_picture() -> None:
    words = "a very long prompt that never ends " * 5
    row = SheetRow("", [a_block(40, 40, RED), a_block(40, 40, BLUE)], [words, ""])

    sheet = contact_sheet([row], cell_px=80)

    gutter = sheet[:, MARGIN_PX + 82 : MARGIN_PX + 80 + GAP_PX - 2]
    assert (gutter > 200).all()


def test_a_title_pushes_its_row_down() -> None:
    with_title = contact_sheet([SheetRow("Brand", [a_block(40, 40, RED)])], cell_px=100)

    assert place_of(with_title, RED)[1] > MARGIN_PX


def test_a_sheet_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one picture"):
        contact_sheet([SheetRow("Brand", [])])
