"""Refusals over HTTP: JSON for programs, a line for a page that is open, a page for the rest."""

from __future__ import annotations

import logging

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from muslin.domain.errors import InvalidRequest, NotAllowed, NotFound, NotSignedIn, StudioError
from muslin.runtime.profiles import told
from muslin.server.render import fragment, page

STATUS = {
    "studio_error": 400,
    "nothing_to_import": 422,
    "unreadable_photo": 422,
    "not_enough_photos": 422,
    "home_unusable": 503,
    "disk_full": 507,
    "invalid_profile": 422,
    "invalid_request": 422,
    "not_found": 404,
    "name_taken": 409,
    "part_missing": 501,
    "weights_missing": 503,
    "plan_refused": 422,
    "training_diverged": 409,
    "torn_checkpoint": 500,
    "job_failed": 409,
    "job_superseded": 409,
    "gate_closed": 409,
    "licence_refused": 403,
    "licence_not_accepted": 403,
    "not_signed_in": 401,
    "not_allowed": 403,
    "upload_refused": 413,
    "invalid_rules": 422,
    "picture_taken": 409,
    "rights_missing": 403,
    "retired": 410,
}
"""The HTTP status of each refusal's code."""
_log = logging.getLogger(__name__)


def refuse(request: Request, error: StudioError) -> Response:
    """Answer a refusal in the form that the asker can read."""
    status = STATUS[error.code]
    path = request.url.path
    if path.startswith("/v1/"):
        said = {"message": f"{error} {error.hint}", "type": _openai_type(status), "param": None}
        return JSONResponse({"error": {**said, "code": error.code}}, status)
    if path.startswith("/api/") or "text/html" not in request.headers.get("accept", "*/*"):
        body = {"code": error.code, "message": str(error), "hint": error.hint}
        if "hx-request" not in request.headers:
            return JSONResponse(body, status)
    if "hx-request" in request.headers:
        return fragment(request, "parts/notice.html.j2", status=status, error=error)
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return RedirectResponse("/sign-in", 303)
    return page(request, "refusal.html.j2", status=status, error=error, code=status)


def misread(request: Request, error: RequestValidationError | ValidationError) -> Response:
    """A field that is missing or out of bounds."""
    faults = error.errors()
    words = " ".join(f"{'.'.join(str(p) for p in f['loc'][-2:])}: {f['msg']}." for f in faults)
    if isinstance(error, ValidationError):
        words = told(error)
    hint = "The API's description at /api/v1/openapi.json names every field with its bounds."
    return refuse(request, InvalidRequest(words or "Nothing was understood.", hint=hint))


def lost(request: Request, error: HTTPException) -> Response:
    """What the framework itself refuses."""
    if error.status_code == 404:
        hint = "The address may be old; Home leads everywhere."
        return refuse(request, NotFound("There is nothing at this address.", hint=hint))
    if error.status_code == 405:
        hint = "Read the API's description at /api/v1/openapi.json."
        return refuse(request, NotAllowed(f"{request.method} is not for this address.", hint=hint))
    return refuse(request, InvalidRequest(str(error.detail), hint="Send it again, whole."))


def confess(request: Request, error: Exception) -> Response:
    """A fault of ours: the log has the traceback, the asker has none of it."""
    _log.error("fault at %s %s", request.method, request.url.path, exc_info=error)
    said = StudioError("Muslin has a fault.", hint="The server's log says where; please report it.")
    response = refuse(request, said)
    response.status_code = 500
    return response


def _openai_type(status: int) -> str:
    types = {401: "authentication_error", 403: "permission_error", 404: "not_found_error"}
    return types.get(status, "invalid_request_error" if status < 500 else "server_error")
