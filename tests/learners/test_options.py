"""`hyper` contains exactly the options that have an effect."""

from inspect import signature
from typing import Any

import numpy as np
import pytest

from metawidgets import learners
from metawidgets.learners import loop
from metawidgets.learners.base import Learner
from metawidgets.training import checkpoints
from tests.learners.test_contract import made

WITH_SCALE = [name for name, kind in learners.ALL.items() if "scale" in signature(kind).parameters]
WITH_METRIC = [name for name, kind in learners.ALL.items() if "metric" in signature(kind).parameters]
NOT_PRINTED = {"network", "encoder"}


def options_of(learner: Learner) -> set[str]:
    return set(signature(type(learner)).parameters) - NOT_PRINTED


@pytest.mark.parametrize("name", learners.ALL)
def test_every_option_is_printed_or_changes_nothing(name: str) -> None:
    learner, _ = made(name, "point")
    left_out = options_of(learner) - set(learner.hyper)
    assert left_out <= {"scale"}, left_out
    assert set(learner.hyper) <= options_of(learner)


@pytest.mark.parametrize("name", WITH_METRIC)
@pytest.mark.parametrize("metric", ["squared_euclidean", "euclidean", "cosine"])
@pytest.mark.parametrize("scale", [10.0, 3.0])
def test_a_scale_is_printed_where_it_changes_the_answer(name: str, metric: str, scale: float) -> None:
    given: dict[str, Any] = {"metric": metric} | ({"scale": scale} if name in WITH_SCALE else {})
    learner, sampler = made(name, "point", **given)
    episode = sampler.episode(0)
    counts = name in WITH_SCALE and metric == "cosine"
    assert ("scale" in learner.hyper) == counts
    assert learner.hyper["metric"] == metric
    if name in WITH_SCALE:
        other, _ = made(name, "point", **given | {"scale": 2 * scale})
        same = np.array_equal(loop.predict(learner, episode), loop.predict(other, episode))
        assert same != counts
    assert ("scale" in loop.trace(learner, episode).meta["hyper"]) == counts


@pytest.mark.parametrize("name", sorted(set(WITH_SCALE) - set(WITH_METRIC)))
def test_a_scale_without_a_choice_of_metric_always_counts(name: str) -> None:
    learner, _ = made(name, "point")
    assert learner.hyper["scale"] == 5.0


def test_what_is_remembered_is_printed_where_there_are_graphs() -> None:
    assert made("maml", "point", first_order=False)[0].hyper["remember"] == "graphs"
    assert "remember" not in made("maml", "point", first_order=True)[0].hyper


@pytest.mark.parametrize("name", WITH_METRIC)
def test_what_is_printed_makes_the_learner_again(name: str, tmp_path) -> None:
    learner, sampler = made(name, "image", metric="euclidean")
    restored = checkpoints.load(checkpoints.save(learner, tmp_path / "one.safetensors"))
    assert restored.hyper == learner.hyper
    episode = sampler.episode(0)
    np.testing.assert_array_equal(loop.predict(restored, episode), loop.predict(learner, episode))


def test_a_card_of_an_older_version_still_loads_and_prints_no_scale() -> None:
    import metawidgets as mw

    assert mw.load("glyphs-protonet").hyper == {"metric": "squared_euclidean"}
