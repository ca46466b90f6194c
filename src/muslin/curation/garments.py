"""Which garment a photo shows, as the shop's own tables or file names say it.

A garment that was photographed from the front and from the back looks like two to every eye but
the shop's. Its article number keeps them together, so that one is never taught and the other held
out to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from muslin.domain.catalog import Photo
from muslin.domain.fact import PhotoId

VIEWS = {
    "front", "back", "side", "left", "right", "detail", "details", "closeup", "close", "zoom",
    "top", "bottom", "inside", "outside", "flat", "flatlay", "hanger", "ghost", "mannequin",
    "model", "worn", "full", "half", "main", "alt", "view", "vorne", "hinten", "seite",
}  # fmt: skip
"""Words at the end of a file's name that tell photos of one garment apart, not garments."""
_PARTS = re.compile(r"[ _.()-]+")
_VIEW_NUMBER = re.compile(r"\d{1,2}[a-z]?|v\d{1,2}", re.IGNORECASE)
_ARTICLE = re.compile(r"(?=.*\d{3})[a-z]{0,6}\d+[a-z\d]*", re.IGNORECASE)
"""Three digits in a row, such as 4711 or AB1204, in a part of a name that begins like a number."""
_CAMERA = re.compile(
    r"(img|dsc|dscf|dscn|pxl|p|photo|image|wa|whatsapp|screenshot|scan|mvimg)\d*", re.I
)
_DATE = re.compile(r"(19|20)\d{2}((0[1-9]|1[0-2])([0-3]\d)?)?|[0-2]\d[0-5]\d[0-5]\d")
"""2026, 202603, 20260301, or a time such as 142530: cameras number photos so, not garments."""


def garment_of(photo: Photo) -> str | None:
    """What the shop calls the garment: its article, else what file names say, else None."""
    given = (photo.garment or "").strip()
    return given.casefold() if given else garment_in(photo.file_name)


def garment_in(file_name: str) -> str | None:
    """The garment that a file's path names, or None where it names none.

    A name ends in views (`4711-front`, `red_dress_back`) or, after an article number, in one or
    two digits (`AB-4711_02`); what stands before is the garment, within its folder. Where a name
    is a view alone (`4711/front.jpg`), the folder is. Numbers of cameras and dates are none.
    """
    path = PurePosixPath(file_name)
    parts = [part for part in _PARTS.split(path.stem) if part]
    kept = _without_views(parts)
    folder = str(path.parent)
    if not kept:
        return folder.casefold() if folder != "." else None
    if len(kept) == len(parts) or any(_CAMERA.fullmatch(part) for part in kept):
        return None
    return f"{folder}/{' '.join(kept)}".removeprefix("./").casefold()


def together(
    groups: Iterable[frozenset[PhotoId]], photos: Sequence[Photo]
) -> list[frozenset[PhotoId]]:
    """Groups of photos, joined where the shop says that members show one garment.

    Every photo stays in exactly one group; ordered by their smallest photo id.
    """
    named = {photo.id: garment_of(photo) for photo in photos}
    joined: list[tuple[set[PhotoId], set[str]]] = []
    for group in groups:
        members = set(group)
        names = {name for photo in group if (name := named.get(photo))}
        alike = [other for other in joined if other[1] & names]
        joined = [other for other in joined if other not in alike]
        for other in alike:
            members |= other[0]
            names |= other[1]
        joined.append((members, names))
    return sorted((frozenset(members) for members, _ in joined), key=min)


def _without_views(parts: Sequence[str]) -> list[str]:
    """The parts of a name before the views at its end."""
    kept = list(parts)
    while kept and _is_view(kept[-1], kept[:-1]):
        kept.pop()
    return kept


def _is_view(part: str, before: Sequence[str]) -> bool:
    if part.casefold() in VIEWS:
        return True
    return _VIEW_NUMBER.fullmatch(part) is not None and any(_articles(before))


def _articles(parts: Sequence[str]) -> Iterator[str]:
    for part in parts:
        if _ARTICLE.fullmatch(part) and not _DATE.fullmatch(part):
            yield part
