"""Pretrained learners that adapt by gradient descent on the support loss: what they share."""

import abc
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from metawidgets.learners.base import Support
from metawidgets.learners.losses import task_losses
from metawidgets.learners.numbers import count, positive_number
from metawidgets.learners.pretrained import Pretrained

__all__ = ["Tuned", "TunedState"]


class TunedState(NamedTuple):
    """Parameters now and at the start; the support items, encoded; and which classes have any."""

    parameters: dict[str, Tensor]
    start: dict[str, Tensor]
    items: Tensor
    present: Bool[Tensor, " way"] | None


class Tuned(Pretrained, abc.ABC):
    """Plain gradient descent on the support loss, all support items at every step, with a new head for new classes.

    A class without support has no output to train: its logit is minus infinity.

    Args:
        encoder: maps items to features.
        inner_lr: step size. inner_steps: how many steps.
    """

    axis = "inner_step"

    def __init__(
        self,
        encoder: nn.Module,
        *,
        inner_lr: float,
        inner_steps: int,
        pretraining_head: Sequence[int] | None = None,
    ) -> None:
        super().__init__(encoder, pretraining_head=pretraining_head)
        positive_number("inner_lr", inner_lr)
        count("inner_steps", inner_steps)
        self.inner_lr, self.inner_steps = inner_lr, inner_steps

    @property
    def hyper(self) -> dict[str, Any]:
        return {"inner_lr": self.inner_lr, "inner_steps": self.inner_steps, **super().hyper}

    def n_steps(self, support: Support) -> int:
        return self.inner_steps

    @abc.abstractmethod
    def start(self, items: Tensor, support: Support) -> dict[str, Tensor]:
        """The parameters before adaptation, given the encoded support items."""

    @abc.abstractmethod
    def outputs(
        self, parameters: dict[str, Tensor], x: Tensor, reference: Tensor | None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Outputs for encoded items, and further channels; `reference` are the support items if `x` are not those."""

    def loss(self, outputs: Tensor, parameters: dict[str, Tensor], support: Support) -> Tensor:
        """What adaptation descends."""
        return task_losses(outputs, support.y)

    def rate(self, items: Tensor, support: Support) -> float | Tensor:
        return self.inner_lr

    def linear_start(self, features: Float[Tensor, "support feature"], support: Support) -> dict[str, Tensor]:
        """A linear layer of zeros for new classes; for targets, the one that pretraining made for them."""
        outputs = support.n_way or support.y.shape[-1]
        if support.n_way is None and self.head is not None and self.head.out_features == outputs:
            return {"head.weight": self.head.weight, "head.bias": self.head.bias}
        return {
            "head.weight": features.new_zeros(outputs, features.shape[-1]),
            "head.bias": features.new_zeros(outputs),
        }

    def init(self, support: Support) -> TunedState:
        items = self.encode(support.x, support)
        parameters = self.start(items, support)
        present = None
        if support.n_way is not None:
            present = torch.zeros(support.n_way, dtype=torch.bool, device=items.device).index_fill(0, support.y, True)
        return TunedState(parameters, parameters, items, present)

    def step(self, state: TunedState, support: Support, t: int) -> TunedState:
        gradient, parameters = self._gradient(state, support)
        rate = self.rate(state.items, support)
        moved = {name: p - rate * g for (name, p), g in zip(parameters.items(), gradient, strict=True)}
        return state._replace(parameters=moved)

    def readout(self, state: TunedState, x: Tensor) -> dict[str, Tensor]:
        outputs, more = self.outputs(state.parameters, x, state.items)
        return {"outputs": self._masked(outputs, state), **more}

    def parameter_groups(self, state: TunedState) -> dict[str, tuple[Tensor, Tensor]]:
        return {name: (p, state.start[name]) for name, p in state.parameters.items()}

    def support_gradient_norm(self, state: TunedState, support: Support) -> Tensor:
        with torch.no_grad():
            gradient, _ = self._gradient(state, support)
        return torch.cat([g.flatten() for g in gradient]).norm()

    def _masked(self, outputs: Tensor, state: TunedState) -> Tensor:
        return outputs if state.present is None else torch.where(state.present, outputs, -torch.inf)

    def _gradient(self, state: TunedState, support: Support) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
        """The support loss's gradient, and the parameters that it was taken at.

        Under `torch.no_grad` those are cut loose first, so that a trace of many steps keeps no graph.
        """
        outer = torch.is_grad_enabled()
        parameters = {
            n: p if outer and p.requires_grad else p.detach().requires_grad_() for n, p in state.parameters.items()
        }
        with torch.enable_grad():
            outputs, _ = self.outputs(parameters, state.items, None)
            loss = self.loss(self._masked(outputs, state), parameters, support)
            gradient = torch.autograd.grad(loss, tuple(parameters.values()), create_graph=outer, materialize_grads=True)
        return gradient, parameters
