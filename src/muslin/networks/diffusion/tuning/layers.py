"""Layers of a network that learn a change of low rank, at close to the cost of the network alone.

Layers that read one input (q, k and v of self-attention; k and v of cross-attention) multiply it
by their `down`s in one product, and all that flows back is summed in place. Scaling rides on the
products. There is no dropout and no dictionary of adapters.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn.functional import conv2d, linear

from muslin.domain.errors import InvalidRequest
from muslin.networks.diffusion.tuning.learnt import LowRank

Layer = nn.Linear | nn.Conv2d


class Dial:
    """What all tuned layers of a network look at: whether they are on, and how much they may use.

    The mask makes the rank depend on noise while training (T-LoRA, Soboleva et al., arXiv
    2507.05964, section 3.1): r(t) = ⌊(r - r_min)(1 - t/T)⌋ + r_min, so that the noisiest steps,
    which decide a picture's layout, cannot be learnt by heart. Pictures are drawn with all ranks.
    """

    def __init__(self, rank: int, least_rank_fraction: float) -> None:
        self.on = True
        self.mask: Tensor | None = None
        self._rank = rank
        self._least = max(1, round(rank * least_rank_fraction))

    def listen(self, noise_fraction: Tensor) -> None:
        """Set the mask for pictures of noise fractions t/T, (B,) in [0, 1]; waits for no device."""
        if self._least == self._rank:
            return
        ranks = torch.arange(self._rank, device=noise_fraction.device)
        used = ((self._rank - self._least) * (1 - noise_fraction)).floor() + self._least
        self.mask = (ranks < used.unsqueeze(1)).float()

    def rows(self, count: int) -> Tensor | None:
        """The mask (B, r) for an input of `count` pictures; refuses one that cannot be matched."""
        if self.mask is None or len(self.mask) == count:
            return self.mask
        raise InvalidRequest(
            f"A layer sees {count} rows where {len(self.mask)} pictures are learnt.",
            hint="Set least_rank_fraction to 1 for this base.",
        )


class TunedLayer(nn.Module, ABC):
    """Stands where a frozen layer stood; networks that ask for its weight get the frozen one."""

    def __init__(self, base: Layer, dial: Dial) -> None:
        super().__init__()
        self.base = base
        self.dial = dial

    @property
    def weight(self) -> Tensor:
        """The frozen layer's."""
        return self.base.weight

    @property
    def bias(self) -> Tensor | None:
        """The frozen layer's."""
        return self.base.bias

    def forward(self, x: Tensor) -> Tensor:
        """As the frozen layer, plus what is learnt while the dial is on."""
        y: Tensor = self.tuned(x) if self.dial.on else self.base(x)
        return y

    @abstractmethod
    def tuned(self, x: Tensor) -> Tensor:
        """The layer's answer with the change."""


class Sharing(nn.Module):
    """Linear layers of one input and what they learn: `down` (n·r, in) stacked, an `up` each."""

    def __init__(
        self, bases: Sequence[nn.Linear], starts: Sequence[LowRank], scale: float, dial: Dial
    ) -> None:
        super().__init__()
        device = bases[0].weight.device
        self.down = nn.Parameter(torch.cat([start.down for start in starts]).to(device))
        self.ups = nn.ParameterList([start.up.to(device) for start in starts])
        self._ups = tuple(self.ups)  # a list of parameters looks each one up by its name
        self._frozen = tuple((base.weight, base.bias) for base in bases)
        self._scale, self._dial = scale, dial
        self._seen: Tensor | None = None
        self._waiting: dict[int, Tensor] = {}

    def answer(self, place: int, x: Tensor) -> Tensor:
        """What layer `place` says to x (B, ..., in). The first one asked computes for all.

        Answers wait only for the very same tensor, and each is given once: nothing is kept alive.
        """
        if len(self._frozen) == 1:
            return self._answers(x)[0]
        if self._seen is not x or place not in self._waiting:
            self._seen, self._waiting = x, dict(enumerate(self._answers(x)))
        y = self._waiting.pop(place)
        if not self._waiting:
            self._seen = None
        return y

    def _answers(self, x: Tensor) -> tuple[Tensor, ...]:
        mask = self._dial.rows(x.shape[0])
        answers: tuple[Tensor, ...] = _SharedDown.apply(  # type: ignore[no-untyped-call]
            x, self.down, mask, self._scale, self._frozen, *self._ups
        )
        return answers


class TunedLinear(TunedLayer):
    """y = Wx + b + s·up·down·x, with the product by `down` shared among layers of one input."""

    def __init__(self, base: nn.Linear, dial: Dial, sharing: Sharing, place: int) -> None:
        super().__init__(base, dial)
        self.sharing = sharing
        self._answer = sharing.answer
        self.place = place

    def tuned(self, x: Tensor) -> Tensor:
        """Map (B, ..., in) to (B, ..., out)."""
        return self._answer(self.place, x)


