"""Inner steps that are taken twice instead of remembered: memory traded for time, exactly."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ["recomputed"]


def recomputed(step: Callable[..., tuple[Tensor, ...]], tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """`step(*tensors)`, of which the outer gradient keeps nothing but `tensors`.

    Second-order gradients of an inner loop need the graph of every inner gradient, so their memory grows with the steps. Here
    a step is taken without a graph; when the outer gradient comes back to it, it is taken again with one, which is used and
    dropped before the step before it is reached. (`torch.utils.checkpoint` does not do: the inner gradient asks for the
    saved values within the very step that they were dropped from, so each step runs once more.)

    `step` must give the same values both times, and depend on no tensor that wants a gradient other than `tensors`.
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
