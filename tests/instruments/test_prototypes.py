"""Edits and left-out examples: the component's results, compared with a trace of the changed episode."""

import numpy as np
import pytest
import torch

import metawidgets as mw
from metawidgets import learners
from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError, TraceError
from metawidgets.instruments import prototype_heatmap
from metawidgets.learners.networks.encoders import Conv4
from metawidgets.widgets import PrototypeHeatmap
from metawidgets.widgets.prototype_heatmap import RefusedState


@pytest.fixture(scope="module")
def episode() -> Episode:
    source = mw.datasets.load("glyphs").source("test")
    return mw.EpisodeSampler(source, n_way=5, k_shot=3, n_query=4, seed=1).episode(2)


@pytest.fixture(scope="module")
def protonet():
    return mw.load("glyphs-protonet")


def ids(items):
    return [str(item) for item in items]


def three_edits(episode: Episode) -> list[dict]:
    support, query = ids(episode.support_items), ids(episode.query_items)
    label = int(episode.support_y[4])
    return [
        {"op": "drop", "item": support[0]},
        {"op": "relabel", "item": support[4], "label": (label + 1) % 5},
        {"op": "add", "item": query[7], "label": int(episode.query_y[7])},
    ]


def compare(heatmap: PrototypeHeatmap, learner, edits: list[dict]) -> None:
    """Assert that the component's distances after edits equal the distances in a trace of the edited episode."""
    heatmap.edits = edits
    edited = heatmap.edited_episode
    seen, reading = mw.trace(learner, edited), heatmap.reading
    asked = ~reading.changed.moved
    np.testing.assert_allclose(reading.new[asked], seen["distances"][-1], rtol=1e-4, atol=1e-4)
    assert np.isnan(reading.new[~asked]).all()
    accuracy = reading.right(reading.new) / asked.sum()
    assert accuracy == pytest.approx(seen["query_accuracy"][-1])
    if (scale := heatmap.config["scale"]) is not None:  # the browser's formula for probabilities
        logits = np.where(np.isnan(reading.new), -np.inf, -scale * reading.new)[asked]
        powers = np.exp(logits - logits.max(1, keepdims=True))
        np.testing.assert_allclose(powers / powers.sum(1, keepdims=True), seen["probabilities"][-1], atol=1e-4)


def test_the_learners_metric_and_its_softmax_are_the_declared_ones(protonet, episode):
    heatmap = prototype_heatmap(protonet, episode)
    assert (heatmap.config["own"], heatmap.config["scale"], heatmap.config["local"]) == ("squared_euclidean", 1.0, True)
    cosine = learners.ProtoNet(protonet.network, metric="cosine", scale=7.0)
    assert [prototype_heatmap(cosine, episode).config[name] for name in ("own", "scale")] == ["cosine", 7.0]


@pytest.mark.parametrize("metric", ["squared_euclidean", "euclidean", "cosine"])
def test_edits_are_what_the_learner_makes_of_the_edited_episode(protonet, episode, metric):
    learner = learners.ProtoNet(protonet.network, metric=metric)
    edits = three_edits(episode)
    for some in ([edits[0]], [edits[1]], [edits[2]], edits):
        heatmap = prototype_heatmap(learner, episode)
        assert heatmap.config["local"]
        compare(heatmap, learner, some)


def test_without_each_example_it_decides_as_the_learner_does_without_it(episode):
    torch.manual_seed(0)
    learner = learners.ProtoNet(
        Conv4(episode.item_shape, width=8)
    )  # untrained, so that some decisions depend on a single example
    heatmap = prototype_heatmap(learner, episode)
    decided, flips = heatmap.reading.old.argmin(1), set()
    for place, item in enumerate(ids(episode.support_items)):
        compare(heatmap, learner, [{"op": "drop", "item": item}])
        flips |= {(int(q), place) for q in np.flatnonzero(heatmap.reading.new.argmin(1) != decided)}
    assert {place for q, place in flips if q == 8} == {0, 8}
    assert {place for q, place in flips if q == 13} == {0, 9, 10}
    assert not {place for q, place in flips if q == 0}


def test_steps_before_the_last_have_what_was_absorbed_by_then(protonet, episode):
    heatmap = prototype_heatmap(protonet, episode)
    heatmap.edits = three_edits(episode)
    seen = mw.trace(protonet, heatmap.edited_episode)
    heatmap.step = 8  # one of the first eight is dropped
    asked = ~heatmap.reading.changed.moved
    np.testing.assert_allclose(heatmap.reading.new[asked], seen["distances"][7], rtol=1e-4, atol=1e-4)
    assert np.isnan(heatmap.reading.new).any()


