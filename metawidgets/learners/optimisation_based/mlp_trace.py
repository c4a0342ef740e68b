"""All states of an inner loop on a small MLP at once, without autograd: the states in a loop, everything read from them in one pass."""

import numpy as np
import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from metawidgets.learners.base import Support
from metawidgets.learners.optimisation_based.gradient import GradientLearner
from metawidgets.learners.optimisation_based.mlp_layout import MlpLayout, with_ones
from metawidgets.learners.optimisation_based.without_autograd import plain_parameters

__all__ = ["states_of_mlp"]

_Array = Float[np.ndarray, "..."]


@np.errstate(all="ignore")  # a loop that diverges has infinite outputs, and no warning, as in PyTorch
def states_of_mlp(
    learner: GradientLearner, support: Support, query_x: Tensor, probe_x: Tensor | None
) -> dict[str, Tensor] | None:
    """Return the channels of all states, each `(step, ...)`, as `Learner.read_all`; `None` if the network or the items need autograd."""
    parameters = plain_parameters(learner)
    ways = support.n_way or support.y.shape[-1]
    if parameters is None or support.x.ndim != 2 or len(support.x) == 0:
        return None
    weights = [p.detach().numpy() for p in parameters]
    if weights[0].shape[0] != support.x.shape[-1] or weights[-1].shape[0] != ways:
        return None
    layout, dtype = MlpLayout.of([weight.shape for weight in weights[::2]]), weights[0].dtype
    items = [with_ones(x.numpy(), dtype) for x in (support.x, query_x, *(() if probe_x is None else (probe_x,)))]
    flat, y = [layout.packed(weights, keep=1)], support.y.numpy()
    gradients = [_gradient(layout, flat[0], items[0], y)]
    for t in range(learner.n_steps(support)):
        rates = learner.rates(t)
        if isinstance(rates[0], Tensor):
            change = layout.packed([torch.as_tensor(rate).detach().numpy() for rate in rates]) * gradients[-1]
        else:
            change = dtype.type(rates[0]) * gradients[-1]
        flat.append(flat[-1] - change)
        gradients.append(_gradient(layout, flat[-1], items[0], y))
    states = np.stack(flat)
    outputs = np.split(_outputs(layout, states, np.concatenate(items)), np.cumsum([len(x) for x in items])[:-1], axis=1)
    moved = layout.tensors(states - states[0])
    found = {
        "outputs": outputs[1],
        "support_outputs": outputs[0],
        **({"probe_outputs": outputs[2]} if probe_x is not None else {}),
        "parameter_distance": np.stack([np.linalg.norm(m.reshape(len(m), -1), axis=1) for m in moved], axis=1),
        "gradient_norm": np.linalg.norm(np.stack(gradients), axis=1),
    }
    channels = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in found.items()}
    if "learned_rates" in learner.channels:
        means = [torch.stack([torch.as_tensor(r).mean() for r in learner.rates(t)]) for t in range(len(states))]
        channels["learned_rates"] = torch.stack(means)
    return channels


def _gradient(layout: MlpLayout, flat: _Array, x: _Array, y: Shaped[np.ndarray, "..."]) -> _Array:
    """Return the gradient of the support loss, with 0 for the weights of the units that are 1."""
    weights, read = layout.split(flat), [x]
    for weight in weights[:-1]:
        read.append(np.maximum(read[-1] @ weight, 0))
    slope = np.zeros((len(x), weights[-1].shape[1]), x.dtype)
    outputs = (read[-1] @ weights[-1])[:, :-1]
    if y.dtype.kind == "f":
        slope[:, :-1] = (outputs - y) * (2 / outputs.size)
    else:
        p = np.exp(outputs - outputs.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        p[np.arange(len(y)), y] -= 1
        slope[:, :-1] = p / len(y)
    gradient = np.empty_like(flat)
    places = layout.split(gradient)
    for i in reversed(range(len(weights))):
        np.matmul(read[i].T, slope, out=places[i])
        if i:
            slope = (slope @ weights[i].T) * (read[i] > 0)
            slope[:, -1] = 0
    return gradient


def _outputs(layout: MlpLayout, states: _Array, x: _Array) -> Float[np.ndarray, "step item output"]:
    *hidden, last = layout.split(states)
    for weight in hidden:
        x = np.maximum(x @ weight, 0)
    return (x @ last)[..., :-1]
