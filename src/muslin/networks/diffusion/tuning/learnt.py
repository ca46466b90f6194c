"""What was learnt, as mathematics: how a layer's weight W is changed, apart from any network.

LoRA: W + s·BA (Hu et al., arXiv 2106.09685, section 4.1), with s = α/r, or α/√r (rsLoRA,
Kalajdzievski, arXiv 2312.03732, section 3). DoRA: the rows of W + s·BA take the length m
(Liu et al., arXiv 2402.09353, equation 5). LoKr: W + L⊗R with R whole or of low rank
(Yeh et al., arXiv 2309.14859, section 3.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from muslin.domain.profile import Scaling


@dataclass(frozen=True, slots=True)
class LowRank:
    """One layer's change. Linear: `down` (r, in), `up` (out, r).

    Convolution: `down` (r, in, kh, kw), `up` (out, r, 1, 1). `magnitude` (out,) makes it DoRA.
    """

    down: Tensor
    up: Tensor
    magnitude: Tensor | None = None

    def change(self) -> Tensor:
        """up·down in the shape of the layer's weight."""
        product = self.up.flatten(1) @ self.down.flatten(1)
        return product.view(self.up.shape[0], *self.down.shape[1:])

    def fits(self, shape: Sequence[int]) -> bool:
        """Whether this is a change of a weight of such a shape."""
        expected = (self.up.shape[0], *self.down.shape[1:])
        return expected == tuple(shape) and self.up.shape[1] == self.down.shape[0]

    def tuned(self, weight: Tensor, scale: float) -> Tensor:
        """The layer's weight with the change in it."""
        changed = torch.add(weight, self.change().to(weight), alpha=scale)
        if self.magnitude is None:
            return changed
        gain = self.magnitude.to(weight) / changed.flatten(1).norm(dim=1)
        return changed * beside(gain, changed)


def strength(alpha: float, rank: int, scaling: Scaling) -> float:
    """The factor s of a change of low rank: α/r, or α/√r for `root_rank`."""
    return alpha / (rank if scaling == "rank" else rank**0.5)


@dataclass(frozen=True, slots=True)
class Adapter:
    """A low-rank change for each layer, by its name in the network."""

    alpha: float
    layers: Mapping[str, LowRank]
    scaling: Scaling = "rank"

    def scale(self, layer: str) -> float:
        """The factor of one layer's up·down."""
        return strength(self.alpha, self.layers[layer].down.shape[0], self.scaling)

    def tuned(self, layer: str, weight: Tensor) -> Tensor:
        """One layer's weight with its change in it."""
        return self.layers[layer].tuned(weight, self.scale(layer))


@dataclass(frozen=True, slots=True)
class Kronecker:
    """One layer's change L⊗R: `left` (a, b), `right` (c, d·k) with ac = out and bd = in.

    k is the size of a convolution's kernel, 1 for a linear layer. A `right` of low rank is the
    change of a `LowRank` with `down` (r, d·k) and `up` (c, r).
    """

    left: Tensor
    right: Tensor | LowRank

    def change(self, shape: Sequence[int]) -> Tensor:
        """The Kronecker product in the shape of the layer's weight, (out, in, ...)."""
        (a, b), kernel = self.left.shape, shape[2:]
        right = self.right.change() if isinstance(self.right, LowRank) else self.right
        right = right.reshape(shape[0] // a, shape[1] // b, *kernel)
        return torch.kron(self.left.view(a, b, *(1 for _ in kernel)), right)

    def fits(self, shape: Sequence[int]) -> bool:
        """Whether this is a change of a weight of such a shape."""
        (a, b), right = self.left.shape, self.right
        if isinstance(right, LowRank):
            c, dk = right.up.shape[0], right.down.flatten(1).shape[1]
        else:
            c, dk = right.shape[0], right.flatten(1).shape[1]
        return a * c == shape[0] and b * dk == prod(shape[1:]) and shape[1] % b == 0


@dataclass(frozen=True, slots=True)
class KroneckerAdapter:
    """A Kronecker product for each layer, by its name in the network; its strength is in `left`."""

    layers: Mapping[str, Kronecker]

    def tuned(self, layer: str, weight: Tensor) -> Tensor:
        """One layer's weight with its change in it."""
        return weight + self.layers[layer].change(weight.shape).to(weight)


def beside(vector: Tensor, like: Tensor) -> Tensor:
    """A vector shaped (n, 1, ...) to multiply the rows of `like`."""
    return vector.view(-1, *(1 for _ in like.shape[1:]))
