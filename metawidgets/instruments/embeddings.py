"""The embedding map: a learner's embeddings of an episode or of a pool of classes."""

from typing import TYPE_CHECKING

import numpy as np

from metawidgets.episodes import ClassPool, Episode, TaskSource
from metawidgets.errors import EpisodeError, LearnerError
from metawidgets.records import EmbeddedItems

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.widgets import EmbeddingMap, Selection

__all__ = ["embedding_map"]


def embedding_map(
    learner: "Learner",
    source: Episode | TaskSource,
    *,
    n_items: int = 2000,
    n_way: int | None = None,
    k_shot: int = 5,
    seed: int = 0,
    selection: "Selection | None" = None,
) -> "EmbeddingMap":
    """Show the learner's embeddings of one episode, step by step, or of a pool of classes, after adaptation.

    Args:
        source: an episode, or a pool of classes such as `datasets.load("omniglot").source("test")`.
        n_items: for a pool, the largest number of items.
        n_way: for a pool, the number of classes; by default as many complete classes as `n_items` holds, at most 100.
        k_shot: for a pool, the number of support items in each class; the others are queries.
        seed: for a pool, the seed of the classes and of the support items.
        selection: a selection that other components share.

    Raises:
        LearnerError: if the learner cannot take the episode, or keeps no embeddings.
        EpisodeError: if the pool has too few classes or items, or the source has no classes.
        TraceError: if a trace of the episode has no embeddings; the error names learners that have them.
    """
    # torch and ipywidgets load slowly
    from metawidgets.learners.loop import trace
    from metawidgets.widgets import EmbeddingMap

    if isinstance(source, Episode):
        return EmbeddingMap(trace(learner, source), selection=selection)
    if not isinstance(source, ClassPool):
        raise EpisodeError(
            f"a map of {getattr(source, 'name', type(source).__name__)!r} needs a pool of classes; "
            "give an Episode, or a dataset's source(...) with classes."
        )
    return EmbeddingMap(_embedded(learner, _spread(source, n_items, n_way, k_shot, seed)), selection=selection)


def _spread(pool: ClassPool, n_items: int, n_way: int | None, k_shot: int, seed: int) -> Episode:
    """Draw one large episode: each class has `k_shot` support items, and the other items, up to `n_items`, are queries."""
    most = int(pool.sizes.max(initial=1))
    way = n_way if n_way is not None else min(len(pool), 100, max(2, n_items // most))
    if not 2 <= way <= len(pool):
        raise EpisodeError(
            f"n_way={way}, but this part of {pool.name!r} has {len(pool)} classes; give 2 to {len(pool)}."
        )
    each = min(n_items // way, most)
    if k_shot < 1 or each <= k_shot or each * way > n_items:
        raise EpisodeError(
            f"n_items={n_items} in {way} classes leave {each} items each, of which k_shot={k_shot} are support; "
            "give more items or fewer shots."
        )
    rng = np.random.default_rng([seed, 3])
    classes = np.sort(rng.permutation(len(pool))[:way])
    if pool.sizes[classes].min() <= k_shot:
        raise EpisodeError(
            f"k_shot={k_shot}, but a class of {pool.name!r} has {pool.sizes[classes].min()} items; give fewer shots."
        )
    rows = [pool.offsets[c] + rng.permutation(int(pool.sizes[c]))[:each] for c in classes]
    support = np.concatenate([r[:k_shot] for r in rows])
    query = np.concatenate([r[k_shot:] for r in rows])
    counts = [len(r) - k_shot for r in rows]
    return Episode(
        pool.items[support],
        np.repeat(np.arange(way), k_shot),
        pool.items[query],
        np.repeat(np.arange(way), counts),
        tuple(pool.class_ids[c] for c in classes),
        tuple(pool.item_id(int(r)) for r in support),
        tuple(pool.item_id(int(r)) for r in query),
        seed=(seed,),
        feature_names=pool.feature_names,
    )


def _embedded(learner: "Learner", episode: Episode) -> EmbeddedItems:
    """Embed all items of the episode with the adapted state."""
    from metawidgets.learners.loop import evaluating  # torch loads slowly
    from metawidgets.learners.tensors import as_tensor, support_of  # torch loads slowly

    support = support_of(learner, episode)
    with evaluating(learner):
        query_x, support_x = (
            learner.encode(as_tensor(learner, x), support) for x in (episode.query_x, episode.support_x)
        )
        read, of_support = learner.readout_both(learner.adapted(support), query_x, support_x)
    if "embeddings" not in read:
        from metawidgets.learners import ALL  # torch loads slowly

        have = ", ".join(sorted(kind.__name__ for kind in ALL.values() if "embeddings" in kind.channels))
        raise LearnerError(f"{type(learner).__name__} keeps no embeddings to map; use one of {have}.")
    own = read.get("support_embeddings", of_support["embeddings"])
    plain = lambda tensor: tensor.detach().cpu().numpy().reshape(len(tensor), -1)  # noqa: E731
    rule = learner.distance_rule
    return EmbeddedItems(
        embeddings=np.concatenate([plain(own), plain(read["embeddings"])]),
        labels=np.concatenate([episode.support_y, episode.query_y]),
        class_names=episode.class_names,
        x=np.concatenate([episode.support_x, episode.query_x]),
        items=episode.support_items + episode.query_items,
        support=np.arange(len(own) + len(episode.query_y)) < len(own),
        prototypes=plain(read["prototypes"]) if "prototypes" in read else None,
        metric=rule.metric if rule and rule.metric in ("squared_euclidean", "euclidean", "cosine") else "euclidean",
        learner=learner.title,
    )
