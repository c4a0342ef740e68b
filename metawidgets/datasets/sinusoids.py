"""Few-shot regression on sine curves of random amplitude and phase.

Source: Finn, Abbeel and Levine, *Model-agnostic meta-learning for fast adaptation of deep networks*, ICML 2017, section 5.1:
amplitude uniform in 0.1 to 5, phase uniform in 0 to pi, x uniform in -5 to 5, y = amplitude * sin(x - phase).
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Float

from metawidgets.datasets.base import Dataset, Split, option
from metawidgets.episodes import Episode, EpisodeBatch, EpisodeSpec, ItemId, TaskSource
from metawidgets.errors import EpisodeError

__all__ = ["SinusoidFamily", "Sinusoids"]

_PI = 3.141592653589793


@dataclass(frozen=True, kw_only=True)
class Sinusoids(Dataset):
    """Sine curves; the defaults are the distribution of the MAML paper.

    Raises:
        DatasetError: if an option is out of its range, or a lower end is above its upper end.
    """

    name: ClassVar[str] = "sinusoids"
    kind: ClassVar[Literal["curve"]] = "curve"
    summary: ClassVar[str] = "regression on sine curves of random amplitude and phase"

    amplitude_low: float = option(0.1, "smallest amplitude", 0.0, 100.0)
    amplitude_high: float = option(5.0, "largest amplitude", 0.0, 100.0)
    phase_low: float = option(0.0, "smallest phase, in radians", -2 * _PI, 2 * _PI)
    phase_high: float = option(_PI, "largest phase, in radians", -2 * _PI, 2 * _PI)
    x_low: float = option(-5.0, "left end of x", -100.0, 100.0)
    x_high: float = option(5.0, "right end of x", -100.0, 100.0)
    noise: float = option(0.0, "standard deviation of the noise on y, in support and query alike", 0.0, 10.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        for what in ("amplitude", "phase", "x"):
            low, high = getattr(self, f"{what}_low"), getattr(self, f"{what}_high")
            if low > high or (what == "x" and low == high):
                self._refuse(f"{what}_low={low:g} is not below {what}_high={high:g}; swap them or widen the range.")

    def _source(self, split: Split) -> TaskSource:
        return SinusoidFamily(self)


@dataclass(frozen=True)
class SinusoidFamily:
    """The source of tasks of `Sinusoids`.

    The `task` of an episode holds `amplitude` and `phase` of y = amplitude * sin(x - phase), and `x_low`, `x_high`, `noise`.
    """

    options: Sinusoids
    name: str = Sinusoids.name
    is_regression: bool = True

    def check(self, spec: EpisodeSpec) -> None:
        """Check that the spec asks for no classes. Every number of points is allowed.

        Raises:
            EpisodeError: if the spec asks for classes.
        """
        if spec.n_way is not None:
            raise EpisodeError(f"n_way={spec.n_way}, but {self.name!r} draws functions, not classes; leave n_way out.")

    def draw(self, rng: np.random.Generator, spec: EpisodeSpec) -> Episode:
        amplitude, phase, x, y = self._draw(rng, spec, 1)
        a, p, k, o = float(amplitude[0, 0, 0]), float(phase[0, 0, 0]), spec.k_shot, self.options
        ids = tuple(ItemId(self.name, f"a{a:.6f}-p{p:.6f}", str(i)) for i in range(x.shape[1]))
        task = {"amplitude": a, "phase": p, "x_low": o.x_low, "x_high": o.x_high, "noise": o.noise}
        return Episode(x[0, :k], y[0, :k], x[0, k:], y[0, k:], (), ids[:k], ids[k:], task=task)

    def draw_batch(self, rng: np.random.Generator, spec: EpisodeSpec, size: int) -> EpisodeBatch:
        _, _, x, y = self._draw(rng, spec, size)
        k = spec.k_shot
        return EpisodeBatch(x[:, :k], y[:, :k], x[:, k:], y[:, k:], n_way=None)

    def _draw(
        self, rng: np.random.Generator, spec: EpisodeSpec, size: int
    ) -> tuple[np.ndarray, np.ndarray, Float[np.ndarray, "task item 1"], Float[np.ndarray, "task item 1"]]:
        """Draw amplitude and phase, each `(task, 1, 1)`, and the points, support first."""
        self.check(spec)
        o = self.options
        amplitude = rng.uniform(o.amplitude_low, o.amplitude_high, (size, 1, 1))
        phase = rng.uniform(o.phase_low, o.phase_high, (size, 1, 1))
        # round x first, so that y is computed from the x that a learner sees
        x = rng.uniform(o.x_low, o.x_high, (size, spec.k_shot + spec.n_query, 1)).astype(np.float32)
        y = amplitude * np.sin(x - phase)
        if o.noise:
            y += o.noise * rng.standard_normal(y.shape)
        return amplitude, phase, x, y.astype(np.float32)
