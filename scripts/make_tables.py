"""Write docs/explanation/figures.md from the benchmarks' results, and what other pages quote.

A page quotes between `<!-- NAME-figures -->` and `<!-- /NAME-figures -->`. `tests/docs` compares
what is committed with what this makes; what was not measured says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.figures import (
    BrandFigures,
    BrandsFigures,
    ResumeFigures,
    Share,
    Spread,
    StarterFigures,
    StartFigures,
)
from benchmarks.results import read_result

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explanation" / "figures.md"
QUOTING = (ROOT / "README.md", ROOT / "starter" / "README.md")
NOTE = "<!-- Made by `make reference` from benchmarks/results; changes here are overwritten. -->\n"
NOT_MEASURED = "Not measured yet.\n"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def percent(share: Share | None) -> str:
    """`71 % of 200`."""
    if share is None or share.value is None:
        return "not measured"
    return f"{100 * share.value:.0f} % of {share.of}"


def starter_table() -> str:
    """What the network that ships reaches, beside what it should."""
    found = read_result("starter", StarterFigures)
    if found is None:
        return NOT_MEASURED
    coder, seen, near = found.autoencoder, found.obedience, found.nearest
    rows = (
        ("Autoencoder, PSNR", f"{coder.psnr_db.mean:.1f} dB", "≥ 27 dB"),
        ("Autoencoder, colour of 32 px blocks", f"{coder.cast.mean:.2f} ΔE00", "≤ 2"),
        ("Autoencoder, colour of pixels", f"{coder.delta_e.mean:.2f} ΔE00", ""),
        ("Asked garment recognised", percent(seen.category), "≥ 70 %"),
        ("the same, near synonyms allowed", percent(seen.category_near), ""),
        ("the same network on real, unseen photos", f"{100 * seen.category_on_photos:.0f} %", ""),
        ("Asked garment colour", percent(seen.colour), "≥ 70 %"),
        ("Asked backdrop colour", percent(seen.backdrop), "≥ 80 %"),
        ("the same, within ΔE00 15", percent(seen.backdrop_near), ""),
        ("Likeness to the nearest training photo, most", f"{near.generated.most:.2f}", ""),
        ("the same between different photos, most", f"{near.photos.most:.2f}", ""),
    )
    return table(("Figure", "Reached", "Wanted"), rows)


def brands_table() -> str:
    """Each brand's folder, from its photos to pictures in its look."""
    found = read_result("brands", BrandsFigures)
    if found is None or not found.brands:
        return NOT_MEASURED
    names = sorted(found.brands)
    cells = [brand_cells(found.brands[name]) for name in names]
    labels = list(cells[0])
    rows = [(label, *(cell[label] for cell in cells)) for label in labels]
    return table(("Figure", *names), rows)


def brand_cells(found: BrandFigures) -> dict[str, str]:
    """One brand's column by its rows' labels; what was wanted is in the label."""
    own, tuned = found.own_distance, found.tuned_distance
    return {
        "Kept photos on the main backdrop (≥ 90 %)": percent(found.kept_on_backdrop),
        "the same, labelled by a person": percent(found.kept_by_hand),
        "ΔE00 to the backdrop: its photos": f"{own.median:.1f}",
        "the base": f"{found.base_distance.median:.1f}",
        "the tuned (≤ 1.25 × its photos)": times(tuned, own),
        "Garment colour: base": percent(found.base_colour),
        "Garment colour: tuned (≥ 80 % of it)": percent(found.tuned_colour),
        "Garment: base": percent(found.base_category),
        "Garment: tuned (≥ 80 % of it)": percent(found.tuned_category),
        "Likeness to the nearest photo, most": most(found.tuned_nearest),
        "what counts as a copy": f"{found.copy_limit:.2f}",
        "Copies (0)": "not measured" if found.copies is None else str(found.copies),
        "Verdict": found.verdict,
        "Minutes": f"{sum(found.seconds.values()) / 60:.0f}",
    }


def times(tuned: Spread | None, own: Spread) -> str:
    """`7.9 = 0.98 ×`."""
    if tuned is None:
        return "not measured"
    return f"{tuned.median:.1f} = {tuned.median / own.median:.2f} ×"


def most(spread: Spread | None) -> str:
    """The greatest value."""
    return "not measured" if spread is None else f"{spread.most:.2f}"


def resume_table() -> str:
    """What kill -9 did to trainings."""
    found = read_result("resume", ResumeFigures)
    if found is None:
        return NOT_MEASURED
    equal = sum(strike.equal for strike in found.strikes)
    moments = [strike.after_s for strike in found.strikes]
    rows = (
        ("Trainings killed once each, at random moments", str(len(moments))),
        ("of those, ended with the unbroken run's adapter, bit for bit", str(equal)),
        ("Moments, after the start", f"{min(moments):.1f} to {max(moments):.1f} s"),
        ("Unbroken run", f"{found.steps} steps, {found.unbroken_s:.0f} s"),
    )
    return table(("Figure", "Found"), rows)


def start_table() -> str:
    """How soon help comes."""
    found = read_result("start", StartFigures)
    if found is None:
        return NOT_MEASURED
    rows = (
        ("`muslin --help`, wall time, median", f"{found.wall_s.median:.2f} s", "≤ 0.30 s"),
        ("the same, processor time", f"{found.processor_s.median:.2f} s", ""),
        ("Heavy packages loaded", ", ".join(found.heavy) or "none", "none"),
    )
    return table(("Figure", "Found", "Wanted"), rows)


TABLES: dict[str, Callable[[], str]] = {
    "starter": starter_table,
    "brands": brands_table,
    "resume": resume_table,
    "start": start_table,
}


def figures_page() -> str:
    """The whole page."""
    return "\n".join(
        (
            "# What it reaches\n",
            NOTE,
            "Every figure comes from a committed script with fixed seeds; the word after "
            "`python -m benchmarks.` names it.\n",
            f"## The network that ships: `starter`\n\n{starter_table()}{image('starter-sheet')}",
            f"## Brands it never saw: `brands`\n\n{brands_table()}{brand_images()}",
            f"## Training that is killed: `resume`\n\n{resume_table()}",
            f"## The first answer: `start`\n\n{start_table()}",
        )
    )


def image(name: str) -> str:
    """A picture of docs/images, when it was made."""
    path = ROOT / "docs" / "images" / f"{name}.jpg"
    return f"\n![{name.replace('-', ' ')}](../images/{name}.jpg)\n" if path.exists() else ""


def brand_images() -> str:
    """The contact sheet of each brand."""
    found = read_result("brands", BrandsFigures)
    return "".join(image(f"brand-{name}") for name in sorted(found.brands)) if found else ""


def quoted(text: str) -> str:
    """A page with the tables that it quotes brought up to date."""
    for name, make in TABLES.items():
        start, end = f"<!-- {name}-figures -->", f"<!-- /{name}-figures -->"
        before, opened, rest = text.partition(start)
        _, closed, after = rest.partition(end)
        if opened and closed:
            text = f"{before}{start}\n\n{make()}\n{end}{after}"
    return text


def pages() -> dict[Path, str]:
    """Every page that holds figures, as it should be."""
    quoting = {path: quoted(path.read_text("utf-8")) for path in QUOTING if path.exists()}
    return {PAGE: figures_page()} | quoting


def main() -> int:
    """Write every page."""
    for path, text in pages().items():
        path.write_text(text, "utf-8")
        print(path.relative_to(ROOT).as_posix())
    return 0


if __name__ == "__main__":
    sys.exit(main())
