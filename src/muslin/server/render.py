"""Pages and parts of pages from templates, with what every page shows around them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from muslin.domain.house.people import Caller, Right
from muslin.server import words
from muslin.server.studio import studio_of

HERE = Path(__file__).parent


def page(request: Request, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A whole page inside the frame; without a caller, the frame is empty."""
    caller: Caller | None = request.scope.get("caller")
    frame: dict[str, Any] = {"standings": (), "brand": "", "at_work": None}
    if caller is not None and caller.may(Right.LOOK):
        studio = studio_of(request)
        standings = shown.pop("standings", None) or studio.standings()
        at_work = next((s for s in standings if s.job is not None), None)
        frame = {"standings": standings, "brand": studio.brand(), "at_work": at_work}
    return _answer(request, template, status, frame | shown)


def fragment(request: Request, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A part of a page, for one that is open already."""
    return _answer(request, template, status, shown)


def _answer(request: Request, template: str, status: int, shown: dict[str, Any]) -> HTMLResponse:
    caller: Caller | None = request.scope.get("caller")
    around = {
        "caller": caller,
        "csrf": request.scope.get("csrf", ""),
        "path": request.url.path,
        "may": (lambda right: caller.may(Right(right))) if caller else (lambda _: False),
    }
    html = templates().get_template(template).render(**around, **shown)
    return HTMLResponse(html, status, {"Cache-Control": "no-store"})


@cache
def templates() -> Environment:
    """All templates; a name that is missing in one is a fault, not an empty place."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(["html", "j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"static": static_url}
    environment.filters |= {
        "when": words.when,
        "ago": words.ago,
        "duration": words.duration,
        "bytes": words.amount_of_bytes,
        "counted": words.counted,
        "path": lambda text: quote(text, safe=""),
        "title": words.title,
    }
    return environment


@cache
def static_url(name: str) -> str:
    """The address of a static file, which changes with its content so that it may be kept."""
    digest = hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"