class TunedConv(TunedLayer):
    """y = W * x + b + s·up * (down * x)."""

    base: nn.Conv2d

    def __init__(self, base: nn.Conv2d, dial: Dial, start: LowRank, scale: float) -> None:
        super().__init__(base, dial)
        self.scale = scale
        self.down = nn.Parameter(start.down.to(base.weight.device))
        self.up = nn.Parameter(start.up.to(base.weight.device))
        self._is_pointwise = base.kernel_size == base.stride == (1, 1) and base.padding == (0, 0)

    def tuned(self, x: Tensor) -> Tensor:
        """Map (B, in, h, w) to (B, out, h', w') as the layer itself does."""
        if self._is_pointwise:
            return self._product(x)
        learnt = convolved(self.base, x, self.down.to(x.dtype))
        mask = self.dial.rows(x.shape[0])
        if mask is not None:
            learnt = learnt * mask[:, :, None, None].to(x.dtype)
        y: Tensor = self.base(x)
        return y.add_(conv2d(learnt, (self.up * self.scale).to(x.dtype)))

    def _product(self, x: Tensor) -> Tensor:
        mask = self.dial.rows(x.shape[0])
        y: Tensor = _Pointwise.apply(  # type: ignore[no-untyped-call]
            x, self.down, self.up, mask, self.scale, self.base.weight, self.base.bias
        )
        return y


class TunedByParts(TunedLayer):
    """DoRA: y = m·(W + s·up·down)x / ‖W + s·up·down‖ + b, the norm of each row a constant.

    The norm is not learnt through, as the paper's section 4.3 has it, and never needs a matrix of
    W's size: ‖W + sBA‖² = ‖W‖² + 2s·(WAᵀ)·B + s²·B(AAᵀ)·B, row by row.
    """

    def __init__(self, base: Layer, dial: Dial, start: LowRank, scale: float) -> None:
        super().__init__(base, dial)
        self.scale = scale
        weight = base.weight.detach().flatten(1).float()
        self._square = weight.square().sum(1)
        self.down = nn.Parameter(start.down.to(weight.device))
        self.up = nn.Parameter(start.up.to(weight.device))
        self.magnitude = nn.Parameter(self._square.sqrt())

    def tuned(self, x: Tensor) -> Tensor:
        """Map (B, ..., in) to (B, ..., out), or (B, in, h, w) to (B, out, h', w')."""
        gain = (self.magnitude / self.lengths()).to(x.dtype)
        down, up = self.down.to(x.dtype), (self.up * self.scale).to(x.dtype)
        if isinstance(self.base, nn.Conv2d):
            unbiased = convolved(self.base, x, self.base.weight)
            learnt = conv2d(convolved(self.base, x, down), up)
            gain = gain.view(1, -1, 1, 1)
            bias = None if self.base.bias is None else self.base.bias.view(1, -1, 1, 1)
        else:
            unbiased = linear(x, self.base.weight)
            learnt = linear(linear(x, down), up)
            bias = self.base.bias
        y = unbiased.add_(learnt)
        return y * gain if bias is None else torch.addcmul(bias, y, gain)

    @torch.no_grad()
    def lengths(self) -> Tensor:
        """‖W + s·up·down‖ of each row, (out,)."""
        weight = self.base.weight.flatten(1).float()
        down, up = self.down.flatten(1), self.up.flatten(1)
        across = (weight @ down.t()).mul_(2 * self.scale)
        along = (up @ (down @ down.t())).mul_(self.scale**2)
        return (self._square + (across + along).mul_(up).sum(1)).sqrt()


def convolved(layer: nn.Conv2d, x: Tensor, kernel: Tensor) -> Tensor:
    """x convolved with another kernel in the layer's own way, without its bias."""
    return conv2d(x, kernel, None, layer.stride, layer.padding, layer.dilation)


