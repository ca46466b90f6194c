"""The check of a set in words for people: a page to read from top to bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslin.cli.printing import table
from muslin.domain.curation.words import counted

if TYPE_CHECKING:
    from muslin.domain.curation.sets import BakedIn, Coverage, DatasetCheck, EndingRights, SetScore

MOST_LINES = 12
"""Of each list; all of it is in `--json`."""


def told_check(found: DatasetCheck) -> str:
    """Score and what raises it, coverage and shot list, what is baked in, odd ones, captions."""
    odd = [f"  {one.file_name}: {one.words}" for one in found.odd]
    faults = [f"  {f.kind.replace('_', ' ')}: {f.words}" for f in found.captions.faults]
    parts = (
        f"{found.name}: {found.photos} photos, score {found.score.score} of 100",
        told_score(found.score),
        told_coverage(found.coverage),
        told_baked_in(found.baked_in),
        _section("Odd ones out", odd, "No photo differs from the rest."),
        _section("Captions", faults, "No fault."),
        told_rights(found.rights),
    )
    return "\n\n".join(parts)


def told_rights(rights: tuple[EndingRights, ...]) -> str:
    """Rights that are missing or end soon, those of one reason together."""
    files: dict[str, list[str]] = {}
    for one in rights:
        files.setdefault(f"{one.standing.replace('_', ' ')}, {one.words}", []).append(one.file_name)
    lines = [
        f"  {counted(len(names), 'photo')}: {why}{_named(tuple(names))}"
        for why, names in files.items()
    ]
    return _section("Rights", lines, "Stated for every photo, and none ends within a month.")


def told_score(score: SetScore) -> str:
    """The parts of a score, and what would raise it."""
    rows = [
        (part.name, "not measured" if part.value is None else f"{part.value:.0%}", part.words)
        for part in score.parts
    ]
    lines = [f"  {c.words}: {c.score} of 100{_named(c.files)}" for c in score.changes]
    return (
        table(("PART", "VALUE", "COUNTED"), rows, empty="")
        + "\n\n"
        + _section("What raises it most", lines, "Nothing that was tried.")
    )


def told_coverage(coverage: Coverage) -> str:
    """Balance, and the shot list for a photographer."""
    lines = [
        f"  {b.respect}: {counted(b.kinds, 'kind')}, {b.largest_share:.0%} {b.largest}"
        + ("" if b.evenness is None else f", evenness {b.evenness:.2f} of 1")
        for b in coverage.balance
    ]
    met = "no range was given" if coverage.met is None else f"{coverage.met:.0%} of the range"
    shots = [f"  {shot.words}" for shot in coverage.missing]
    none = "Nothing is missing." if coverage.met is not None else "Give --range FILE to get one."
    balance = _section(f"Coverage ({met})", lines, "")
    return f"{balance}\n\n{_section('Shot list', shots, none)}"


def told_baked_in(traits: tuple[BakedIn, ...]) -> str:
    """What training will take for the look, with the prediction where there is one."""
    lines = []
    for one in traits:
        sign = "✗" if one.conflicts else ("!" if one.is_baked_in else " ")
        lines.append(f"{sign} {one.words} (score {one.score:.2f})")
        if one.conflicts:
            lines.append(f"    the declared use asks for {', '.join(one.conflicts)}: {one.way_out}")
        lines += [
            f"    expect {p.gain:+.0%} ± {p.margin:.0%}: {p.question} ({p.basis})"
            for p in one.predicted
        ]
    return _section("Baked in", lines, "Too few photos to say.")


def _section(title: str, lines: list[str], none: str) -> str:
    shown = lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        shown.append(f"  and {len(lines) - MOST_LINES} more; --json has all")
    return "\n".join([title, *(shown or [f"  {none}"])])


def _named(files: tuple[str, ...]) -> str:
    if not files:
        return ""
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return f" ({', '.join(files[:3])}{more})"
