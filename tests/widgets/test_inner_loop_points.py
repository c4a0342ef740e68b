"""Points that a reader added, moved or removed, in the form that a page sends."""

import numpy as np
import pytest

from metawidgets.errors import EpisodeError
from metawidgets.widgets.inner_loop_slider.points import MOST_POINTS, edited
from tests.widgets.made_traces import deciding, halves, sine


def points_of(e) -> dict[str, list]:
    """Return an episode's points in the form that the browser sends."""
    found = {}
    for side in ("support", "query"):
        x, y, items = (getattr(e, f"{side}_{part}") for part in ("x", "y", "items"))
        found[side] = [[str(i), a.tolist(), b.item()] for i, a, b in zip(items, x, y.reshape(len(y)), strict=True)]
    return found


@pytest.mark.parametrize("trace", [sine(), halves()], ids=["curve", "plane"])
def test_an_episodes_own_points_make_the_same_episode(trace):
    e = trace.episode
    same = edited(e, points_of(e))
    for name in ("support_x", "support_y", "query_x", "query_y"):
        np.testing.assert_array_equal(getattr(same, name), getattr(e, name))
        assert getattr(same, name).dtype == getattr(e, name).dtype
    assert (same.support_items, same.seed, dict(same.task)) == (e.support_items, e.seed, dict(e.task))


def test_points_are_added_and_moved():
    e = sine().episode
    points = points_of(e)
    points["support"].append(["clicked/curve/1", [0.5], 1.5])
    points["query"][0][1:] = [[-1.0], 2]
    made = edited(e, points)
    assert made.support_x[-1] == 0.5
    assert made.support_y[-1] == 1.5
    assert str(made.support_items[-1]) == "clicked/curve/1"
    assert (made.query_x[0], made.query_y[0]) == (-1, 2)
    assert made.query_items[0] == e.query_items[0]


def _with(change):
    points = points_of(halves().episode)
    change(points)
    return points


@pytest.mark.parametrize(
    ("points", "complaint"),
    [
        ([], "is not a mapping"),
        ({"support": []}, "is not a mapping"),
        (_with(lambda p: p.update(support=[])), "list of 1 to"),
        (_with(lambda p: p.update(query="points")), "list of 1 to"),
        (_with(lambda p: p.update(query=p["query"] * (MOST_POINTS + 1))), "list of 1 to"),
        (_with(lambda p: p["support"].append(7)), "a support point is 7"),
        (_with(lambda p: p["support"].append(["clicked/0/1", [1.0], 0])), "a support point is"),
        (_with(lambda p: p["support"].append(["clicked/0/1", [1.0, float("nan")], 0])), "a support point is"),
        (_with(lambda p: p["support"].append(["clicked/0/1", [1.0, 1e30], 0])), "a support point is"),
        (_with(lambda p: p["support"].append(["clicked/0/1", [1.0, 2.0], 2])), "the label 2"),
        (_with(lambda p: p["support"].append(["clicked/0/1", [1.0, 2.0], 0.5])), "the label 0.5"),
        (_with(lambda p: p["support"].append(["../etc", [1.0, 2.0], 0])), "is not an item of this episode"),
        (_with(lambda p: p["support"].append(p["query"][0])), "twice|both"),
    ],
)
def test_what_is_no_set_of_points_is_refused(points, complaint):
    with pytest.raises(EpisodeError, match=complaint):
        edited(halves().episode, points)


def test_images_have_no_points():
    with pytest.raises(EpisodeError, match="only points of a curve or of a plane"):
        edited(deciding().episode, {"support": [], "query": []})
