"""What a set of embeddings, probabilities or scores says: projection, class geometry, tasks, calibration, intervals.

Plain numpy on plain arrays, so that a notebook, a component and a report compute the same figure the same way.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped

from metawidgets.errors import EpisodeError, TraceError

__all__ = [
    "Calibration",
    "ClassGeometry",
    "Interval",
    "Projection",
    "calibration",
    "class_geometry",
    "class_means",
    "cosine_similarity",
    "fit_projection",
    "mean_interval",
    "nearest_prototype_distance",
    "paired_interval",
    "pairwise_angles",
    "pairwise_distances",
    "silhouette",
    "task_embedding",
]

_Z95 = 1.96  # two-sided 95 % of a normal distribution, as published few-shot figures use it


@dataclass(frozen=True, eq=False)
class Projection:
    """A linear map to a few principal axes, fitted once so that points of all steps share one picture.

    Args:
        mean: `(feature,)`, the centre of the fitted points.
        components: `(axis, feature)`, orthonormal rows; the entry of largest magnitude in each is positive.
        explained: `(axis,)`, share of the fitted points' variance along each axis, in [0, 1].
    """

    mean: Float[np.ndarray, " feature"]
    components: Float[np.ndarray, "axis feature"]
    explained: Float[np.ndarray, " axis"]

    def __call__(self, points: Float[np.ndarray, "*point feature"]) -> Float[np.ndarray, "*point axis"]:
        """Project points of any leading shape; a point with a NaN stays NaN."""
        return (np.asarray(points, np.float64) - self.mean) @ self.components.T


def fit_projection(points: Float[np.ndarray, "*point feature"], n_axes: int = 2) -> Projection:
    """Principal axes of all finite points, whatever their leading axes (steps, items, prototypes).

    The sign of an axis is arbitrary in a singular value decomposition and may differ between machines; it is fixed here
    by making the largest loading positive. Axes beyond the data's dimension are zero, so a 1-feature embedding still
    gives two coordinates.

    Raises:
        TraceError: if no point is finite.
    """
    flat = np.asarray(points, np.float64).reshape(-1, np.shape(points)[-1])  # (point, feature)
    flat = flat[np.isfinite(flat).all(axis=1)]
    if len(flat) == 0:
        raise TraceError(
            "a projection was asked of points that are all NaN or infinite; give at least one finite point."
        )
    mean = flat.mean(axis=0)
    _, singular, axes = np.linalg.svd(flat - mean, full_matrices=False)
    variance = singular**2
    total = variance.sum()
    components = np.zeros((n_axes, flat.shape[1]))
    explained = np.zeros(n_axes)
    n = min(n_axes, len(singular))
    largest = np.take_along_axis(axes[:n], np.abs(axes[:n]).argmax(axis=1)[:, None], axis=1)
    components[:n] = axes[:n] * np.where(largest < 0, -1.0, 1.0)
    explained[:n] = variance[:n] / total if total > 0 else 0.0
    return Projection(mean, components, explained)


@dataclass(frozen=True)
class ClassGeometry:
    """How tight and how far apart the classes of an embedding are.

    Args:
        within: mean squared distance of an item to the mean of its class.
        between: mean squared distance of an item's class mean to the mean of all items; `within + between` is the
            total variance.
        ratio: `between / within`, larger is better separated; infinite if every class is one point.
        silhouette: mean silhouette in [-1, 1].
    """

    within: float
    between: float
    ratio: float
    silhouette: float


def class_geometry(embeddings: Float[np.ndarray, "item feature"], labels: Int[np.ndarray, " item"]) -> ClassGeometry:
    """Scatter and silhouette of labelled embeddings.

    Raises:
        TraceError: if there are fewer than two classes, or a number is not finite.
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
    """Mean of each class that occurs, in the order of their labels."""
    x = np.asarray(embeddings, np.float64)
    return np.stack([x[labels == c].mean(axis=0) for c in np.unique(labels)])


def silhouette(embeddings: Float[np.ndarray, "item feature"], labels: Int[np.ndarray, " item"]) -> float:
    """Mean over items of (b - a) / max(a, b): a, mean distance to its own class; b, to the nearest other class.

    An item alone in its class counts 0. Source: Rousseeuw, "Silhouettes", J. Comput. Appl. Math. 20 (1987).

    Raises:
        TraceError: if there are fewer than two classes, or a number is not finite.
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
    """The points as float64 and their labels renumbered from 0 without gaps."""
    x = np.asarray(embeddings, np.float64)
    kept, own = np.unique(labels, return_inverse=True)
    if len(kept) < 2:
        raise TraceError(f"the geometry of classes needs two of them, and these {len(x)} items have {len(kept)}.")
    if not np.isfinite(x).all():
        raise TraceError("an embedding holds NaN or infinite numbers; the geometry of classes needs finite ones.")
    return x, own


def pairwise_distances(
    a: Float[np.ndarray, "a feature"], b: Float[np.ndarray, "b feature"]
) -> Float[np.ndarray, "a b"]:
    """Euclidean distances between all points of `a` and all of `b`."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    # By differences, not by |a|^2 - 2ab + |b|^2: the latter loses the small distances, which are the interesting ones.
    return np.stack([np.sqrt(((point - b) ** 2).sum(axis=1)) for point in a]) if len(a) else np.zeros((0, len(b)))


