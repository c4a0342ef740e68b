"""A map of a learner's embedding space: items, prototypes, decision regions and neighbours."""

from metawidgets.widgets.embedding_map.component import EmbeddingMap
from metawidgets.widgets.embedding_map.points import METRICS

__all__ = ["METRICS", "EmbeddingMap"]
