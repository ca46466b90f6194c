"""What happens to a job, as it happens; a browser that was away gets what it missed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from muslin.domain.fact import JobId
from muslin.domain.house.people import Right
from muslin.domain.work import JobState
from muslin.runtime.storage.jobs import EventKind, JobEvent
from muslin.runtime.studio import Studio
from muslin.server.access import allow
from muslin.server.studio import StudioDep

router = APIRouter(include_in_schema=False)
LOOK_EVERY_S = 0.4
QUIET_S = 15.0
"""Proxies close what is silent for a minute; a comment every so often keeps it open."""
OVER = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


@router.get("/jobs/{job}/events")
@allow(Right.LOOK)
def follow(
    studio: StudioDep, job: str, last_event_id: Annotated[str, Header()] = "0"
) -> StreamingResponse:
    """Server-sent events of a job, from the one after `Last-Event-ID`."""
    id = studio.job(JobId(job)).id
    after = int(last_event_id) if last_event_id.isdigit() else 0
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _stream(studio, id, after), media_type="text/event-stream", headers=headers
    )


async def _stream(studio: Studio, job: JobId, after: int) -> AsyncIterator[str]:
    quiet = 0.0
    while True:
        state = (await run_in_threadpool(studio.job, job)).state
        found = await run_in_threadpool(studio.events, job, after)
        for event in found:
            after, quiet = event.number, 0.0
            yield _written(event)
        if state in OVER:
            yield f"event: over\ndata: {json.dumps({'state': state})}\n\n"
            return
        await asyncio.sleep(LOOK_EVERY_S)
        quiet += LOOK_EVERY_S
        if quiet >= QUIET_S:
            quiet = 0.0
            yield ": still here\n\n"


def _written(event: JobEvent) -> str:
    made = event.progress
    data: dict[str, str | int | float] = {"kind": event.kind, "at": event.at.timestamp()}
    if event.kind is EventKind.PROGRESS and made is not None:
        data |= {"step": made.step, "done": made.done, "total": made.total}
        data |= {"unit": made.unit, "note": made.note}
    return f"id: {event.number}\nevent: happened\ndata: {json.dumps(data)}\n\n"
