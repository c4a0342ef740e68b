"""The components. Each works in the notebook and in an exported page. `ALL` lists them."""

from metawidgets.widgets.base import Component, Selection
from metawidgets.widgets.chart_view import ChartView
from metawidgets.widgets.embedding_map import EmbeddingMap
from metawidgets.widgets.episode_builder import EpisodeBuilder
from metawidgets.widgets.episode_view import EpisodeView
from metawidgets.widgets.inner_loop_slider import InnerLoopSlider
from metawidgets.widgets.learner_arena import LearnerArena
from metawidgets.widgets.loss_landscape import LossLandscape
from metawidgets.widgets.memory_view import MemoryView
from metawidgets.widgets.outer_loop_monitor import OuterLoopMonitor
from metawidgets.widgets.prototype_heatmap import PrototypeHeatmap
from metawidgets.widgets.quiz import Question, Quiz
from metawidgets.widgets.task_distribution import TaskDistribution
from metawidgets.widgets.task_map_view import TaskMapView
from metawidgets.widgets.you_are_the_learner import YouAreTheLearner

ALL: list[type[Component]] = [
    ChartView,
    EmbeddingMap,
    EpisodeBuilder,
    EpisodeView,
    InnerLoopSlider,
    LearnerArena,
    LossLandscape,
    MemoryView,
    OuterLoopMonitor,
    PrototypeHeatmap,
    Quiz,
    TaskDistribution,
    TaskMapView,
    YouAreTheLearner,
]

__all__ = [
    "ALL",
    "ChartView",
    "Component",
    "EmbeddingMap",
    "EpisodeBuilder",
    "EpisodeView",
    "InnerLoopSlider",
    "LearnerArena",
    "LossLandscape",
    "MemoryView",
    "OuterLoopMonitor",
    "PrototypeHeatmap",
    "Question",
    "Quiz",
    "Selection",
    "TaskDistribution",
    "TaskMapView",
    "YouAreTheLearner",
]
