"""Write docs/explanation/figures.md from the benchmarks' results, and what other pages quote.

A page quotes between `<!-- NAME-figures -->` and `<!-- /NAME-figures -->`. `tests/docs` compares
what is committed with what this makes; what was not measured says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.figures import (
    BakedInFigures,
    BrandFigures,
    BrandsFigures,
    ResumeFigures,
    Share,
    Spread,
    StarterFigures,
    StartFigures,
    TornFigures,
    TrainingGpuFigures,
    TrainingStepFigures,
    WholeFigures,
)
from benchmarks.results import read_result
from scripts.curation_tables import curation_tables

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explanation" / "figures.md"
QUOTING = (
    ROOT / "README.md",
    ROOT / "starter" / "README.md",
    ROOT / "docs" / "how-to" / "coverage.md",
)
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


def torn_table() -> str:
    """What damaged files did to trainings."""
    found = read_result("torn", TornFigures)
    if found is None:
        return NOT_MEASURED
    rows = [(kind, str(told.cases), str(told.right)) for kind, told in found.kinds.items()]
    cases = sum(told.cases for told in found.kinds.values())
    right = sum(told.right for told in found.kinds.values())
    rows.append(("all", str(cases), str(right)))
    return table(("Damage", "Cases", "Went on rightly, ended equal bit for bit"), rows)


def training_step_table() -> str:
    """What a step costs beside the pure network and the peer's step."""
    found = read_result("training_step", TrainingStepFigures)
    if found is None:
        return NOT_MEASURED
    rows = [
        (
            name,
            *(spread(f.ours), beside_added(f.ours, f.ours_added)),
            *(spread(f.family), beside_added(f.family, f.family_added)),
            spread(f.peer),
            f"{f.ours.samples}, {f.family.samples}, {f.peer.samples}",
            f"{f.load:g}",
        )
        for name, f in found.steps.items()
    ]
    added = "over network and change"
    headings = ("Step", "ours", added, "our choice of layers", added, "peer", "steps", "load")
    note = (
        f"\nMedian, least to most; one thread; load of {found.cores} cores. What learns adds "
        "arithmetic of its own to the network; the second ratio has it in its divisor, at the "
        "network's own pace, so 1 is a step without any overhead.\n"
    )
    whole = f"\n{whole_table(found.whole)}" if found.whole is not None else ""
    return table(headings, rows) + note + whole


def beside_added(ratio: Spread, added: float | None) -> str:
    """The median over the network and what learns together: `1.06 (of 1 + 0.05)`."""
    if added is None:
        return "not measured"
    return f"{ratio.median / (1 + added):.2f} (of 1 + {added:.2f})"


def whole_table(found: WholeFigures) -> str:
    """A training from photos to its last checkpoint, beside the peer's."""
    wall = found.ours_wall_s.median / found.peer_wall_s.median
    processor = found.ours_processor_s.median / found.peer_processor_s.median
    known, first = found.ours_known_first_step_s.median, found.ours_first_step_s.median
    ours_mb, peer_mb = found.ours_peak_bytes / 1e6, found.peer_peak_bytes / 1e6
    rows = (
        ("First step, processor time", f"{first:.1f} s", f"{found.peer_first_step_s.median:.1f} s"),
        ("the same, photos encoded before", f"{known:.1f} s", ""),
        ("Peak memory", f"{ours_mb:.0f} MB", f"{peer_mb:.0f} MB"),
        (
            f"{found.photos} photos, {found.steps} steps, wall time over the peer's",
            times_of(wall),
            "",
        ),
        ("the same, processor time", times_of(processor), ""),
    )
    return table(("Figure", "ours", "peer"), rows)


def times_of(ratio: float) -> str:
    """`0.55 ×`."""
    return f"{ratio:.2f} ×"


def spread(found: Spread) -> str:
    """`1.13 (1.05 to 1.31)`."""
    return f"{found.median:.2f} ({found.least:.2f} to {found.most:.2f})"


def training_gpu_table() -> str:
    """What a step costs on a GPU beside eager peft's."""
    found = read_result("training_gpu", TrainingGpuFigures)
    if found is None:
        return NOT_MEASURED
    rows = [
        (
            name,
            f"{1000 * f.ours_s.median:.0f} ms",
            times_of(f.peer_s.median / f.ours_s.median),
            f"{f.tflop / f.ours_s.median:.0f}",
            f"{100 * f.tflop / f.ours_s.median / found.ceiling_tflop_s:.0f} %",
            f"{f.ours_peak_bytes / 1e9:.1f} / {f.peer_peak_bytes / 1e9:.1f} GB",
        )
        for name, f in found.shapes.items()
    ]
    headings = ("Network, photos", "step", "eager peft", "TFLOP/s", "of the ceiling", "memory")
    return table(headings, rows) + f"\nOn one {found.device}.\n"


def baked_in_table() -> str:
    """Which share of pictures shows the backdrop that was taught, beside the untuned base's."""
    found = read_result("baked_in", BakedInFigures)
    if found is None:
        return NOT_MEASURED
    rows = [
        (
            row.shoot,
            f"{row.share:.0%}",
            f"{row.said:.0%}",
            f"{row.tuned_silent:.0%} ({row.base_silent:.0%})",
            f"{row.tuned_other:.0%} ({row.base_other:.0%})",
        )
        for row in found.rows
    ]
    headings = ("Shoot", "Photos on it", "Captions that say it", "Prompt silent", "Another asked")
    return table(headings, rows)


TABLES: dict[str, Callable[[], str]] = {
    "starter": starter_table,
    "brands": brands_table,
    "resume": resume_table,
    "torn": torn_table,
    "training_step": training_step_table,
    "training_gpu": training_gpu_table,
    "start": start_table,
    "baked_in": baked_in_table,
    **curation_tables(table),
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
            f"## Checkpoints that are torn: `training.torn`\n\n{torn_table()}",
            "## A step of training: `training_step`\n\n"
            "The peer is diffusers' `train_text_to_image_lora.py`, as it is; `ours` learns in the "
            "same layers. The network is Stable Diffusion 1.5 at a fifth of its width. Processor "
            "time over that of the network alone, there and all the way back; what learns only in "
            "attention need not go back to the first layers, so less than 1 is possible.\n\n"
            f"{training_step_table()}",
            "## The same on a GPU: `training_gpu`\n\n"
            "True shapes, random weights, eager peft as diffusers' scripts use it beside ours. "
            "Without a GPU at hand the script measures nothing and says so.\n\n"
            f"{training_gpu_table()}",
            f"## The first answer: `start`\n\n{start_table()}",
            "## Faults that were planted: `curation.faults`\n\n"
            "In photos of four messy brands that a person found clean: how many spoilt ones "
            "failed a finding that names their fault, and how many untouched ones failed it as "
            "well. Where the light on a coloured cloth changes from photo to photo, a cast is not "
            "told from it; and garments lie up to 6 degrees askew by themselves. The same bytes "
            "twice are refused by the import already.\n\n"
            f"{TABLES['curation_faults']()}",
            f"## Photos that are chosen: `curation.selection`\n\n{TABLES['curation_selection']()}",
            f"## Many photos: `curation.scale`\n\n{TABLES['curation_scale']()}",
            "## Where measures lie: `curation.measures`\n\n"
            "Of untouched photos from home studios, percentiles; limits that are the same for "
            "every shoot stand at their ends.\n\n"
            f"{TABLES['curation_measures']()}",
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
