"""The pages: one router and one template for each noun, and no logic in either."""

from __future__ import annotations

from fastapi import APIRouter


def routers() -> tuple[APIRouter, ...]:
    """Every page's router."""
    from muslin.server.pages import (
        curate,
        home,
        library,
        make,
        profiles,
        proof,
        release,
        review,
        settings,
        shoots,
        train,
    )

    nouns = (
        home, shoots, profiles, curate, train, proof, review, release, make, library, settings
    )  # fmt: skip
    return tuple(noun.router for noun in nouns)
