"""How learners adapt, with the learners behind it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metawidgets.episodes import Episode

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.widgets import InnerLoopSlider, Selection

__all__ = ["inner_loop_slider"]


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
