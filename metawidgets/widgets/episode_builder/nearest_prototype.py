"""Answers of a learner that compares queries with class means, computed from embeddings of all items.

The browser computes the same answers (`js/episode_builder/nearest/`), so that they change while items are dragged.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.widgets.base.distances import metric_distances
from metawidgets.widgets.episode_builder.item_store import ItemStore, StoredItem

__all__ = ["EmbeddingCache", "NearestAnswers", "PrototypeEmbedder", "embeddings_of", "nearest_answers"]


@dataclass(frozen=True, eq=False)
class PrototypeEmbedder:
    """A learner that predicts the class with the nearest mean of embedded support items.

    Args:
        name: the learner's name for readers.
        metric: metric of the distances, a key of `METRIC_NAMES`.
        item_shape: shape of the items that the learner takes.
        embed: returns the embeddings of items. They do not depend on the support set.
    """

    name: str
    metric: str
    item_shape: tuple[int, ...]
    embed: Callable[[Shaped[np.ndarray, "item *shape"]], Float[np.ndarray, "item feature"]]


class NearestAnswers(NamedTuple):
    """The learner's answers to the queries.

    Args:
        classes: for each query's key, the key of the predicted class; `None` if no class has a prototype.
        distances: for each query's key, the distance to each class in order; `None` for a class without a prototype.
        right: number of correct answers.
        missing: keys of support items and queries without an embedding, which are left out.
    """

    classes: dict[str, int | None]
    distances: dict[str, list[float | None]]
    right: int
    missing: list[str]


class EmbeddingCache:
    """Embeddings of rows, each computed once.

    Args:
        embedder: computes embeddings; without it, only `known` rows have one.
        known: embeddings that were computed before, by row number.
    """

    def __init__(
        self,
        embedder: PrototypeEmbedder | None = None,
        known: Mapping[int, Float[np.ndarray, " feature"]] | None = None,
    ) -> None:
        self._embedder, self._known = embedder, dict(known or {})

    def arrays(self, rows: ItemStore) -> dict[str, Float[np.ndarray, "row feature"]]:
        """Return an array "z<g>" of embeddings for each group g of rows with embeddings. A row without an embedding is NaN."""
        arrays = {}
        for g, mine in enumerate(rows.groups().values()):
            self._embed([row for row in mine if row.number not in self._known])
            known = [self._known.get(row.number) for row in mine]
            dim = next((len(z) for z in known if z is not None), 0)
            if dim:
                arrays[f"z{g}"] = np.stack([np.full(dim, np.nan, np.float32) if z is None else z for z in known])
        return arrays

    def _embed(self, new: Sequence[StoredItem]) -> None:
        if (
            not new
            or self._embedder is None
            or new[0].group[0] == "curve"
            or new[0].group[1] != self._embedder.item_shape
        ):
            return
        z = np.asarray(self._embedder.embed(np.stack([row.data for row in new])), np.float32)
        self._known |= {row.number: each for row, each in zip(new, z, strict=True)}


def embeddings_of(rows: ItemStore, arrays: Mapping[str, np.ndarray]) -> dict[int, np.ndarray]:
    """Return the embeddings that were sent, by row number."""
    sent = {
        row.number: z
        for g, mine in enumerate(rows.groups().values())
        for row, z in zip(mine, arrays.get(f"z{g}", ()), strict=False)
    }
    return {number: z for number, z in sent.items() if not np.isnan(z).any()}


def nearest_answers(
    document: Mapping[str, Any], rows: ItemStore, embeddings: Mapping[int, np.ndarray], metric: str
) -> NearestAnswers:
    """Return the class of the nearest prototype for each query of a document."""
    z, missing = {}, []
    for key, item in document["items"].items():
        row = rows.get(item["row"])
        own = row is not None and row.number in embeddings and ("at" not in item or item["at"] == row.at)
        if own and row is not None:
            z[key] = np.asarray(embeddings[row.number], np.float64)
        elif item["side"] != "pool":
            missing.append(key)
    keys = [c["key"] for c in document["classes"]]
    support = {k: [z[key] for key, i in _side(document, "support") if i["class"] == k and key in z] for k in keys}
    queries = [(key, i) for key, i in _side(document, "query") if key in z]
    dim = len(next(iter(z.values()), []))
    prototypes = np.stack(
        [np.mean(support[k], 0) if support[k] else np.full(dim, np.nan) for k in keys] or [np.empty(0)]
    )
    classes: dict[str, int | None] = {}
    distances = {}
    for key, _ in queries:
        found = metric_distances(z[key][None], prototypes, metric)[0]
        distances[key] = [None if np.isnan(d) else float(d) for d in found]
        classes[key] = None if np.isnan(found).all() else keys[int(np.nanargmin(found))]
    right = sum(classes[key] == item["class"] for key, item in queries)
    return NearestAnswers(classes, distances, right, missing)


def _side(document: Mapping[str, Any], side: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [(key, item) for key, item in document["items"].items() if item["side"] == side]
