"""The base of pretrained learners that adapt by gradient descent on the support loss."""

import abc
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from metawidgets.learners.base import Support
from metawidgets.learners.losses import task_losses
from metawidgets.learners.optimisation_based.gradient import SupportGradient
from metawidgets.learners.option_checks import count, positive_number
from metawidgets.learners.transfer.pretrained import Pretrained

__all__ = ["Tuned", "TunedState"]


class TunedState(NamedTuple):
    """The parameters now and at the start, the encoded support items, and a mask of the classes that have support."""

    parameters: dict[str, Tensor]
    start: dict[str, Tensor]
    items: Tensor
    present: Bool[Tensor, " way"] | None
    gradient: SupportGradient | None = None
    """The support gradient at these parameters, in a state from `with_gradient`."""


class Tuned(Pretrained, abc.ABC):
    """A learner that takes plain gradient steps on the loss of all support items, with a new head for new classes.

    The logit of a class without support is minus infinity.

    Args:
        encoder: maps items to features.
        inner_lr: step size.
        inner_steps: gradient steps.
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
        """Return the parameters before adaptation, given the encoded support items."""

    @abc.abstractmethod
    def outputs(
        self, parameters: dict[str, Tensor], x: Tensor, reference: Tensor | None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the outputs for encoded items `x`, and further channels. `reference` is the support items, or `None` if `x` are these."""

    def loss(self, outputs: Tensor, parameters: dict[str, Tensor], support: Support) -> Tensor:
        """Return the loss that adaptation descends."""
        return task_losses(outputs, support.y)

    def rate(self, items: Tensor, support: Support) -> float | Tensor:
        return self.inner_lr

    def linear_start(self, features: Float[Tensor, "support feature"], support: Support) -> dict[str, Tensor]:
        """Return the parameters of a linear layer: zeros for new classes, or the pretrained head for regression."""
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
        return state._replace(parameters=moved, gradient=None)

    def readout(self, state: TunedState, x: Tensor) -> dict[str, Tensor]:
        outputs, more = self.outputs(state.parameters, x, state.items)
        return {"outputs": self._masked(outputs, state), **more}

    def parameter_groups(self, state: TunedState) -> dict[str, tuple[Tensor, Tensor]]:
        return {name: (p, state.start[name]) for name, p in state.parameters.items()}

    def with_gradient(self, state: TunedState, support: Support) -> TunedState:
        if torch.is_grad_enabled():
            return state
        gradient, at = self._gradient(state, support)
        return state._replace(gradient=SupportGradient(gradient, tuple(at.values()), state.parameters, support.x))

    def support_gradient_norm(self, state: TunedState, support: Support) -> Tensor:
        with torch.no_grad():
            gradient, _ = self._gradient(state, support)
        return torch.cat([g.flatten() for g in gradient]).norm()

    def _masked(self, outputs: Tensor, state: TunedState) -> Tensor:
        return outputs if state.present is None else torch.where(state.present, outputs, -torch.inf)

    def _gradient(self, state: TunedState, support: Support) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
        """Return the gradient of the support loss, and the parameters at which it was computed.

        Under `torch.no_grad` the parameters are detached first, so that a trace of many steps keeps no graph.
        """
        outer, known = torch.is_grad_enabled(), state.gradient
        if not outer and known is not None and known.of is state.parameters and known.items is support.x:
            return known.values, dict(zip(state.parameters, known.at, strict=True))
        parameters = {
            n: p if outer and p.requires_grad else p.detach().requires_grad_() for n, p in state.parameters.items()
        }
        with torch.enable_grad():
            outputs, _ = self.outputs(parameters, state.items, None)
            loss = self.loss(self._masked(outputs, state), parameters, support)
            gradient = torch.autograd.grad(loss, tuple(parameters.values()), create_graph=outer, materialize_grads=True)
        return gradient, parameters
