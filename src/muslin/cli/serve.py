"""`muslin serve`: the studio in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Home, open_studio

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
) -> None:
    """Open the studio in the browser; the first start prints the owner's link.

    It also carries out queued work: imports, trainings, proofs and ordered pictures.
    """
    with open_studio(home) as studio:
        address = f"http://{'localhost' if host in ('0.0.0.0', '::') else host}:{port}"
        typer.echo(told(studio, address, new_link=new_link))
        _listen(studio, host, port, allowed(host, port, allow_host or []))


def allowed(host: str, port: int, names: list[str]) -> set[str]:
    """What a browser may call this server; anything else is a page of somebody else's."""
    bare = {*LOCAL, host, *(name.lower() for name in names)}
    return bare | {f"{name}:{port}" for name in bare}


def told(studio: Studio, address: str, *, new_link: bool) -> str:
    """Where the studio is, and the owner's link where one is due."""
    secret = studio.welcome_owner()
    if secret is None and new_link:
        owner = next(p for p in studio.people() if p.role == "owner" and p.active)
        secret = studio.welcome_again(owner.id)
    lines = [f"The studio is open at {address}"]
    if secret is not None:
        lines.append(f"Owner, choose a password here, once: {address}/welcome?token={secret}")
    return "\n".join([*lines, "Ctrl-C closes it; what is under way goes on at the next start."])


def _listen(studio: Studio, host: str, port: int, hosts: set[str]) -> None:
    import uvicorn

    from muslin.server.app import create_app

    app = create_app(studio, hosts)
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=2
    )
    uvicorn.Server(config).run()
