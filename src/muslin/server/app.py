"""The application: every route, one gatekeeper before them, one shape for refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from muslin.domain.errors import StudioError
from muslin.imaging.guard import LARGEST_FILE_BYTES
from muslin.runtime.studio import Studio
from muslin.server import errors
from muslin.server.access import access_of
from muslin.server.api import routers as api_routers
from muslin.server.doors import events, pictures, sign_in
from muslin.server.gatekeeper import Gatekeeper
from muslin.server.pages import routers as page_routers
from muslin.server.painter import Painter
from muslin.server.render import HERE


def create_app(studio: Studio, hosts: Iterable[str], *, works: bool = True) -> FastAPI:
    """The studio as an ASGI application, answering to these hosts (`name:port`) alone.

    `works` False leaves queued jobs and orders to other processes.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        hands = (studio.foreman(), Painter(studio)) if works else ()
        for hand in hands:
            hand.start()
        yield
        for hand in hands:
            hand.stop()

    app = FastAPI(
        title="Muslin",
        version=version("muslin"),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        max_body_size=LARGEST_FILE_BYTES,
    )
    app.state.studio = studio
    for router in (sign_in.router, pictures.router, events.router, *page_routers(), *api_routers()):
        _add(app, router)
    app.router.routes.append(
        Mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    )
    app.add_exception_handler(StudioError, errors.refuse)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, errors.misread)  # type: ignore[arg-type]
    app.add_exception_handler(ValidationError, errors.misread)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, errors.lost)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, errors.confess)
    app.add_middleware(Gatekeeper, routes=app.router.routes, studio=studio, hosts=frozenset(hosts))
    return app


def _add(app: FastAPI, router: APIRouter) -> None:
    """Add a router's routes as they are, so that the gatekeeper sees every single one."""
    for route in router.routes:
        if not isinstance(route, APIRoute) or access_of(route.endpoint) is None:
            raise TypeError(f"{route} does not say who may call it")
        app.router.routes.append(route)
