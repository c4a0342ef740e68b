"""One line from a learner and an episode to an instrument: the only place where learners and components meet.

Components never see torch: they are given traces. What they will ask of a learner later (another inner rate, another point of
the loss) reaches them as callables that are bound here.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metawidgets.episodes import Episode

if TYPE_CHECKING:  # torch and ipywidgets load when an instrument is made, not when its name is
    from ipywidgets import VBox

    from metawidgets.learners import Learner
    from metawidgets.widgets import EpisodeView, InnerLoopSlider, PrototypeHeatmap, Selection

__all__ = ["bench", "episode_view", "inner_loop_slider", "prototype_heatmap"]

# Charts of what a learner keeps to itself; what the components show already is not among them.
_INSIDE = {
    "relation_scores",
    "attention_map",
    "memory_writes",
    "memory_contents",
    "memory_reads",
    "hidden_state",
    "learned_rates",
}


def episode_view(episode: Episode, *, selection: "Selection | None" = None) -> "EpisodeView":
    """The episode's contact sheet."""
    from metawidgets.widgets import EpisodeView

    return EpisodeView(episode, selection=selection)


def inner_loop_slider(
    learner: "Learner | Sequence[Learner]", episode: Episode, *, selection: "Selection | None" = None
) -> "InnerLoopSlider":
    """One or several learners' adaptation to the episode, step by step, side by side.

    Raises:
        LearnerError: if a learner cannot take the episode.
    """
    from metawidgets.learners.loop import trace
    from metawidgets.widgets import InnerLoopSlider

    if isinstance(learner, Sequence):
        return InnerLoopSlider([trace(one, episode) for one in learner], selection=selection)
    return InnerLoopSlider(trace(learner, episode), selection=selection)


def prototype_heatmap(
    learner: "Learner", episode: Episode, *, selection: "Selection | None" = None
) -> "PrototypeHeatmap":
    """What each query was compared with.

    Raises:
        LearnerError: if the learner cannot take the episode.
        TraceError: if the learner compares no distances; the error names those that do.
    """
    from metawidgets.learners.loop import trace
    from metawidgets.widgets import PrototypeHeatmap

    return PrototypeHeatmap(trace(learner, episode), selection=selection)


def bench(learner: "Learner", episode: Episode) -> "VBox":
    """Everything there is to see of one learner on one episode, linked by one selection: what it was given, how it adapts,
    and what goes on inside it: the distances that it compares, or charts of its attention, memory, state or rates.

    Raises:
        LearnerError: if the learner cannot take the episode.
    """
    from ipywidgets import VBox, jslink

    from metawidgets import views
    from metawidgets.learners.loop import trace
    from metawidgets.widgets import ChartView, EpisodeView, InnerLoopSlider, PrototypeHeatmap, Selection

    selection, seen = Selection(), trace(learner, episode)
    slider = InnerLoopSlider(seen, selection=selection)
    parts = [EpisodeView(episode, selection=selection), slider]
    if "distances" in seen:
        parts.append(PrototypeHeatmap(seen, selection=selection))
    for name, view in views.fitting(seen).items():
        if name in _INSIDE:
            chart = ChartView(view(seen), axis=seen.axis.replace("_", " "))
            jslink((slider, "step"), (chart, "step"))
            parts.append(chart)
    return VBox(parts)
