"""Scores along an episode's support set: accuracy by the n-th appearance of a class, and error by the length of the context."""

from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from metawidgets.episodes import EpisodeBatch, EpisodeSampler, TaskSource
from metawidgets.errors import EpisodeError, LearnerError
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.loop import describe, evaluating, states
from metawidgets.learners.losses import task_metrics
from metawidgets.learners.model_based.sequences import SequenceLearner
from metawidgets.learners.tensors import as_tensor, support_of
from metawidgets.records import EvaluationCurve

__all__ = ["accuracy_by_appearance", "appearances", "error_by_context", "ideal_first_guess"]

_AT_ONCE = 20  # episodes that a sequence learner reads side by side


def ideal_first_guess(n_way: int) -> float:
    """Return the accuracy of an ideal guesser on the first item of each class.

    The guesser recognises all classes that it has seen, and rules out their labels for an item of a new class. The j-th class
    to appear then has n - j + 1 possible labels. The mean accuracy is (1/n + 1/(n-1) + ... + 1) / n, or 45.7 % for five
    classes. No learner can do better, because labels are assigned to classes at random.
    """
    return sum(1 / left for left in range(1, n_way + 1)) / n_way


def appearances(labels: Int[np.ndarray, "*episode item"]) -> Int[np.ndarray, "*episode item"]:
    """Count for every item how often its class has appeared up to and including it."""
    same = labels[..., :, None] == labels[..., None, :]
    return np.tril(same).sum(-1)


def accuracy_by_appearance(
    learner: Learner, source: TaskSource, n_episodes: int = 600, seed: int = 0, *, n_way: int = 5, n_items: int = 10
) -> EvaluationCurve:
    """Measure accuracy by the n-th appearance of a class (Santoro 2016, section 4.1).

    An episode has `n_way` classes of `n_items` items in random order. Each item is predicted from the items before it and
    their labels.

    Args:
        learner: a learner that reads its support set item by item.
        source: a class pool.
        n_episodes, seed: score episodes 0 to `n_episodes - 1` of the sampler with this seed.

    Raises:
        EpisodeError: if the source cannot give such episodes.
        LearnerError: if the learner cannot take these episodes.
    """
    sampler = EpisodeSampler(source, n_way=n_way, k_shot=n_items, n_query=1, seed=seed)
    scores, _, labels = _scores(learner, sampler, n_episodes)
    number = appearances(labels)  # (episode, item)
    points = np.arange(1, n_items + 1)
    hits = np.stack([np.where(number == n, scores, 0).sum(-1) / n_way for n in points], -1)
    return EvaluationCurve("accuracy", "appearance", points, hits, _settings(learner, sampler))


def error_by_context(learner: Learner, sampler: EpisodeSampler, n_episodes: int = 600) -> EvaluationCurve:
    """Measure squared error (accuracy, if the sampler draws classes) by the length of the context (Garg 2022, section 3).

    The context is the first n support items. If n is below the support size, the next support item is scored; if n is the
    support size, the queries are scored. The episodes are 0 to `n_episodes - 1` of the sampler.

    Raises:
        LearnerError: if the learner cannot take these episodes.
    """
    of_support, of_queries, _ = _scores(learner, sampler, n_episodes)
    metric = "mean squared error" if sampler.spec.n_way is None else "accuracy"
    errors = np.concatenate([of_support, of_queries.mean(-1, keepdims=True)], 1)
    return EvaluationCurve(metric, "context", np.arange(errors.shape[1]), errors, _settings(learner, sampler))


def _scores(learner: Learner, sampler: EpisodeSampler, n_episodes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the score of every support item, predicted from the items before it, the score of every query, and the labels."""
    if n_episodes < 1:
        raise EpisodeError(f"n_episodes={n_episodes} evaluates nothing; give at least 1.")
    if learner.axis == "inner_step":
        raise LearnerError(
            f"{type(learner).__name__} adapts to its whole support set at every step, so it has no score for each item; "
            "give a learner that reads its support set item by item."
        )
    of_support, of_queries, labels = [], [], []
    with evaluating(learner):
        for first in range(0, n_episodes, _AT_ONCE):
            episodes = map(sampler.episode, range(first, min(first + _AT_ONCE, n_episodes)))
            batch = EpisodeBatch.stack(list(episodes))
            guesses, outputs = _guesses(learner, batch)
            for found, said, y in ((of_support, guesses, batch.support_y), (of_queries, outputs, batch.query_y)):
                found.append(task_metrics(said.unsqueeze(-2), as_tensor(learner, y).unsqueeze(2)).cpu().numpy())
            labels.append(batch.support_y)
    return np.concatenate(of_support), np.concatenate(of_queries), np.concatenate(labels)


def _guesses(learner: Learner, batch: EpisodeBatch) -> tuple[Tensor, Tensor]:
    support, query_x = support_of(learner, batch), as_tensor(learner, batch.query_x)
    if isinstance(learner, SequenceLearner):
        z, queries = learner.embed_tasks(support.x, query_x)
        guesses, outputs = learner.predictions(z, learner.labels(support), queries, guesses=True)
        assert guesses is not None
        return guesses, outputs
    guesses, outputs = [], []
    for x, y, q in zip(support.x, support.y, query_x, strict=True):
        task = Support(x, y, support.n_way)
        z, queries = learner.encode(x, task), learner.encode(q, task)
        *before, after = states(learner, task)
        said = [learner.readout(state, z[t : t + 1])["outputs"] for t, state in enumerate(before)]
        guesses.append(torch.cat(said))
        outputs.append(learner.readout(after, queries)["outputs"])
    return torch.stack(guesses), torch.stack(outputs)


def _settings(learner: Learner, sampler: EpisodeSampler) -> dict[str, Any]:
    spec = sampler.spec
    drawn = {"source": sampler.source.name, "n_way": spec.n_way, "k_shot": spec.k_shot, "seed": sampler.seed}
    return {**describe(learner), **drawn}
