"""Projections that are computed on request: t-SNE in stages, so that its progress can be seen, and UMAP where it is installed.

van der Maaten and Hinton, *Visualizing data using t-SNE*, JMLR 9, 2008; McInnes, Healy and Melville, *UMAP*, 2018.
"""

import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from metawidgets.errors import TraceError

__all__ = ["Stage", "perplexity_range", "tsne_stages", "umap_installed", "umap_places"]

_STEPS = (300, 350, 350)  # scikit-learn's 1,000 in all; it takes more than 250 at a time


class Stage(NamedTuple):
    """How far a projection is: places `(point, 2)`, steps done of how many, and the divergence that it lowers (nats)."""

    places: Float[np.ndarray, "point 2"]
    done: int
    of: int
    divergence: float


def perplexity_range(n: int) -> tuple[int, int]:
    """Smallest and largest perplexity for n points: an effective number of neighbours, at most a third of the others.

    Raises:
        TraceError: for fewer than 7 points.
    """
    if n < 7:
        raise TraceError(f"t-SNE places points by their neighbours, and {n} are too few; give at least 7.")
    return 2, min(100, (n - 1) // 3)


def tsne_stages(
    points: Float[np.ndarray, "point feature"],
    start: Float[np.ndarray, "point 2"],
    *,
    perplexity: float,
    metric: str = "euclidean",
    seed: int = 0,
) -> Iterator[Stage]:
    """t-SNE from `start` (two principal components) in three stages of gradient steps, the first with early exaggeration for 250 of them.

    A stage continues from where the last one ended with a fresh momentum; otherwise it is scikit-learn's t-SNE with the same
    objective, the same rate and the same number of steps.

    Raises:
        TraceError: if the perplexity is out of its range, or a point is not finite.
    """
    low, high = perplexity_range(len(points))
    if not low <= perplexity <= high:
        raise TraceError(f"perplexity={perplexity:g} for {len(points)} points; give {low} to {high}.")
    if not np.isfinite(points).all():
        raise TraceError("an embedding holds NaN or infinite numbers; t-SNE needs finite ones.")
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    places = start / (np.std(start[:, 0]) or 1.0) * 1e-4  # small, as scikit-learn starts from principal components
    rate = max(len(points) / 12 / 4, 50)
    for stage, steps in enumerate(_STEPS):
        # One thread: several that wait for each other on a busy machine took five times as long.
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")
            make: Any = TSNE  # its annotations leave out what its documentation allows
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
        yield Stage(places, sum(_STEPS[: stage + 1]), sum(_STEPS), float(model.kl_divergence_))


def umap_installed() -> bool:
    """Whether the package `umap-learn` is there; it is not required."""
    return find_spec("umap") is not None


def umap_places(
    points: Float[np.ndarray, "point feature"], *, neighbours: int, metric: str = "euclidean", seed: int = 0
) -> Float[np.ndarray, "point 2"]:
    """UMAP of the points, with the package's defaults but for the number of neighbours.

    Raises:
        TraceError: if the package is not installed.
    """
    if not umap_installed():
        raise TraceError("UMAP is not installed; `pip install umap-learn` and restart the kernel, or use t-SNE.")
    from importlib import import_module

    make: Any = import_module("umap").UMAP
    model = make(n_neighbors=neighbours, metric="cosine" if metric == "cosine" else "euclidean", random_state=seed)
    return np.asarray(model.fit_transform(points), np.float64)