class _SharedDown(Function):
    """n frozen linear layers of one input and their low-rank changes, as one operation.

    Autograd alone would make and add up n + 1 gradients of the input; here each product is added
    onto the first (`addmm`).
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        down: Tensor,
        mask: Tensor | None,
        scale: float,
        frozen: tuple[tuple[Tensor, Tensor | None], ...],
        *ups: Tensor,
    ) -> tuple[Tensor, ...]:
        flat = x.reshape(-1, x.shape[-1])
        learnt = flat.mm(_as(down, x).t())
        if mask is not None:
            _masked(learnt, mask)
        answers = []
        for up, part, (weight, bias) in zip(ups, _split(learnt, len(ups)), frozen, strict=True):
            y = linear(flat, weight, bias)
            y.addmm_(part, _as(up, x).t(), alpha=scale)
            answers.append(y.view(*x.shape[:-1], -1))
        ctx.save_for_backward(flat, learnt, mask, down, *ups)
        ctx.frozen, ctx.scale, ctx.shape = frozen, scale, x.shape
        return tuple(answers)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        flat, learnt, mask, down, *ups = ctx.saved_tensors
        n, rank, scale = len(ups), learnt.shape[1] // len(ups), ctx.scale
        grads = tuple(grad.reshape(len(flat), -1) for grad in grads)
        back = learnt.new_empty(learnt.shape)
        up_grads = []
        for place, (grad, part, up) in enumerate(zip(grads, _split(learnt, n), ups, strict=True)):
            up_grads.append(_as(_scaled(grad.t().mm(part), scale), up))
            own = back if n == 1 else back.narrow(1, place * rank, rank)
            torch.mm(grad, _as(up, grad), out=own)
        if mask is not None:
            _masked(back, mask)
        down_grad = _as(_scaled(back.t().mm(flat), scale), down)
        x_grad = None
        if ctx.needs_input_grad[0]:
            x_grad = grads[0].mm(ctx.frozen[0][0])
            for grad, (weight, _) in zip(grads[1:], ctx.frozen[1:], strict=True):
                x_grad.addmm_(grad, weight)
            x_grad = x_grad.addmm_(back, _as(down, back), alpha=scale).view(ctx.shape)
        return x_grad, down_grad, None, None, None, *up_grads


class _Pointwise(Function):
    """A frozen convolution of single pixels and its low-rank change, as matrix products.

    That is what they are; as convolutions they cost twice as much on a CPU.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        down: Tensor,
        up: Tensor,
        mask: Tensor | None,
        scale: float,
        *frozen: Any,
    ) -> Tensor:
        weight, bias = frozen
        pixels = x.flatten(2)
        learnt = _for_each(down, pixels).bmm(pixels)
        if mask is not None:
            learnt.mul_(mask[:, :, None].to(x.dtype))
        y = _for_each(weight, pixels).bmm(pixels)
        if bias is not None:
            y.add_(bias[:, None])
        y.baddbmm_(_for_each(up, pixels), learnt, alpha=scale)
        ctx.save_for_backward(pixels, learnt, mask, down, up, weight)
        ctx.scale, ctx.shape = scale, x.shape
        return y.view(len(x), -1, *x.shape[2:])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        pixels, learnt, mask, down, up, weight = ctx.saved_tensors
        (grad,) = (grad.flatten(2) for grad in grads)
        back = _for_each(up, grad).mT.bmm(grad)
        if mask is not None:
            back.mul_(mask[:, :, None].to(grad.dtype))
        up_grad = _scaled(grad.bmm(learnt.mT).sum(0), ctx.scale).view(up.shape).to(up.dtype)
        down_grad = _scaled(back.bmm(pixels.mT).sum(0), ctx.scale).view(down.shape).to(down.dtype)
        x_grad = None
        if ctx.needs_input_grad[0]:
            x_grad = _for_each(weight, grad).mT.bmm(grad)
            x_grad = x_grad.baddbmm_(_for_each(down, grad).mT, back, alpha=ctx.scale)
            x_grad = x_grad.view(ctx.shape)
        return x_grad, down_grad, up_grad, None, None, None, None


def _for_each(kernel: Tensor, pixels: Tensor) -> Tensor:
    """A kernel (out, in, 1, 1) as a matrix for each picture of (B, ...); nothing is copied."""
    return kernel.flatten(1).to(pixels.dtype).expand(len(pixels), -1, -1)


def _as(tensor: Tensor, like: Tensor) -> Tensor:
    """In another's precision; most often it is that already, and asking is not free."""
    return tensor if tensor.dtype == like.dtype else tensor.to(like.dtype)


def _split(learnt: Tensor, n: int) -> tuple[Tensor, ...]:
    """The columns of each layer; a tensor's own view where there is one layer is not free."""
    return learnt.chunk(n, dim=1) if n > 1 else (learnt,)


def _scaled(grad: Tensor, scale: float) -> Tensor:
    """In place; α = r, the usual choice, makes it nothing."""
    return grad if scale == 1 else grad.mul_(scale)


def _masked(learnt: Tensor, mask: Tensor) -> None:
    """Silence ranks in place: learnt (B·t, n·r), pictures one after the other; mask (B, r)."""
    pictures, rank = mask.shape
    learnt.view(pictures, -1, learnt.shape[1] // rank, rank).mul_(mask[:, None, None].to(learnt))