def test_the_edited_episode_keeps_order_and_moves_the_query(protonet, episode):
    heatmap = prototype_heatmap(
        protonet,
        episode,
    )
    heatmap.edits = three_edits(episode)
    edited = heatmap.edited_episode
    assert ids(edited.support_items) == [*ids(episode.support_items)[1:], str(episode.query_items[7])]
    assert len(edited.query_items) == len(episode.query_items) - 1
    np.testing.assert_array_equal(edited.support_x[-1], episode.query_x[7])
    assert edited.support_y[3] == (episode.support_y[4] + 1) % 5
    assert edited.class_names == episode.class_names


def test_a_class_that_loses_all_support_is_nobodys_nearest(protonet, episode):
    heatmap = prototype_heatmap(protonet, episode)
    gone = [
        {"op": "drop", "item": item}
        for item, y in zip(ids(episode.support_items), episode.support_y, strict=True)
        if y == 2
    ]
    compare(heatmap, protonet, gone)
    assert np.isnan(heatmap.reading.new[:, 2]).all()


def test_pool_items_can_be_added(protonet, episode):
    source = mw.datasets.load("glyphs").source("test")
    pool = mw.EpisodeSampler(source, n_way=5, k_shot=1, n_query=1, seed=9).episode(0)
    heatmap = prototype_heatmap(protonet, episode, pool=pool)
    assert len(heatmap.config["pool"]["ids"]) == 10
    compare(heatmap, protonet, [{"op": "add", "item": str(pool.query_items[3]), "label": 1}])
    assert len(heatmap.edited_episode.query_x) == len(episode.query_x)


@pytest.mark.parametrize("statistics", ["support_stats", "transductive"])
def test_embeddings_that_depend_on_the_others_are_asked_of_the_learner(episode, statistics):
    learner = learners.ProtoNet(Conv4(episode.item_shape, width=8, statistics=statistics))
    heatmap = prototype_heatmap(learner, episode)
    assert not heatmap.config["local"]
    assert heatmap.able == ["edit"]
    compare(heatmap, learner, three_edits(episode))
    heatmap.metric = "manhattan"
    z = mw.trace(learner, heatmap.edited_episode)
    mean = z["support_embeddings"][-1][heatmap.edited_episode.support_y == 0].astype(np.float64).mean(0)
    expected = np.abs(z["embeddings"][-1] - mean).sum(1)
    asked = ~heatmap.reading.changed.moved
    np.testing.assert_allclose(heatmap.reading.new[asked, 0], expected, rtol=1e-5)
    restored = PrototypeHeatmap.from_dict(heatmap.to_dict())
    assert restored.to_dict() == heatmap.to_dict()
    assert restored.able == []
    restored.edits = []
    with pytest.raises(RefusedState, match="need the learner"):
        restored.edits = three_edits(episode)[:1]
    assert restored.edits == []


@pytest.mark.parametrize(
    "learner", [learners.NearestNeighbour(), learners.NearestCentroid()], ids=["neighbour", "centroid"]
)
def test_without_embeddings_the_learner_is_asked_and_other_metrics_are_off(episode, learner):
    heatmap = prototype_heatmap(learner, episode)
    assert heatmap.config["off"].endswith("records no embeddings")
    with pytest.raises(RefusedState, match="cannot be shown here"):
        heatmap.metric = "cosine"
    assert heatmap.metric == ""
    compare(heatmap, learner, three_edits(episode))


def test_a_nearest_neighbour_in_features_has_its_own_rule_beside_class_means(protonet, episode):
    learner = learners.PretrainedNearest(protonet.network)
    heatmap = prototype_heatmap(learner, episode)
    assert (heatmap.config["own"], heatmap.config["off"], heatmap.config["local"]) == ("", "", False)
    assert "Euclidean distance, 20" not in heatmap.summary()
    heatmap.metric = "squared_euclidean"
    np.testing.assert_allclose(heatmap.reading.old, mw.trace(protonet, episode)["distances"][-1], rtol=1e-4, atol=1e-4)
    heatmap.metric = ""
    compare(heatmap, learner, three_edits(episode))


def test_a_learner_that_fails_leaves_everything_as_it_was(episode):
    learner = learners.NearestNeighbour()
    trace = mw.trace(learner, episode)

    def retrace(_: Episode):
        raise RuntimeError("out of memory")

    heatmap = PrototypeHeatmap(trace, retrace=retrace)
    before = heatmap.to_dict()
    with pytest.raises(RefusedState, match="out of memory"):
        heatmap.edits = three_edits(episode)
    assert heatmap.to_dict() == before


def test_a_learner_without_distances_says_who_has_them(episode):
    with pytest.raises(TraceError, match="records no 'distances'"):
        prototype_heatmap(mw.load("glyphs-relation"), episode)


def test_a_pool_of_other_items_is_refused(protonet, episode):
    other = mw.EpisodeSampler(mw.datasets.load("gaussians").source("test"), n_way=3, k_shot=1, n_query=1).episode(0)
    with pytest.raises(TraceError, match="the pool's items are float32"):
        PrototypeHeatmap(mw.trace(protonet, episode), pool=mw.trace(learners.NearestCentroid(), other))
    assert issubclass(RefusedState, EpisodeError)
