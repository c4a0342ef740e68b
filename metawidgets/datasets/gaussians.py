"""Few-shot classification of 2-D points. Every task draws new classes, and each class is one or more Gaussian clouds."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from jaxtyping import Float

from metawidgets.datasets.base import Dataset, Split, option
from metawidgets.episodes import Episode, EpisodeBatch, EpisodeSpec, ItemId, TaskSource
from metawidgets.errors import EpisodeError

__all__ = ["GaussianFamily", "Gaussians"]


@dataclass(frozen=True, kw_only=True)
class Gaussians(Dataset):
    """Classes of 2-D points.

    Class means describe these classes well only with `anisotropy=1, clouds=1`. Elongated clouds need a metric that follows their
    shape, and a class of several clouds is not represented by its mean.

    Raises:
        DatasetError: if an option is out of its range.
    """

    name: ClassVar[str] = "gaussians"
    kind: ClassVar[Literal["point"]] = "point"
    summary: ClassVar[str] = "2-D points; every task draws new Gaussian classes"

    spread_between: float = option(1.5, "standard deviation of the clouds' centres", 0.0, 20.0)
    spread_within: float = option(0.4, "size of a cloud: geometric mean of its two standard deviations", 0.01, 10.0)
    anisotropy: float = option(3.0, "largest ratio of a cloud's long to its short axis; 1: all are round", 1.0, 20.0)
    clouds: int = option(1, "clouds per class", 1, 5)
    shared_shape: bool = option(False, "whether all clouds of a task have the same shape and direction")

    def _source(self, split: Split) -> TaskSource:
        return GaussianFamily(self)


@dataclass(frozen=True)
class GaussianFamily:
    """The source of tasks of `Gaussians`.

    The `task` of an episode holds its clouds: `means` `(way, cloud, 2)` and `covariances`
    `(way, cloud, 2, 2)` as lists.
    """

    options: Gaussians
    name: str = Gaussians.name
    is_regression: bool = False

    def check(self, spec: EpisodeSpec) -> None:
        """Check that the spec asks for classes. Every size is allowed.

        Raises:
            EpisodeError: if the spec is for regression.
        """
        if spec.n_way is None:
            raise EpisodeError(f"{self.name!r} has classes, so an episode needs n_way; give n_way >= 2.")

    def draw(self, rng: np.random.Generator, spec: EpisodeSpec) -> Episode:
        means, factors, (support_x, support_y, query_x, query_y) = self._draw(rng, spec, 1)
        # Every task has new classes. A random number in their ids distinguishes them from the classes of other tasks.
        task = f"{rng.integers(2**32):08x}"
        names = tuple(_class_name(c) for c in range(means.shape[1]))
        labels = np.concatenate([support_y[0], query_y[0]])
        ids = [ItemId(self.name, f"{task}-{names[y]}", str(i)) for i, y in enumerate(labels)]
        n = support_x.shape[1]
        # F F^T, written out because the last bits of a matrix product depend on the machine's BLAS.
        (a, b), (c, d) = factors[0, ..., 0, :].T, factors[0, ..., 1, :].T
        covariances = np.stack([a * a + b * b, a * c + b * d, a * c + b * d, c * c + d * d], -1).swapaxes(0, 1)
        info: dict[str, Any] = {
            "means": means[0].tolist(),
            "covariances": covariances.reshape(*means.shape[1:], 2).tolist(),
        }
        return Episode(
            support_x[0], support_y[0], query_x[0], query_y[0], names, tuple(ids[:n]), tuple(ids[n:]), task=info
        )

    def draw_batch(self, rng: np.random.Generator, spec: EpisodeSpec, size: int) -> EpisodeBatch:
        _, _, arrays = self._draw(rng, spec, size)
        return EpisodeBatch(*arrays, n_way=spec.n_way)

    def _draw(
        self, rng: np.random.Generator, spec: EpisodeSpec, size: int
    ) -> tuple[Float[np.ndarray, "task way cloud 2"], Float[np.ndarray, "task way cloud 2 2"], tuple[np.ndarray, ...]]:
        """Draw the centres, the factors F of the covariances F F^T, and the four arrays of the episodes."""
        self.check(spec)
        o, way, per_class = self.options, spec.n_way or 0, spec.k_shot + spec.n_query
        shape = (size, way, o.clouds)
        means = o.spread_between * rng.standard_normal((*shape, 2))
        drawn = (size, 1, 1) if o.shared_shape else shape
        root = np.sqrt(o.anisotropy ** rng.random(drawn))  # log-uniform ratios; the area stays constant
        angle = np.pi * rng.random(drawn)
        cos, sin = np.cos(angle), np.sin(angle)
        factors = o.spread_within * np.stack([cos * root, -sin / root, sin * root, cos / root], -1)
        factors = np.broadcast_to(factors.reshape(*drawn, 2, 2), (*shape, 2, 2))

        cloud = rng.integers(o.clouds, size=(size, way, per_class, 1))
        centre = np.take_along_axis(means, cloud, 2)  # (task, way, item, 2)
        factor = np.take_along_axis(factors, cloud[..., None], 2)  # (task, way, item, 2, 2)
        noise = rng.standard_normal((size, way, per_class, 2))
        points = (centre + factor[..., 0] * noise[..., :1] + factor[..., 1] * noise[..., 1:]).astype(np.float32)
        labels = np.broadcast_to(np.arange(way)[:, None], (size, way, per_class))

        k = spec.k_shot
        order = rng.random((size, way * k)).argsort(-1)  # shuffle, because some learners read the support set in order
        support_x = np.take_along_axis(points[:, :, :k].reshape(size, -1, 2), order[..., None], 1)
        support_y = np.take_along_axis(labels[:, :, :k].reshape(size, -1), order, 1)
        query_x, query_y = points[:, :, k:].reshape(size, -1, 2), labels[:, :, k:].reshape(size, -1)
        return means, factors, (support_x, support_y, query_x, query_y)


def _class_name(c: int) -> str:
    """Return the name of a class: A, B, ..., Z, A1, B1, ..."""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[c % 26] + (str(c // 26) if c >= 26 else "")
