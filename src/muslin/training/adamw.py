"""AdamW as one operation over all weights, without the machinery around torch's optimizers.

Source: Loshchilov & Hutter, arXiv 1711.05101, algorithm 2. The operation is the one behind
`torch.optim.AdamW(fused=True)`, so results are the same bit for bit; what stands around it there
costs a training 0.8 s of importing torch's compiler, and every step a walk over the weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

BETA_1, BETA_2 = 0.9, 0.999
EPSILON = 1e-8
"""The defaults of Kingma & Ba, arXiv 1412.6980, and of every peer."""

Memory = dict[str, Tensor]
"""What is remembered of one weight tensor: means of its gradients and of their squares."""


class AdamW:
    """Asked as torch's optimizers are; `lr` of its one group is the rate of the next step."""

    def __init__(self, parameters: Iterable[nn.Parameter], weight_decay: float) -> None:
        self._parameters = list(parameters)
        self._memories: dict[int, Memory] = {}  # by place, from a weight's first gradient on
        self._steps = torch.zeros(len(self._parameters), device=self._parameters[0].device)
        self.param_groups: list[dict[str, Any]] = [{"lr": 0.0, "weight_decay": weight_decay}]

    @torch.no_grad()
    def step(self, divisor: Tensor | None = None) -> None:
        """Use up the gradients of the weights that have one, divided by a number, () float32."""
        (group,) = self.param_groups
        learning = [(n, p, p.grad) for n, p in enumerate(self._parameters) if p.grad is not None]
        if not learning:
            return
        memories = [self._memory(place) for place, _, _ in learning]
        places = [place for place, _, _ in learning]
        self._count(places)
        torch._fused_adamw_(
            [parameter for _, parameter, _ in learning],
            [gradient for _, _, gradient in learning],
            [memory["exp_avg"] for memory in memories],
            [memory["exp_avg_sq"] for memory in memories],
            [],
            [self._steps[place] for place in places],
            lr=group["lr"],
            beta1=BETA_1,
            beta2=BETA_2,
            weight_decay=group["weight_decay"],
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
            grad_scale=divisor,
        )

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for parameter in self._parameters:
            parameter.grad = None

    def state_dict(self) -> dict[str, Any]:
        """What `load_state_dict` takes; means are not copied."""
        state = {
            place: {"step": self._steps[place].clone(), **memory}
            for place, memory in self._memories.items()
        }
        return {"state": state, "param_groups": self.param_groups}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on with what `state_dict` gave, on the weights' devices."""
        self.param_groups = [dict(group) for group in state["param_groups"]]
        device = self._steps.device
        for place, memory in state["state"].items():
            means = {name: mean for name, mean in memory.items() if name != "step"}
            self._steps[place] = memory["step"]
            self._memories[place] = {n: mean.to(device, copy=True) for n, mean in means.items()}

    def _count(self, places: list[int]) -> None:
        """One step more for the weights at these places; nearly always that is all of them."""
        if len(places) == len(self._parameters):
            self._steps.add_(1)
        else:
            self._steps[places] += 1

    def _memory(self, place: int) -> Memory:
        if place not in self._memories:
            parameter = self._parameters[place]
            self._memories[place] = {
                "exp_avg": torch.zeros_like(parameter, memory_format=torch.preserve_format),
                "exp_avg_sq": torch.zeros_like(parameter, memory_format=torch.preserve_format),
            }
        return self._memories[place]
