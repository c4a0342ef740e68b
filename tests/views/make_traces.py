"""Write the fixed traces of `tests/data`, small adaptations computed in plain numpy: `python tests/views/make_traces.py`.

The golden specifications are drawn from these files, so write the files again only if the format of a trace changes.
"""

from pathlib import Path

import numpy as np

from metawidgets.episodes import Episode, ItemId
from metawidgets.records import Trace

DATA = Path(__file__).parents[1] / "data"


def _softmax(outputs: np.ndarray) -> np.ndarray:
    """Return the softmax as the learners compute it: -inf for a class gives 0; -inf for all classes gives a uniform row."""
    top = outputs.max(axis=-1, keepdims=True)
    e = np.exp(np.where(np.isneginf(top), 0.0, outputs - np.where(np.isneginf(top), 0.0, top)))
    return e / e.sum(axis=-1, keepdims=True)


def _scores(outputs: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the cross-entropy in nats and the accuracy of each step, from outputs `(step, item, way)`."""
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
    """Return ink maps `(way, item, 1, side, side)`: each class is two strokes, and each of its items is drawn with a wobble."""
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


def _small(seed: int, shots: tuple[int, ...], n_query: int) -> tuple[Episode, np.random.Generator]:
    """Make an episode of images with one class for each entry of `shots`, and the support in random order."""
    rng = np.random.default_rng(seed)
    n_way = len(shots)
    names = ("alef", "bet", "gimel", "dalet")[:n_way]
    images = _strokes(rng, n_way, max(shots) + n_query, side=10)
    support_y = np.repeat(np.arange(n_way), shots)[rng.permutation(sum(shots))]
    taken = [int((support_y[:i] == c).sum()) for i, c in enumerate(support_y)]
    support_x = np.stack([images[c, k] for c, k in zip(support_y, taken, strict=True)])
    query_y = np.repeat(np.arange(n_way), n_query)
    query_x = np.concatenate([images[c, -n_query:] for c in range(n_way)])
    items = _items("strokes", support_y, names, 0), _items("strokes", query_y, names, 100)
    return Episode(support_x, support_y, query_x, query_y, names, *items, seed=(seed,)), rng


def _cosines(episode: Episode, rng: np.random.Generator) -> np.ndarray:
    """Return the similarity of each query and support item, `(query, support)`, in eight random features of the pixels."""
    mix = rng.normal(size=(episode.support_x[0].size, 8))
    z_query, z_support = (x.reshape(len(x), -1) / 255.0 @ mix for x in (episode.query_x, episode.support_x))
    return _unit(z_query) @ _unit(z_support).T


def _unit(z: np.ndarray) -> np.ndarray:
    return z / np.maximum(np.linalg.norm(z, axis=-1, keepdims=True), 1e-9)


def _read_so_far(n: int) -> np.ndarray:
    """Return which items have been read at each step, `(step, support)`, if each step reads one item."""
    return np.arange(n) < np.arange(n + 1)[:, None]


def _by_class(weights: np.ndarray, y: np.ndarray, n_way: int) -> np.ndarray:
    """Return logits whose softmax is the sum of the weights `(step, item, support)` by class; zeros before any item was read."""
    total = weights @ np.eye(n_way)[y]
    with np.errstate(divide="ignore"):
        return np.where(total.sum(-1, keepdims=True) > 0, np.log(total), 0.0)


def attention() -> Trace:
    """Images, 3-way with unequal shots: one head attends by similarity, the other to the last item read and to the query itself."""
    episode, rng = _small(23, (2, 1, 2), 3)
    cosines, n = _cosines(episode, rng), len(episode.support_y)
    read = _read_so_far(n)
    likeness = np.exp(6 * cosines) * read[:, None]
    likeness /= np.maximum(likeness.sum(-1, keepdims=True), 1e-12)
    age = np.arange(n + 1)[:, None] - np.arange(n)  # 1 for the item that was read last
    recency = np.broadcast_to((0.5**age * read)[:, None], likeness.shape)
    outputs = _by_class(likeness, episode.support_y, 3)
    support = np.exp(6 * np.eye(n)) * read[:, None]
    channels = {
        "outputs": outputs, "support_outputs": _by_class(support, episode.support_y, 3), "probabilities": _softmax(outputs),
        "attention": np.stack([likeness, recency], 1), "absorbed": read.astype(np.uint8),
    }  # fmt: skip
    return _trace("context_example", channels, episode, "SNAIL", None, {"head": ("likeness", "recency")})


def relations() -> Trace:
    """Images, 3-way: a relation is the largest similarity to an item of the class, from 0 to 1."""
    episode, rng = _small(24, (1, 2, 2), 3)
    cosines, n = _cosines(episode, rng), len(episode.support_y)
    own = np.eye(3, dtype=bool)[episode.support_y].T  # (way, support)
    there = own & _read_so_far(n)[:, None]  # (step, way, support)
    best = np.where(there[:, None], cosines[:, None], -np.inf).max(-1)  # (step, query, way)
    scores = np.where(np.isneginf(best), np.nan, (1 + best) / 2)
    outputs = np.where(np.isnan(scores), -np.inf, np.log(np.maximum(scores, 1e-6)))
    outputs[0] = 0.0
    channels = {
        "outputs": outputs, "support_outputs": np.zeros((n + 1, n, 3)), "probabilities": _softmax(outputs),
        "relation_scores": scores, "absorbed": _read_so_far(n).astype(np.uint8),
    }  # fmt: skip
    return _trace("context_example", channels, episode, "RelationNetwork", None)


def memory() -> Trace:
    """Images, 3-way: each write goes to the least used of ten slots, a query reads by similarity, and a state decays."""
    episode, rng = _small(25, (2, 2, 1), 3)
    n, n_slots, n_content, n_units = len(episode.support_y), 10, 6, 7
    mix, into = rng.normal(size=(100, n_content)), rng.normal(size=(n_content, n_units))
    keys, asked = (np.tanh(x.reshape(len(x), -1) / 255.0 @ mix / 3) for x in (episode.support_x, episode.query_x))
    store, usage, write, hidden = (
        np.zeros((n_slots, n_content)),
        np.zeros(n_slots),
        np.zeros(n_slots),
        np.zeros(n_units),
    )
    labels, states = np.zeros((n_slots, 3)), []
    for t in range(n + 1):
        if t:
            place = int(usage.argmin())
            write = 0.8 * np.eye(n_slots)[place] + 0.2 * np.eye(n_slots)[(place + 3) % n_slots]
            store, usage = (
                store * (1 - np.eye(n_slots)[place])[:, None] + np.outer(write, keys[t - 1]),
                0.9 * usage + write,
            )
            labels[place] = np.eye(3)[episode.support_y[t - 1]]
            hidden = np.tanh(0.6 * hidden + keys[t - 1] @ into)
        reads = _softmax(5 * _unit(asked) @ _unit(store).T)
        states.append((store.copy(), usage.copy(), write.copy(), hidden.copy(), reads, 4 * reads @ labels))
    names = ("memory", "usage", "write_weights", "hidden", "read_weights", "outputs")
    channels = {name: np.stack(a) for name, a in zip(names, zip(*states, strict=True), strict=True)}
    channels |= {"support_outputs": np.zeros((n + 1, n, 3)), "probabilities": _softmax(channels["outputs"])}
    return _trace("write", channels | {"absorbed": _read_so_far(n).astype(np.uint8)}, episode, "MANN", None)


def rates() -> Trace:
    """2-D points, 2-way: logistic regression by gradient descent with a rate for each tensor and step, one of them negative."""
    rng = np.random.default_rng(26)
    names = ("north", "east")
    support_y, query_y = np.repeat(np.arange(2), 3), np.repeat(np.arange(2), 4)
    support_x, query_x = (
        np.array([[0.2, 1.9], [1.8, -0.4]])[y] + rng.normal(0, 0.75, (len(y), 2)) for y in (support_y, query_y)
    )
    episode = Episode(
        support_x, support_y, query_x, query_y, names,
        _items("points", support_y, names, 0), _items("points", query_y, names, 100), seed=(26,),
    )  # fmt: skip
    learned = np.array([[0.55, 0.3, -0.05], [0.4, 0.35, 0.02], [0.2, 0.1, 0.08]])  # (step, tensor)
    weight, bias, offset, recorded = rng.normal(0, 0.4, (2, 2)), np.zeros(2), np.zeros(2), []
    for t in range(4):
        recorded.append([x @ weight + bias + offset for x in (query_x, support_x)])
        slope = _softmax(recorded[-1][1]) - np.eye(2)[support_y]
        of_weight, of_bias, of_offset = learned[min(t, 2)]
        weight = weight - of_weight * support_x.T @ slope / len(slope)
        bias, offset = bias - of_bias * slope.mean(0), offset - of_offset * slope.mean(0)
    outputs, support_outputs = (np.stack(a) for a in zip(*recorded, strict=True))
    channels = {
        "outputs": outputs, "support_outputs": support_outputs, "probabilities": _softmax(outputs),
        "learned_rates": learned[[0, 1, 2, 2]],
    }  # fmt: skip
    coords = {"layer": ("head.weight", "head.bias", "offset")}
    return _trace("inner_step", channels, episode, "MAML", None, coords, {"inner_lr": 0.3})


def _trace(
    axis: str,
    channels: dict[str, np.ndarray],
    episode: Episode,
    learner: str,
    probe: np.ndarray | None,
    coords: dict[str, tuple[str, ...]] | None = None,
    hyper: dict[str, float] | None = None,
) -> Trace:
    for side, name in (("query", "outputs"), ("support", "support_outputs")):
        y = getattr(episode, f"{side}_y")
        if episode.is_regression:
            channels[f"{side}_loss"] = ((channels[name] - y) ** 2).mean(axis=(1, 2))
        else:
            channels[f"{side}_loss"], channels[f"{side}_accuracy"] = _scores(channels[name], y)
    single = {name: a.astype(np.float32) if a.dtype == np.float64 else a for name, a in channels.items()}
    meta = {"learner": learner, **({"hyper": hyper} if hyper else {})}
    return Trace(axis, single, episode, meta=meta, coords=coords or {}, probe=probe)


ALL = (prototypes, regions, curve, attention, relations, memory, rates)

if __name__ == "__main__":
    for make in ALL:
        make().save(DATA / f"{make.__name__}.npz")
