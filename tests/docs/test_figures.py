from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.figures import Share, Spread, StarterFigures
from benchmarks.results import FOLDER, read_result, write_result
from scripts.make_tables import NOT_MEASURED, TABLES, pages, quoted


@pytest.mark.parametrize("path", [*pages()], ids=lambda path: path.name)
def test_every_figure_in_the_manual_is_the_measured_one(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == pages()[path], "run scripts/make_tables.py"


def test_a_page_quotes_the_table_and_keeps_the_rest() -> None:
    page = "before\n<!-- start-figures -->\nold\n<!-- /start-figures -->\nafter\n"

    assert quoted(page) == (
        f"before\n<!-- start-figures -->\n\n{TABLES['start']()}\n<!-- /start-figures -->\nafter\n"
    )
    assert quoted(quoted(page)) == quoted(page)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_when_nothing_was_measured(name: str) -> None:
    measured = (FOLDER / f"{name}.json").exists()

    assert (TABLES[name]() == NOT_MEASURED) is not measured


def test_a_result_reads_back_as_it_was_written(tmp_path: Path) -> None:
    written = Spread.of([3.0, 1.0, 2.0])

    write_result("spread", written, tmp_path)

    assert read_result("spread", Spread, tmp_path) == written
    assert read_result("starter", StarterFigures, tmp_path) is None


def test_what_was_not_measured_counts_as_a_miss() -> None:
    share = Share.among([True, None, False, True])

    assert (share.hits, share.of, share.value) == (2, 4, 0.5)
    assert Share.among([]).value is None


def test_a_spread_takes_its_percentile_by_nearest_rank() -> None:
    hundred = Spread.of([float(n) for n in range(1, 101)])

    assert (hundred.least, hundred.median, hundred.p95, hundred.most) == (1.0, 50.5, 95.0, 100.0)
    assert Spread.of([4.0]).p95 == 4.0
    with pytest.raises(ValueError, match="nothing was measured"):
        Spread.of([])
