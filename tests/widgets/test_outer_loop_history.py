"""The bounded record of a meta-training, compared with the full list of steps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metawidgets.records import MetaStep
from metawidgets.widgets.outer_loop_monitor.history import COLUMNS, History, Thinned, running_mean
from tests.fixtures import check_fixture


def step(n: int, loss: float = 1.0, norm: float = 2.0) -> MetaStep:
    return MetaStep(n, loss, loss / 2, norm, 4 * n, 0.1 * n, 1e-3 / n)


def column(history: History, name: str) -> np.ndarray:
    return history.points[:, COLUMNS.index(name)]


@settings(deadline=None)
@given(n=st.integers(1, 400), capacity=st.sampled_from([2, 4, 10, 64]), seed=st.integers(0, 99))
def test_merged_points_keep_the_means_and_the_extremes_of_all_steps(n, capacity, seed):
    rng = np.random.default_rng(seed)
    losses, norms = rng.normal(size=n), rng.exponential(size=n)
    history = History(capacity)
    for i in range(n):
        history.add(step(i + 1, losses[i], norms[i]))
    assert len(history) <= capacity
    first, last = column(history, "first").astype(int), column(history, "last").astype(int)
    assert first[0] == 1
    assert last[-1] == n
    assert (first[1:] == last[:-1] + 1).all()  # every step is in exactly one point
    for a, b, point in zip(first, last, history.points, strict=True):
        behind, of_norm = losses[a - 1 : b], norms[a - 1 : b]
        expected = [
            behind.mean(),
            behind.min(),
            behind.max(),
            behind.mean() / 2,
            of_norm.mean(),
            of_norm.min(),
            of_norm.max(),
        ]
        np.testing.assert_allclose(point[2:9], expected, rtol=1e-9)
        np.testing.assert_allclose(point[9:], [1e-3 / b, 0.1 * b])  # rate and seconds at the point's last step
    if n >= 2 * capacity:
        assert len(history) >= capacity // 2


def test_what_is_packed_is_what_is_read():
    history = History(8)
    for i in range(21):
        history.add(step(i + 1, loss=float(i) if i != 3 else float("inf")))
    read = History.unpacked(history.packed())
    assert tuple(read) == COLUMNS
    for name in COLUMNS:
        np.testing.assert_allclose(read[name], column(history, name), rtol=1e-6)
    assert all(values.shape == (0,) for values in History.unpacked(History().packed()).values())


def test_a_step_done_again_takes_the_place_of_what_came_after():
    history = History(100)
    for i in range(1, 31):
        history.add(step(i, loss=1.0))
    history.add(step(21, loss=5.0))
    assert column(history, "last")[-1] == 21
    assert len(history) == 21
    assert column(history, "loss").tolist() == [1.0] * 20 + [5.0]


@pytest.mark.parametrize("capacity", [3, 8, 40])
def test_thinned_items_are_spread_evenly_with_both_ends(capacity):
    kept = Thinned[int](capacity)
    for i in range(1000):
        kept.add(i)
        items = list(kept.items)
        assert items[0] == 0
        assert items[-1] == i
        assert items == sorted(set(items))
        assert len(items) <= capacity
        gaps = np.diff(items[:-1])
        assert len(set(gaps.tolist())) <= 1  # equal gaps, except for the last one
    assert len(kept.items) > capacity // 2


def test_thinned_items_can_be_taken_back():
    kept = Thinned[int](8)
    for i in range(20):
        kept.add(i)
    kept.keep([item < 10 for item in kept.items])
    kept.add(10)
    assert list(kept.items) == sorted(kept.items)
    assert kept.items[-1] == 10
    kept.clear()
    assert list(kept.items) == []


def test_the_browser_reads_what_is_packed():
    """The result is in a fixture that `js/outer_loop_monitor/record.test.ts` reads."""
    history = History(8)
    for n in range(1, 31):
        history.add(step(n, loss=1 / n, norm=10.0 * n))
    packed = history.packed()
    columns = {name: [float(v) for v in values] for name, values in History.unpacked(packed).items()}
    rng = np.random.default_rng(0)
    smoothed = []
    for n in (1, 2, 19, 40, 600):
        losses = rng.exponential(size=n).astype(np.float32)
        smoothed.append({"losses": losses.tolist(), "smooth": running_mean(losses).tolist(), "newest": newest(losses)})
    check_fixture("outer_loop_monitor/history", {"packed": packed, "columns": columns, "smoothed": smoothed})


def newest(losses: np.ndarray) -> float | None:
    history = History(600)
    for n, loss in enumerate(losses.tolist(), 1):
        history.add(step(n, loss))
    return history.smoothed_loss


def test_the_smoothed_loss_is_the_end_of_the_curve_that_is_drawn():
    losses = 1 + np.random.default_rng(1).exponential(size=2000)
    history = History(600)
    for n, loss in enumerate(losses.tolist(), 1):
        history.add(step(n, loss))
    drawn = running_mean(History.unpacked(history.packed())["loss"])
    assert history.smoothed_loss == drawn[-1]
    assert History(8).smoothed_loss is None


def test_what_is_not_finite_is_passed_over_in_the_smoothed_loss():
    inf = float("inf")
    np.testing.assert_array_equal(running_mean(np.array([2, inf, 2, np.nan, 2])), [2, inf, 2, np.nan, 2])
    assert newest(np.array([2, 2, inf])) == 2
