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
    from muslin.server.api.curating import captions, datasets, rights
    from muslin.server.api.proving import gating, learning, proposals, reviewing

    curating = (photos, captions, rights, datasets)
    proving = (judging, reviewing, learning, gating, proposals)
    leaving = (releases, pictures)
    nouns = (description, *curating, training, *proving, *leaving, weights, house, openai)
    return tuple(noun.router for noun in nouns)
