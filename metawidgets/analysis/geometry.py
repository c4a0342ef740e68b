"""The geometry of an embedding space: distances, angles, and the spread and separation of classes and tasks."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from metawidgets.errors import TraceError

__all__ = [
    "ClassGeometry",
    "class_geometry",
    "class_means",
    "cosine_similarity",
    "nearest_prototype_distance",
    "pairwise_angles",
    "pairwise_distances",
    "silhouette",
    "task_embedding",
]


@dataclass(frozen=True)
class ClassGeometry:
    """The spread and the separation of the classes of an embedding.

    Args:
        within: mean squared distance of an item to the mean of its class.
        between: mean squared distance of an item's class mean to the mean of all items; `within + between` is the
            total variance.
        ratio: `between / within`. A larger ratio means better separation; it is infinite if every class is one point.
        silhouette: mean silhouette in [-1, 1].
    """

    within: float
    between: float
    ratio: float
    silhouette: float


def class_geometry(embeddings: Float[np.ndarray, "item feature"], labels: Int[np.ndarray, " item"]) -> ClassGeometry:
    """Compute the scatter and the silhouette of labelled embeddings.

    Raises:
        TraceError: if `labels` holds fewer than two classes, or a number is not finite.
    """
    x, own = _labelled(embeddings, labels)
    means = class_means(x, own)  # (way, feature)
    within = float(((x - means[own]) ** 2).sum(axis=1).mean())
    between = float(((means[own] - x.mean(axis=0)) ** 2).sum(axis=1).mean())
    ratio = between / within if within > 0 else float("inf")
    return ClassGeometry(within, between, ratio, silhouette(x, own))


def class_means(
    embeddings: Float[np.ndarray, "item feature"], labels: Int[np.ndarray, " item"]
) -> Float[np.ndarray, "way feature"]:
    """Return the mean embedding of each class that occurs, in the order of the labels."""
    x = np.asarray(embeddings, np.float64)
    return np.stack([x[labels == c].mean(axis=0) for c in np.unique(labels)])


def silhouette(embeddings: Float[np.ndarray, "item feature"], labels: Int[np.ndarray, " item"]) -> float:
    """Compute the mean over items of (b - a) / max(a, b).

    Here a is the item's mean distance to its own class, and b its mean distance to the nearest other class. An item alone in
    its class counts as 0. Source: Rousseeuw, "Silhouettes", J. Comput. Appl. Math. 20 (1987).

    Raises:
        TraceError: if `labels` holds fewer than two classes, or a number is not finite.
    """
    x, own = _labelled(embeddings, labels)
    distances = pairwise_distances(x, x)  # (item, item)
    member = np.eye(own.max() + 1)[own]  # (item, way)
    counts = member.sum(axis=0)
    sums = distances @ member  # (item, way)
    inside = np.take_along_axis(sums, own[:, None], axis=1)[:, 0] / np.maximum(counts[own] - 1, 1)
    outside = np.where(member > 0, np.inf, sums / counts).min(axis=1)
    larger = np.maximum(inside, outside)
    scores = np.divide(outside - inside, larger, out=np.zeros_like(larger), where=larger > 0)
    return float(np.where(counts[own] == 1, 0.0, scores).mean())


def _labelled(embeddings: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the points as float64, and their labels renumbered from 0 without gaps."""
    x = np.asarray(embeddings, np.float64)
    kept, own = np.unique(labels, return_inverse=True)
    if len(kept) < 2:
        raise TraceError(
            f"class geometry needs at least two classes, but these {len(x)} items have {len(kept)}; add items of another class."
        )
    if not np.isfinite(x).all():
        raise TraceError(
            "an embedding holds NaN or infinite numbers, but class geometry needs finite ones; remove those items."
        )
    return x, own


def pairwise_distances(
    a: Float[np.ndarray, "a feature"], b: Float[np.ndarray, "b feature"]
) -> Float[np.ndarray, "a b"]:
    """Compute the Euclidean distances between all points of `a` and all points of `b`."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    # Subtract the points: the expansion |a|^2 - 2ab + |b|^2 would lose precision for small distances.
    return np.stack([np.sqrt(((point - b) ** 2).sum(axis=1)) for point in a]) if len(a) else np.zeros((0, len(b)))


def pairwise_angles(
    points: Float[np.ndarray, "point feature"], origin: Float[np.ndarray, " feature"] | None = None
) -> Float[np.ndarray, "point point"]:
    """Compute the angles between points seen from `origin` (default: zero), in degrees from 0 to 180; NaN for a point at the origin."""
    arrows = np.asarray(points, np.float64) - (0.0 if origin is None else np.asarray(origin, np.float64))
    # On the diagonal, the cosine may round to just below 1, which would give an angle visibly above 0.
    angles = np.degrees(np.arccos(np.clip(cosine_similarity(arrows, arrows), -1.0, 1.0)))
    np.fill_diagonal(angles, np.where(np.isnan(np.diag(angles)), np.nan, 0.0))
    return angles


def cosine_similarity(a: Float[np.ndarray, "a feature"], b: Float[np.ndarray, "b feature"]) -> Float[np.ndarray, "a b"]:
    """Compute the cosines between all rows of `a` and all rows of `b`, in [-1, 1]; NaN where a row is zero."""
    units = []
    for rows in (np.asarray(a, np.float64), np.asarray(b, np.float64)):
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        units.append(np.divide(rows, length, out=np.full_like(rows, np.nan), where=length > 0))
    return units[0] @ units[1].T


def task_embedding(
    embeddings: Float[np.ndarray, "item feature"], labels: Int[np.ndarray, " item"]
) -> Float[np.ndarray, " feature"]:
    """Return one point for a task: the mean of its class prototypes. Classes have equal weight, whatever their number of shots."""
    return class_means(embeddings, labels).mean(axis=0)


def nearest_prototype_distance(a: Float[np.ndarray, "a feature"], b: Float[np.ndarray, "b feature"]) -> float:
    """Compute the mean distance from each class prototype of one task to the nearest prototype of the other task.

    `a` and `b` are the prototypes of the two tasks. The means in both directions are averaged, so the distance is symmetric. It
    is zero only if every prototype has an equal prototype in the other task. Unlike the cosine of task embeddings, it gets smaller if
    the tasks share a class.
    """
    distances = pairwise_distances(a, b)
    return float((distances.min(axis=1).mean() + distances.min(axis=0).mean()) / 2)
