"""Losses and scores of one task, or of each task in a stack."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Shaped
from torch import Tensor

__all__ = ["probabilities", "task_losses", "task_metrics"]


def task_losses(outputs: Float[Tensor, "*task item way"], y: Shaped[Tensor, "..."]) -> Float[Tensor, " *task"]:
    """Return each task's mean cross-entropy in nats (integer `y`), or its mean squared error over items and target dimensions."""
    if y.is_floating_point():
        return (outputs - y).square().mean((-1, -2))
    if outputs.ndim == 2:
        return F.cross_entropy(outputs, y)
    losses = F.cross_entropy(outputs.flatten(0, -2), y.flatten(), reduction="none")
    return losses.view(y.shape).mean(-1)


def task_metrics(outputs: Float[Tensor, "*task item way"], y: Shaped[Tensor, "..."]) -> Float[Tensor, " *task"]:
    """Return each task's accuracy, or its mean squared error.

    A tie counts as the chance of guessing right among the tied classes. A learner that has seen nothing gives the same output
    for all classes: if the first class won the tie, the score would depend on the order of the labels.
    """
    if y.is_floating_point():
        return task_losses(outputs, y)
    best = outputs == outputs.amax(-1, keepdim=True)  # (*task, item, way)
    hit = best.gather(-1, y.unsqueeze(-1)).squeeze(-1)
    return (hit / best.sum(-1).clamp(min=1)).mean(-1)


def probabilities(outputs: Float[Tensor, "*task item way"]) -> Float[Tensor, "*task item way"]:
    """Return the softmax of the outputs. A class with output `-inf` gets probability 0; if all outputs are `-inf`, the row is uniform."""
    nothing = torch.isneginf(outputs).all(-1, keepdim=True)
    return torch.softmax(outputs.masked_fill(nothing, 0.0), -1)
