"""LoKr: a layer learns a Kronecker product, many ranks in few numbers (arXiv 2309.14859).

Which numbers multiply to a layer's width, and when the right factor is of low rank, is decided as
LyCORIS and PEFT do, so that their files and ours are shaped alike.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from muslin.networks.diffusion.chance import chance
from muslin.networks.diffusion.tuning.layers import Dial, Layer, TunedLayer, convolved
from muslin.networks.diffusion.tuning.learnt import Kronecker, LowRank


def factors(width: int) -> tuple[int, int]:
    """The two factors of a width that lie closest together, the smaller one first."""
    small = next(n for n in range(int(width**0.5), 0, -1) if width % n == 0)
    return small, width // small


class KroneckerLayer(TunedLayer):
    """y = Wx + b + s·(L⊗R)x, with x cut into b pieces, so that L⊗R is never written out."""

    def __init__(self, base: Layer, dial: Dial, start: Kronecker, scale: float) -> None:
        super().__init__(base, dial)
        device = base.weight.device
        self.scale = scale
        self.left = nn.Parameter(start.left.to(device))
        if isinstance(start.right, LowRank):
            right = {"down": start.right.down, "up": start.right.up}
        else:
            right = {"whole": start.right}
        self.right = nn.ParameterDict({name: side.to(device) for name, side in right.items()})

    def tuned(self, x: Tensor) -> Tensor:
        """Map (B, ..., in) to (B, ..., out), or (B, in, h, w) to (B, out, h', w')."""
        y: Tensor = self.base(x)
        left = (self.left * self.scale).to(x.dtype)
        if isinstance(self.base, nn.Conv2d):
            pieces = self._convolved(self.base, x)
            learnt = torch.einsum("ab,ibk->iak", left, pieces)
        else:
            pieces = self._multiplied(x.reshape(-1, self.left.shape[1], self._depth))
            learnt = left @ pieces
        return y.add_(learnt.reshape(y.shape))

    @property
    def _depth(self) -> int:
        right: Tensor = self.right["whole"] if "whole" in self.right else self.right["down"]
        return right.shape[1]

    def _multiplied(self, pieces: Tensor) -> Tensor:
        """Pieces (N, b, d) to (N, b, c)."""
        for side in ("whole",) if "whole" in self.right else ("down", "up"):
            pieces = pieces @ self.right[side].to(pieces.dtype).t()
        return pieces

    def _convolved(self, base: nn.Conv2d, x: Tensor) -> Tensor:
        """Images (B, b·d, h, w) to (B, b, c·h'·w')."""
        pieces = x.reshape(-1, self._depth, *x.shape[2:])
        if "whole" in self.right:
            y = convolved(base, pieces, self.right["whole"].to(x.dtype))
        else:
            up = self.right["up"].to(x.dtype)[:, :, None, None]
            y = conv2d(convolved(base, pieces, self.right["down"].to(x.dtype)), up)
        return y.reshape(x.shape[0], self.left.shape[1], -1)


def fresh_kronecker(layer: Layer, name: str, rank: int, seed: int) -> Kronecker:
    """The start of one layer's product: `left` uniform in ±1/√b, `right` zero; CPU float32.

    A right factor of low rank has its `up` uniform in ±1/√r and its `down` at zero, as in LyCORIS.
    """
    (a, c), (b, d) = factors(layer.weight.shape[0]), factors(layer.weight.shape[1])
    kernel = layer.weight.shape[2:]
    rng = chance(seed, "adapter", name)
    left = _uniform(a, b, rng)
    if rank >= max(c, d) / 2:
        return Kronecker(left, torch.zeros(c, d, *kernel))
    return Kronecker(left, LowRank(torch.zeros(rank, d, *kernel), _uniform(c, rank, rng)))


def _uniform(rows: int, columns: int, rng: torch.Generator) -> Tensor:
    """Uniform in ±1/√columns, which is Kaiming's rule for a = √5."""
    return torch.rand((rows, columns), generator=rng).mul_(2).sub_(1).mul_(columns**-0.5)
