"""Records on a plane through parameter space: losses on a grid, projected inner loops, and projected meta-gradients."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from metawidgets.errors import TraceError

__all__ = ["InnerPaths", "Landscape", "MetaGradients"]


@dataclass(frozen=True, eq=False)
class Landscape:
    """The losses of one task on a regular grid in a plane through parameter space.

    Args:
        x, y: coordinates along the plane's two orthonormal directions, `(column,)` and `(row,)`, in parameter distance.
        support_loss, query_loss: `(row, column)`, in nats or squared error; the first row has the lowest y.

    Raises:
        TraceError: if the shapes do not agree.
    """

    x: Float[np.ndarray, " column"]
    y: Float[np.ndarray, " row"]
    support_loss: Float[np.ndarray, "row column"]
    query_loss: Float[np.ndarray, "row column"]

    def __post_init__(self) -> None:
        _check(self, (len(self.y), len(self.x)), "support_loss", "query_loss")


@dataclass(frozen=True, eq=False)
class InnerPaths:
    """The inner loops of several tasks from one initialisation, projected onto a plane through parameter space.

    Args:
        start: the initialisation's coordinates on the plane, `(2,)`.
        path: the coordinates of every state, the initialisation first, `(task, step, 2)`.
        off_plane: the distance of each state from the plane, `(task, step)`; 0 if the state is in the plane.
        support_loss, query_loss: the losses at the states themselves, not at their projections, `(task, step)`.

    Raises:
        TraceError: if the shapes do not agree.
    """

    start: Float[np.ndarray, "2"]
    path: Float[np.ndarray, "task step 2"]
    off_plane: Float[np.ndarray, "task step"]
    support_loss: Float[np.ndarray, "task step"]
    query_loss: Float[np.ndarray, "task step"]

    def __post_init__(self) -> None:
        _check(self, (2,), "start")
        _check(self, (*self.off_plane.shape, 2), "path")
        _check(self, self.off_plane.shape, "support_loss", "query_loss")


@dataclass(frozen=True, eq=False)
class MetaGradients:
    """The meta-gradients of several methods at one initialisation, in the full space and projected onto a plane.

    Args:
        names: the methods; the first is the reference.
        in_plane: coordinates of the projections, `(task, name, 2)`; with several tasks, an extra row holds their mean.
        norm: Euclidean norms in the full parameter space, `(task, name)`.
        cosines: cosines between methods in the full parameter space, `(task, name, name)`.
        settings: JSON-able: inner rate, inner steps, proximal strength.

    Raises:
        TraceError: if the shapes do not agree.
    """

    names: tuple[str, ...]
    in_plane: Float[np.ndarray, "task name 2"]
    norm: Float[np.ndarray, "task name"]
    cosines: Float[np.ndarray, "task name name"]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n, tasks = len(self.names), len(self.norm)
        _check(self, (tasks, n), "norm")
        _check(self, (tasks, n, 2), "in_plane")
        _check(self, (tasks, n, n), "cosines")

    @property
    def share(self) -> Float[np.ndarray, "task name"]:
        """Fraction of each gradient's norm that lies in the plane, from 0 to 1; NaN for a zero gradient."""
        return np.linalg.norm(self.in_plane, axis=-1) / np.where(self.norm > 0, self.norm, np.nan)


def _check(record: object, shape: tuple[int, ...], *names: str) -> None:
    for name in names:
        if np.shape(getattr(record, name)) != shape:
            raise TraceError(
                f"{type(record).__name__}.{name} has shape {np.shape(getattr(record, name))}, but the other arrays need {shape}; give that."
            )
