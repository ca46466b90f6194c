"""The API's own description."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi

from muslin.domain.house.people import Right
from muslin.server.access import allow

router = APIRouter(prefix="/api/v1", tags=["description"])


@router.get("/openapi.json", include_in_schema=False)
@allow(Right.LOOK)
def openapi(request: Request) -> dict[str, Any]:
    """OpenAPI 3.1 of all that programs may call."""
    state = request.app.state
    if not hasattr(state, "description"):
        state.description = get_openapi(
            title="Muslin",
            version=version("muslin"),
            description="Send a key from Settings as `Authorization: Bearer …`.",
            routes=request.app.router.routes,
        )
    described: dict[str, Any] = state.description
    return described
