"""Instruments: functions that make a component from a learner and an episode. No other package connects the two.

Components do not use torch. They get traces, and callables for later requests to the learner (another inner rate, another point
of the loss landscape). torch and ipywidgets are imported when an instrument is called, not when this module is imported.
"""

from metawidgets.instruments.arena import learner_arena, you_are_the_learner
from metawidgets.instruments.bench import bench
from metawidgets.instruments.builder import episode_builder
from metawidgets.instruments.embeddings import embedding_map
from metawidgets.instruments.episode import episode_view
from metawidgets.instruments.initialisations import initialisations
from metawidgets.instruments.inner_loop import inner_loop_slider
from metawidgets.instruments.landscape import loss_landscape
from metawidgets.instruments.memory import memory_view
from metawidgets.instruments.outer_loop import outer_loop_monitor
from metawidgets.instruments.prototypes import prototype_heatmap
from metawidgets.instruments.task_map import task_map
from metawidgets.instruments.tasks import task_distribution

__all__ = [
    "bench",
    "embedding_map",
    "episode_builder",
    "episode_view",
    "initialisations",
    "inner_loop_slider",
    "learner_arena",
    "loss_landscape",
    "memory_view",
    "outer_loop_monitor",
    "prototype_heatmap",
    "task_distribution",
    "task_map",
    "you_are_the_learner",
]
