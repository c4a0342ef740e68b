"""NaN, infinity and absurdly large numbers, for every numeric argument."""

import math
from typing import Any

import numpy as np
import pytest

from metawidgets import datasets, learners
from metawidgets.episodes import Episode, EpisodeSpec
from metawidgets.errors import DatasetError, EpisodeError, LearnerError, MetawidgetsError
from metawidgets.training import MetaTraining

BAD: list[Any] = [math.nan, math.inf, -math.inf, 10**400, "1", None, [], True, 1 + 1j]


@pytest.mark.parametrize("value", BAD, ids=str)
@pytest.mark.parametrize("name", sorted(datasets.ALL))
def test_no_dataset_takes_it_for_a_number(name: str, value: Any) -> None:
    for option in datasets.ALL[name].options():
        if option.range is not None:
            with pytest.raises(DatasetError, match=f"option {option.name}="):
                datasets.load(name, **{option.name: value})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, "1", [], 1 + 1j], ids=str)
@pytest.mark.parametrize("name", sorted(learners.ALL))
def test_no_learner_takes_it_for_a_number(name: str, value: Any) -> None:
    """An argument with a numeric default refuses all other types."""
    made = learners.build(name, item_shape=(2,), output_dim=2)
    for option, default in made.hyper.items():
        if type(default) in (int, float) and option not in ("output_dim",):
            try:
                learners.build(name, item_shape=(2,), output_dim=2, **{option: value})
            except LearnerError:
                continue
            raise AssertionError(f"{name} took {option}={value!r}")


@pytest.mark.parametrize("value", [math.nan, math.inf, -1, 0, "1", 2.5, True], ids=str)
@pytest.mark.parametrize("name", ["steps", "meta_batch_size", "n_validation", "patience", "meta_lr", "clip_norm"])
def test_no_training_takes_it_for_a_number(name: str, value: Any) -> None:
    if name in ("meta_lr", "clip_norm") and value == 2.5:
        return
    with pytest.raises(LearnerError, match=f"{name}="):
        MetaTraining(**{"steps": 3, name: value})


@pytest.mark.parametrize("value", BAD, ids=str)
def test_no_episode_is_drawn_of_it(value: Any) -> None:
    for name in ("n_way", "k_shot", "n_query"):
        if (name, value) != ("n_way", None):
            with pytest.raises(EpisodeError, match=f"{name}="):
                EpisodeSpec(**{"n_way": 5, "k_shot": 1, "n_query": 1, name: value})


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.parametrize("side", ["support_x", "support_y", "query_x", "query_y"])
def test_no_episode_holds_it(side: str, value: float) -> None:
    arrays = {name: np.ones((2, 1)) for name in ("support_x", "support_y", "query_x", "query_y")}
    arrays[side][1, 0] = value
    with pytest.raises(EpisodeError, match=rf"^{side}\[1, 0\] is "):
        Episode(arrays["support_x"], arrays["support_y"], arrays["query_x"], arrays["query_y"])


def test_a_seed_is_of_whole_numbers() -> None:
    for seed in ((math.inf,), (math.nan,), ("x",), 3):
        with pytest.raises(MetawidgetsError, match="is not a tuple of whole numbers"):
            Episode(*[np.ones((1, 1))] * 4, seed=seed)  # pyright: ignore[reportArgumentType]
