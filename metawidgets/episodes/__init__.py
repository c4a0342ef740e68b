"""Episodes: the support and query set of one task, methods that edit them, and samplers that draw them from a task source."""

from metawidgets.episodes.alternating_shots import AlternatingShots
from metawidgets.episodes.arrays import ItemId
from metawidgets.episodes.class_pool import ClassPool, TaskSource
from metawidgets.episodes.disjoint import check_disjoint
from metawidgets.episodes.episode import Episode, EpisodeBatch, EpisodeSpec
from metawidgets.episodes.episode_list import EpisodeList
from metawidgets.episodes.sampling import EpisodeSampler

__all__ = [
    "AlternatingShots",
    "ClassPool",
    "Episode",
    "EpisodeBatch",
    "EpisodeList",
    "EpisodeSampler",
    "EpisodeSpec",
    "ItemId",
    "TaskSource",
    "check_disjoint",
]
