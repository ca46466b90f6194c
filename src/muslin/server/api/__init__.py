"""The JSON API: every verb of the studio under `/api/v1`, and pictures as OpenAI's clients ask."""

from __future__ import annotations

from fastapi import APIRouter


def routers() -> tuple[APIRouter, ...]:
    """Every noun's router."""
    from muslin.server.api import (
        description,
        house,
        judging,
        openai,
        photos,
        pictures,
        releases,
        training,
        weights,
    )

    nouns = (description, photos, training, judging, releases, pictures, weights, house, openai)
    return tuple(noun.router for noun in nouns)
