"""The test cases of InnerLoopSlider's browser half (js/inner_loop_slider), computed by Python."""

import numpy as np

from metawidgets.views.decision_regions import _softmax
from metawidgets.widgets.base.episode_facts import episode_title
from metawidgets.widgets.base.packed_trace import step_names
from tests.fixtures import check_fixture
from tests.widgets.examples import sheet
from tests.widgets.made_traces import deciding, sine

ACROSS, UP, FINER = 4, 3, 2
CLOSED = -1e6
"""Stands for the logit of a class without support, which is minus infinity: JSON has none."""


def finer(grid: np.ndarray) -> np.ndarray:
    """Return the grid `(row, column, way)` with FINER - 1 more places between neighbouring points, interpolated linearly."""
    rows, columns = (np.arange((n - 1) * FINER + 1) / FINER for n in grid.shape[:2])
    across = np.apply_along_axis(lambda line: np.interp(columns, np.arange(len(line)), line), 1, grid)
    return np.apply_along_axis(lambda line: np.interp(rows, np.arange(len(line)), line), 0, across)


def test_decision_regions_are_what_the_browser_is_tested_with():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(UP, ACROSS, 3)).astype(np.float32) * 2
    logits[0, 0] = 0  # all classes are equally likely
    logits[..., 2][:, 3] = CLOSED
    dense = finer(logits.astype(np.float64))
    p = _softmax(dense.reshape(1, -1, 3)).reshape(dense.shape)
    check_fixture(
        "inner_loop_slider/regions",
        {
            "across": ACROSS,
            "up": UP,
            "finer": FINER,
            "closed": CLOSED,
            "logits": logits,  # (row, column, way), the lowest row first
            "winner": p.argmax(-1),  # (row, column) of the finer grid
            "probability": p.max(-1),
        },
    )


def test_the_distance_of_a_layer_is_what_the_browser_is_tested_with():
    names = ["encoder.layers.0.weight", "encoder.layers.0.bias", "head.weight"]
    rng = np.random.default_rng(1)
    start = [rng.normal(size=n) for n in (12, 3, 6)]
    moved = [[part + 0.1 * t * rng.normal(size=part.shape) for part in start] for t in range(3)]
    distance = np.array([[np.linalg.norm(b - a) for a, b in zip(start, state, strict=True)] for state in moved])
    together = {
        "layers.0": [np.linalg.norm(np.concatenate(state[:2]) - np.concatenate(start[:2])) for state in moved],
        "head": distance[:, 2],
        "all": [np.linalg.norm(np.concatenate(state) - np.concatenate(start)) for state in moved],
    }
    check_fixture("inner_loop_slider/layers", {"names": names, "distance": distance, "together": together})


def test_words_of_a_trace_are_what_the_browser_is_tested_with():
    episodes = [sheet((1, 1)), sheet((2, 2, 2)), sheet((1, 3, 2)), sine(last=1).episode]
    steps = [0, 1, 2, 5]
    check_fixture(
        "inner_loop_slider/texts",
        {
            "step_names": [{"steps": n, "names": step_names(deciding(last=n))} for n in steps],
            "titles": [
                {"labels": [int(y) for y in e.support_y.ravel()], "way": e.n_way or 0, "title": episode_title(e)}
                for e in episodes
            ],
        },
    )
