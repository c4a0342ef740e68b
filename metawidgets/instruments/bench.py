"""The bench: several linked components that show one learner on one episode."""

from typing import TYPE_CHECKING

from metawidgets.episodes import Episode

if TYPE_CHECKING:
    from ipywidgets import VBox

    from metawidgets.learners import Learner

__all__ = ["bench"]

# Charts of a learner's internals that no component of the bench shows.
_INSIDE = {"relation_scores", "learned_rates"}


def bench(learner: "Learner", episode: Episode) -> "VBox":
    """Show one learner on one episode in several components that share a selection.

    The components show the episode, the adaptation, and those internals that the learner has: distances, attention, memory or
    hidden state, relation scores, learned rates. For a regression with several inputs or outputs, a chart of the losses shows the
    adaptation, because there is no curve to draw.

    Raises:
        LearnerError: if the learner cannot take the episode.
    """
    # torch, altair and ipywidgets load slowly
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
