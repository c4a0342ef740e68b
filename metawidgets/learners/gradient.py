"""Learners that adapt by gradient steps on the support loss: what they share."""

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
from metawidgets.learners.encoders import MLP, call
from metawidgets.learners.losses import task_losses
from metawidgets.learners.numbers import count, positive_number
from metawidgets.learners.recompute import recomputed

__all__ = ["GradientLearner", "GradientState", "add_gradients"]


class GradientState(NamedTuple):
    """The adapted parameters now and at the start, and the support items whose batch statistics count."""

    parameters: dict[str, Tensor]
    start: dict[str, Tensor]
    support_x: Tensor
    taken: int = 0
    """Steps taken."""
    moments: dict[str, Tensor] | None = None
    """What an inner optimiser remembers of earlier gradients; plain gradient descent nothing."""
    known: dict[str, Any] | None = None
    """The support gradient here, once it was asked for: a trace shows its norm, and the next step follows it."""


class GradientLearner(Learner, abc.ABC):
    """Gradient descent on the support loss, from the network's parameters. Those that require no gradient stay as they are.

    Args:
        network: maps items to outputs. With an attribute `statistics == "support_stats"` it is called as
            `network(items, n)`, and must normalise by the statistics of the first `n` items alone (see `EpisodeNorm`); with
            `takes_tasks` it must take parameters and items with a leading task axis (see `MLP`).
        inner_lr: step size of the inner loop. inner_steps: its steps while training.
        test_steps: its steps otherwise; the same by default.
    """

    axis = "inner_step"
    adapts_head = True
    channels: tuple[str, ...] = ()  # of the instance, since an option of MAML adds one
    image_defaults: Mapping[str, Any] = MappingProxyType(
        {"downsample": "stride", "statistics": "support_stats", "inner_lr": 0.4, "inner_steps": 1, "test_steps": 3}
    )
    second_order = True
    """Whether the outer gradient goes through the inner gradients."""
    remember = "graphs"
    """What the inner loop keeps for the outer gradient; see `MAML`."""

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
        """Names of the parameters that the inner loop moves."""
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
        """The network, if it is an MLP of which all is adapted: its gradient is at hand without autograd."""
        network = self._network
        return network if isinstance(network, MLP) and len(self._names) == 2 * len(network.layers) else None

    @property
    def hyper(self) -> dict[str, Any]:
        return {"inner_lr": self.inner_lr, "inner_steps": self.inner_steps, "test_steps": self.test_steps}

    @property
    def takes_tasks(self) -> bool:
        return getattr(self._network, "takes_tasks", False)

    def stacked(self, support: Support) -> bool:
        """Whether these are several tasks' support sets, to be adapted to at once."""
        return self.takes_tasks and support.y.ndim == (2 if support.n_way else 3)

    def n_steps(self, support: Support) -> int:
        return self.inner_steps if self.training or self.test_steps is None else self.test_steps

    def rates(self, t: int) -> Sequence[float | Tensor]:
        """Step size of each adapted parameter at step `t` (from 0): numbers, or tensors that broadcast against it."""
        return (self.inner_lr,) * len(self._names)

    def init(self, support: Support) -> GradientState:
        own: dict[str, Tensor] = dict(self._network.named_parameters())
        parameters = {name: own[name] for name in self._names}
        if self.stacked(support):  # every task starts from the same parameters
            parameters = {name: p.expand(len(support.x), *p.shape) for name, p in parameters.items()}
        return GradientState(parameters, parameters, support.x, known={})

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
        return state._replace(parameters=dict(zip(self._names, moved, strict=True)), taken=t + 1)

    def _moved(
        self, state: GradientState, support: Support, parameters: Sequence[Tensor], rates: Sequence[float | Tensor]
    ) -> tuple[Tensor, ...]:
        """The parameters one step on."""
        mlp = self._mlp
        if mlp is not None and self.stacked(support):
            self._check_ways(mlp.config["output_dim"], support)
            with nullcontext() if self.second_order else torch.no_grad():
                moved = mlp.descended(parameters, support.x, support.y, rates)
            if self.second_order or not torch.is_grad_enabled():
                return moved
            # first order: the way is a constant, where it starts is not
            return tuple(p + (m - p.detach()) for p, m in zip(parameters, moved, strict=True))
        gradient, parameters = self._support_gradient(state, support, parameters)
        return tuple(
            p - rate * g if isinstance(rate, Tensor) else torch.add(p, g, alpha=-rate)
            for p, rate, g in zip(parameters, rates, gradient, strict=True)
        )

    def readout(self, state: GradientState, x: Tensor) -> dict[str, Tensor]:
        return {"outputs": self._outputs(state.parameters, x, state.support_x), **self._rates_read(state)}

    def _rates_read(self, state: GradientState) -> dict[str, Tensor]:
        """Learned rates of the step that this state is about to take, if there are any."""
        if "learned_rates" not in self.channels:
            return {}
        return {"learned_rates": torch.stack([torch.as_tensor(r).mean() for r in self.rates(state.taken)])}

    def readout_both(
        self, state: GradientState, query_x: Tensor, support_x: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        if self.statistics != "support_stats":
            return super().readout_both(state, query_x, support_x)
        # queries need the support set's statistics, for which it is run anyway
        n, items = len(support_x), torch.cat([support_x, query_x])
        outputs, more = functional_call(self._network, dict(state.parameters), (items, n)), self._rates_read(state)
        return {"outputs": outputs[n:], **more}, {"outputs": outputs[:n], **more}

    def _outputs(self, parameters: Mapping[str, Tensor], x: Tensor, reference: Tensor | None = None) -> Tensor:
        """The network's outputs for encoded items `x`, with these parameters in place of its own."""
        return call(self._network, parameters, x, reference=reference)

    def parameter_groups(self, state: GradientState) -> dict[str, tuple[Tensor, Tensor]]:
        return {name: (p, state.start[name]) for name, p in state.parameters.items()}

    def support_gradient_norm(self, state: GradientState, support: Support) -> Tensor:
        with torch.no_grad():
            gradient, _ = self._support_gradient(state, support, tuple(state.parameters.values()))
        return torch.stack([g.norm() for g in gradient]).norm()

    def _support_gradient(
        self, state: GradientState, support: Support, parameters: Sequence[Tensor]
    ) -> tuple[tuple[Tensor, ...], Sequence[Tensor]]:
        """The support loss's gradient, and the parameters that it was taken at.

        Under `torch.no_grad` the parameters are cut loose first, so that a trace of many steps keeps no graph; otherwise the
        gradient is part of the graph (second order), or a constant in it (first order). A parameter that the loss does not
        reach has gradient 0.
        """
        outer = torch.is_grad_enabled()
        known = None if outer or state.known is None else state.known.get("gradient")
        if known is not None and known[0] is state.parameters and known[1] is support.x:
            return known[2:]
        parameters = parameters if outer else [p.detach().requires_grad_() for p in parameters]
        with torch.enable_grad(), self._differentiable_twice():
            loss = self._support_loss(dict(zip(self._names, parameters, strict=True)), state, support)
            gradient = torch.autograd.grad(
                loss, tuple(parameters), create_graph=outer and self.second_order, materialize_grads=True
            )
        if not outer and state.known is not None:
            state.known["gradient"] = (state.parameters, support.x, gradient, parameters)
        return gradient, parameters

    def _support_loss(self, parameters: Mapping[str, Tensor], state: GradientState, support: Support) -> Tensor:
        """Loss on the support set, summed over tasks if there are several: a task's parameters touch its own loss alone."""
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
        """cuDNN's recurrent layers have no second derivative, and no first one in evaluation mode; PyTorch's own have both."""
        if not self._recurrent:
            yield
            return
        with torch.backends.cudnn.flags(enabled=False):
            yield


def add_gradients(learner: GradientLearner, gradients: Mapping[str, Tensor]) -> None:
    """Add to the `.grad` of the network's parameters, by name."""
    for name, p in learner.network.named_parameters():
        if name in gradients:
            p.grad = gradients[name].clone() if p.grad is None else p.grad + gradients[name]
