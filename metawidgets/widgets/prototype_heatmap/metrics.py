"""Arithmetic of class means under several distances. `js/prototype_heatmap/` computes the same numbers in the browser.

A prototype is the mean of its class's embeddings under every metric here. Only for the squared Euclidean distance does the mean
minimise the sum of distances to the embeddings (Snell, Swersky and Zemel, NeurIPS 2017, section 2.4); for Manhattan, for example, the
median does. For the cosine distance, embeddings are averaged without normalising their lengths.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from metawidgets.widgets.base.distances import metric_distances

__all__ = [
    "Absorbed",
    "Nearest",
    "Space",
    "nearest_prototypes",
    "rows_in_order",
]


class Nearest(NamedTuple):
    """For each query, the nearest and second nearest class (-1: none) and the difference of their distances (NaN: fewer than two)."""

    first: Int[np.ndarray, " query"]
    second: Int[np.ndarray, " query"]
    margin: Float[np.ndarray, " query"]


def nearest_prototypes(distances: Float[np.ndarray, "query way"]) -> Nearest:
    """Return each query's two nearest classes at one step.

    A class with NaN (no support yet) is never nearest. On a tie, the first class wins.
    """
    filled = np.where(np.isnan(distances), np.inf, distances)
    order = np.argsort(filled, axis=1, kind="stable")[:, :2]  # (query, 2)
    two = np.take_along_axis(filled, order, 1)
    known = np.isfinite(two)
    margin = np.where(known.all(1), two[:, 1] - np.where(known[:, 0], two[:, 0], 0), np.nan)
    first, second = np.where(known, order, -1).T
    return Nearest(first, second, margin)


class Absorbed:
    """A mask of the support items that the learner has read by each step. It is computed from `since`, to save a table of all steps.

    Args:
        since: for each item, the first step after which the learner has read it.
    """

    def __init__(self, since: Int[np.ndarray, " support"]) -> None:
        self.since = since

    def __getitem__(self, step: int) -> Bool[np.ndarray, " support"]:
        return self.since <= step


class Space(NamedTuple):
    """Embedded queries and support items, the support's labels, and the support items that the learner has read by each step."""

    queries: Float[np.ndarray, "query feature"]
    support: Float[np.ndarray, "support feature"]
    labels: Int[np.ndarray, " support"]
    present: Bool[np.ndarray, "step support"]  # or `Absorbed`, which is indexed by the step too
    n_way: int

    def prototypes(self, step: int) -> Float[np.ndarray, "way feature"]:
        """Return the class means in float64; NaN for a class that has no support at this step."""
        found = np.full((self.n_way, self.support.shape[1]), np.nan)
        for k in range(self.n_way):
            members = self.present[step] & (self.labels == k)
            if members.any():
                found[k] = self.support[members].astype(np.float64).mean(0)
        return found

    def distances(self, step: int, metric: str) -> Float[np.ndarray, "query way"]:
        """Return the distance of every query to every class mean."""
        return metric_distances(self.queries, self.prototypes(step), metric)


def rows_in_order(
    sort: str, distances: Float[np.ndarray, "query way"], labels: Int[np.ndarray, " query"], names: Sequence[str]
) -> list[tuple[str, list[int]]]:
    """Return the matrix's groups of rows, each with its heading.

    Args:
        sort: "class" (by the queries' classes), "margin" (smallest first), or "error": first the wrong queries, by the distance to
            the true class minus the distance to the nearest class, largest first; then the right queries by margin.
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
