"""`muslin serve`: the studio in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Home, Json, open_studio
from muslin.cli.printing import print_answer

if TYPE_CHECKING:
    from muslin.runtime.studio import Studio

LOCAL = ("localhost", "127.0.0.1", "[::1]")


def serve(
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 = all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at.", min=1, max=65535)] = 8420,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", help="Name under which browsers reach it; may be repeated."),
    ] = None,
    new_link: Annotated[
        bool,
        typer.Option("--new-link", help="Print a new link for an owner who lost the password."),
    ] = False,
    home: Home = None,
    json: Json = False,
) -> None:
    """Open the studio in the browser; the first start prints the owner's link.

    It also carries out queued work: imports, trainings, proofs and ordered pictures.
    """
    with open_studio(home) as studio:
        address = f"http://{'localhost' if host in ('0.0.0.0', '::') else host}:{port}"
        link = owners_link(studio, address, new_link=new_link)
        answer = {"address": address, "owners_link": link}
        print_answer(answer, told(address, link), as_json=json)
        _listen(studio, host, port, allowed(host, port, allow_host or []))


def allowed(host: str, port: int, names: list[str]) -> set[str]:
    """What a browser may call this server; anything else is a page of somebody else's."""
    bare = {*LOCAL, host, *(name.lower() for name in names)}
    return bare | {f"{name}:{port}" for name in bare}


def owners_link(studio: Studio, address: str, *, new_link: bool) -> str | None:
    """The link where an owner chooses a password, where one is due."""
    secret = studio.welcome_owner()
    if secret is None and new_link:
        owner = next(p for p in studio.people() if p.role == "owner" and p.active)
        secret = studio.welcome_again(owner.id)
    return None if secret is None else f"{address}/welcome?token={secret}"


def told(address: str, link: str | None) -> str:
    """Where the studio is, for people."""
    lines = [f"The studio is open at {address}"]
    if link is not None:
        lines.append(f"Owner, choose a password here, once: {link}")
    return "\n".join([*lines, "Ctrl-C closes it; what is under way goes on at the next start."])


def _listen(studio: Studio, host: str, port: int, hosts: set[str]) -> None:
    import uvicorn

    from muslin.server.app import create_app

    app = create_app(studio, hosts)
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=2
    )
    uvicorn.Server(config).run()
