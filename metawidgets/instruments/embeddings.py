"""Where a learner puts items, with the learner behind it."""

from typing import TYPE_CHECKING

import numpy as np

from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError, LearnerError
from metawidgets.results import EmbeddedItems
from metawidgets.sampling import ClassPool, TaskSource

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
    """The learner's space: of one episode, step by step, or of a whole pool of classes, after adaptation.

    Args:
        source: an episode, or a pool of classes such as `datasets.load("omniglot").source("test")`.
        n_items: of a pool, how many items at most.
        n_way: of a pool, how many classes, drawn by `seed`; by default as many as `n_items` holds whole, at most 100.
        k_shot: of a pool, how many items of each class are its support; the others are queries.
        seed: which classes and which support.
        selection: shared with other components.

    Raises:
        LearnerError: if the learner cannot take the episode, or keeps no embeddings.
        EpisodeError: if the pool cannot give as many, or has no classes.
        TraceError: if a trace of the episode has no embeddings; the error names learners that have them.
    """
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
    """One large episode of the pool: every class with `k_shot` support items and the rest, up to `n_items` in all, as queries."""
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
    )


def _embedded(learner: "Learner", episode: Episode) -> EmbeddedItems:
    """All items of the episode after adaptation: one state, whatever the number of steps to it."""
    from metawidgets.learners.loop import as_tensor, evaluating, support_of

    support = support_of(learner, episode)
    with evaluating(learner):
        query_x, support_x = (
            learner.encode(as_tensor(learner, x), support) for x in (episode.query_x, episode.support_x)
        )
        read, of_support = learner.readout_both(learner.adapted(support), query_x, support_x)
    if "embeddings" not in read:
        from metawidgets.learners import ALL

        have = ", ".join(sorted(kind.__name__ for kind in ALL.values() if "embeddings" in kind.channels))
        raise LearnerError(f"{type(learner).__name__} keeps no embeddings to map; use one of {have}.")
    own = read.get("support_embeddings", of_support["embeddings"])
    plain = lambda tensor: tensor.detach().cpu().numpy().reshape(len(tensor), -1)  # noqa: E731
    metric = learner.hyper.get("metric", "")
    return EmbeddedItems(
        embeddings=np.concatenate([plain(own), plain(read["embeddings"])]),
        labels=np.concatenate([episode.support_y, episode.query_y]),
        class_names=episode.class_names,
        x=np.concatenate([episode.support_x, episode.query_x]),
        items=episode.support_items + episode.query_items,
        support=np.arange(len(own) + len(episode.query_y)) < len(own),
        prototypes=plain(read["prototypes"]) if "prototypes" in read else None,
        metric=metric
        if metric in ("squared_euclidean", "euclidean", "cosine")
        else "cosine"
        if "attention" in read
        else "euclidean",
        learner=type(learner).__name__,
    )
