"""PrototypeHeatmap of episodes that are too large to send whole: the parts that are sent, and agreement with the learner."""

import json

import numpy as np
import pytest

import metawidgets as mw
from metawidgets import learners
from metawidgets.episodes import Episode
from metawidgets.errors import LearnerError
from metawidgets.instruments import prototype_heatmap
from metawidgets.learners.loop import trace
from metawidgets.learners.networks.encoders import Conv4
from metawidgets.widgets import PrototypeHeatmap
from metawidgets.widgets.prototype_heatmap import RefusedState
from metawidgets.widgets.prototype_heatmap.sent_pictures import MOST_PICTURES, SIDE, shrunk
from tests.widgets.large_episodes import large_episode, large_protonet

pytestmark = pytest.mark.slow


def megabytes(heatmap: PrototypeHeatmap) -> float:
    return (len(heatmap.buffer) + len(json.dumps(heatmap.config)) + len(json.dumps(heatmap.arrays))) / 1e6


@pytest.fixture(scope="module", params=[(1, 28, 28), (1, 105, 105)], ids=["28x28", "105x105"])
def episode(request) -> Episode:
    return large_episode(shape=request.param)


@pytest.fixture(scope="module")
def learner(episode: Episode):
    return large_protonet(episode)


@pytest.fixture
def heatmap(learner, episode: Episode) -> PrototypeHeatmap:
    return prototype_heatmap(learner, episode)


def test_fifty_classes_with_a_hundred_examples_take_less_than_ten_megabytes(heatmap, learner, episode):
    assert megabytes(heatmap) < 8
    assert heatmap.config["steps"] == 5001
    assert heatmap.config["step_names"][37] == "support examples absorbed: 37 of 5000"
    assert heatmap.step == 5000
    sent = heatmap.unpack()
    assert max(sent["pictures"].shape[2:]) <= SIDE
    first, queries = [100 * k for k in range(50)], range(5000, 5750)
    assert {*first, *queries} <= set(sent["picture_places"].tolist())
    assert (heatmap.config["own"], heatmap.config["scale"]) == ("squared_euclidean", 1.0)
    seen = trace(learner, episode, record=[37, 2500, 5000])
    for i, step in enumerate(seen.states):
        heatmap.step = step
        np.testing.assert_allclose(heatmap.reading.new, seen["distances"][i], rtol=1e-3, atol=1e-4)
    assert heatmap.png()
    restored = PrototypeHeatmap.from_dict(heatmap.to_dict())
    assert restored.to_dict() == heatmap.to_dict()
    assert restored.summary() == heatmap.summary()
    assert restored.able == []
    with pytest.raises(RefusedState, match="restored without some of its items"):
        restored.episode  # noqa: B018


def test_edits_of_a_large_episode_are_what_the_learner_makes_of_it(heatmap, learner, episode):
    support, query = list(map(str, episode.support_items)), list(map(str, episode.query_items))
    heatmap.edits = [
        {"op": "drop", "item": support[3]},
        {"op": "relabel", "item": support[400], "label": 7},
        {"op": "add", "item": query[7], "label": 1},
    ]
    edited = heatmap.edited_episode
    np.testing.assert_array_equal(edited.support_x[-1], episode.query_x[7])
    seen = trace(learner, edited, record=[5000])
    asked = ~heatmap.reading.changed.moved
    np.testing.assert_allclose(heatmap.reading.new[asked], seen["distances"][-1], rtol=1e-3, atol=1e-4)


def test_pictures_are_sent_when_they_are_asked_for(heatmap, episode):
    places = [7, 4999, 5000, 5749]
    assert heatmap.able == ["pictures", "edit"]
    heatmap.set_state({"_wanted": places})
    items = np.stack([episode.support_x[7], episode.support_x[4999], episode.query_x[0], episode.query_x[749]])
    assert heatmap._pixels == shrunk(items).tobytes()
    assert heatmap._pixels_of == places
    for bad in ([5750], [-1], ["7"], "7", None, list(range(MOST_PICTURES + 1)), [1.5], {}):
        with pytest.raises(Exception, match=r"not places of items|'_wanted' trait"):
            heatmap.set_state({"_wanted": bad})
        assert heatmap.error
        assert (heatmap._wanted, heatmap._pixels_of) == (places, places)
    restored = PrototypeHeatmap.from_dict(heatmap.to_dict())
    with pytest.raises(RefusedState, match="numbers below 0"):
        restored.set_state({"_wanted": places})


