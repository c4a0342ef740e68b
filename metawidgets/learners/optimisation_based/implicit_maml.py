"""Implicit MAML: the outer gradient depends on the end of the inner loop alone, not on the path to it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.episodes import EpisodeBatch
from metawidgets.learners.base import Support
from metawidgets.learners.loop import MetaGradient
from metawidgets.learners.losses import task_losses, task_metrics
from metawidgets.learners.optimisation_based.gradient import GradientLearner, GradientState, add_gradients
from metawidgets.learners.option_checks import count, positive_number
from metawidgets.learners.tensors import tasks

__all__ = ["ImplicitGradient", "ImplicitMAML", "conjugate_gradient"]


class ImplicitGradient(NamedTuple):
    """The meta-gradient of a task, or of each task in a stack, with measures of its error."""

    gradients: dict[str, Tensor]
    """By parameter name, an array `(task, *shape)`."""
    residual: Float[Tensor, " task"]
    """||g - (I + H/lambda) v|| / ||g|| for the solution v: 0 if the linear system is solved exactly."""
    inner_gradient: Float[Tensor, " task"]
    """Norm of the inner objective's gradient: 0 at its optimum. The formula is exact only there."""
    loss: Float[Tensor, " task"]
    metric: Float[Tensor, " task"]


class ImplicitMAML(GradientLearner):
    """Implicit MAML (Rajeswaran, Finn, Kakade and Levine, *Meta-Learning with Implicit Gradients*, NeurIPS 2019, Algorithms 1-2).

    The inner loop descends the support loss plus lambda/2 ||phi - theta||^2 (eq. 3). At its optimum the meta-gradient is
    (I + H/lambda)^-1 g, with g the query loss's gradient and H the support loss's Hessian there (Lemma 1, eq. 6). The conjugate
    gradient method needs only products of H with vectors, so that memory does not grow with the number of inner steps.

    Args:
        network: maps items to outputs; any `nn.Module`. Images come in [0, 1].
        proximal_strength: the paper's lambda. I + H/lambda must be positive definite. If lambda is too small, the solver meets
            negative curvature in a task and keeps the solution that it has.
        cg_steps: conjugate-gradient steps. They start from g, so that 0 steps give the first-order gradient.
        inner_lr: step size of the inner loop. The loop diverges if it is above 2 / (lambda + largest curvature).
        inner_steps: gradient steps in training; the paper takes 16, with rate 0.1.
        test_steps: gradient steps outside training; the same number by default.

    Departures: this follows the paper; the authors' code damps the system further and applies the proximal term once, after
    the inner steps. Batch statistics are as in `MAML`.
    """

    title = "Implicit MAML"
    family = "optimisation-based"

    second_order = False
    image_defaults: Mapping[str, Any] = MappingProxyType(
        {"downsample": "stride", "statistics": "support_stats", "inner_lr": 0.1, "inner_steps": 16}
    )

    def __init__(
        self,
        network: nn.Module,
        *,
        proximal_strength: float = 2.0,
        cg_steps: int = 5,
        inner_lr: float = 0.1,
        inner_steps: int = 16,
        test_steps: int | None = None,
    ) -> None:
        super().__init__(network, inner_lr=inner_lr, inner_steps=inner_steps, test_steps=test_steps)
        positive_number("proximal_strength", proximal_strength)
        count("cg_steps", cg_steps)
        self.proximal_strength, self.cg_steps = proximal_strength, cg_steps

    @property
    def hyper(self) -> dict[str, Any]:
        return {**super().hyper, "proximal_strength": self.proximal_strength, "cg_steps": self.cg_steps}

    def _moved(
        self, state: GradientState, support: Support, parameters: Sequence[Tensor], rates: Sequence[float | Tensor]
    ) -> tuple[Tensor, ...]:
        gradient, parameters = self._support_gradient(state, support, parameters)
        each = zip(parameters, rates, gradient, state.start.values(), strict=True)
        return tuple(p - rate * (g + self.proximal_strength * (p - start)) for p, rate, g, start in each)

    def meta_gradient(self, batch: EpisodeBatch) -> MetaGradient:
        """Add the implicit gradient, averaged over tasks, to each parameter's `.grad`."""
        found = list(self.implicit_gradients(batch))
        for piece in found:
            add_gradients(self, {name: g.sum(0) / len(batch) for name, g in piece.gradients.items()})
        mean = lambda values: torch.cat(values).mean().item()  # noqa: E731
        return MetaGradient(mean([piece.loss for piece in found]), mean([piece.metric for piece in found]))

    def implicit_gradients(self, batch: EpisodeBatch) -> Iterator[ImplicitGradient]:
        """Yield the implicit gradient of each task, or of all tasks at once if the network takes a leading task axis."""
        for support, query_x, query_y in tasks(self, batch):
            yield self.implicit_gradient(support, query_x, query_y)

    def implicit_gradient(self, support: Support, query_x: Tensor, query_y: Tensor) -> ImplicitGradient:
        """Compute the meta-gradient at the end of the inner loop."""
        n_tasks = len(support.x) if self.stacked(support) else 1
        with torch.no_grad():
            state = self.adapted(support)
        state = state._replace(parameters={n: p.detach().requires_grad_() for n, p in state.parameters.items()})
        parameters = tuple(state.parameters.values())
        flat = lambda tensors: torch.cat([t.reshape(n_tasks, -1) for t in tensors], 1)  # noqa: E731 - (task, parameter)
        with torch.enable_grad(), self._differentiable_twice():
            outputs = self.readout(state, self.encode(query_x, support))["outputs"]
            losses = task_losses(outputs, query_y)
            g = flat(torch.autograd.grad(losses.sum(), parameters, materialize_grads=True))
            support_loss = self._support_loss(state.parameters, state, support)
            gradient = torch.autograd.grad(support_loss, parameters, create_graph=True, materialize_grads=True)

        def apart(v: Tensor) -> tuple[Tensor, ...]:
            pieces = v.split([p.numel() // n_tasks for p in parameters], 1)
            return tuple(piece.reshape(p.shape) for piece, p in zip(pieces, parameters, strict=True))

        def system(v: Tensor) -> Tensor:
            # a task's loss depends only on its own parameters, so one product applies each task's Hessian to its own vector
            along = torch.stack([(a * b).sum() for a, b in zip(gradient, apart(v), strict=True)]).sum()
            product = torch.autograd.grad(along, parameters, retain_graph=True, materialize_grads=True)
            return v + flat(product) / self.proximal_strength

        solution, residual = conjugate_gradient(system, g, self.cg_steps)
        shapes = [p.shape[1:] if self.stacked(support) else p.shape for p in parameters]
        pieces = [p.reshape(n_tasks, *shape) for p, shape in zip(apart(solution), shapes, strict=True)]
        with torch.no_grad():
            away = [p - start for p, start in zip(parameters, state.start.values(), strict=True)]
            inner = (flat(gradient) + self.proximal_strength * flat(away)).norm(dim=-1)
        named = dict(zip(self._names, pieces, strict=True))
        metrics = task_metrics(outputs.detach(), query_y)
        return ImplicitGradient(named, residual, inner, losses.detach().reshape(-1), metrics.reshape(-1))


def conjugate_gradient(
    system: Callable[[Tensor], Tensor], b: Float[Tensor, "task n"], steps: int, tolerance: float = 1e-10
) -> tuple[Float[Tensor, "task n"], Float[Tensor, " task"]]:
    """Solve `system(x) = b` for each task's symmetric positive definite system (Hestenes and Stiefel 1952), from `x = b`.

    A task stops when its relative residual is below `tolerance` or its curvature is not positive. Of all its iterates, the one
    with the smallest residual is returned.

    Returns:
        The solutions and their relative residuals ||b - system(x)|| / ||b||.
    """
    x = best = b.clone()
    r = b - system(x)
    p, squared = r, r.square().sum(-1)
    least, scale = squared, b.square().sum(-1).clamp(min=torch.finfo(b.dtype).tiny)
    going = torch.ones_like(squared, dtype=torch.bool)
    for _ in range(steps):
        going = going & (squared > tolerance**2 * scale)
        if not going.any():
            break
        product = system(p)
        curvature = (p * product).sum(-1)
        going = going & (curvature > 0)
        length = torch.where(going, squared / curvature, 0.0).unsqueeze(-1)
        x, r = x + length * p, r - length * product
        after = r.square().sum(-1)
        p = r + torch.where(going, after / squared, 0.0).unsqueeze(-1) * p
        squared = after
        best, least = torch.where((squared < least).unsqueeze(-1), x, best), torch.minimum(squared, least)
    return best, torch.sqrt(least / scale)
