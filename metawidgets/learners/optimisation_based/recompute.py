"""Gradient checkpointing of inner steps: each step is computed twice to save memory, with the same gradient."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ["recomputed"]


def recomputed(step: Callable[..., tuple[Tensor, ...]], tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Return `step(*tensors)`, and save only `tensors` for the outer gradient.

    Second-order gradients of an inner loop need the graph of every inner gradient, so their memory grows with the steps. Here
    a step is first computed without a graph. The outer gradient goes through the steps backwards, and for each one it computes the
    step again with a graph, uses the graph and frees it. (`torch.utils.checkpoint` is slower here: the inner gradient already needs
    values that it freed within the step, so each step runs once more.)

    `step` must return the same values both times, and no tensor that requires a gradient may enter except through `tensors`.
    """
    return _Recomputed.apply(step, *tensors)


class _Recomputed(torch.autograd.Function):
    @staticmethod
    def forward(ctx, step, *tensors):
        ctx.step = step
        ctx.save_for_backward(*tensors)
        return step(*tensors)

    @staticmethod
    @once_differentiable
    def backward(ctx, *gradients):
        with torch.enable_grad():
            tensors = tuple(t.detach().requires_grad_() for t in ctx.saved_tensors)
            moved = ctx.step(*tensors)
        return (None, *torch.autograd.grad(moved, tensors, gradients, materialize_grads=True))
