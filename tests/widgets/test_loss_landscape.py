"""The Python side of the loss landscape: packing, moves, refinement and refusals, on bowls known in closed form."""

import json

import numpy as np
import pytest

from metawidgets.errors import ParameterError, TraceError
from metawidgets.records import InnerPaths, Landscape, MetaGradients
from metawidgets.widgets import LossLandscape
from metawidgets.widgets.loss_landscape.contours import contour_levels
from metawidgets.widgets.loss_landscape.interpolation import bilinear
from metawidgets.widgets.loss_landscape.picture import landscape_chart
from tests.widgets.made_plane import CENTRES, RATE, STEPS, Bowls


@pytest.fixture
def plane():
    return Bowls()


@pytest.fixture
def bowls(plane):
    return LossLandscape(plane, resolution=6, refine=11)


def test_the_shown_task_comes_first_and_the_others_and_finer_ones_after(bowls, plane):
    assert bowls.config["sides"] == [6, 0]
    bowls.refine(wait=True)
    assert bowls.config["sides"] == [11, 11]
    asked = [call[1:] for call in plane.calls if call[0] == "landscape"]
    assert asked == [(6, 0), (6, 1), (11, 0), (11, 1)]
    assert bowls.progress == {}
    x = np.linspace(-2, 3, 11)
    np.testing.assert_allclose(
        bowls.unpack()["support_loss.1"][3], (x - 0.5) ** 2 + (x[3] - 1.5) ** 2 + 0.2**2, rtol=1e-5
    )


def test_the_task_that_is_shown_is_refined_first():
    plane = Bowls()
    LossLandscape(plane, resolution=4, refine=5, task=1).refine(wait=True)
    asked = [call[1:] for call in plane.calls if call[0] == "landscape"]
    assert asked == [(4, 1), (4, 0), (5, 1), (5, 0)]


def test_moving_runs_the_inner_loops_from_there_and_keeps_the_own_ones(bowls):
    bowls.do_move(1.0, -1.0)
    arrays = bowls.unpack()
    assert bowls.start == [1.0, -1.0]
    left = (1 - RATE) ** STEPS * (np.array([1.0, -1.0]) - CENTRES[0, :2])
    np.testing.assert_allclose(arrays["path"][0, -1], CENTRES[0, :2] + left, rtol=1e-6)
    np.testing.assert_allclose(arrays["home.path"][0, 0], 0)
    np.testing.assert_allclose(
        arrays["off_plane"][0], 0.3 * (1 - (1 - RATE) ** np.arange(STEPS + 1)), rtol=1e-5, atol=1e-7
    )
    assert "moved to (1, -1)" in bowls.summary()
    bowls.do_move(0, 0)
    np.testing.assert_array_equal(bowls.unpack()["path"], bowls.unpack()["home.path"])
    assert "initialisation its own" in bowls.summary()


@pytest.mark.parametrize("place", [(9, 0), (0, -2.1), (None, 0), ("1", 0), (float("nan"), 0), (True, 0)])
def test_a_place_off_the_landscape_is_refused_and_nothing_changes(bowls, place):
    before = bowls.to_dict()
    with pytest.raises(ParameterError, match="is not on the landscape; give a number from -2 to 3"):
        bowls.do_move(*place)
    assert bowls.to_dict() == before


def test_another_plane_starts_anew(bowls):
    bowls.move(1.0, 1.0)
    bowls.do_replane(first=1, third=0, seed=3)
    assert bowls.background.wait(10)
    assert bowls.config["plane"] == {"first": 1, "third": 0, "seed": 3}
    assert bowls.start == [0, 0]
    assert bowls.config["sides"] == [11, 11]


@pytest.mark.parametrize(
    "asked",
    [{"first": 2}, {"third": 0}, {"third": "else"}, {"seed": -1}, {"seed": 1.5}, {"first": "0"}, {"first": True}],
)
def test_a_plane_that_cannot_be_is_refused(bowls, asked):
    with pytest.raises(ParameterError, match=next(iter(asked))):
        bowls.do_replane(**({"first": 0, "third": "random", "seed": 0} | asked))
    assert not bowls.background.running
    assert bowls.config["plane"]["seed"] == 0


