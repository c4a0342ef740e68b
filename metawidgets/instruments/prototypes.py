"""What a learner compares, with the learner behind it."""

from typing import TYPE_CHECKING

from metawidgets.episodes import Episode

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.widgets import PrototypeHeatmap, Selection

__all__ = ["prototype_heatmap"]


def prototype_heatmap(
    learner: "Learner",
    episode: Episode,
    *,
    pool: Episode | None = None,
    selection: "Selection | None" = None,
) -> "PrototypeHeatmap":
    """What each query was compared with, and what would change with another support.

    Args:
        pool: further items, as another episode of the same kind, that may be added to the support.

    Raises:
        LearnerError: if the learner cannot take the episode.
        TraceError: if the learner compares no distances; the error names those that do.
    """
    from metawidgets.learners.loop import trace
    from metawidgets.widgets import PrototypeHeatmap

    return PrototypeHeatmap(
        trace(learner, episode),
        selection,
        retrace=lambda edited: trace(learner, edited),
        pool=None if pool is None else trace(learner, pool),
    )
