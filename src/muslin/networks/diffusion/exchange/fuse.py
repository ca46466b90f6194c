"""Several layers' changes as the change of the one layer that they are in other tools, and back.

The parts lie in blocks along the diagonal: `down` is theirs above each other, `up` has each one's
rows in its own columns and zero elsewhere. n parts of rank r and alpha become rank n·r and n·alpha,
so that alpha / rank, and with it the change, stays what it was.
Source: the layout of kohya-ss/sd-scripts networks/convert_flux_lora.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.tuning.learnt import LowRank


def fuse(parts: Mapping[str, LowRank], names: Sequence[str], rows: Sequence[int]) -> LowRank:
    """One change of rank n·r; a layer without a change gets zeros.

    `rows` are the layers' output widths. Raises InvalidRequest when the ranks differ, or for DoRA,
    whose magnitudes would need a change in each part.
    """
    if any(part.magnitude is not None for part in parts.values()):
        raise InvalidRequest(
            f"{', '.join(parts)} are one layer elsewhere, which DoRA does not carry over.",
            hint="Use --format diffusers, which keeps them apart, or --format full.",
        )
    ranks = {part.down.shape[0] for part in parts.values()}
    if len(ranks) != 1:
        raise InvalidRequest(
            f"{', '.join(parts)} have the ranks {sorted(ranks)} but are one layer elsewhere.",
            hint="Use --format diffusers, which keeps them apart.",
        )
    (rank,) = ranks
    some = next(iter(parts.values()))
    down = some.down.new_zeros(rank * len(names), *some.down.shape[1:])
    up = some.up.new_zeros(sum(rows), rank * len(names))
    for k, name in enumerate(names):
        if name in parts:
            down[k * rank : (k + 1) * rank] = parts[name].down
            up[sum(rows[:k]) : sum(rows[: k + 1]), k * rank : (k + 1) * rank] = parts[name].up
    return LowRank(down, up)


def split(
    whole: LowRank, names: Sequence[str], rows: Sequence[int]
) -> tuple[int, dict[str, LowRank]]:
    """How many ranks shared a column each (n, or 1 where all parts use all), and the parts.

    A part that changes nothing is left away. The alpha of a part is the whole's divided by n.
    """
    ups = torch.split(whole.up, list(rows))
    n, rank = len(names), whole.down.shape[0]
    if n > 1 and rank % n == 0 and _diagonal(ups, rank // n):
        downs = torch.split(whole.down, rank // n)
        own = [up[:, k * (rank // n) : (k + 1) * (rank // n)] for k, up in enumerate(ups)]
        pairs = zip(names, downs, own, strict=True)
    else:
        n, pairs = 1, zip(names, [whole.down] * len(names), ups, strict=True)
    return n, {
        name: LowRank(down.contiguous(), up.contiguous())
        for name, down, up in pairs
        if bool(down.any()) or bool(up.any())
    }


def _diagonal(ups: Sequence[Tensor], rank: int) -> bool:
    """Whether each part's rows use its own columns only."""
    return not any(
        bool(up[:, : k * rank].any()) or bool(up[:, (k + 1) * rank :].any())
        for k, up in enumerate(ups)
    )
