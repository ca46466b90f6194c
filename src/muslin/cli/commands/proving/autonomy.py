"""`muslin autonomy`: how much of a look may go out unseen."""

from __future__ import annotations

from typing import Annotated

import typer

from muslin.cli.options import Home, Json, group, open_studio
from muslin.cli.printing import print_answer, table

app = group("Autonomy, earned by category and channel: the share of pictures that people must see.")


@app.callback()
def autonomy() -> None:
    """Keep `show` a word of its own while it is the only one (typer would swallow it)."""


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a look.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Show what each category and channel of the live look has earned, and on which evidence."""
    with open_studio(home) as studio:
        found = studio.autonomy(name)
    rows = [
        (
            one.category or "other",
            one.channel,
            f"{one.passed} of {one.judged}",
            f"{100 * one.least_pass:.1f} %",
            f"{100 * one.share:.0f} %",
            one.critical,
            one.why,
        )
        for one in found
    ]
    headings = ("GARMENT", "CHANNEL", "PASSED", "AT LEAST", "MUST BE SEEN", "CRITICAL", "WHY")
    empty = "Nobody has judged a picture yet, so every picture must be seen."
    print_answer({"autonomy": found}, table(headings, rows, empty=empty), as_json=json)
