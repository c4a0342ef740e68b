"""How often the 95 % interval of a mean over episodes covers the true mean, by simulation; the table is in docs/results.md.

    python benchmarks/coverage.py

Scores are drawn as few-shot episodes give them: an episode has its own difficulty, drawn from a beta distribution, and an accuracy
counts the right answers of 75 queries.
"""

from collections.abc import Callable

import numpy as np

from metawidgets.analysis import half_widths

EPISODES = (2, 3, 5, 10, 20, 30, 100, 600)
Draw = Callable[[np.random.Generator, int, int], np.ndarray]


def accuracies(mean: float, spread: float) -> Draw:
    """Return a draw of accuracies over 75 queries whose expectation over episodes is `mean`."""
    return lambda rng, runs, n: rng.binomial(75, rng.beta(mean * spread, (1 - mean) * spread, (runs, n))) / 75


DRAWS: dict[str, tuple[float, Draw]] = {
    "normal": (0.0, lambda rng, runs, n: rng.normal(0, 1, (runs, n))),
    "accuracy of 60 %": (0.6, accuracies(0.6, 30)),
    "accuracy of 95 %": (0.95, accuracies(0.95, 30)),
    "accuracy of 99 %": (0.99, accuracies(0.99, 30)),
    "squared error": (1.0, lambda rng, runs, n: rng.gamma(2, 0.5, (runs, n))),
}


def covered(name: str, n: int, runs: int = 10_000, *, normal: bool = False) -> float:
    """Return the share of intervals over `n` episodes that hold the true mean.

    Args:
        normal: take 1.96 standard errors instead of Student's t.
    """
    mean, draw = DRAWS[name]
    scores = draw(np.random.default_rng(n), runs, n)
    deviation = scores.std(1, ddof=1)
    half = 1.96 * deviation / np.sqrt(n) if normal else half_widths(deviation, n)
    return float((np.abs(scores.mean(1) - mean) <= half).mean())


def main() -> None:
    columns = [*DRAWS, "normal, by 1.96 s / √n"]
    print(f"| episodes | {' | '.join(columns)} |")
    print(f"| ---: {'| ---: ' * len(columns)}|")
    for n in EPISODES:
        shares = [*(covered(name, n) for name in DRAWS), covered("normal", n, normal=True)]
        print(f"| {n} | {' | '.join(f'{100 * share:.1f}' for share in shares)} |")


if __name__ == "__main__":
    main()
