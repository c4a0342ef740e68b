"""PrototypeHeatmap without a browser: nearest prototypes, the arrays sent, and the summary."""

import io

import numpy as np
import pytest
from PIL import Image

from metawidgets.episodes import Episode
from metawidgets.errors import TraceError
from metawidgets.records import DistanceRule, Trace
from metawidgets.widgets import PrototypeHeatmap, Selection
from metawidgets.widgets.prototype_heatmap import nearest_prototypes
from metawidgets.widgets.prototype_heatmap.picture import shown_trace
from tests.widgets.examples import HOSTILE, sheet, trace, vectors
from tests.widgets.made_traces import DISTANCES, absorbing, deciding, many, sine


def test_nearest_second_and_margin_by_hand():
    near = nearest_prototypes(DISTANCES)
    assert near.first.tolist() == [0, 1, 1, 1, 2, 1]
    assert near.second.tolist() == [1, 0, 0, 0, 1, 2]
    assert near.margin.tolist() == [3, 2.5, 5, 1, 6, 0.25]


@pytest.mark.parametrize(
    ("row", "first", "second", "margin"),
    [
        ([2, 2, 5], 0, 1, 0),  # on a tie, the first class wins
        ([np.nan, 3, 1], 2, 1, 2),
        ([np.nan, 3, np.nan], 1, -1, np.nan),  # with only one class, there is no second nearest
        ([np.nan, np.nan, np.nan], -1, -1, np.nan),
        ([np.inf, 1, 2], 1, 2, 1),
        ([-1, 0, 1], 0, 1, 1),  # a learned metric may be negative
    ],
)
def test_classes_without_support_are_nobodys_nearest(row, first, second, margin):
    near = nearest_prototypes(np.array([row], np.float32))
    assert (near.first[0], near.second[0]) == (first, second)
    np.testing.assert_equal(near.margin[0], margin)


def test_the_summary_counts_mistakes_and_names_the_closest_call():
    heatmap = PrototypeHeatmap(absorbing())
    assert heatmap.step == 3  # the component opens at the last step
    assert heatmap.summary() == (
        "ProtoNet: distances to prototypes, 3-way 1-shot. Support examples absorbed: 3 of 3, squared Euclidean distance: "
        f"2 of 6 queries are nearest to a wrong prototype; smallest margin 0.25 (query 5: beth before {HOSTILE})."
    )
    heatmap.step = 1
    # With only one class, there is no margin
    assert heatmap.summary().endswith("4 of 6 queries are nearest to a wrong prototype.")
    heatmap.step = 0
    assert heatmap.summary().endswith("no class has support yet.")


@pytest.mark.parametrize(("step", "same_as"), [(99, 3), (-5, 0)])
def test_a_step_beyond_the_record_is_the_nearest_one(step, same_as):
    heatmap = PrototypeHeatmap(absorbing(), step=step)
    within = PrototypeHeatmap(absorbing(), step=same_as)
    assert heatmap.summary() == within.summary()
    assert heatmap.png() == within.png()


def test_the_unit_is_the_learners_metric():
    assert "cosine distance" in PrototypeHeatmap(absorbing(metric="cosine")).summary()
    assert ", distance: " in PrototypeHeatmap(absorbing(metric="learned")).summary()


def test_what_is_sent_is_what_is_drawn():
    trace = absorbing()
    heatmap = PrototypeHeatmap(trace)
    sent = heatmap.unpack()
    assert set(sent) == {"distances", "probabilities", "query_x", "query_y", "support_x", "support_y"}
    np.testing.assert_array_equal(sent["distances"], trace["distances"])
    assert heatmap.config["shown"] == [0, 1, 2]


def test_a_class_without_support_has_no_picture():
    d = np.ones((12, 3), np.float32)
    d[:, 2] = np.nan
    episode = sheet((1, 3, 0), 4)
    heatmap = PrototypeHeatmap(Trace("context_example", {"distances": d[None]}, episode, {"learner": "ProtoNet"}))
    assert heatmap.config["shown"] == [0, 1, -1]
    assert Image.open(io.BytesIO(heatmap.png())).width > 400


def test_a_trace_without_distances_explains_itself():
    with pytest.raises(TraceError, match="MAML records no 'distances'"):
        PrototypeHeatmap(deciding())


def test_a_regression_is_refused():
    trace = sine()
    episode: Episode = trace.episode
    made = Trace("inner_step", {"distances": np.zeros((2, len(episode.query_x), 1))}, episode, {"learner": "MAML"})
    with pytest.raises(TraceError, match="compares classes"):
        PrototypeHeatmap(made)


def test_vectors_need_no_images():
    episode = vectors()
    trace = Trace("context_example", {"distances": np.array([[[1, 2], [3, 1], [2, 5]]], np.float32)}, episode, {})
    assert "1 of 3 queries is nearest to a wrong prototype" in PrototypeHeatmap(trace).summary()
    assert len(PrototypeHeatmap(trace).png()) > 1000


def test_the_picture_is_drawn_of_the_distances_shown():
    heatmap = PrototypeHeatmap(trace("prototypes"), step=3)
    shown, asked = shown_trace(heatmap.reading)
    np.testing.assert_array_equal(shown["distances"], trace("prototypes")["distances"])
    assert asked.all()
    support, query = heatmap.episode.support_items[1], heatmap.episode.query_items[0]
    heatmap.edits = [{"op": "drop", "item": str(support)}, {"op": "add", "item": str(query), "label": 2}]
    shown, asked = shown_trace(heatmap.reading)
    assert asked.tolist() == [False] + [True] * 15
    assert shown.episode.support_items == heatmap.edited_episode.support_items
    np.testing.assert_array_equal(shown["distances"][3], heatmap.reading.new[1:])
    before, asked = shown_trace(heatmap.reading, "old")
    np.testing.assert_array_equal(before["distances"][3], heatmap.reading.old)
    assert asked.all()
    heatmap.metric = "cosine"
    shown, _ = shown_trace(heatmap.reading)
    assert np.isnan(shown["distances"][2]).all()  # in another metric, only the step shown is computed
    assert shown.distance_rule == DistanceRule("cosine")


def test_the_largest_matrix_still_makes_a_small_picture():
    for large in (many(), many(60, 2)):
        png = PrototypeHeatmap(large).png()
        assert len(png) < 300_000
        assert max(Image.open(io.BytesIO(png)).size) < 2500


def test_shares_a_selection():
    selection = Selection()
    assert PrototypeHeatmap(absorbing(), selection=selection).selection is selection
    assert PrototypeHeatmap(absorbing(), cell=[1, 2]).cell == [1, 2]
