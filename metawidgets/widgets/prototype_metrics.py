"""The arithmetic of class means under several distances: the same numbers in Python and, by `prototype_space.js`, in the browser.

A prototype is the mean of its class's embeddings under every metric here. For the squared Euclidean distance the mean is also the
point that minimises the sum of distances (Snell, Swersky and Zemel, NeurIPS 2017, section 2.4); for the others it is not (for
Manhattan that is the median), and for the cosine embeddings are averaged as they are, not brought to one length first.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

__all__ = [
    "METRICS",
    "Nearest",
    "Space",
    "metric_distances",
    "nearest_prototypes",
    "own_metric",
    "own_scale",
    "rows_in_order",
]

METRICS = {
    "squared_euclidean": "squared Euclidean distance",
    "euclidean": "Euclidean distance",
    "cosine": "cosine distance",
    "manhattan": "Manhattan distance",
}


class Nearest(NamedTuple):
    """For each query the nearest and second nearest class (-1: none) and the difference of their distances (NaN: no two)."""

    first: Int[np.ndarray, " query"]
    second: Int[np.ndarray, " query"]
    margin: Float[np.ndarray, " query"]


def nearest_prototypes(distances: Float[np.ndarray, "query way"]) -> Nearest:
    """Read one step's distances; a class with NaN (no support yet) is nobody's nearest. Of equals, the first class wins."""
    filled = np.where(np.isnan(distances), np.inf, distances)
    order = np.argsort(filled, axis=1, kind="stable")[:, :2]  # (query, 2)
    two = np.take_along_axis(filled, order, 1)
    known = np.isfinite(two)
    margin = np.where(known.all(1), two[:, 1] - np.where(known[:, 0], two[:, 0], 0), np.nan)
    first, second = np.where(known, order, -1).T
    return Nearest(first, second, margin)


def metric_distances(
    z: Float[np.ndarray, "item feature"], centres: Float[np.ndarray, "way feature"], metric: str
) -> Float[np.ndarray, "item way"]:
    """Distance of every item to every centre, in float64; NaN to a centre that is NaN."""
    z, centres = np.asarray(z, np.float64), np.asarray(centres, np.float64)
    if metric == "cosine":
        lengths = [np.maximum(np.linalg.norm(a, axis=1, keepdims=True), 1e-12) for a in (z, centres)]
        return 1 - (z / lengths[0]) @ (centres / lengths[1]).T
    away = [z - centre for centre in centres]  # one class at a time: all at once is large
    if metric == "manhattan":
        return np.stack([np.abs(a).sum(1) for a in away], 1)
    squared = np.stack([(a * a).sum(1) for a in away], 1)
    return squared if metric == "squared_euclidean" else np.sqrt(squared)


class Space(NamedTuple):
    """Embedded queries and support, with labels, and which support items are there at each step."""

    queries: Float[np.ndarray, "query feature"]
    support: Float[np.ndarray, "support feature"]
    labels: Int[np.ndarray, " support"]
    present: Bool[np.ndarray, "step support"]
    n_way: int

    def prototypes(self, step: int) -> Float[np.ndarray, "way feature"]:
        """Class means in float64; NaN for a class that has no support at this step."""
        found = np.full((self.n_way, self.support.shape[1]), np.nan)
        for k in range(self.n_way):
            members = self.present[step] & (self.labels == k)
            if members.any():
                found[k] = self.support[members].astype(np.float64).mean(0)
        return found

    def distances(self, step: int, metric: str) -> Float[np.ndarray, "query way"]:
        """Distance of every query to every class mean."""
        return metric_distances(self.queries, self.prototypes(step), metric)


def own_metric(recorded: Float[np.ndarray, "step query way"], space: Space) -> str:
    """The metric by which `recorded` are distances to class means of this space; "" if by none of `METRICS`."""
    steps = sorted({len(recorded) - 1, len(recorded) // 2})
    for metric in METRICS:
        if all(_alike(recorded[t], space.distances(t, metric)) for t in steps):
            return metric
    return ""


def _alike(a: np.ndarray, b: np.ndarray) -> bool:
    largest = float(np.nanmax(np.abs(b))) if np.isfinite(b).any() else 0.0
    return np.allclose(a, b, rtol=1e-4, atol=1e-5 * largest, equal_nan=True)


def own_scale(
    probabilities: Float[np.ndarray, "query way"],
    distances: Float[np.ndarray, "query way"],
    candidates: Sequence[float],
) -> float | None:
    """The factor with which a softmax of minus the distances gives these probabilities; `None` if none of the candidates does."""
    if np.isnan(distances).all(1).any():
        return None
    for scale in candidates:
        logits = np.where(np.isnan(distances), -np.inf, -scale * distances.astype(np.float64))
        p = np.exp(logits - logits.max(1, keepdims=True))
        if np.allclose(p / p.sum(1, keepdims=True), probabilities, atol=1e-3):
            return float(scale)
    return None


def rows_in_order(
    sort: str, distances: Float[np.ndarray, "query way"], labels: Int[np.ndarray, " query"], names: Sequence[str]
) -> list[tuple[str, list[int]]]:
    """The matrix's groups of rows, each with its heading.

    Args:
        sort: "class" (of the query), "margin" (smallest first) or "error" (wrong ones first, by how much farther the true class
            is than the nearest; the right ones by their margin).
    """
    near, every = nearest_prototypes(distances), np.arange(len(labels))
    if sort == "class":
        groups = [(names[k], every[labels == k]) for k in range(len(names))]
    else:
        by_margin = every[np.argsort(np.where(np.isnan(near.margin), np.inf, near.margin), kind="stable")]
        if sort == "margin":
            groups = [("Smallest margin first", by_margin)]
        else:
            true = distances[every, labels].astype(np.float64)
            excess = np.where(np.isnan(true), np.inf, true - distances[every, np.maximum(near.first, 0)])
            decided, wrong = near.first >= 0, (near.first >= 0) & (near.first != labels)
            worst = every[np.argsort(-np.where(wrong, excess, -np.inf), kind="stable")]
            groups = [
                ("Wrong, the farthest off first", worst[wrong[worst]]),
                ("Right, smallest margin first", by_margin[(decided & ~wrong)[by_margin]]),
                ("Without a decision", every[~decided]),
            ]
    return [(heading, rows.tolist()) for heading, rows in groups if len(rows)]
