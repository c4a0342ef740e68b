"""Losses and scores of one task or of a stack of tasks."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Shaped
from torch import Tensor

__all__ = ["probabilities", "task_losses", "task_metrics"]


def task_losses(outputs: Float[Tensor, "*task item way"], y: Shaped[Tensor, "..."]) -> Float[Tensor, " *task"]:
    """Mean cross-entropy in nats (integer `y`), or mean squared error over items and target dimensions, of each task."""
    if y.is_floating_point():
        return (outputs - y).square().mean((-1, -2))
    if outputs.ndim == 2:
        return F.cross_entropy(outputs, y)
    losses = F.cross_entropy(outputs.flatten(0, -2), y.flatten(), reduction="none")
    return losses.view(y.shape).mean(-1)


def task_metrics(outputs: Float[Tensor, "*task item way"], y: Shaped[Tensor, "..."]) -> Float[Tensor, " *task"]:
    """Accuracy, or mean squared error, of each task. Ties count as the chance of guessing right among the tied classes.

    A learner that has seen nothing gives all classes one output; taking the first of them would score it by the order of labels.
    """
    if y.is_floating_point():
        return task_losses(outputs, y)
    best = outputs == outputs.amax(-1, keepdim=True)  # (*task, item, way)
    hit = best.gather(-1, y.unsqueeze(-1)).squeeze(-1)
    return (hit / best.sum(-1).clamp(min=1)).mean(-1)


def probabilities(outputs: Float[Tensor, "*task item way"]) -> Float[Tensor, "*task item way"]:
    """Softmax; `-inf` for a class gives it 0, and `-inf` for all of them a uniform row."""
    nothing = torch.isneginf(outputs).all(-1, keepdim=True)
    return torch.softmax(outputs.masked_fill(nothing, 0.0), -1)
