"""Traces made by hand, small enough that all results are known."""

import numpy as np

from metawidgets.episodes import Episode, ItemId
from metawidgets.records import Trace
from tests.widgets.examples import HOSTILE, points, sheet

NAMES = ("aleph", "beth", HOSTILE)
# Two queries per class, in the order of the classes. Queries 1 and 5 are wrongly nearest to beth.
DISTANCES = np.array([[1, 4, 9], [5, 2.5, 8], [6, 1, 7], [3, 2, 9], [9, 8, 2], [9, 2, 2.25]], np.float32)


def absorbing(
    distances: np.ndarray = DISTANCES, episode: Episode | None = None, *, metric: str = "squared_euclidean"
) -> Trace:
    """Make a trace that reads one support example per class, one after the other. A class's column is NaN before its example."""
    episode = episode or sheet((1,) * distances.shape[1], len(distances) // distances.shape[1], NAMES)
    way = distances.shape[1]
    steps = np.stack([np.where(np.arange(way) < t, distances, np.nan) for t in range(way + 1)])  # (step, query, way)
    filled = np.where(np.isnan(steps), -np.inf, -steps)
    filled[0] = 0
    p = np.exp(filled - filled.max(-1, keepdims=True))
    channels = {
        "distances": steps.astype(np.float32),
        "probabilities": (p / p.sum(-1, keepdims=True)).astype(np.float32),
        "absorbed": np.array([np.arange(way) < t for t in range(way + 1)], np.uint8),
    }
    return Trace("context_example", channels, episode, {"learner": "ProtoNet", "hyper": {"metric": metric}})


def many(way: int = 20, per_class: int = 15) -> Trace:
    """Make the largest required matrix: 20 classes, 300 queries. Query i has distance `i % 7 + 1` to its own class and 30 to others."""
    names = tuple(f"alphabet/character{k:02d}" for k in range(way))
    y = np.repeat(np.arange(way), per_class)
    d = np.full((len(y), way), 30, np.float32)
    d[np.arange(len(y)), y] = np.arange(len(y)) % 7 + 1
    return absorbing(d, sheet((1,) * way, per_class, names))


def deciding(*, learner: str = "MAML", last: int = 4, episode: Episode | None = None, **channels: np.ndarray) -> Trace:
    """Make gradient steps from equal probabilities towards the true class. For the last query, the next class wins instead."""
    episode = episode or sheet((1, 1, 1), 2, NAMES)
    n, way = len(episode.query_y), len(episode.class_names)
    aim = np.array(episode.query_y)
    aim[-1] = (aim[-1] + 1) % way
    share = np.linspace(0, 0.9, last + 1)[:, None, None]
    p = (1 - share) / way + share * np.eye(way)[aim]  # (step, query, way)
    true = p[:, np.arange(n), episode.query_y]
    made = {
        "probabilities": p.astype(np.float32),
        "query_loss": -np.log(true).mean(1).astype(np.float32),
        "support_loss": np.geomspace(1, 0.001, last + 1).astype(np.float32),
        "query_accuracy": (p.argmax(-1) == episode.query_y).mean(1).astype(np.float32),
        "gradient_norm": np.linspace(2, 1, last + 1).astype(np.float32),
    }
    meta = {"learner": learner, "hyper": {"inner_lr": 0.4, "first_order": False}, "statistics": "support_stats"}
    return Trace("inner_step", made | channels, episode, meta)


def halves(last: int = 2) -> Trace:
    """Make 2-D points with class "low" left of a border and "high" right of it. The border moves from x = 0 to x = 3."""
    episode = points()
    side = np.linspace(-1, 5, 33, dtype=np.float32)
    probe = np.stack([np.tile(side, 33), np.repeat(side, 33)], -1)
    at = np.linspace(0, 3, last + 1)[:, None]
    outputs = lambda x: 8 * np.stack([at - x[:, 0], x[:, 0] - at], -1).astype(np.float32)  # noqa: E731 - (step, item, way)
    z = outputs(episode.query_x)
    p = 1 / (1 + np.exp(z[..., ::-1] - z))
    channels = {
        "probabilities": p,
        "probe_outputs": outputs(probe),
        "query_loss": np.linspace(1, 0.5, last + 1),
        "support_loss": np.ones(last + 1),
    }
    return Trace("inner_step", channels, episode, {"learner": "MAML"}, probe=probe)


def sine(last: int = 3, *, diverges: bool = False, learner: str = "MAML", query: int = 4) -> Trace:
    """Make a regression whose fit rises from 0 to the true curve, or diverges to infinity and NaN."""
    amplitude, phase = 2.0, 0.5
    curve = lambda x: (amplitude * np.sin(x - phase)).astype(np.float32)  # noqa: E731
    x, z = np.linspace(-4, 4, 5, dtype=np.float32)[:, None], np.linspace(-3, 3, query, dtype=np.float32)[:, None]
    ids = lambda side, n: tuple(ItemId("sines", "a2", f"{side}{i}") for i in range(n))  # noqa: E731
    episode = Episode(
        x, curve(x), z, curve(z), (), ids("s", 5), ids("q", query), task={"amplitude": amplitude, "phase": phase}
    )
    probe = np.linspace(-5, 5, 101, dtype=np.float32)[:, None]
    share = np.array([0, 1, np.inf, np.nan], np.float32) if diverges else np.linspace(0, 1, last + 1, dtype=np.float32)
    with np.errstate(invalid="ignore"):
        outputs = lambda at: share[:, None, None] * curve(at)[None]  # noqa: E731
        made = {"outputs": outputs(z), "probe_outputs": outputs(probe)}
        loss = np.array([1, 1e6, np.inf, np.nan]) if diverges else (1 - share) ** 2 + 0.01
    return Trace(
        "inner_step", made | {"query_loss": loss, "support_loss": loss}, episode, {"learner": learner}, probe=probe
    )
