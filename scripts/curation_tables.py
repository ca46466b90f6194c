"""The tables of curation's benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.curation.figures import (
    FaultsFigures,
    MeasuresFigures,
    ScaleFigures,
    SelectionsFigures,
)
from benchmarks.figures import Share
from benchmarks.results import read_result

NOT_MEASURED = "Not measured yet.\n"
MEASURED_SET = "photos"

Table = Callable[[Sequence[str], Sequence[Sequence[str]]], str]


def curation_tables(table: Table) -> dict[str, Callable[[], str]]:
    """Every table of this page by its result's name; `table` writes Markdown."""
    return {
        "curation_faults": lambda: faults_table(table),
        "curation_selection": lambda: selection_table(table),
        "curation_scale": lambda: scale_table(table),
        "curation_measures": lambda: measures_table(table),
    }


def faults_table(table: Table) -> str:
    """Each planted fault: found, and false alarms."""
    found = read_result("curation_faults", FaultsFigures)
    if found is None:
        return NOT_MEASURED
    brands = list(found.clean)
    rows = [
        (
            name,
            of(f.recall),
            of(f.alarms),
            *(f"{f.found[b].hits} of {f.found[b].of}" for b in brands),
        )
        for name, f in found.faults.items()
    ]
    rows.append(("no fault at all", "", of_clean(found), *([""] * len(brands))))
    return table(("Planted", "Found (≥ 95 %)", "False alarms (≤ 3 %)", *brands), rows)


def of_clean(found: FaultsFigures) -> str:
    """Clean photos with any failed finding."""
    hits = sum(share.of - share.hits for share in found.clean.values())
    return of(Share(hits=hits, of=sum(share.of for share in found.clean.values())))


def of(share: Share) -> str:
    """`97 % of 199`."""
    return "not measured" if share.value is None else f"{100 * share.value:.0f} % of {share.of}"


def selection_table(table: Table) -> str:
    """Each brand's choice."""
    found = read_result("curation_selection", SelectionsFigures)
    if found is None:
        return NOT_MEASURED
    rows = [
        (
            brand,
            str(f.kept),
            of(f.on_backdrop),
            of(f.by_hand),
            str(f.twins),
            f"{f.entropy:.2f} of {f.best_entropy:.2f}",
            ", ".join(f"{100 * share:.0f} %" for share in f.shared),
        )
        for brand, f in found.brands.items()
    ]
    headings = (
        "Brand",
        "Kept",
        "On the backdrop (≥ 95 %)",
        "labelled by a person",
        "Twins (0)",
        "Category entropy, bits (within 10 %)",
        "Kept again with 5 % fewer photos (≥ 80 %)",
    )
    return table(headings, rows)


def scale_table(table: Table) -> str:
    """Speed and memory."""
    found = read_result("curation_scale", ScaleFigures)
    if found is None:
        return NOT_MEASURED
    width, height = found.size_px
    rows = [
        (f"Photos of {width} x {height} px a second of one core", str(found.photos_per_s), "≥ 20"),
        ("the same, unchanged since", str(found.again_per_s), "≥ 200"),
        *(
            (f"Peak memory, {count} photos", f"{peak / 1e6:.0f} MB", "≤ 2,000 MB")
            for count, peak in found.peak_bytes.items()
        ),
    ]
    return table(("Figure", "Found", "Wanted"), rows)


def measures_table(table: Table) -> str:
    """Where the shared photos' measures lie."""
    found = read_result("curation_measures", MeasuresFigures)
    if found is None:
        return NOT_MEASURED
    first = next(iter(found.measures.values()))[MEASURED_SET]
    percentiles = list(first.percentiles)
    rows = [
        (name, *(f"{f.percentiles[p]:.3g}" for p in percentiles), str(f.unmeasured))
        for name, sets in found.measures.items()
        if (f := sets[MEASURED_SET])
    ]
    return table(("Measure", *(f"{p} %" for p in percentiles), "not measured"), rows)
