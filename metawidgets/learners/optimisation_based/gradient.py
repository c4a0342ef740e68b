"""The base of learners that adapt by gradient steps on the support loss."""

import abc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call

from metawidgets.errors import LearnerError
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.losses import task_losses
from metawidgets.learners.networks.encoders import MLP, call
from metawidgets.learners.networks.interface import takes_tasks
from metawidgets.learners.optimisation_based.recompute import recomputed
from metawidgets.learners.option_checks import count, positive_number

__all__ = ["GradientLearner", "GradientState", "SupportGradient", "add_gradients"]


class SupportGradient(NamedTuple):
    """The gradient of the support loss, with the values that it was computed from."""

    values: tuple[Tensor, ...]
    """One gradient for each adapted parameter."""
    at: Sequence[Tensor]
    """The parameters, detached from any graph."""
    of: dict[str, Tensor]
    """The state's parameters. A state with other parameters does not use this gradient."""
    items: Tensor
    """The support items. A step on other items (a minibatch) does not use this gradient."""


class GradientState(NamedTuple):
    """The adapted parameters now and at the start, and the support items that give the batch statistics."""

    parameters: dict[str, Tensor]
    start: dict[str, Tensor]
    support_x: Tensor
    taken: int = 0
    """Steps taken."""
    moments: dict[str, Tensor] | None = None
    """An inner optimiser's moments of earlier gradients; `None` for plain gradient descent."""
    gradient: SupportGradient | None = None
    """The support gradient at these parameters, in a state from `with_gradient`."""


