"""Few-shot regression on linear functions of Gaussian inputs, for which the best learner is known: least squares.

Source: Garg, Tsipras, Liang and Valiant, *What Can Transformers Learn In-Context? A Case Study of Simple Function Classes*, NeurIPS
2022, section 3: w and x are standard normal in `dim` dimensions, and y = w . x.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Float

from metawidgets.datasets.base import Dataset, Split, option
from metawidgets.episodes import Episode, EpisodeBatch, EpisodeSampler, EpisodeSpec, ItemId, TaskSource
from metawidgets.errors import EpisodeError
from metawidgets.records import EvaluationCurve

__all__ = [
    "LinearFamily",
    "LinearFunctions",
    "least_squares_error_by_context",
    "least_squares_predictions",
]


@dataclass(frozen=True, kw_only=True)
class LinearFunctions(Dataset):
    """Linear functions; the defaults are the distribution of the paper.

    A shift changes how test tasks draw x, but not training or validation tasks (the paper's section 4):

    - `skewed`: x has a covariance of trace `dim`, with eigenvalue i proportional to 1 / i^2 along axes that are random per task.
    - `subspace`: support and queries lie in a random subspace of half as many dimensions (at least one).
    - `orthants`: in a task's support set, each coordinate has the same sign in all items; in the queries, signs are random.
    - `scaled`: x is three times as large.

    Raises:
        DatasetError: if an option is out of its range.
    """

    name: ClassVar[str] = "linear_functions"
    kind: ClassVar[Literal["curve"]] = "curve"
    summary: ClassVar[str] = "regression on linear functions, with least squares as baseline"

    dim: int = option(20, "dimensions of x", 1, 1000)
    noise: float = option(0.0, "standard deviation of the noise on y, in support and query alike", 0.0, 10.0)
    test_shift: Literal["none", "skewed", "subspace", "orthants", "scaled"] = option(
        "none", "how x in test tasks differs from x in training"
    )

    def _source(self, split: Split) -> TaskSource:
        return LinearFamily(self, self.test_shift if split == "test" else "none")


@dataclass(frozen=True)
class LinearFamily:
    """The source of tasks of `LinearFunctions`. The `task` of an episode holds `weights`, `noise` and `shift`."""

    options: LinearFunctions
    shift: str
    name: str = LinearFunctions.name
    is_regression: bool = True

    def check(self, spec: EpisodeSpec) -> None:
        """Check that the spec asks for no classes. Every number of points is allowed.

        Raises:
            EpisodeError: if the spec asks for classes.
        """
        if spec.n_way is not None:
            raise EpisodeError(f"n_way={spec.n_way}, but {self.name!r} draws functions, not classes; leave n_way out.")

    def draw(self, rng: np.random.Generator, spec: EpisodeSpec) -> Episode:
        weights, x, y = self._draw(rng, spec, 1)
        k, w = spec.k_shot, weights[0, :, 0].tolist()
        ids = tuple(ItemId(self.name, f"w{w[0]:.6f}", str(i)) for i in range(x.shape[1]))
        task = {"weights": w, "noise": self.options.noise, "shift": self.shift}
        return Episode(x[0, :k], y[0, :k], x[0, k:], y[0, k:], (), ids[:k], ids[k:], task=task)

    def draw_batch(self, rng: np.random.Generator, spec: EpisodeSpec, size: int) -> EpisodeBatch:
        _, x, y = self._draw(rng, spec, size)
        k = spec.k_shot
        return EpisodeBatch(x[:, :k], y[:, :k], x[:, k:], y[:, k:], n_way=None)

    def _draw(
        self, rng: np.random.Generator, spec: EpisodeSpec, size: int
    ) -> tuple[Float[np.ndarray, "task dim 1"], Float[np.ndarray, "task item dim"], Float[np.ndarray, "task item 1"]]:
        """Draw the weights and the points, support first."""
        self.check(spec)
        dim = self.options.dim
        weights = rng.standard_normal((size, dim, 1))
        x = rng.standard_normal((size, spec.k_shot + spec.n_query, dim))
        # round x first, so that y is computed from the x that a learner sees
        x = self._shifted(rng, x, spec.k_shot).astype(np.float32)
        y = x.astype(np.float64) @ weights
        if self.options.noise:
            y += self.options.noise * rng.standard_normal(y.shape)
        return weights, x, y.astype(np.float32)

    def _shifted(self, rng: np.random.Generator, x: Float[np.ndarray, "task item dim"], k: int) -> np.ndarray:
        size, _, dim = x.shape
        if self.shift == "scaled":
            return 3 * x
        if self.shift == "orthants":
            signs = rng.choice([-1.0, 1.0], (size, 1, dim))
            # The signs of normally distributed queries are random already
            return np.concatenate([signs * np.abs(x[:, :k]), x[:, k:]], 1)
        if self.shift == "skewed":
            spread = 1 / np.arange(1, dim + 1)
            return x * (spread * np.sqrt(dim / np.square(spread).sum())) @ _rotations(rng, size, dim)
        if self.shift == "subspace":
            axes = _rotations(rng, size, dim)[:, : max(1, dim // 2)]  # (task, half, dim)
            return x @ axes.transpose(0, 2, 1) @ axes
        return x


def _rotations(rng: np.random.Generator, size: int, dim: int) -> Float[np.ndarray, "task dim dim"]:
    """Draw uniformly distributed orthogonal matrices (Mezzadri 2007: a positive diagonal of R makes QR unique)."""
    q, r = np.linalg.qr(rng.standard_normal((size, dim, dim)))
    return q * np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None]


def least_squares_predictions(
    x: Float[np.ndarray, "support dim"], y: Float[np.ndarray, "support target"], query_x: Float[np.ndarray, "query dim"]
) -> tuple[Float[np.ndarray, "support target"], Float[np.ndarray, "query target"]]:
    """Predict by least squares each support item from the items before it, and the queries from the whole support set.

    If several solutions fit equally well, the one with the smallest norm is used. The prediction for the first item is therefore 0.
    """
    x, y = x.astype(np.float64), y.astype(np.float64)
    weights = [np.linalg.lstsq(x[:n], y[:n])[0] if n else np.zeros((x.shape[1], y.shape[1])) for n in range(len(x) + 1)]
    guesses = np.stack([item @ w for item, w in zip(x, weights[:-1], strict=True)])
    return guesses, query_x.astype(np.float64) @ weights[-1]


def least_squares_error_by_context(sampler: EpisodeSampler, n_episodes: int = 600) -> EvaluationCurve:
    """Compute the squared error of least squares at every context length, on episodes 0 to `n_episodes - 1` of the sampler.

    Context lengths below the support size are scored on the next support item, and the last one on the queries.
    `learners.curves.error_by_context` scores the same items of the same episodes, so the two curves can be compared pairwise.
    """
    errors = []
    for e in map(sampler.episode, range(n_episodes)):
        guesses, outputs = least_squares_predictions(e.support_x, e.support_y, e.query_x)
        errors.append([*np.square(guesses - e.support_y).mean(-1), np.square(outputs - e.query_y).mean()])
    spec = sampler.spec
    settings = {"learner": "least squares", "source": sampler.source.name, "k_shot": spec.k_shot, "seed": sampler.seed}
    return EvaluationCurve("mean squared error", "context", np.arange(spec.k_shot + 1), np.array(errors), settings)
