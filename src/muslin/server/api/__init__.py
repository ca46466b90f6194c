"""The JSON API: every verb of the studio under `/api/v1`, and pictures as OpenAI's clients ask."""

from __future__ import annotations

from fastapi import APIRouter


def routers() -> tuple[APIRouter, ...]:
    """Every noun's router."""
    return ()
