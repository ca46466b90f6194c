"""The one open studio of a server, as endpoints ask for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from muslin.domain.house.people import Caller
from muslin.runtime.studio import Studio
from muslin.server.access import caller_of


def studio_of(request: Request) -> Studio:
    """The studio that this server serves."""
    studio: Studio = request.app.state.studio
    return studio


StudioDep = Annotated[Studio, Depends(studio_of)]
CallerDep = Annotated[Caller, Depends(caller_of)]
