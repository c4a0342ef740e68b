"""The tasks of a loss plane: their tensors, their losses, and the end points of their inner loops."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from metawidgets.episodes import Episode
from metawidgets.errors import LearnerError
from metawidgets.learners.base import Learner, State, Support
from metawidgets.learners.loop import states
from metawidgets.learners.losses import task_losses
from metawidgets.learners.networks.interface import item_shape_of
from metawidgets.learners.tensors import as_tensor, support_of

__all__ = ["PlaneTask", "check_choice", "check_start", "end_of", "losses_of", "task_of"]


class PlaneTask(NamedTuple):
    """An episode as tensors."""

    support: Support
    query_x: Tensor
    query_y: Tensor


def task_of(learner: Learner, episode: Episode) -> PlaneTask:
    made_for = item_shape_of(learner.network)
    if made_for is not None and made_for != episode.item_shape:
        raise LearnerError(
            f"this {type(learner).__name__} was made for items of shape {made_for}, the episode's are "
            f"{episode.item_shape}; give episodes with such items."
        )
    x, y = as_tensor(learner, episode.query_x), as_tensor(learner, episode.query_y)
    return PlaneTask(support_of(learner, episode), x, y)


def check_start(learner: Learner, origin: Mapping[str, Tensor], k: int, start: State) -> None:
    alike = [n for n, p in start.parameters.items() if n in origin and torch.equal(p, origin[n])]
    if len(alike) != len(origin) or len(start.parameters) != len(origin):
        raise LearnerError(
            f"{type(learner).__name__} starts task {k + 1} from other parameters than task 1 (a head for other classes), so "
            "the tasks share no initialisation; give one episode."
        )


def end_of(learner: Learner, origin: dict[str, Tensor], task: PlaneTask) -> dict[str, Tensor]:
    """Return the parameters of the last inner-loop state with only finite parameters."""
    best = origin
    for state in states(learner, task.support):
        if not all(bool(torch.isfinite(p).all()) for p in state.parameters.values()):
            break
        best = state.parameters
    return best


def losses_of(
    learner: Learner, state: State, task: PlaneTask, query_x: Tensor, support_x: Tensor
) -> Float[Tensor, "2"]:
    """Return the support and query loss of one state, for encoded items."""
    query, support = learner.readout_both(state, query_x, support_x)
    return torch.stack([task_losses(support["outputs"], task.support.y), task_losses(query["outputs"], task.query_y)])


def check_choice(n: int, first: Any, third: Any) -> None:
    if n == 0:
        raise LearnerError("there is no episode to adapt to; give at least one.")
    whole = lambda k: isinstance(k, int) and not isinstance(k, bool) and 0 <= k < n  # noqa: E731
    if not whole(first):
        raise LearnerError(f"first={first!r} is not the number of an episode; give one from 0 to {n - 1}.")
    if third != "random" and (not whole(third) or third == first):
        raise LearnerError(
            f"third={third!r} is not the number of an episode other than first={first} (there are {n}, counted from 0); "
            "give one, or 'random'."
        )