def pairwise_angles(
    points: Float[np.ndarray, "point feature"], origin: Float[np.ndarray, " feature"] | None = None
) -> Float[np.ndarray, "point point"]:
    """Angles in degrees, 0 to 180, between points seen from `origin` (default: zero); NaN for a point at the origin."""
    arrows = np.asarray(points, np.float64) - (0.0 if origin is None else np.asarray(origin, np.float64))
    # The diagonal's cosine rounds to just below 1, whose arc cosine is visibly above 0.
    angles = np.degrees(np.arccos(np.clip(cosine_similarity(arrows, arrows), -1.0, 1.0)))
    np.fill_diagonal(angles, np.where(np.isnan(np.diag(angles)), np.nan, 0.0))
    return angles


def cosine_similarity(a: Float[np.ndarray, "a feature"], b: Float[np.ndarray, "b feature"]) -> Float[np.ndarray, "a b"]:
    """Cosines between all rows of `a` and all of `b`, in [-1, 1]; NaN where a row is zero."""
    units = []
    for rows in (np.asarray(a, np.float64), np.asarray(b, np.float64)):
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        units.append(np.divide(rows, length, out=np.full_like(rows, np.nan), where=length > 0))
    return units[0] @ units[1].T


def task_embedding(
    embeddings: Float[np.ndarray, "item feature"], labels: Int[np.ndarray, " item"]
) -> Float[np.ndarray, " feature"]:
    """One point for a task: the mean of its class prototypes, each class counting alike whatever its shots."""
    return class_means(embeddings, labels).mean(axis=0)


def nearest_prototype_distance(a: Float[np.ndarray, "a feature"], b: Float[np.ndarray, "b feature"]) -> float:
    """Distance of two tasks by their prototypes: to the nearest of the other task, averaged over both directions.

    Symmetric, and zero only if every prototype has a twin; unlike the cosine of task embeddings it sees that two tasks
    share a class.
    """
    distances = pairwise_distances(a, b)
    return float((distances.min(axis=1).mean() + distances.min(axis=0).mean()) / 2)


@dataclass(frozen=True, eq=False)
class Calibration:
    """How far stated confidence and accuracy agree.

    Args:
        ece: expected calibration error in [0, 1], the count-weighted mean of |accuracy - confidence|.
        edges: `(bin + 1,)` from 0 to 1.
        confidence, accuracy: `(bin,)` means, NaN for an empty bin.
        count: `(bin,)` items.
    """

    ece: float
    edges: Float[np.ndarray, " edge"]
    confidence: Float[np.ndarray, " bin"]
    accuracy: Float[np.ndarray, " bin"]
    count: Int[np.ndarray, " bin"]


def calibration(
    probabilities: Float[np.ndarray, "item way"], labels: Int[np.ndarray, " item"], n_bins: int = 10
) -> Calibration:
    """Expected calibration error over equal-width bins `(low, high]` of the largest probability.

    Source: Guo et al., "On calibration of modern neural networks", ICML 2017, equation 3.

    Raises:
        TraceError: if there are no items, or a probability is outside [0, 1].
    """
    p = np.asarray(probabilities, np.float64)
    if len(p) == 0:
        raise TraceError("calibration was asked of no items; give at least one row of probabilities.")
    if not ((p >= 0) & (p <= 1 + 1e-6)).all():
        worst = p.flat[int(np.argmax(np.where(np.isnan(p), np.inf, np.abs(p - 0.5))))]
        raise TraceError(f"a probability is {worst:.4g}; calibration needs probabilities in [0, 1], not outputs.")
    stated = np.minimum(p.max(axis=1), 1.0)
    right = p.argmax(axis=1) == labels
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    which = np.clip(np.searchsorted(edges, stated, side="left") - 1, 0, n_bins - 1)
    count = np.bincount(which, minlength=n_bins)
    means = [
        np.divide(np.bincount(which, weights=v, minlength=n_bins), count, out=np.full(n_bins, np.nan), where=count > 0)
        for v in (stated, right.astype(np.float64))
    ]
    ece = float(np.nansum(count * np.abs(means[1] - means[0])) / len(p))
    return Calibration(ece, edges, means[0], means[1], count)


@dataclass(frozen=True)
class Interval:
    """A mean over `n` episodes with the half width of its 95 % confidence interval."""

    mean: float
    half_width: float
    n: int

    @property
    def low(self) -> float:
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        return self.mean + self.half_width

    @property
    def excludes_zero(self) -> bool:
        """For a difference: whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def mean_interval(values: Shaped[np.ndarray, " episode"]) -> Interval:
    """Mean +- 1.96 s / sqrt(n) over per-episode values (never over pooled queries, which share their support set).

    Raises:
        EpisodeError: if there are fewer than two values, or one is not finite.
    """
    x = np.asarray(values, np.float64)
    if x.ndim != 1 or len(x) < 2:
        raise EpisodeError(
            f"an interval over episodes needs two values or more in one row, not an array of shape {x.shape}."
        )
    if not np.isfinite(x).all():
        raise EpisodeError(
            f"the value of episode {int(np.argmin(np.isfinite(x)))} is not finite; an interval needs finite values."
        )
    return Interval(float(x.mean()), float(_Z95 * x.std(ddof=1) / np.sqrt(len(x))), len(x))


def paired_interval(a: Shaped[np.ndarray, " episode"], b: Shaped[np.ndarray, " same"]) -> Interval:
    """Interval of the differences `a - b` on the same episodes: most of their spread is the episodes', and cancels.

    Raises:
        EpisodeError: if the two are not over equally many episodes, or `mean_interval` refuses them.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        raise EpisodeError(
            f"paired values must come from the same episodes, but there are {a.shape} and {b.shape} of them."
        )
    return mean_interval(a - b)
