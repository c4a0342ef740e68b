"""The test cases of LossLandscape's browser half (js/loss_landscape), computed by Python."""

import numpy as np

from metawidgets.widgets.loss_landscape.contours import contour_levels
from metawidgets.widgets.loss_landscape.interpolation import bilinear
from tests.fixtures import check_fixture

N, PIXELS = 5, 7


def test_losses_between_grid_points_are_what_the_browser_is_tested_with():
    grid = np.random.default_rng(0).gamma(2.0, size=(N, N)).astype(np.float32)
    grid[3, 1] = np.nan
    read = bilinear(grid.astype(float), PIXELS, PIXELS)
    check_fixture("loss_landscape/bilinear", {"grid": grid, "pixels": PIXELS, "read": read})


def test_contours_lie_where_the_browser_is_tested_to_draw_them():
    rng = np.random.default_rng(1)
    grids = {
        "a narrow span": rng.uniform(1.0, 2.0, 60),
        "a wide span": rng.gamma(0.7, size=60),
        "several decades": 10 ** rng.uniform(-4, 2, 60),
        "below 0": rng.normal(size=60),
        "small": 1e-5 * rng.uniform(2, 3, 60),
        "with gaps": np.where(np.arange(60) % 7, rng.gamma(2.0, size=60), np.nan),
        "flat": np.ones(4),
        "nothing": np.full(4, np.nan),
    }
    cases = {name: {"losses": losses, "levels": contour_levels(losses[None])} for name, losses in grids.items()}
    check_fixture("loss_landscape/levels", cases)
