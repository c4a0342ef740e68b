"""The memory view: a learner's memory, hidden state or attention."""

from typing import TYPE_CHECKING

from metawidgets.episodes import Episode

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.widgets import MemoryView, Selection

__all__ = ["memory_view"]


def memory_view(learner: "Learner", episode: Episode, *, selection: "Selection | None" = None) -> "MemoryView":
    """Show the memory, hidden state or attention of a learner on the episode, step by step.

    Raises:
        LearnerError: if the learner cannot take the episode.
        TraceError: if the learner has none of these; the error names learners that have one.
    """
    # torch and ipywidgets load slowly
    from metawidgets.learners.loop import trace
    from metawidgets.widgets import MemoryView

    return MemoryView(trace(learner, episode), selection=selection)
