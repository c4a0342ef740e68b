"""The meta-gradients of learners whose network is a small MLP, without autograd."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from metawidgets.episodes import EpisodeBatch
from metawidgets.learners.loop import MetaGradient
from metawidgets.learners.losses import task_metrics
from metawidgets.learners.networks.encoders import MLP
from metawidgets.learners.optimisation_based.gradient import GradientLearner
from metawidgets.learners.optimisation_based.mlp_meta_gradient import MetaGradients, meta_gradients
from metawidgets.learners.over_threads import check_of_tasks

__all__ = ["meta_gradient_of_mlp", "plain_parameters"]

_MOST_PARAMETERS = 50_000
"""The products of larger networks take longer than autograd's bookkeeping, and PyTorch may use several threads for them."""


def meta_gradient_of_mlp(
    learner: GradientLearner, batch: EpisodeBatch
) -> tuple[MetaGradient, list[list[Tensor]] | None] | None:
    """Add the gradient of the outer loss to the `.grad` of the network's parameters, as `loop.differentiate` does.

    Returns:
        The loss and the metric, and the gradients of learned rates by step and tensor (`None` if the rate is fixed). `None` instead
        if the learner or the batch needs autograd: the network is no `MLP` on the CPU or is larger than 50,000 parameters, some
        parameters are not adapted or have hooks, or items or labels do not fit, which autograd's path reports.
    """
    network, own = learner.network, plain_parameters(learner)
    if own is None or not isinstance(network, MLP) or not _fits(network, batch):
        return None
    check_of_tasks()()
    parameters = [_array(p) for p in own]
    dtype = parameters[0].dtype
    targets = [y.astype(dtype, copy=False) if batch.n_way is None else y for y in (batch.support_y, batch.query_y)]
    rates = [
        [_array(r) for r in row if isinstance(r, Tensor)] for row in map(learner.rates, range(learner.inner_steps))
    ]
    with np.errstate(all="ignore"):  # a loop that diverges has an infinite loss, and no warning, as in PyTorch
        found = meta_gradients(
            parameters,
            (batch.support_x, targets[0]),
            (batch.query_x, targets[1]),
            rates if rates and rates[0] else float(learner.inner_lr),
            learner.inner_steps,
            second_order=learner.second_order,
        )
    for p, gradient in zip(own, map(_tensor, found.parameters), strict=True):
        p.grad = gradient if p.grad is None else p.grad + gradient
    of_rates = None if found.rates is None else [list(map(_tensor, row)) for row in found.rates]
    return MetaGradient(found.loss, _metric(found, batch)), of_rates


def plain_parameters(learner: GradientLearner) -> list[Tensor] | None:
    """Return the weight and bias of each layer if the network is a small `MLP` on the CPU, and nothing watches or freezes parts of it."""
    network = learner.network
    if type(network) is not MLP or network.config["output_dim"] is None or learner.adapted_names != network.names:
        return None
    layers: list[Any] = [network, *network.layers]
    parameters = [
        p for layer in layers[1:] for p in (layer.weight, layer.bias)
    ]  # much faster than network.parameters()
    plain = (
        sum(p.numel() for p in parameters) <= _MOST_PARAMETERS
        and all(p.is_cpu and p.dtype in (torch.float32, torch.float64) for p in parameters)
        and all(p.requires_grad and not p._backward_hooks for p in parameters)
        and not any(m._forward_hooks or m._forward_pre_hooks or m._backward_hooks for m in layers)
    )
    return parameters if plain else None


def _fits(network: MLP, batch: EpisodeBatch) -> bool:
    items = [
        x.dtype.kind == "f" and list(x.shape[2:]) == network.config["item_shape"] and x.shape[1] > 0
        for x in (batch.support_x, batch.query_x)
    ]
    return all(items) and (batch.n_way or batch.support_y.shape[-1]) == network.config["output_dim"]


def _metric(found: MetaGradients, batch: EpisodeBatch) -> float:
    if batch.n_way is None:
        return found.loss  # the squared error is both
    return task_metrics(torch.from_numpy(found.outputs), torch.from_numpy(batch.query_y)).mean().item()


def _array(x: Tensor) -> np.ndarray:
    return x.detach().numpy()


def _tensor(x: np.ndarray) -> Tensor:
    return torch.from_numpy(x.copy())  # contiguous
