"""Everything there is to see of one learner on one episode."""

from typing import TYPE_CHECKING

from metawidgets.episodes import Episode

if TYPE_CHECKING:
    from ipywidgets import VBox

    from metawidgets.learners import Learner

__all__ = ["bench"]

# Charts of what a learner keeps to itself; what the components show already is not among them.
_INSIDE = {"relation_scores", "learned_rates"}


def bench(learner: "Learner", episode: Episode) -> "VBox":
    """Everything there is to see of one learner on one episode, linked by one selection: what it was given, how it adapts,
    and what goes on inside it: the distances that it compares, its attention, memory or state, charts of its relations or rates.

    Regression of several numbers, or on several, has no curve to draw: its adaptation is shown as a chart of the losses.

    Raises:
        LearnerError: if the learner cannot take the episode.
    """
    from ipywidgets import VBox, jslink

    from metawidgets import views
    from metawidgets.learners.loop import trace
    from metawidgets.widgets import ChartView, EpisodeView, InnerLoopSlider, MemoryView, PrototypeHeatmap, Selection

    selection, seen = Selection(), trace(learner, episode)

    def chart(view: views.View) -> ChartView:
        return ChartView(view(seen))

    drawn = InnerLoopSlider.shows(seen)
    adaptation = InnerLoopSlider(seen, selection=selection) if drawn else chart(views.learning_curves)
    parts = [EpisodeView(episode, selection=selection), adaptation]
    if "distances" in seen:
        parts.append(PrototypeHeatmap(seen, selection=selection))
    if MemoryView.shows(seen):
        parts.append(MemoryView(seen, selection=selection))
        jslink((adaptation, "step"), (parts[-1], "step"))
    for name, view in views.fitting(seen).items():
        if name in _INSIDE:
            parts.append(chart(view))
            jslink((adaptation, "step"), (parts[-1], "step"))
    return VBox(parts)
