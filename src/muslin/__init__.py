"""Muslin: a studio that fine-tunes an image network on a fashion brand's own photos.

    from muslin import Studio

    with Studio.open() as studio:
        ...

`Studio` is loaded when it is first named, so that `import muslin` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muslin.runtime.studio import Studio

__all__ = ["Studio"]


def __getattr__(name: str) -> type[Studio]:
    """Load the studio on first use (PEP 562)."""
    if name != "Studio":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from muslin.runtime.studio import Studio

    return Studio
