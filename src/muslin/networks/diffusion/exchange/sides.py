"""One layer's tensors, as a foreign file holds them, become a change of one of our layers."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.tuning.learnt import Kronecker, LowRank

Sides = Mapping[str, Tensor]
"""A layer's tensors by what they are to it, see `keys`."""


def refused(file: str, why: str) -> InvalidRequest:
    """The refusal of a file."""
    return InvalidRequest(
        f"{file} cannot be imported: {why}.",
        hint="Import a LoRA or LoKr of the denoiser that was trained on this base.",
    )


def low_rank(sides: Sides, layer: str, file: str) -> LowRank:
    """A layer's two sides, float32, with DoRA's magnitude where there is one."""
    if not {"down", "up"} <= sides.keys():
        raise refused(file, f"{layer} lacks one of its sides")
    magnitude = sides.get("magnitude", sides.get("dora_scale"))
    if "dora_scale" in sides and sides["dora_scale"].shape[0] != sides["up"].shape[0]:
        raise refused(file, f"the lengths of {layer} are of its columns, not of its rows")
    kept = None if magnitude is None else magnitude.float().flatten()
    return LowRank(sides["down"].float(), sides["up"].float(), kept)


def shaped(part: LowRank, weight: Tensor, layer: str, file: str) -> LowRank:
    """A change in the shapes of our layer: 1×1 convolutions are often kept as linear ones."""
    rank, (out, *inside) = part.down.shape[0], weight.shape
    fits = part.down[0].numel() == weight[0].numel() and part.up.shape[0] == out
    along = part.magnitude is None or part.magnitude.numel() == out
    if not fits or not along or part.up.numel() != out * rank:
        sizes = f"{tuple(part.up.shape)}·{tuple(part.down.shape)} for {tuple(weight.shape)}"
        raise refused(file, f"{layer} has another size ({sizes})")
    ones = (1,) * (len(inside) - 1)
    down, up = part.down.reshape(rank, *inside), part.up.reshape(out, rank, *ones)
    return LowRank(down.contiguous(), up.contiguous(), part.magnitude)


def kronecker(sides: Sides, weight: Tensor, layer: str, file: str) -> Kronecker:
    """LoKr with its strength in the left factor.

    The scale is alpha / rank where a factor is of low rank and 1 where both are whole: LyCORIS,
    modules/lokr.py.
    """
    sides = {name: tensor.float() for name, tensor in sides.items()}
    ranks = [sides[name].shape[0] for name in ("left_down", "right_down") if name in sides]
    scale = float(sides.get("alpha", ranks[0])) / ranks[0] if ranks else 1.0
    left, right = _factor(sides, "left"), _factor(sides, "right")
    if left is None or right is None:
        raise refused(file, f"{layer} lacks one of its factors")
    whole = left.change() if isinstance(left, LowRank) else left
    part = Kronecker(whole if scale == 1.0 else whole * scale, right)
    if whole.ndim != 2 or not part.fits(weight.shape):
        raise refused(file, f"{layer} has another size for {tuple(weight.shape)}")
    return part


def _factor(sides: Sides, name: str) -> Tensor | LowRank | None:
    if {f"{name}_down", f"{name}_up"} <= sides.keys():
        return LowRank(sides[f"{name}_down"], sides[f"{name}_up"])
    return sides.get(name)
