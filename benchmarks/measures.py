"""Scores of the trained recipes on test tasks, and the published scores to compare with."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from recipes import Recipe

from metawidgets import learners
from metawidgets.datasets import load
from metawidgets.datasets.linear_functions import least_squares_error_by_context
from metawidgets.episodes import EpisodeSampler
from metawidgets.learners import GradientLearner, Learner
from metawidgets.learners.curves import accuracy_by_appearance, error_by_context
from metawidgets.learners.model_based.sequences import SequenceLearner
from metawidgets.learners.transfer.tuned import Tuned
from metawidgets.records import Evaluation, EvaluationCurve
from metawidgets.training.evaluation import evaluate

__all__ = ["PUBLISHED", "five_way_scores", "knows_the_family", "measure"]

TEST_SEED = 3
INNER_STEPS = (1, 5, 10)
RATES = (0.001, 0.003, 0.01, 0.02, 0.03, 0.05, 0.1)
FOUR_SETTINGS = ("protonet", "matching")
"""Learners that are also measured 20-way. The others are measured only 5-way, to save time."""

PUBLISHED: dict[str, tuple[float | None, ...]] = {
    # Omniglot accuracy in percent, 5-way 1-shot, 5-way 5-shot, 20-way 1-shot and 20-way 5-shot, from each paper's own table
    "protonet": (98.8, 99.7, 96.0, 98.9),
    "matching": (98.1, 98.9, 93.8, 98.5),
    "matching_fce": (None, None, None, None),
    "relation": (99.6, 99.8, 97.6, 99.1),
    "maml": (98.7, 99.9, 95.8, 98.9),
    "maml_first_order": (98.3, 99.2, 89.4, 97.9),
    "anil": (None, None, 96.2, 98.0),
    "metasgd": (99.5, 99.9, 95.9, 99.0),
    "reptile": (95.4, 98.9, 88.1, 96.7),
    "imaml": (99.5, 99.7, 96.2, 99.1),
    "snail": (99.07, 99.78, 97.64, 99.36),
}


def measure(name: str, learner: Learner, recipe: Recipe, n_episodes: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Score a learner on test tasks, episode by episode. All learners of a dataset get the same episodes."""
    torch.manual_seed(0)
    learner.eval()
    if recipe.train_way is None:
        return _of_functions(learner, recipe, n_episodes, say)
    kind = name.partition("-")[2]
    found: dict[str, Any] = {"scores": _of_characters(learner, recipe, n_episodes, kind in FOUR_SETTINGS, say)}
    if kind == "finetune":  # one pretrained network serves four baselines
        found["shared_scores"] = {}
        for other in ("linear_probe", "pretrained_nearest", "pretrained_centroid"):
            say(f"as {other}")
            served = learners.ALL[other](learner.network)
            found["shared_scores"][other] = _of_characters(served.eval(), recipe, n_episodes, False, say)
    if kind in ("mann", "lstm"):
        curve = accuracy_by_appearance(learner, load(recipe.dataset).source("test"), n_episodes, TEST_SEED)
        found["by_appearance"] = _points(curve)
    return found


def five_way_scores(
    learner: Learner, recipe: Recipe, n_episodes: int, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Score a learner on the 5-way test tasks only, for paired comparisons with other learners."""
    return _of_characters(learner.eval(), recipe, n_episodes, False, say)


def _score(result: Evaluation, **facts: Any) -> dict[str, Any]:
    kept = ("n_way", "k_shot", "n_query", "seed", "source", "statistics")
    return {
        "metric": result.metric,
        "mean": result.mean,
        "half_width": result.half_width,
        "n_episodes": result.n_episodes,
        **{key: result.settings[key] for key in kept},
        **facts,
        "per_episode": [round(float(score), 6) for score in result.per_episode],
    }


def _points(curve: EvaluationCurve) -> dict[str, list[float]]:
    return {"at": curve.points.tolist(), "mean": curve.mean.tolist(), "half_width": curve.half_width.tolist()}


def _of_characters(
    learner: Learner, recipe: Recipe, n_episodes: int, twenty_ways: bool, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    source, found = load(recipe.dataset, **recipe.dataset_options).source("test"), []
    kind = type(learner).__name__
    for n_way in (5, 20) if twenty_ways else (5,):
        # These learners take many steps on many images: a hundred episodes need a minute, so they get fewer settings.
        most = 3 if n_way == 5 and kind not in ("FineTune", "ImplicitMAML", "Reptile") else 2
        for k_shot, n_query in ((1, 15), (5, 15), (10, 10))[:most]:
            sampler = EpisodeSampler(source, n_way=n_way, k_shot=k_shot, n_query=n_query, seed=TEST_SEED)
            result = evaluate(learner, sampler, n_episodes if twenty_ways or k_shot == 1 else n_episodes // 2)
            say(f"{n_way}-way {k_shot}-shot {result}")
            found.append(_score(result))
    return found


def _of_functions(learner: Learner, recipe: Recipe, n_episodes: int, say: Callable[[str], None]) -> dict[str, Any]:
    data = load(recipe.dataset, **recipe.dataset_options)
    test = EpisodeSampler(data.source("test"), k_shot=recipe.test_shots, n_query=100, seed=TEST_SEED)
    found: dict[str, Any] = {"scores": []}
    if isinstance(learner, GradientLearner | Tuned):
        validation = EpisodeSampler(
            data.source("validation"), k_shot=recipe.test_shots, n_query=100, seed=TEST_SEED + 1
        )
        for steps in INNER_STEPS:
            learner.inner_steps, rate = steps, learner.inner_lr
            if isinstance(learner, GradientLearner):
                learner.test_steps = None
            else:  # fine-tuning gets the rate that suits it best for this number of steps
                rate = learner.inner_lr = _best_rate(learner, validation, n_episodes)
            result = evaluate(learner, test, n_episodes)
            say(f"{steps} steps at rate {rate:g}: {result}")
            found["scores"].append(_score(result, inner_steps=steps, inner_lr=rate))
        return found
    result = evaluate(learner, test, n_episodes)
    say(str(result))
    found["scores"].append(_score(result))
    if isinstance(learner, SequenceLearner):
        found["by_context"] = _points(error_by_context(learner, test, n_episodes))
    if recipe.dataset == "linear_functions":
        found["least_squares"] = _points(least_squares_error_by_context(test, n_episodes))
    return found


def knows_the_family(sampler: EpisodeSampler, n_episodes: int) -> Evaluation:
    """Score the oracle for sinusoids: it knows that a curve is a sin x + b cos x, and finds a and b by least squares."""
    scores = []
    for e in map(sampler.episode, range(n_episodes)):
        waves = lambda x: np.concatenate([np.sin(x), np.cos(x)], 1).astype(np.float64)  # noqa: E731
        weights = np.linalg.lstsq(waves(e.support_x), e.support_y.astype(np.float64))[0]
        scores.append(np.square(waves(e.query_x) @ weights - e.query_y).mean())
    return Evaluation("mean squared error", np.array(scores))


def _best_rate(learner: Tuned, validation: EpisodeSampler, n_episodes: int) -> float:
    means = {}
    for rate in RATES:
        learner.inner_lr = rate
        means[rate] = evaluate(learner, validation, n_episodes).mean
    return min(means, key=lambda rate: (means[rate] != means[rate], means[rate]))  # NaN (diverged) sorts last
