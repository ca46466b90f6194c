"""Members of a set, ready to be counted."""

from __future__ import annotations

from dataclasses import replace

from muslin.curation.sets.members import Member


def a_member(number: int, **changed: object) -> Member:
    """A photo without fault, of a garment of its own."""
    plain = Member(
        file_name=f"{number:03}.jpg",
        garment=number,
        category=("dress", "shirt")[number % 2],
        colour="red",
        presentation="flat lay",
        on_scene=True,
        is_sound=True,
        is_usual=True,
        is_well_captioned=True,
    )
    return replace(plain, **changed)  # type: ignore[arg-type]
