"""Episodes as tensors on a learner's device."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from metawidgets.episodes import Episode, EpisodeBatch
from metawidgets.learners.argument_checks import expect_dimensions, expect_episode, expect_learner
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.over_threads import check_of_tasks

__all__ = ["Task", "as_tensor", "support_of", "tasks"]

Task = tuple[Support, Tensor, Tensor]
"""The support set, the queries and the queries' targets, of one task or of several stacked tasks."""


def as_tensor(learner: Learner, x: np.ndarray) -> Tensor:
    """Move items or targets to the learner's device. uint8 images become fractions of 255; labels and token ids stay integers."""
    one = next(learner.parameters(), None)
    return _tensor(x, torch.device("cpu") if one is None else one.device, learner.dtype if one is None else one.dtype)


def _tensor(x: np.ndarray, device: torch.device, dtype: torch.dtype) -> Tensor:
    if x.dtype in (np.int64, np.int32):
        return torch.tensor(x, device=device, dtype=torch.int64)
    tensor = torch.tensor(x).to(device, dtype)
    return tensor / 255 if x.dtype == np.uint8 else tensor


def support_of(learner: Learner, episode: Episode | EpisodeBatch) -> Support:
    """Return the support set (or stacked support sets) as tensors.

    Raises:
        LearnerError, EpisodeError: if a value is not a learner or an episode, or the network cannot take its items.
    """
    if expect_learner(learner) and expect_episode(episode) and isinstance(episode, Episode):
        expect_dimensions(learner, episode)
    return Support(as_tensor(learner, episode.support_x), as_tensor(learner, episode.support_y), episode.n_way)


def tasks(learner: Learner, batch: EpisodeBatch) -> Iterator[tuple[Support, Tensor, Tensor]]:
    """Yield support, queries and targets of all tasks at once if the learner takes a task axis, or else of one task at a time."""
    arrays = (batch.support_x, batch.support_y, batch.query_x, batch.query_y)
    like = (learner.device, learner.dtype)
    support_x, support_y, query_x, query_y = (_tensor(x, *like) for x in arrays)
    support, check = Support(support_x, support_y, batch.n_way), check_of_tasks()
    if learner.takes_tasks:
        check()
        yield support, query_x, query_y
        return
    for i in range(len(batch)):
        check()
        yield Support(support.x[i], support.y[i], support.n_way), query_x[i], query_y[i]
