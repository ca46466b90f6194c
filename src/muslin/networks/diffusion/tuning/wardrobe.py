"""Adapters that are at hand: merged once, then changed like a coat, within a bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from torch import nn

from muslin.networks.diffusion.tuning.apply import Change, change_of

ROOM_BYTES = 1 << 30
"""Merged layers that are kept beside the base: some thirty looks of the starter, none of a base
whose layers alone are larger; the look in use is never counted."""

Stamp = tuple[tuple[str, int, int], ...]


class Wardrobe:
    """The changes that adapters make to one network, the longest unused given up first."""

    def __init__(self, network: nn.Module, prefix: str, room_bytes: int = ROOM_BYTES) -> None:
        self._network, self._prefix, self._room_bytes = network, prefix, room_bytes
        self._kept: OrderedDict[tuple[Path, Stamp], Change] = OrderedDict()

    def take(self, folder: Path) -> Change:
        """The change of a checkpoint's folder; the network must be as its base is.

        A folder whose files were written anew is read anew. Raises as `change_of` does.
        """
        key = (folder, _stamp(folder))
        change = self._kept.pop(key, None)
        if change is None:
            change = change_of(self._network, folder, self._prefix)
        self._kept[key] = change
        while len(self._kept) > 1 and self.size_bytes > self._room_bytes:
            self._kept.popitem(last=False)
        return change

    @property
    def size_bytes(self) -> int:
        """What all kept changes take."""
        return sum(
            content.numel() * content.element_size()
            for change in self._kept.values()
            for _, content in change
        )


def _stamp(folder: Path) -> Stamp:
    """Names, sizes and times of a folder's files; empty when there is none."""
    if not folder.is_dir():
        return ()
    files = sorted(path for path in folder.iterdir() if path.is_file())
    stats = [(path.name, path.stat()) for path in files]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