def test_refinement_that_is_overtaken_shows_nothing(bowls, plane):
    def slow(n, task=0, progress=None, first=[True]):  # noqa: B006 - the second time it runs freely
        if progress and first:
            first.clear()
            bowls.background.stop()
        return Bowls.landscape(plane, n, task, progress)

    plane.landscape = slow
    bowls.refine(wait=True)
    assert bowls.config["sides"] == [6, 0]
    assert bowls.progress == {}


def test_resolutions_are_checked():
    for wrong in (1, 201, 2.5, True):
        with pytest.raises(ParameterError, match="is not a whole number from 2 to 200"):
            LossLandscape(Bowls(), resolution=wrong)  # pyright: ignore[reportArgumentType]


@pytest.mark.slow
def test_restored_it_shows_the_same_and_can_do_nothing(bowls):
    bowls.move(0.5, 0.5)
    bowls.task, bowls.surface, bowls.arrows, bowls.step = 1, "both", False, 2
    restored = LossLandscape.from_dict(json.loads(json.dumps(bowls.to_dict())))
    assert restored.to_dict() == bowls.to_dict()
    assert restored.summary() == bowls.summary()
    assert restored.png() == bowls.png()
    assert restored.able == []


@pytest.mark.slow
def test_the_picture_says_which_loss_and_where_nothing_is_known(bowls):
    pictures = set()
    for bowls.surface in ("query", "support", "both", "overlay"):
        pictures.add(bowls.png())
    bowls.task = 1
    pictures.add(bowls.png())
    assert len(pictures) == 5


def test_levels_are_round_and_by_ratio_where_losses_span_much():
    grid = np.linspace(1, 2, 100).reshape(10, 10)
    assert contour_levels(grid) == [1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9]
    wide = np.geomspace(0.01, 10, 100).reshape(10, 10)
    assert contour_levels(wide) == [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]
    flat = np.ones((10, 10))
    assert contour_levels(flat) == []
    assert contour_levels(flat * np.nan) == []


def test_between_grid_points_losses_are_linear_in_each_direction():
    grid = np.array([[0.0, 1.0], [2.0, 5.0]])
    np.testing.assert_allclose(
        bilinear(grid, 2, 2), [[0.25 + 0.5 + 0.125, 0.75 + 0.5 + 0.375], [0.25 + 1.5 + 0.375, 0.75 + 1.5 + 1.125]]
    )


def test_records_check_their_shapes():
    x = np.zeros(3)
    with pytest.raises(TraceError, match=r"Landscape\.query_loss has shape \(2, 2\)"):
        Landscape(x, x, np.zeros((3, 3)), np.zeros((2, 2)))
    with pytest.raises(TraceError, match=r"InnerPaths\.path"):
        InnerPaths(np.zeros(2), np.zeros((1, 4, 3)), np.zeros((1, 4)), np.zeros((1, 4)), np.zeros((1, 4)))
    with pytest.raises(TraceError, match=r"MetaGradients\.cosines"):
        MetaGradients(("a", "b"), np.zeros((1, 2, 2)), np.zeros((1, 2)), np.zeros((1, 2)))


def test_the_picture_has_every_path_the_step_and_the_arrows(bowls):
    def rows(arrows: bool) -> list[dict]:
        chart = landscape_chart(bowls.unpack(), bowls.config, 0, "query", 1, arrows, "text").to_dict()
        return [row for data in chart["datasets"].values() for row in data]

    path = bowls.unpack()["path"]
    taken = {(row["task"], row["t"]): (row["x"], row["y"]) for row in rows(False) if "t" in row}
    assert len(taken) == path.shape[0] * path.shape[1]
    np.testing.assert_allclose(taken[1, 2], path[1, 2])
    assert not [row for row in rows(False) if "method" in row]
    arrow = next(row for row in rows(True) if row.get("method") == "second order (MAML)")
    down = -bowls.unpack()["gradients"][0, 0]
    way = np.array([arrow["x"] - arrow["x0"], arrow["y"] - arrow["y0"]])
    np.testing.assert_allclose(way / np.linalg.norm(way), down / np.linalg.norm(down), rtol=1e-4)
    assert next(row["band"] for row in rows(False) if "band" in row).startswith("below ")
