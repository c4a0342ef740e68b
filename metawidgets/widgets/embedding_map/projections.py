"""Projections computed on request: t-SNE in stages, so that its progress shows, and UMAP where it is installed.

van der Maaten and Hinton, *Visualizing data using t-SNE*, JMLR 9, 2008; McInnes, Healy and Melville, *UMAP*, 2018.
"""

import warnings
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from metawidgets.errors import TraceError

__all__ = ["Stage", "perplexity_range", "tsne_divergence", "tsne_stages", "umap_installed", "umap_places"]

_STEPS = (300, 350, 350)  # 1,000 in all, as in scikit-learn, which needs more than 250 steps for each stage
# Smallest number of neighbours to consider per point; points farther away have probabilities near zero
_NEIGHBOURS = 300


class Stage(NamedTuple):
    """The state of a projection after a stage: places `(point, 2)`, steps done, steps in all, and the divergence in nats."""

    places: Float[np.ndarray, "point 2"]
    done: int
    of: int
    divergence: float


def perplexity_range(n: int) -> tuple[int, int]:
    """Return the smallest and largest perplexity for n points.

    Perplexity is an effective number of neighbours. It is at most a third of the other points.

    Raises:
        TraceError: for fewer than 7 points.
    """
    if n < 7:
        raise TraceError(f"t-SNE places points by their neighbours, and {n} points are too few; give at least 7.")
    return 2, min(100, (n - 1) // 3)


def tsne_stages(
    points: Float[np.ndarray, "point feature"],
    start: Float[np.ndarray, "point 2"],
    *,
    perplexity: float,
    metric: str = "euclidean",
    seed: int = 0,
) -> Iterator[Stage]:
    """Run t-SNE from `start` (two principal components) and yield its state after each of three stages.

    The first stage uses early exaggeration in its first 250 steps. Each stage starts at the places where the last one ended, with
    fresh momentum. Otherwise this is scikit-learn's t-SNE: same objective, same learning rate, same number of steps.

    Raises:
        TraceError: if the perplexity is out of its range, or a point is not finite.
    """
    low, high = perplexity_range(len(points))
    if not low <= perplexity <= high:
        raise TraceError(f"perplexity={perplexity:g} is out of range for {len(points)} points; give {low} to {high}.")
    if not np.isfinite(points).all():
        raise TraceError("an embedding holds NaN or infinite numbers; t-SNE needs finite ones.")
    # sklearn loads slowly; threadpoolctl comes with it
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    places = start / (np.std(start[:, 0]) or 1.0) * 1e-4  # scikit-learn scales its principal components like this too
    rate = max(len(points) / 12 / 4, 50)
    joint = _joint_probabilities(points, perplexity, metric)
    for stage, steps in enumerate(_STEPS):
        # One thread: on a busy machine, several threads waited for each other and took five times as long.
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")
            make: Any = TSNE  # its annotations are narrower than its documentation
            model = make(
                perplexity=perplexity,
                metric="cosine" if metric == "cosine" else "euclidean",
                init=np.ascontiguousarray(places, np.float32),
                early_exaggeration=12.0 if stage == 0 else 1.0,
                learning_rate=rate,
                max_iter=steps,
                random_state=seed,
            )
            places = model.fit_transform(np.ascontiguousarray(points, np.float32))
        # Not `model.kl_divergence_`: that is a tree-based approximation, which may even be negative.
        yield Stage(places, sum(_STEPS[: stage + 1]), sum(_STEPS), _divergence(joint, places))


def tsne_divergence(
    points: Float[np.ndarray, "point feature"],
    places: Float[np.ndarray, "point 2"],
    *,
    perplexity: float,
    metric: str = "euclidean",
) -> float:
    """Return the Kullback-Leibler divergence in nats that t-SNE minimises, over all pairs and in float64. It is never negative."""
    return _divergence(_joint_probabilities(points, perplexity, metric), places)


class _Pairs(NamedTuple):
    """Joint probabilities that two points are neighbours: `probability[e]` for the pair `(first[e], second[e])`; they sum to 1."""

    first: Int[np.ndarray, " pair"]
    second: Int[np.ndarray, " pair"]
    probability: Float[np.ndarray, " pair"]


def _joint_probabilities(points: Float[np.ndarray, "point feature"], perplexity: float, metric: str) -> _Pairs:
    # scipy and sklearn load slowly
    from scipy.sparse import csr_matrix
    from sklearn.neighbors import NearestNeighbors

    n = len(points)
    k = min(n - 1, max(_NEIGHBOURS, 3 * int(perplexity) + 1))
    near = NearestNeighbors(n_neighbors=k, metric="cosine" if metric == "cosine" else "euclidean")
    distances, others = near.fit(np.asarray(points, np.float64)).kneighbors()  # (point, k), without the point itself
    given = _conditional_probabilities(distances**2, perplexity)
    rows = csr_matrix((given.ravel(), others.ravel(), np.arange(0, n * k + 1, k)), shape=(n, n))
    both = (rows + rows.T).tocoo()
    return _Pairs(both.row, both.col, both.data / both.data.sum())


def _conditional_probabilities(
    squared: Float[np.ndarray, "point neighbour"], perplexity: float
) -> Float[np.ndarray, "point neighbour"]:
    """Return each point's probabilities of its neighbours. Bisection finds the bandwidth that gives the wanted perplexity."""
    away = squared - squared.min(1, keepdims=True)
    scale = np.median(squared, 1, keepdims=True)
    away /= np.where(scale > 0, scale, 1.0)
    low, high = np.full((len(away), 1), -20.0), np.full((len(away), 1), 50.0)  # log2 of the precision
    for _ in range(50):
        middle = (low + high) / 2
        p = np.exp(-away * 2.0**middle)
        mass = p.sum(1, keepdims=True)
        p /= mass
        entropy = np.log(mass) + 2.0**middle * (p * away).sum(1, keepdims=True)
        wide = entropy > np.log(perplexity)
        low, high = np.where(wide, middle, low), np.where(wide, high, middle)
    return p


def _divergence(pairs: _Pairs, places: Float[np.ndarray, "point 2"]) -> float:
    first, second, p = pairs
    y = np.asarray(places, np.float64)

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return 1 / (1 + ((a - b) ** 2).sum(-1))

    total = sum(float(kernel(y[i], y).sum()) - 1 for i in range(len(y)))  # all pairs, without each point with itself
    q = kernel(y[first], y[second]) / total
    some = p > 0
    return max(0.0, float((p[some] * np.log(p[some] / q[some])).sum()))


def umap_installed() -> bool:
    """Return whether the optional package `umap-learn` is installed."""
    return find_spec("umap") is not None


def umap_places(
    points: Float[np.ndarray, "point feature"], *, neighbours: int, metric: str = "euclidean", seed: int = 0
) -> Float[np.ndarray, "point 2"]:
    """Compute UMAP of the points with the package's defaults, except the number of neighbours, the metric and the seed.

    Raises:
        TraceError: if the package is not installed.
    """
    if not umap_installed():
        raise TraceError("UMAP is not installed; `pip install umap-learn` and restart the kernel, or use t-SNE.")
    make: Any = import_module("umap").UMAP
    model = make(n_neighbors=neighbours, metric="cosine" if metric == "cosine" else "euclidean", random_state=seed)
    return np.asarray(model.fit_transform(points), np.float64)
