"""Records of many items, or many tasks, in a learner's embedding space."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from metawidgets.episodes import Episode, ItemId

__all__ = ["EmbeddedItems", "TaskMap"]


@dataclass(frozen=True, eq=False)
class TaskMap:
    """Embeddings and similarities of whole tasks.

    Args:
        names: one name per task.
        embeddings: one vector per task, `(task, feature)`.
        similarity: `(task, task)`, 1 on the diagonal.
        distance: `(task, task)`, between the tasks' prototypes if they have any; 0 on the diagonal.
        groups: the origin of each task (its alphabet), if known.
        episodes: the tasks' episodes, for display.
        learner: the name of the learner that embedded them.
        embedding: a description of the vectors.
    """

    names: tuple[str, ...]
    embeddings: Float[np.ndarray, "task feature"]
    similarity: Float[np.ndarray, "task task"]
    distance: Float[np.ndarray, "task task"] | None = None
    groups: tuple[str, ...] = ()
    episodes: tuple[Episode, ...] = ()
    learner: str = ""
    embedding: str = "mean of the class prototypes"


@dataclass(frozen=True, eq=False)
class EmbeddedItems:
    """Many items in a learner's embedding space, at one step.

    Args:
        embeddings: `(item, feature)`.
        labels: `(item,)` in `[0, len(class_names))`.
        class_names: one name per class.
        x: the items, for display: uint8 images `(item, channel, height, width)` or vectors `(item, dim)`.
        items: the id of each item, which links components.
        support: `(item,)`, true for the items from which the prototypes were computed; none by default.
        prototypes: `(way, feature)`; the mean of each class's items by default.
        metric: the learner's metric: "squared_euclidean", "euclidean" or "cosine".
        learner: the learner's name.
    """

    embeddings: Float[np.ndarray, "item feature"]
    labels: Int[np.ndarray, " item"]
    class_names: tuple[str, ...]
    x: Shaped[np.ndarray, "item *shape"] | None = None
    items: tuple[ItemId, ...] = ()
    support: Bool[np.ndarray, " item"] | None = None
    prototypes: Float[np.ndarray, "way feature"] | None = None
    metric: str = "euclidean"
    learner: str = ""
