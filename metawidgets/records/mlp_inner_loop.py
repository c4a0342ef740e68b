"""The inner loop of an MLP learner as numpy arrays and settings, so that it can run without torch, as in the browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.episodes import Episode

__all__ = ["ACTIVATIONS", "MlpInnerLoop", "MlpPlane"]

ACTIVATIONS = ("identity", "relu", "leaky_relu", "elu", "tanh", "sigmoid", "softplus")
"""Activations that may follow a layer, each with PyTorch's default options."""


@dataclass(frozen=True, eq=False)
class MlpInnerLoop:
    """Gradient descent on the support loss, from an initialisation of fully connected layers.

    `parameters` holds the layers one after the other: first the weight `(input, output)`, row by row, then the bias. The loss
    is the mean cross-entropy or the mean squared error (`learners.losses.task_losses`).

    Args:
        widths: the widths of the input, of each hidden layer, and of the output.
        activations: the activation after each layer, from `ACTIVATIONS`.
        parameters: the parameters at the start of the inner loop.
        adapted: by name, the number of each tensor that the inner loop updates, in the order of a trace's layers. The weight of
            layer i has the number 2 i, and its bias has 2 i + 1.
        turned: the names of the adapted tensors that PyTorch stores transposed, as `(output, input)`.
        steps: number of gradient steps at test time.
        rate: the step size of all parameters; `None` if the step sizes are learned.
        learned_rates: `(step, adapted tensor)`, where the last row also applies to all later steps; or `(parameter,)`, in the
            order of `parameters`.
        optimiser: plain gradient descent, or Adam without momentum (see `learners.optimisation_based.reptile`).
        over_curvature: whether to divide the rate by a bound on the loss's curvature in the last layer (see
            `learners.transfer.linear_probe`).
        proximal_strength: weight of half the squared distance from the start (see `ImplicitMAML`).
        l2: weight of half the squared norm of the last layer's weights.
        masks_absent: whether a class without support gets a logit of minus infinity (see `learners.transfer.tuned`).
        is_regression: whether the targets are numbers, not labels.
    """

    widths: tuple[int, ...]
    activations: tuple[str, ...]
    parameters: Float[np.ndarray, " parameter"]
    adapted: Mapping[str, int]
    turned: frozenset[str]
    steps: int
    rate: float | None
    is_regression: bool
    learned_rates: Float[np.ndarray, "..."] | None = None
    optimiser: Literal["sgd", "adam"] = "sgd"
    over_curvature: bool = False
    proximal_strength: float = 0.0
    l2: float = 0.0
    masks_absent: bool = False

    def flat(self, tensors: Mapping[str, Shaped[np.ndarray, "..."]]) -> Float[np.ndarray, " parameter"]:
        """Flatten adapted tensors to the order of `parameters`, with 0 for tensors that are not adapted.

        Args:
            tensors: by name, the tensors of adapted parameters, of a direction, or of a gradient, in PyTorch's layout.
        """
        pieces = [np.zeros(shape) for a, b in pairwise(self.widths) for shape in ((a, b), (b,))]
        for name, tensor in tensors.items():
            pieces[self.adapted[name]] = np.asarray(tensor.T if name in self.turned else tensor, np.float64)
        return np.concatenate([piece.reshape(-1) for piece in pieces])

    def packed(self, prefix: str = "") -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return the arrays to send to the browser, and the JSON that describes them (`InnerLoopConfig` in js/shared/mlp)."""
        arrays = {f"{prefix}parameters": self.parameters.astype(np.float32)}
        kind = "one"
        if self.learned_rates is not None:
            kind = "each_step" if self.learned_rates.ndim == 2 else "each_parameter"
            arrays[f"{prefix}rates"] = self.learned_rates.astype(np.float32)
        return arrays, {
            "prefix": prefix,
            "widths": list(self.widths),
            "activations": list(self.activations),
            "names": list(self.adapted),
            "adapted": list(self.adapted.values()),
            "steps": self.steps,
            "rate": self.rate,
            "rates": kind,
            "optimiser": self.optimiser,
            "over_curvature": self.over_curvature,
            "proximal_strength": self.proximal_strength,
            "l2": self.l2,
            "masks_absent": self.masks_absent,
            "loss": "squared_error" if self.is_regression else "cross_entropy",
        }


@dataclass(frozen=True, eq=False)
class MlpPlane:
    """A plane through the parameter space of an MLP learner. Inner loops can start at any point of the plane, without torch.

    Args:
        loop: the learner's inner loop; its initialisation is the point (0, 0).
        basis: two orthonormal directions, in the order of `loop.parameters`.
        episodes: the tasks.
    """

    loop: MlpInnerLoop
    basis: Float[np.ndarray, "2 parameter"]
    episodes: tuple[Episode, ...]

    def packed(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return the arrays to send to the browser and the JSON of the loop. The names of task k's arrays end in `.k`."""
        arrays, config = self.loop.packed("loop.")
        arrays["basis"] = self.basis.astype(np.float32)
        for k, episode in enumerate(self.episodes):
            for side in ("support", "query"):
                x, y = getattr(episode, f"{side}_x"), getattr(episode, f"{side}_y")
                arrays[f"{side}_x.{k}"] = x.astype(np.float32)
                arrays[f"{side}_y.{k}"] = y.astype(np.float32 if self.loop.is_regression else np.int32)
        return arrays, config
