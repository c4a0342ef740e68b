"""A learner's score over a fixed, seeded list of episodes, with its interval over episodes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError
from metawidgets.learners.base import Learner
from metawidgets.learners.loop import as_tensor, describe, evaluating, support_of
from metawidgets.learners.losses import task_metrics
from metawidgets.results import Evaluation
from metawidgets.sampling import EpisodeSampler

__all__ = ["evaluate", "score"]


def score(learner: Learner, episode: Episode) -> float:
    """Accuracy on the episode's queries after adapting to its support set, or mean squared error.

    Raises:
        LearnerError: if the learner cannot take this episode.
    """
    with evaluating(learner):
        support = support_of(learner, episode)
        query_x = learner.encode(as_tensor(learner, episode.query_x), support)
        outputs = learner.readout(learner.adapted(support), query_x)["outputs"]
        return task_metrics(outputs, as_tensor(learner, episode.query_y)).item()


def evaluate(
    learner: Learner,
    sampler: EpisodeSampler,
    n_episodes: int = 600,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Adapt to episodes 0 to `n_episodes - 1` of the sampler and score their queries.

    Args:
        n_episodes: 600 or more for a figure worth quoting.
        progress: called with (done, of all) after each episode.

    Returns:
        Accuracy, or mean squared error, per episode; the interval is over episodes, never over pooled queries.

    Raises:
        EpisodeError: if `n_episodes` is not positive.
        LearnerError: if the learner cannot take these episodes.
    """
    if n_episodes < 1:
        raise EpisodeError(
            f"n_episodes={n_episodes} evaluates nothing; give at least 1, and 600 for a figure worth quoting."
        )
    scores = np.empty(n_episodes)
    for i in range(n_episodes):
        scores[i] = score(learner, sampler.episode(i))
        if progress is not None:
            progress(i + 1, n_episodes)
    spec, metric = sampler.spec, "mean squared error" if sampler.spec.n_way is None else "accuracy"
    settings: dict[str, Any] = {
        **describe(learner),
        "source": sampler.source.name,
        "n_way": spec.n_way,
        "k_shot": spec.k_shot,
        "n_query": spec.n_query,
        "seed": sampler.seed,
        "threads": torch.get_num_threads(),
    }
    return Evaluation(metric, scores, settings)
