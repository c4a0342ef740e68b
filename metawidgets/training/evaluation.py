"""Evaluation: a learner's score over a fixed, seeded list of episodes, and the answers of several learners on one episode."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from metawidgets.episodes import Episode, EpisodeList, EpisodeSampler
from metawidgets.errors import EpisodeError, LearnerError
from metawidgets.learners.argument_checks import expect_episode, expect_learner, expect_queries, given_episodes
from metawidgets.learners.base import Learner
from metawidgets.learners.loop import describe, evaluating, probe_grid, states
from metawidgets.learners.losses import probabilities, task_metrics
from metawidgets.learners.methods import Method, Predictions, as_learner
from metawidgets.learners.network_errors import sized
from metawidgets.learners.tensors import as_tensor, support_of
from metawidgets.records import EpisodeAnswers, EpisodeComparison, Evaluation
from metawidgets.records.answers import EpisodeReplies, replies

__all__ = ["answers", "compare_on_episode", "evaluate", "first_shots", "score"]


def score(learner: Learner, episode: Episode) -> float:
    """Adapt to an episode's support set, and return the accuracy or mean squared error on its queries.

    Raises:
        LearnerError: if the learner cannot take this episode.
        EpisodeError: if the episode has no queries.
    """
    return _scored(learner, episode)[0]


def _scored(learner: Learner, episode: Episode) -> tuple[float, torch.Tensor]:
    """Return the score, and the outputs for the queries."""
    expect_episode(episode)
    expect_queries(episode)
    if isinstance(learner, Method):
        return _score_of(answered := learner.answers(episode), episode), _as_outputs(answered, episode)
    with sized(learner, episode), evaluating(learner):
        support = support_of(learner, episode)
        query_x = learner.encode(as_tensor(learner, episode.query_x), support)
        outputs = learner.readout(learner.adapted(support), query_x)["outputs"]
        return task_metrics(outputs, as_tensor(learner, episode.query_y)).item(), outputs


def evaluate(
    learner: Learner | Callable[[Episode], Any],
    sampler: EpisodeSampler | Sequence[Episode] | str | Path,
    n_episodes: int | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
    keep_answers: bool = True,
) -> Evaluation:
    """Score a learner on episodes 0 to `n_episodes - 1` of the sampler: adapt to each support set and score its queries.

    Args:
        learner: a learner, or a function `episode -> probabilities` `(query, way)`, such as `Predictions`; see `Method`.
        sampler: a sampler, a list of episodes, or the path of a file that `EpisodeList.save` wrote.
        n_episodes: by default 600, or all episodes of a list. Use 600 or more for a score that you report.
        progress: called after each episode with the number of finished episodes and `n_episodes`.
        keep_answers: keep the answer to every query, so that the evaluation can tell why the accuracy is not higher
            (`per_class`, `confusions`, `calibration`, `worst_queries`, `verdict`). It takes about 2 kB an episode.

    Returns:
        Accuracy or mean squared error per episode, and the answers to the queries. The confidence interval is over episodes, never
        over pooled queries.

    Raises:
        EpisodeError: if `n_episodes` is not positive.
        LearnerError: if the learner cannot take these episodes.
    """
    given = given_episodes(sampler)
    if n_episodes is None:
        n_episodes = len(given) if isinstance(given, EpisodeList) else 600
    scored: Learner = as_learner(learner)
    expect_learner(scored)
    if isinstance(n_episodes, bool) or not isinstance(n_episodes, int | np.integer) or n_episodes < 1:
        raise EpisodeError(
            f"n_episodes={n_episodes!r} is not a whole number >= 1; give at least 1, and 600 or more for a score that you report."
        )
    if isinstance(given, EpisodeList) and n_episodes > len(given):
        raise EpisodeError(
            f"n_episodes={n_episodes}, but the list has {len(given)}; give at most {len(given)}, or leave it out."
        )
    scores = np.empty(n_episodes)
    kept: list[EpisodeReplies] = []
    for i in range(n_episodes):
        episode = given.episode(i)
        scores[i], outputs = _scored(scored, episode)
        if keep_answers and not episode.is_regression:
            kept.append(replies(episode, probabilities(outputs).cpu().numpy()))
        if progress is not None:
            progress(i + 1, n_episodes)
    metric = "mean squared error" if given.settings["n_way"] is None else "accuracy"
    settings: dict[str, Any] = {**describe(scored), **given.settings, "threads": torch.get_num_threads()}
    return Evaluation(metric, scores, settings, tuple(kept))


def first_shots(episode: Episode, k_shot: int) -> Episode:
    """Return the episode with only the first `k_shot` support items per class (for regression: in all) and the same queries.

    The subsets are nested: the support set for fewer shots is part of the support set for more shots.

    Raises:
        EpisodeError: if a class has fewer support items.
    """
    expect_episode(episode)
    if k_shot < 1 or k_shot > episode.shots.min():
        raise EpisodeError(
            f"k_shot={k_shot}, but this episode has a class with {episode.shots.min()} support items; give 1 to {episode.shots.min()}."
        )
    y = np.zeros(len(episode.support_y), int) if episode.is_regression else episode.support_y
    rank = np.array([(y[:i] == y[i]).sum() for i in range(len(y))])  # the number of each item within its class, from 0
    kept = np.flatnonzero(rank < k_shot)
    if len(kept) == len(y):
        return episode
    return replace(
        episode,
        support_x=episode.support_x[kept],
        support_y=episode.support_y[kept],
        support_items=tuple(episode.support_items[i] for i in kept),
    )


def answers(
    learner: Learner, episode: Episode, *, k_shot: int | None = None, shots: Sequence[int] = ()
) -> EpisodeAnswers:
    """Adapt to the episode and answer its queries, with times, scores after every inner step, and scores with other shots.

    Args:
        k_shot: use only the first `k_shot` support items of each class; by default all.
        shots: the numbers of shots for `by_shots`, each with the same queries.

    Raises:
        LearnerError: if the learner cannot take this episode.
        EpisodeError: if the episode has no queries, or fewer support items than requested.
    """
    expect_episode(episode)
    expect_queries(episode)
    given = episode if k_shot is None else first_shots(episode, k_shot)
    if isinstance(learner, Method):
        return _answers_of(learner, given, [first_shots(episode, k) for k in shots])
    probe = probe_grid(given) if _is_curve(given) else None
    with sized(learner, given), evaluating(learner):
        support, query_x, query_y = _tensors(learner, given)
        _synchronise(learner)
        start = time.perf_counter()
        state = learner.adapted(support)
        _synchronise(learner)
        adapted = time.perf_counter()
        outputs = learner.readout(state, learner.encode(query_x, support))["outputs"]
        _synchronise(learner)
        seconds = np.diff([start, adapted, time.perf_counter()])
        steps: list[float] = []
        if learner.axis == "inner_step":
            encoded = learner.encode(query_x, support)
            steps = [
                task_metrics(learner.readout(s, encoded)["outputs"], query_y).item() for s in states(learner, support)
            ]
        curve = None
        if probe is not None:
            read = learner.readout(state, learner.encode(as_tensor(learner, probe), support))
            curve = read["outputs"][:, 0].cpu().numpy()
        predicted = outputs if given.is_regression else outputs.argmax(-1)
        value = task_metrics(outputs, query_y).item()
    by_shots = [
        value if len(part.support_y) == len(given.support_y) else score(learner, part)
        for part in (first_shots(episode, k) for k in shots)
    ]
    return EpisodeAnswers(value, predicted.cpu().numpy(), seconds, np.array(by_shots), np.array(steps), curve)


def compare_on_episode(
    learners: Sequence[Learner | Callable[[Episode], Any]],
    episode: Episode,
    *,
    k_shot: int | None = None,
    shots: Sequence[int] = (),
) -> EpisodeComparison:
    """Collect the `answers` of each learner, or function `episode -> probabilities`, on one episode.

    Raises:
        LearnerError: if there is no learner, or one of them cannot take this episode.
        EpisodeError: if the episode has fewer support items than requested.
    """
    expect_episode(episode)
    if not learners:
        raise LearnerError("compare_on_episode got no learner; give one or more.")
    given = episode if k_shot is None else first_shots(episode, k_shot)
    probe = probe_grid(given) if _is_curve(given) else None
    each = tuple(answers(as_learner(learner), episode, k_shot=k_shot, shots=shots) for learner in learners)
    return EpisodeComparison(given, each, None if probe is None else probe[:, 0])


def _as_outputs(answered: np.ndarray, episode: Episode) -> torch.Tensor:
    """Return logits with these probabilities, or the predicted targets."""
    outputs = torch.from_numpy(answered)
    return outputs if episode.is_regression else outputs.log()


def _score_of(answered: np.ndarray, episode: Episode) -> float:
    return task_metrics(torch.from_numpy(answered), torch.from_numpy(np.array(episode.query_y))).item()


def _answers_of(method: Method, episode: Episode, with_shots: Sequence[Episode]) -> EpisodeAnswers:
    """Return a method's answers. All its time counts as adaptation, since it adapts and answers in one call."""
    start = time.perf_counter()
    outputs = method.answers(episode)
    seconds = np.array([time.perf_counter() - start, 0.0])
    by_shots = np.array([score(method, part) for part in with_shots])
    predicted = outputs if episode.is_regression else outputs.argmax(1)
    curve = None
    probe = probe_grid(episode) if _is_curve(episode) else None
    if probe is not None and not isinstance(method.function, Predictions):  # nobody stores predictions for the grid
        asked = replace(episode, query_x=probe, query_y=np.zeros_like(probe), query_items=())
        curve = method.answers(asked)[:, 0]
    return EpisodeAnswers(_score_of(outputs, episode), predicted, seconds, by_shots, np.array([]), curve)


def _is_curve(episode: Episode) -> bool:
    return episode.is_regression and episode.item_shape == (1,) and episode.output_dim == 1


def _tensors(learner: Learner, episode: Episode) -> tuple[Any, torch.Tensor, torch.Tensor]:
    return support_of(learner, episode), as_tensor(learner, episode.query_x), as_tensor(learner, episode.query_y)


def _synchronise(learner: Learner) -> None:
    if learner.device.type == "cuda":
        torch.cuda.synchronize(learner.device)