def test_a_small_episode_is_sent_as_it_is():
    episode = large_episode(way=5, shots=5)
    learner = large_protonet(episode)
    heatmap, seen = prototype_heatmap(learner, episode), mw.trace(learner, episode)
    sent = heatmap.unpack()
    np.testing.assert_array_equal(sent["distances"], seen["distances"])
    np.testing.assert_array_equal(sent["probabilities"], seen["probabilities"])
    np.testing.assert_array_equal(sent["support_x"], episode.support_x)
    assert heatmap.able == ["edit"]


@pytest.mark.parametrize("kind", ["nearest", "centroid"])
def test_a_rule_without_embeddings_shows_fewer_states(kind):
    episode = large_episode(way=20, shots=40)
    learner = learners.ALL[kind]()
    heatmap = prototype_heatmap(learner, episode)
    assert megabytes(heatmap) < 10
    names = heatmap.config["step_names"]
    assert names[0] == "before adaptation"
    assert names[1] == "support examples absorbed: 100 of 800"
    assert names[-1] == "support examples absorbed: 800 of 800"
    heatmap.edits = [{"op": "drop", "item": str(episode.support_items[3])}]
    seen = trace(learner, heatmap.edited_episode, record=[99, 799])
    np.testing.assert_allclose(heatmap.reading.new, seen["distances"][1], rtol=1e-4)
    heatmap.step = 1  # one of the first hundred was dropped
    np.testing.assert_allclose(heatmap.reading.new, seen["distances"][0], rtol=1e-4)


def test_a_large_trace_that_was_recorded_whole_is_not_sent_whole():
    episode = large_episode(way=30, shots=10, query=10)
    learner = large_protonet(episode, features=8)
    whole = mw.trace(learner, episode)
    heatmap = PrototypeHeatmap(whole)
    assert whole["distances"].nbytes > 10e6
    assert megabytes(heatmap) < 5
    assert heatmap.config["steps"] == len(whole)
    for step in (1, 150, 300):
        heatmap.step = step
        np.testing.assert_allclose(heatmap.reading.new, whole["distances"][step], rtol=1e-3, atol=1e-4)
    assert "edit" not in heatmap.able


def test_a_learner_with_batch_statistics_is_asked_of_a_large_episode():
    episode = large_episode(way=20, shots=30, query=15)
    learner = learners.ProtoNet(Conv4(episode.item_shape, width=4, statistics="support_stats"))
    heatmap = prototype_heatmap(learner, episode)
    assert not heatmap.config["local"]
    assert "distances" not in heatmap.arrays
    heatmap.edits = [{"op": "drop", "item": str(episode.support_items[3])}]
    seen = trace(learner, heatmap.edited_episode, record=[599])
    np.testing.assert_allclose(heatmap.reading.new, seen["distances"][-1], rtol=1e-3, atol=1e-4)


def test_states_that_are_none_are_refused():
    episode = large_episode(way=3, shots=2, query=1)
    learner = large_protonet(episode)
    few = trace(learner, episode, record=[6, 0, 2])
    whole = trace(learner, episode)
    assert (few.states, few.n_steps, len(few)) == ([0, 2, 6], 6, 3)
    assert (list(whole.states), whole.n_steps) == (list(range(7)), 6)
    np.testing.assert_array_equal(few["distances"], whole["distances"][[0, 2, 6]])
    assert trace(learner, episode, record=np.array([0, 2])).states == [0, 2]
    for odd in ([7], [-1], [], [True], [1.5], "ab"):
        with pytest.raises(LearnerError, match="no states to record"):
            trace(learner, episode, record=odd)  # pyright: ignore[reportArgumentType]
