"""Learners that adapt by gradient steps on the support loss: what they share."""

import abc
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from metawidgets.errors import LearnerError
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.encoders import call
from metawidgets.learners.losses import task_losses

__all__ = ["GradientLearner", "GradientState"]


class GradientState(NamedTuple):
    """Parameters now and at the start, and the support items whose batch statistics count."""

    parameters: dict[str, Tensor]
    start: dict[str, Tensor]
    support_x: Tensor


class GradientLearner(Learner, abc.ABC):
    """Plain gradient descent on the support loss, from the network's parameters.

    Args:
        network: maps items to outputs.
        inner_lr: step size of the inner loop. inner_steps: its steps while training.
        test_steps: its steps otherwise; the same by default.
    """

    axis = "inner_step"
    adapts_head = True
    image_defaults = MappingProxyType(
        {"downsample": "stride", "statistics": "support_stats", "inner_lr": 0.4, "inner_steps": 1, "test_steps": 3}
    )

    def __init__(self, network: nn.Module, *, inner_lr: float, inner_steps: int, test_steps: int | None = None) -> None:
        super().__init__()
        if not inner_lr > 0:
            raise LearnerError(f"inner_lr={inner_lr!r} is not a positive number; give inner_lr > 0.")
        for name, value in (("inner_steps", inner_steps), ("test_steps", test_steps)):
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
                raise LearnerError(f"{name}={value!r} is not a whole number >= 0; give one.")
        self._network = network
        self.inner_lr, self.inner_steps, self.test_steps = inner_lr, inner_steps, test_steps

    @property
    def network(self) -> nn.Module:
        return self._network

    @property
    def hyper(self) -> dict[str, Any]:
        return {"inner_lr": self.inner_lr, "inner_steps": self.inner_steps, "test_steps": self.test_steps}

    @property
    def takes_tasks(self) -> bool:
        return getattr(self._network, "takes_tasks", False)

    @property
    def second_order(self) -> bool:
        """Whether the outer gradient goes through the inner gradients."""
        return True

    def n_steps(self, support: Support) -> int:
        return self.inner_steps if self.training or self.test_steps is None else self.test_steps

    def init(self, support: Support) -> GradientState:
        parameters: dict[str, Tensor] = dict(self._network.named_parameters())
        if (
            self.takes_tasks and support.x.ndim == 3
        ):  # (task, support, input): every task starts from the same parameters
            parameters = {name: p.expand(len(support.x), *p.shape) for name, p in parameters.items()}
        return GradientState(parameters, parameters, support.x)

    def step(self, state: GradientState, support: Support, t: int) -> GradientState:
        gradient, parameters = self._support_gradient(state, support)
        moved = {name: p - self.inner_lr * g for (name, p), g in zip(parameters.items(), gradient, strict=True)}
        return state._replace(parameters=moved)

    def readout(self, state: GradientState, x: Tensor) -> dict[str, Tensor]:
        return {"outputs": call(self._network, state.parameters, x, reference=state.support_x)}

    def parameter_groups(self, state: GradientState) -> dict[str, tuple[Tensor, Tensor]]:
        return {name: (p, state.start[name]) for name, p in state.parameters.items()}

    def support_gradient_norm(self, state: GradientState, support: Support) -> Tensor:
        with torch.no_grad():
            gradient, _ = self._support_gradient(state, support)
        return torch.sqrt(sum((g.square().sum() for g in gradient), torch.zeros((), device=gradient[0].device)))

    def _support_gradient(self, state: GradientState, support: Support) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
        """The support loss's gradient, and the parameters that it was taken at.

        Under `torch.no_grad` the parameters are cut loose first, so that a trace of many steps keeps no graph; otherwise the
        gradient is part of the graph (second order), or a constant in it (first order).
        """
        outer = torch.is_grad_enabled()
        parameters = (
            state.parameters if outer else {n: p.detach().requires_grad_() for n, p in state.parameters.items()}
        )
        with torch.enable_grad():
            outputs = call(self._network, parameters, support.x)
            if support.n_way and outputs.shape[-1] != support.n_way:
                raise LearnerError(
                    f"this {type(self).__name__} was made for {outputs.shape[-1]} classes, the episode has {support.n_way}; "
                    f"draw {outputs.shape[-1]}-way episodes or make the learner with output_dim={support.n_way}."
                )
            loss = task_losses(outputs, support.y).sum()  # a task's parameters touch its own loss alone
            gradient = torch.autograd.grad(loss, tuple(parameters.values()), create_graph=outer and self.second_order)
        return gradient, parameters
