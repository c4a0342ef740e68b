"""Reptile: it moves the initialisation towards the parameters that were trained on each task."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, get_args

import torch
from jaxtyping import Int
from torch import Tensor, nn

from metawidgets.episodes import EpisodeBatch
from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Support
from metawidgets.learners.loop import MetaGradient
from metawidgets.learners.losses import task_losses, task_metrics
from metawidgets.learners.optimisation_based.gradient import GradientLearner, GradientState, add_gradients
from metawidgets.learners.tensors import tasks

__all__ = ["InnerOptimiser", "Reptile", "minibatches"]

InnerOptimiser = Literal["sgd", "adam"]
BETA2, EPSILON = 0.999, 1e-8  # Adam's usual values, as in the paper


class Reptile(GradientLearner):
    """Reptile (Nichol, Achiam and Schulman, *On First-Order Meta-Learning Algorithms*, 2018, Algorithm 2).

    In training, the inner loop uses all items of an episode, support and queries together (the paper trains 1-shot on 10 to
    15 items per class), in `inner_steps` minibatches. The meta-gradient is the parameters at the start minus those at the end,
    averaged over tasks. With plain gradient descent of rate epsilon as the outer loop
    (`MetaTraining(outer="plain", meta_lr=epsilon, schedule="linear")`), this gives the paper's update,
    theta + epsilon (theta' - theta). With Adam, the default outer loop, Reptile learns far less. The reported loss is the loss of
    the queries after training on them.

    Args:
        network: maps items to outputs; any `nn.Module`. Images come in [0, 1].
        inner_lr: step size of the inner optimiser.
        inner_steps: gradient steps on a training task.
        test_steps: gradient steps outside training, each on the whole support set; the same number by default. The paper takes
            50 to 100.
        inner_optimiser: "adam" without momentum (beta1 = 0), as in the paper for images, or "sgd", as for sinusoids.
        batch_size: items per minibatch, drawn without repetition until all have been used; `None` uses all items in each step.

    Departures: outside training every step takes the whole support set, so that predictions are not random (for 5-way 1-shot
    this is the same, since the paper's batch is 5). Adam's second moments start from 0 in each task; the paper's code carries
    them from task to task. Batch statistics are as in `MAML`.
    """

    title = "Reptile"
    family = "optimisation-based"

    second_order = False
    image_defaults: Mapping[str, Any] = MappingProxyType(
        {
            "downsample": "stride",
            "statistics": "support_stats",
            "inner_optimiser": "adam",
            "inner_lr": 1e-3,
            "inner_steps": 5,
            "test_steps": 50,
            "batch_size": 10,
        }
    )

    def __init__(
        self,
        network: nn.Module,
        *,
        inner_lr: float = 0.02,
        inner_steps: int = 5,
        test_steps: int | None = None,
        inner_optimiser: InnerOptimiser = "sgd",
        batch_size: int | None = None,
    ) -> None:
        super().__init__(network, inner_lr=inner_lr, inner_steps=inner_steps, test_steps=test_steps)
        if inner_optimiser not in get_args(InnerOptimiser):
            raise LearnerError(
                f"unknown inner_optimiser={inner_optimiser!r}; {did_you_mean(inner_optimiser, get_args(InnerOptimiser))}"
            )
        if batch_size is not None and (
            isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1
        ):
            raise LearnerError(
                f"batch_size={batch_size!r} is not a number of items; give 1 or more, or None for all of them."
            )
        self.inner_optimiser, self.batch_size = inner_optimiser, batch_size

    @property
    def hyper(self) -> dict[str, Any]:
        return {**super().hyper, "inner_optimiser": self.inner_optimiser, "batch_size": self.batch_size}

    def step(self, state: GradientState, support: Support, t: int) -> GradientState:
        if self.inner_optimiser == "sgd":
            return super().step(state, support, t)
        gradient, parameters = self._support_gradient(state, support, tuple(state.parameters.values()))
        moved, moments = {}, {}
        for name, p, g in zip(self._names, parameters, gradient, strict=True):
            before = 0.0 if state.moments is None else state.moments[name]
            moments[name] = BETA2 * before + (1 - BETA2) * g.square()
            unbiased = moments[name] / (1 - BETA2 ** (state.taken + 1))
            moved[name] = p - self.inner_lr * g / (unbiased.sqrt() + EPSILON)
        return state._replace(parameters=moved, moments=moments, taken=t + 1, gradient=None)

    def meta_gradient(self, batch: EpisodeBatch) -> MetaGradient:
        """Add start minus end of the inner loop, averaged over tasks, to each parameter's `.grad`."""
        loss = metric = 0.0
        pieces = 1 if self.takes_tasks else len(batch)
        with torch.no_grad():
            for support, query_x, query_y in tasks(self, batch):
                state = self.trained_on(support, query_x, query_y)
                way = {n: state.start[n] - p for n, p in state.parameters.items()}
                add_gradients(self, {n: w.mean(0) if self.stacked(support) else w / pieces for n, w in way.items()})
                outputs = self.readout(state, query_x)["outputs"]
                loss += task_losses(outputs, query_y).mean().item() / pieces
                metric += task_metrics(outputs, query_y).mean().item() / pieces
        return MetaGradient(loss, metric)

    def trained_on(self, support: Support, query_x: Tensor, query_y: Tensor) -> GradientState:
        """Return the state after the inner steps on minibatches of support and queries together."""
        axis = 1 if self.stacked(support) else 0
        x, y = torch.cat([support.x, query_x], axis), torch.cat([support.y, query_y], axis)
        state = self.init(Support(x, y, support.n_way))
        for t, chosen in enumerate(minibatches(x.shape[:axis], x.shape[axis], self.batch_size, self.inner_steps)):
            chosen = chosen.to(x.device)
            at = (torch.arange(len(x), device=x.device).unsqueeze(-1), chosen) if axis else (chosen,)
            state = self.step(state, Support(x[at], y[at], support.n_way), t)
        return state


def minibatches(
    tasks: Sequence[int], n_items: int, batch_size: int | None, n_batches: int
) -> list[Int[Tensor, "*task batch"]]:
    """Draw the item indices of each minibatch. Each task's items are shuffled repeatedly, and the sequence is cut into batches."""
    size = n_items if batch_size is None else min(batch_size, n_items)
    shuffles = -(-n_batches * size // n_items)
    order = torch.rand(*tasks, shuffles, n_items).argsort(-1).flatten(-2)  # (*task, item of all shuffles)
    return list(order[..., : n_batches * size].unflatten(-1, (n_batches, size)).unbind(-2)) if n_batches else []
