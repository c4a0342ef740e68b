"""Write the fixed traces of `tests/data`, small adaptations computed in plain numpy: `python tests/views/make_traces.py`.

The golden specifications are drawn from these files, so write them anew only if the format of a trace changes.
"""

from pathlib import Path

import numpy as np

from metawidgets.episodes import Episode, ItemId
from metawidgets.traces import Trace

DATA = Path(__file__).parents[1] / "data"


def _softmax(outputs: np.ndarray) -> np.ndarray:
    """As the learners have it: -inf for a class gives 0, for all classes a uniform row."""
    top = outputs.max(axis=-1, keepdims=True)
    e = np.exp(np.where(np.isneginf(top), 0.0, outputs - np.where(np.isneginf(top), 0.0, top)))
    return e / e.sum(axis=-1, keepdims=True)


def _scores(outputs: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cross-entropy in nats and accuracy of each step, of outputs `(step, item, way)`."""
    own = _softmax(outputs)[:, np.arange(len(y)), y]
    best = outputs == outputs.max(axis=-1, keepdims=True)
    right = best[:, np.arange(len(y)), y] / best.sum(axis=-1)
    with np.errstate(divide="ignore"):
        return -np.log(own).mean(axis=-1), right.mean(axis=-1)


def _items(dataset: str, y: np.ndarray, names: tuple[str, ...], first: int) -> tuple[ItemId, ...]:
    return tuple(
        ItemId(dataset, names[c] if names else "0", str(first + i)) for i, c in enumerate(y if names else range(len(y)))
    )


def _strokes(rng: np.random.Generator, n_way: int, per_class: int, side: int = 14) -> np.ndarray:
    """Ink maps `(way, item, 1, side, side)`: each class two strokes, each item of it drawn with a wobble."""
    rows, cols = np.mgrid[0:side, 0:side]
    images = np.zeros((n_way, per_class, 1, side, side), np.uint8)
    for c in range(n_way):
        ends = rng.uniform(2, side - 3, (2, 2, 2))  # (stroke, end, axis)
        for i in range(per_class):
            wobbly = ends + rng.normal(0, 0.9, ends.shape)
            for (row, col), end in wobbly:
                down, across = end - (row, col)
                along = np.clip(((rows - row) * down + (cols - col) * across) / (down**2 + across**2), 0, 1)
                gap = np.hypot(rows - row - along * down, cols - col - along * across)
                images[c, i, 0] = np.maximum(images[c, i, 0], 255 * np.clip(1.6 - gap, 0, 1))
    return images


def prototypes() -> Trace:
    """Images, 4-way with unequal shots: nearest class mean in six random features of the pixels, one support item a step."""
    rng = np.random.default_rng(20)
    names = ("alef", "bet", "gimel", "dalet")
    shots, n_query = (2, 1, 2, 1), 4
    images = _strokes(rng, 4, 6)
    support_y = np.repeat(np.arange(4), shots)[rng.permutation(sum(shots))]
    taken = [int((support_y[:i] == c).sum()) for i, c in enumerate(support_y)]
    support_x = np.stack([images[c, k] for c, k in zip(support_y, taken, strict=True)])
    query_y = np.repeat(np.arange(4), n_query)[rng.permutation(4 * n_query)]
    seen = [int((query_y[:i] == c).sum()) for i, c in enumerate(query_y)]
    query_x = np.stack([images[c, 2 + k] for c, k in zip(query_y, seen, strict=True)])
    episode = Episode(
        support_x, support_y, query_x, query_y, names,
        _items("strokes", support_y, names, 0), _items("strokes", query_y, names, 100), seed=(20,),
    )  # fmt: skip
    mix = rng.normal(0, 1 / 14, (196, 6))
    z_support, z_query = (x.reshape(len(x), -1) / 255.0 @ mix * 3 for x in (support_x, query_x))
    n = len(support_y)
    means = np.full((n + 1, 4, 6), np.nan)
    for t in range(1, n + 1):
        for c in np.unique(support_y[:t]):
            means[t, c] = z_support[:t][support_y[:t] == c].mean(axis=0)
    query_d, support_d = (((z[None, :, None] - means[:, None]) ** 2).sum(-1) for z in (z_query, z_support))
    outputs, support_outputs = (np.where(np.isnan(d), -np.inf, -d) for d in (query_d, support_d))
    outputs[0] = support_outputs[0] = 0.0
    still = lambda z: np.broadcast_to(z, (n + 1, *z.shape))  # noqa: E731
    channels = {
        "outputs": outputs, "support_outputs": support_outputs, "probabilities": _softmax(outputs),
        "embeddings": still(z_query), "support_embeddings": still(z_support), "prototypes": means, "distances": query_d,
        "absorbed": (np.arange(n) < np.arange(n + 1)[:, None]).astype(np.uint8),
    }  # fmt: skip
    return _trace("context_example", channels, episode, "ProtoNet", None)


def regions() -> Trace:
    """2-D points, 3-way: logistic regression on quadratic features by gradient descent."""
    rng = np.random.default_rng(21)
    names = ("north", "east", "south")
    centres = np.array([[0.2, 1.9], [1.8, -0.4], [-1.2, -1.3]])
    support_y, query_y = np.repeat(np.arange(3), 4), np.repeat(np.arange(3), 6)
    support_x, query_x = (centres[y] + rng.normal(0, 0.75, (len(y), 2)) for y in (support_y, query_y))
    episode = Episode(
        support_x, support_y, query_x, query_y, names,
        _items("points", support_y, names, 0), _items("points", query_y, names, 100), seed=(21,),
    )  # fmt: skip
    both = np.concatenate([support_x, query_x])
    low, high = both.min(0) - 0.4, both.max(0) + 0.4
    grid = [np.linspace(low[i], high[i], 33) for i in (0, 1)]
    probe = np.stack([np.tile(grid[0], 33), np.repeat(grid[1], 33)], -1).astype(np.float32)

    def features(x: np.ndarray) -> np.ndarray:
        return np.stack([np.ones(len(x)), *x.T, *(x**2).T / 3, x[:, 0] * x[:, 1] / 3], -1)

    weights, recorded = rng.normal(0, 0.4, (6, 3)), []
    for _ in range(6):
        recorded.append(weights.copy())
        slope = _softmax(features(support_x) @ weights) - np.eye(3)[support_y]
        weights = weights - 1.2 * features(support_x).T @ slope / len(support_y)
    outputs, support_outputs, probed = (
        np.stack([features(x) @ w for w in recorded]) for x in (query_x, support_x, probe)
    )
    channels = {
        "outputs": outputs,
        "support_outputs": support_outputs,
        "probe_outputs": probed,
        "probabilities": _softmax(outputs),
    }
    return _trace("inner_step", channels, episode, "MAML", probe)


def curve() -> Trace:
    """A sinusoid from ten points: least squares on random cosine features by gradient descent."""
    rng = np.random.default_rng(22)
    amplitude, phase = 2.7, 1.1
    support_x, query_x = (rng.uniform(-5, 5, (n, 1)) for n in (10, 12))
    truth = lambda x: amplitude * np.sin(x - phase)  # noqa: E731
    episode = Episode(
        support_x, truth(support_x), query_x, truth(query_x), (),
        _items("sinusoids", support_x, (), 0), _items("sinusoids", query_x, (), 100), seed=(22,),
        task={"amplitude": amplitude, "phase": phase},
    )  # fmt: skip
    probe = np.linspace(-5, 5, 101, dtype=np.float32)[:, None]
    frequency, shift = rng.normal(0, 1.0, (1, 40)), rng.uniform(0, 2 * np.pi, 40)
    features = lambda x: np.sqrt(2 / 40) * np.cos(x @ frequency + shift)  # noqa: E731
    weights, recorded = rng.normal(0, 0.7, (40, 1)), []
    for _ in range(11):
        recorded.append(weights.copy())
        weights = weights - 0.9 * features(support_x).T @ (features(support_x) @ weights - truth(support_x)) * 2 / 10
    outputs, support_outputs, probed = (
        np.stack([features(x) @ w for w in recorded]) for x in (query_x, support_x, probe)
    )
    channels = {"outputs": outputs, "support_outputs": support_outputs, "probe_outputs": probed}
    return _trace("inner_step", channels, episode, "MAML", probe)


def _trace(
    axis: str, channels: dict[str, np.ndarray], episode: Episode, learner: str, probe: np.ndarray | None
) -> Trace:
    for side, name in (("query", "outputs"), ("support", "support_outputs")):
        y = getattr(episode, f"{side}_y")
        if episode.is_regression:
            channels[f"{side}_loss"] = ((channels[name] - y) ** 2).mean(axis=(1, 2))
        else:
            channels[f"{side}_loss"], channels[f"{side}_accuracy"] = _scores(channels[name], y)
    single = {name: a.astype(np.float32) if a.dtype == np.float64 else a for name, a in channels.items()}
    return Trace(axis, single, episode, meta={"learner": learner}, probe=probe)


if __name__ == "__main__":
    for make in (prototypes, regions, curve):
        make().save(DATA / f"{make.__name__}.npz")
