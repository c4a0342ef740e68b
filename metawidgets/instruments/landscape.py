"""The loss around a learner's initialisation, with the learner behind it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from metawidgets.episodes import Episode

if TYPE_CHECKING:
    from metawidgets.learners import Learner
    from metawidgets.widgets import LossLandscape, Selection

__all__ = ["loss_landscape"]


def loss_landscape(
    learner: "Learner",
    episode: Episode | Sequence[Episode],
    *,
    resolution: int = 25,
    refine: int = 50,
    third: Literal["random", "task"] | None = None,
    seed: int = 0,
    selection: "Selection | None" = None,
) -> "LossLandscape":
    """A plane through the learner's initialisation and what it becomes on the (first) episode: losses as contours, the inner
    loop's path on them, meta-gradients as arrows.

    Args:
        episode: one, or several whose paths start from the one initialisation.
        resolution, refine: grid points along a side, at once and in the end; the finer contours come in the background.
        third: what spans the plane beside them: "task", the second episode's solution (the default where there is one), or
            "random", a filter-normalised random direction of this `seed`.

    Raises:
        LearnerError: if the learner keeps its parameters fixed, or cannot take an episode.
    """
    from metawidgets.errors import LearnerError, did_you_mean
    from metawidgets.learners.expected import expect_episode, expect_learner
    from metawidgets.learners.landscape import LossPlane
    from metawidgets.widgets import LossLandscape

    expect_learner(learner)
    episodes = list(episode) if isinstance(episode, Sequence) else [episode]
    for each in episodes:
        expect_episode(each)
    third = third or ("task" if len(episodes) > 1 else "random")
    if third not in ("random", "task"):
        raise LearnerError(f"unknown third={third!r}; {did_you_mean(third, ('random', 'task'))}")
    if third == "task" and len(episodes) < 2:
        raise LearnerError("third='task' needs another task's solution; give two episodes, or third='random'.")
    plane = LossPlane(learner, episodes, third="random" if third == "random" else 1, seed=seed)
    found = LossLandscape(plane, resolution=resolution, refine=refine, selection=selection)
    if refine > resolution or len(episodes) > 1:
        found.refine()
    return found
