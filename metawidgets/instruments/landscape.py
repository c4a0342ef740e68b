"""The loss landscape around a learner's initialisation."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from metawidgets.episodes import Episode
from metawidgets.errors import LearnerError, did_you_mean

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
    """Show the loss on a plane through parameter space: losses as contours, inner loops as paths, meta-gradients as arrows.

    The plane contains the learner's initialisation and the parameters adapted to the first episode.

    Args:
        episode: one episode, or several whose inner loops all start from the initialisation.
        resolution, refine: grid points per side of the first contours, and of finer contours that are computed in the background.
        third: the third point of the plane: "task" for the parameters adapted to the second episode (the default if there is
            one), or "random" for a filter-normalised random direction.
        seed: seed of the random direction.
        selection: a selection that other components share.

    Raises:
        LearnerError: if the learner's steps change no parameters, or the learner cannot take an episode.
    """
    # torch and ipywidgets load slowly
    from metawidgets.learners.argument_checks import expect_episode, expect_learner
    from metawidgets.learners.landscape.plane import LossPlane
    from metawidgets.widgets import LossLandscape

    expect_learner(learner)
    episodes = list(episode) if isinstance(episode, Sequence) else [episode]
    for each in episodes:
        expect_episode(each)
    third = third or ("task" if len(episodes) > 1 else "random")
    if third not in ("random", "task"):
        raise LearnerError(f"unknown third={third!r}; {did_you_mean(third, ('random', 'task'))}")
    if third == "task" and len(episodes) < 2:
        raise LearnerError("third='task' needs a second task; give two episodes, or third='random'.")
    plane = LossPlane(learner, episodes, third="random" if third == "random" else 1, seed=seed)
    found = LossLandscape(plane, resolution=resolution, refine=refine, selection=selection)
    if refine > resolution or len(episodes) > 1:
        found.refine()
    return found
