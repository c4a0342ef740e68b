"""TaskMapView without a browser: its order compared with SciPy, its numbers computed by hand, saved states and refusals."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform
from sklearn.decomposition import PCA

from metawidgets.errors import TraceError
from metawidgets.widgets import TaskMapView
from metawidgets.widgets.task_map_view.clustering import leaf_order, merges
from metawidgets.widgets.task_map_view.picture import tasks_chart
from tests.widgets.examples import HOSTILE, task_map


def test_joins_are_those_of_scipy():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(25, 3))
    d = np.linalg.norm(x[:, None] - x, axis=-1)
    oracle = linkage(squareform(d, checks=False), "average")
    found = merges(d)
    np.testing.assert_allclose([height for *_, height in found], oracle[:, 2], rtol=1e-10)
    assert [{a, b} for a, b, _ in found] == [{int(a), int(b)} for a, b, *_ in oracle]


def test_the_order_holds_every_task_once_and_keeps_clusters_together():
    d = task_map(8).distance
    assert d is not None
    order = leaf_order(d)
    assert sorted(order) == list(range(8))
    assert [i % 2 for i in order] in ([0] * 4 + [1] * 4, [1] * 4 + [0] * 4)  # first one group, then the other
    for side in (order[:4], order[4:]):
        assert list(side // 2) in ([0, 1, 2, 3], [3, 2, 1, 0])  # in each group, the order along its line
    assert list(leaf_order(np.zeros((1, 1)))) == [0]


def test_the_axes_are_those_of_scikit_learn():
    rng = np.random.default_rng(2)
    made = replace(task_map(6), embeddings=rng.normal(size=(6, 4)))
    oracle = PCA(2, svd_solver="full").fit(made.embeddings)
    component = TaskMapView(made)
    expected = oracle.transform(made.embeddings)
    places = component.unpack()["places"]
    np.testing.assert_allclose(places, expected * np.sign((places * expected).sum(0)), atol=1e-5)
    np.testing.assert_allclose(component.config["explained"], oracle.explained_variance_ratio_, atol=1e-6)


def test_nearest_tasks_by_hand():
    component = TaskMapView(task_map(6), measure="distance")  # at 0, 10, 1, 11, 2, 12
    assert list(component.nearest(0)) == [2, 4, 1, 3, 5]
    assert list(component.nearest(5)) == [3, 1, 4, 2, 0]
    with pytest.raises(TraceError, match="no task 6; give 0 to 5"):
        component.nearest(6)


def test_summary_says_what_is_near_what_is_far_and_what_is_open():
    component = TaskMapView(task_map(6), measure="distance", pair=[0, 5])
    text = component.summary()
    assert "nearest task 0 and task 2 (1), farthest task 0 and task 5 (12)" in text
    assert "within a group 1.33, between groups 10" in text  # (1 + 2 + 1) / 3; mean over nine of 10 + (j - i)
    assert "Open: task 0 and task 5, nearest-prototype distance 12, its number 5 of 5 by nearness." in text
    component.measure = "similarity"
    assert "Cosine similarity" in component.summary()
    component.pair = [9, 1]  # there is no such task
    assert "Open" not in component.summary()
    assert component.png()


def test_rows_follow_the_order_asked_for():
    component = TaskMapView(task_map(6), measure="distance")
    assert sorted(component.rows()) == list(range(6))
    component.order = "given"
    assert list(component.rows()) == list(range(6))
    component.order = "group"
    assert list(component.rows()) == [1, 3, 5, 0, 2, 4]  # "</script>…" before "even"
    assert sorted((HOSTILE, "even"))[0] == HOSTILE


@pytest.mark.slow
def test_everything_that_can_be_set_is_restored():
    component = TaskMapView(task_map(), pair=[1, 4], measure="distance", order="given", zoom=[1.0, 2.0, 3.5])
    restored = TaskMapView.from_dict(json.loads(json.dumps(component.to_dict())))
    for name in ("pair", "measure", "order", "zoom"):
        assert getattr(restored, name) == getattr(component, name)
    assert restored.summary() == component.summary()
    assert restored.png() == component.png()
    pictures = {component.png()}
    for name, value in (("pair", []), ("order", "clustered"), ("measure", "similarity")):
        setattr(component, name, value)
        pictures.add(component.png())
    assert len(pictures) == 4


def test_support_items_are_sent_once_with_their_ids():
    component = TaskMapView(task_map(3))
    arrays = component.unpack()
    assert arrays["x"].shape == (12, 1, 28, 28)
    assert [t["start"] for t in component.config["tasks"]] == [0, 4, 8]
    assert component.config["tasks"][1]["ids"][0] == "tiles1/class0/s0"
    assert list(arrays["y"]) == [0, 0, 1, 1] * 3


def test_what_does_not_fit_together_is_refused():
    made = task_map(4)
    for change, said in (
        ({"names": ("one",)}, "there is 1; give at least 2"),
        ({"embeddings": np.zeros((3, 2))}, r"\(3, 2\) for 4 tasks"),
        ({"similarity": np.zeros((4, 3))}, r"similarity has shape \(4, 3\)"),
        ({"distance": np.zeros((3, 3))}, r"distance has shape \(3, 3\)"),
        ({"groups": ("a",)}, "groups has 1 entries for 4 tasks"),
        ({"episodes": made.episodes[:2]}, "episodes has 2 entries"),
    ):
        with pytest.raises(TraceError, match=said):
            TaskMapView(replace(made, **change))


def test_without_episodes_groups_or_distances_it_still_maps():
    component = TaskMapView(replace(task_map(5), episodes=(), groups=(), distance=None), measure="distance")
    assert "Cosine similarity" in component.summary()
    assert "group" not in component.summary()
    assert component.png()


def test_the_picture_marks_the_pair_in_the_map_and_in_the_order_of_the_matrix():
    component = TaskMapView(task_map(6), measure="distance", order="group", pair=[0, 5])
    chart = tasks_chart(component.unpack(), component.config, component.rows(), "distance", [0, 5], ["title"]).to_dict()
    rows = [row for data in chart["datasets"].values() for row in data]
    assert sorted(row["task"] for row in rows if "task" in row) == list(range(6))
    order = list(component.rows())
    (frame,) = [row for row in rows if "y2" in row]
    assert (frame["y"], frame["x"]) == (order.index(0), order.index(5))
