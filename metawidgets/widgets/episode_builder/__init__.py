"""An episode built by hand, from datasets, drawings and uploads."""

from metawidgets.widgets.episode_builder.component import EpisodeBuilder
from metawidgets.widgets.episode_builder.nearest_prototype import PrototypeEmbedder

__all__ = ["EpisodeBuilder", "PrototypeEmbedder"]
