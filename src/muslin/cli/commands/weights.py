"""`muslin weights`: trained networks on this machine."""

from __future__ import annotations

from muslin.cli.options import Json, group
from muslin.cli.printing import print_answer, table

app = group("Trained networks on this machine.")


@app.callback()
def weights() -> None:
    """Keep `list` a word of its own while it is the only one (typer would swallow it)."""


@app.command("list")
def list_weights(json: Json = False) -> None:
    """List the networks that ship with the package, and whether each is whole."""
    from muslin.runtime.weights import shipped

    entries = shipped()
    rows = [
        (e.name, e.state, f"{e.size_bytes / 1e6:.1f} MB", e.licence, e.purpose) for e in entries
    ]
    words = table(("NAME", "STATE", "SIZE", "LICENCE", "PURPOSE"), rows, empty="None.")
    print_answer({"weights": entries}, words, as_json=json)
