"""Embedding spaces made by hand, with known geometry."""

import numpy as np

from metawidgets.episodes import Episode, ItemId
from metawidgets.records import EmbeddedItems, Trace
from tests.widgets.examples import HOSTILE, sheet


def blobs(n: int, *, way: int = 3, features: int = 8, images: bool = False, seed: int = 0) -> EmbeddedItems:
    """Make `n` items in round classes that are far apart. Images have one grey per class."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % way
    centres = rng.normal(scale=4, size=(way, features))
    z = centres[labels] + rng.normal(size=(n, features))
    x = None
    if images:
        x = np.zeros((n, 1, 28, 28), np.uint8)
        x[:, :, 6:22, 6:22] = (60 + 190 * labels / way).astype(np.uint8)[:, None, None, None]
    names = tuple(f"class{k}" for k in range(way))
    ids = tuple(ItemId("blobs", names[k], str(i)) for i, k in enumerate(labels))
    return EmbeddedItems(z.astype(np.float32), labels, names, x, ids)


def moving() -> Trace:
    """Make a trace whose gradient steps pull three classes apart along three of five axes. A class has two support items and queries."""
    episode: Episode = sheet((2, 2, 2), 2, ("aleph", "beth", HOSTILE))
    rng = np.random.default_rng(4)
    s, q = rng.normal(scale=0.5, size=(6, 5)), rng.normal(scale=0.5, size=(6, 5))
    centres = np.eye(5)[:3] * np.array([5, 4, 3])[:, None]
    pulls = np.linspace(0, 1, 4)[:, None, None]
    support, query = s + pulls * centres[episode.support_y], q + pulls * centres[episode.query_y]
    prototypes = np.stack([support[:, episode.support_y == k].mean(1) for k in range(3)], 1)
    channels = {"embeddings": query, "support_embeddings": support, "prototypes": prototypes}
    return Trace("inner_step", {k: v.astype(np.float32) for k, v in channels.items()}, episode, {"learner": "Puller"})
