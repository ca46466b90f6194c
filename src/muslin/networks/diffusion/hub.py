"""Bases from a Hugging Face hub, fetched only when a run asks for one by its id."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from muslin.domain.errors import WeightsMissing

PATIENCE_S = 10.0
"""How long the hub may take to answer at all; a laptop without one should not wait longer."""


def fetch(hub_id: str, patterns: Sequence[str]) -> Path:
    """The local folder of a hub repository with the files that match; fetched once, then kept.

    Raises WeightsMissing when the hub cannot be reached or has no such base.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        folder = snapshot_download(
            hub_id, allow_patterns=list(patterns), etag_timeout=PATIENCE_S, token=False
        )
    except (OSError, HfHubHTTPError, HFValidationError, ValueError) as error:
        raise WeightsMissing(
            f"{hub_id} could not be fetched from the hub.",
            hint="Check the id and the connection, or name a folder that holds the base.",
        ) from error
    return Path(folder)