class GradientLearner(Learner, abc.ABC):
    """Gradient descent on the support loss, from the network's parameters. Parameters that require no gradient do not change.

    Args:
        network: maps items to outputs. With an attribute `statistics == "support_stats"` it is called as
            `network(items, n)`, and must normalise by the statistics of the first `n` items alone (see `EpisodeNorm`); with
            `takes_tasks` it must take parameters and items with a leading task axis (see `MLP`).
        inner_lr: step size of the inner loop.
        inner_steps: gradient steps in training.
        test_steps: gradient steps outside training; the same number by default.
    """

    axis = "inner_step"
    adapts_head = True
    channels: tuple[str, ...] = ()  # an attribute of the instance, because an option of MAML adds a channel
    image_defaults: Mapping[str, Any] = MappingProxyType(
        {"downsample": "stride", "statistics": "support_stats", "inner_lr": 0.4, "inner_steps": 1, "test_steps": 3}
    )
    second_order = True
    """True if the outer gradient goes through the inner gradients."""
    remember = "graphs"
    """The data that the inner loop keeps for the outer gradient: "graphs" or "parameters"; see `MAML`."""

    def __init__(self, network: nn.Module, *, inner_lr: float, inner_steps: int, test_steps: int | None = None) -> None:
        super().__init__()
        positive_number("inner_lr", inner_lr)
        count("inner_steps", inner_steps)
        if test_steps is not None:
            count("test_steps", test_steps)
        self._network = network
        self.inner_lr, self.inner_steps, self.test_steps = inner_lr, inner_steps, test_steps
        self._names = self._adapted_names(network)
        self._recurrent = any(isinstance(module, nn.RNNBase) for module in network.modules())

    def _adapted_names(self, network: nn.Module) -> tuple[str, ...]:
        """Return the names of the parameters that the inner loop changes."""
        names = tuple(name for name, p in network.named_parameters() if p.requires_grad)
        if not names:
            raise LearnerError(
                f"{type(network).__name__} has no parameter that requires a gradient, so there is nothing to adapt; "
                "give a network with some, or call requires_grad_() on it."
            )
        return names

    @property
    def network(self) -> nn.Module:
        return self._network

    @property
    def _mlp(self) -> MLP | None:
        """The network if it is an `MLP` and all of it is adapted, otherwise `None`. Such a network's gradient needs no autograd."""
        network = self._network
        return network if isinstance(network, MLP) and len(self._names) == 2 * len(network.layers) else None

    @property
    def adapted_names(self) -> tuple[str, ...]:
        """The names of the parameters that the inner loop changes."""
        return self._names

    @property
    def hyper(self) -> dict[str, Any]:
        return {"inner_lr": self.inner_lr, "inner_steps": self.inner_steps, "test_steps": self.test_steps}

    @property
    def takes_tasks(self) -> bool:
        return takes_tasks(self._network)

    def stacked(self, support: Support) -> bool:
        """Return True if these are the support sets of several tasks, to be adapted to at once."""
        return self.takes_tasks and support.y.ndim == (2 if support.n_way else 3)

    def n_steps(self, support: Support) -> int:
        return self.inner_steps if self.training or self.test_steps is None else self.test_steps

    def rates(self, t: int) -> Sequence[float | Tensor]:
        """Return the step size of each adapted parameter at step `t` (from 0): numbers, or tensors that broadcast."""
        return (self.inner_lr,) * len(self._names)

    def init(self, support: Support) -> GradientState:
        own: dict[str, Tensor] = dict(self._network.named_parameters())
        parameters = {name: own[name] for name in self._names}
        if self.stacked(support):  # every task starts from the same parameters
            parameters = {name: p.expand(len(support.x), *p.shape) for name, p in parameters.items()}
        return GradientState(parameters, parameters, support.x)

    def step(self, state: GradientState, support: Support, t: int) -> GradientState:
        parameters, rates = tuple(state.parameters.values()), tuple(self.rates(t))
        if self.remember == "parameters" and self.second_order and torch.is_grad_enabled():
            n, learned = len(parameters), {i: rate for i, rate in enumerate(rates) if isinstance(rate, Tensor)}

            def again(*tensors: Tensor) -> tuple[Tensor, ...]:
                given = dict(zip(learned, tensors[n:], strict=True))
                return self._moved(state, support, tensors[:n], [given.get(i, rate) for i, rate in enumerate(rates)])

            moved = recomputed(again, (*parameters, *learned.values()))
        else:
            moved = self._moved(state, support, parameters, rates)
        return state._replace(parameters=dict(zip(self._names, moved, strict=True)), taken=t + 1, gradient=None)

    def _moved(
        self, state: GradientState, support: Support, parameters: Sequence[Tensor], rates: Sequence[float | Tensor]
    ) -> tuple[Tensor, ...]:
        """Return the parameters after one step."""
        mlp = self._mlp
        if mlp is not None and self.stacked(support):
            self._check_ways(mlp.config["output_dim"], support)
            with nullcontext() if self.second_order else torch.no_grad():
                moved = mlp.descended(parameters, support.x, support.y, rates)
            if self.second_order or not torch.is_grad_enabled():
                return moved
            # first order: only the start depends on the network's parameters, the change is a constant
            return tuple(p + (m - p.detach()) for p, m in zip(parameters, moved, strict=True))
        gradient, parameters = self._support_gradient(state, support, parameters)
        return tuple(
            p - rate * g if isinstance(rate, Tensor) else torch.add(p, g, alpha=-rate)
            for p, rate, g in zip(parameters, rates, gradient, strict=True)
        )

    def readout(self, state: GradientState, x: Tensor) -> dict[str, Tensor]:
        return {"outputs": self._outputs(state.parameters, x, state.support_x), **self._rates_read(state)}

    def _rates_read(self, state: GradientState) -> dict[str, Tensor]:
        """Return the learned rates of the next step, if there are any."""
        if "learned_rates" not in self.channels:
            return {}
        return {"learned_rates": torch.stack([torch.as_tensor(r).mean() for r in self.rates(state.taken)])}

    def readout_both(
        self, state: GradientState, query_x: Tensor, support_x: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        if self.statistics != "support_stats":
            return super().readout_both(state, query_x, support_x)
        # the support set runs in any case, because the queries need its statistics
        n, items = len(support_x), torch.cat([support_x, query_x])
        outputs, more = functional_call(self._network, dict(state.parameters), (items, n)), self._rates_read(state)
        return {"outputs": outputs[n:], **more}, {"outputs": outputs[:n], **more}

    def _outputs(self, parameters: Mapping[str, Tensor], x: Tensor, reference: Tensor | None = None) -> Tensor:
        """Return the network's outputs for encoded items `x`, with these parameters instead of the network's own."""
        return call(self._network, parameters, x, reference=reference)

    def parameter_groups(self, state: GradientState) -> dict[str, tuple[Tensor, Tensor]]:
        return {name: (p, state.start[name]) for name, p in state.parameters.items()}

    def with_gradient(self, state: GradientState, support: Support) -> GradientState:
        if torch.is_grad_enabled():  # a step in a graph needs a gradient in that graph
            return state
        gradient, at = self._support_gradient(state, support, tuple(state.parameters.values()))
        return state._replace(gradient=SupportGradient(gradient, at, state.parameters, support.x))

    def support_gradient_norm(self, state: GradientState, support: Support) -> Tensor:
        with torch.no_grad():
            gradient, _ = self._support_gradient(state, support, tuple(state.parameters.values()))
        return torch.stack([g.norm() for g in gradient]).norm()

    def _support_gradient(
        self, state: GradientState, support: Support, parameters: Sequence[Tensor]
    ) -> tuple[tuple[Tensor, ...], Sequence[Tensor]]:
        """Return the gradient of the support loss, and the parameters at which it was computed.

        Under `torch.no_grad` the parameters are detached first, so that a trace of many steps keeps no graph. Otherwise the
        gradient is part of the graph (second order), or a constant in it (first order). A parameter without effect on the loss
        has gradient 0.
        """
        outer, known = torch.is_grad_enabled(), state.gradient
        if not outer and known is not None and known.of is state.parameters and known.items is support.x:
            return known.values, known.at
        parameters = parameters if outer else [p.detach().requires_grad_() for p in parameters]
        with torch.enable_grad(), self._differentiable_twice():
            loss = self._support_loss(dict(zip(self._names, parameters, strict=True)), state, support)
            gradient = torch.autograd.grad(
                loss, tuple(parameters), create_graph=outer and self.second_order, materialize_grads=True
            )
        return gradient, parameters

    def _support_loss(self, parameters: Mapping[str, Tensor], state: GradientState, support: Support) -> Tensor:
        """Return the support loss, summed over tasks. A sum is enough, because a task's parameters affect only its own loss."""
        outputs = self._support_outputs(parameters, state, support)
        self._check_ways(outputs.shape[-1], support)
        return task_losses(outputs, support.y).sum()

    def _check_ways(self, outputs: int, support: Support) -> None:
        if support.n_way and outputs != support.n_way:
            raise LearnerError(
                f"this {type(self).__name__} was made for {outputs} classes, the episode has {support.n_way}; "
                f"draw {outputs}-way episodes or make the learner with output_dim={support.n_way}."
            )

    def _support_outputs(self, parameters: Mapping[str, Tensor], state: GradientState, support: Support) -> Tensor:
        return self._outputs(parameters, support.x)

    @contextmanager
    def _differentiable_twice(self) -> Iterator[None]:
        """Turn off cuDNN for recurrent layers: it has no second derivatives, and in evaluation mode no first derivatives."""
        if not self._recurrent:
            yield
            return
        with torch.backends.cudnn.flags(enabled=False):
            yield


def add_gradients(learner: GradientLearner, gradients: Mapping[str, Tensor]) -> None:
    """Add gradients, by name, to the `.grad` of the network's parameters."""
    for name, p in learner.network.named_parameters():
        if name in gradients:
            p.grad = gradients[name].clone() if p.grad is None else p.grad + gradients[name]
