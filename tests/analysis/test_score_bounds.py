"""Intervals stay within the range of the score."""

import math

import numpy as np
import pytest

from metawidgets.analysis import interval_note, interval_text, mean_interval, t_quantile, within_bounds
from metawidgets.records import Evaluation, EvaluationCurve
from tests.fixtures import check_fixture


def test_accuracies_lie_from_0_to_1_and_errors_from_0() -> None:
    assert within_bounds("accuracy", -0.1, 0.4, 1.2) == (0, 0.4, 1)
    assert within_bounds("mean squared error", -0.1, 7.5) == (0, 7.5)
    assert within_bounds("squared error", -0.1, 7.5) == (0, 7.5)
    low, high = within_bounds("accuracy", np.array([-1.0, 0.5]), np.array([0.5, np.nan]))
    np.testing.assert_array_equal(low, [0, 0.5])
    np.testing.assert_array_equal(high, [0.5, np.nan])


@pytest.mark.parametrize(("metric", "scores"), [("accuracy", [1, 1, 0.8]), ("mean squared error", [0, 0, 3])])
def test_evaluations_end_within_them(metric: str, scores: list[float]) -> None:
    found = Evaluation(metric, np.array(scores))
    assert found.mean + found.half_width > 1
    assert (found.low, found.high) == within_bounds(
        metric, found.mean - found.half_width, found.mean + found.half_width
    )
    assert math.isnan(Evaluation(metric, np.array([0.5])).high)
    curve = EvaluationCurve(metric, "context", np.arange(2), np.array([scores, scores[::-1]]).T)
    assert (curve.low >= 0).all()
    assert metric != "accuracy" or (curve.high <= 1).all()
    np.testing.assert_allclose(curve.high - curve.mean <= curve.half_width + 1e-12, True)


def test_an_interval_in_words_gives_its_ends_where_it_would_leave_the_bounds() -> None:
    assert interval_text(0.964, 0.008, "accuracy") == "96.4 ± 0.8 %"
    assert interval_text(0.995, 0.009, "accuracy") == "99.5 (98.6 to 100) %"
    assert interval_text(0.004, 0.01, "accuracy") == "0.4 (0 to 1.4) %"
    assert interval_text(0.02, 0.03, "mean squared error") == "0.02 (0 to 0.05)"
    assert interval_text(7.5, 0.5, "mean squared error") == "7.5 ± 0.5"
    for none in (None, math.nan, math.inf):
        assert interval_text(0.5, none, "accuracy") == "50 % (no interval)"


def test_the_browser_writes_the_same() -> None:
    """The values are in a fixture that `js/shared/numbers.test.ts` reads too."""
    cases = [
        {"metric": metric, "mean": mean, "half": half, "text": interval_text(mean, half, metric, ".3f", ".3f")}
        for metric in ("accuracy", "mean squared error")
        for mean in (0.0, 0.01, 0.5, 0.995, 1.0)
        for half in (0.0, 0.005, 0.02, 0.6, None)
    ]
    values = [
        [0.5],
        [0.5, 0.7],
        [-0.1] * 5,
        [-0.1] * 6,
        [0.2, 0.1, 0.3, 0.2, 0.15, 0.1],
        [0.2, -0.1, 0.3, 0.2, 0.15, 0.1],
        [0.1, 0.7] * 40,
    ]
    found = [mean_interval(np.array(each)) for each in values]
    means = [
        {"values": each, "mean": i.mean, "half": i.half_width, "clear": i.is_clear}
        for each, i in zip(values, found, strict=True)
    ]
    quantiles = [[df, t_quantile(df)] for df in (0, 1, 2, 5, 28, 29, 30, 31, 99, 599, 9999)]
    notes = [
        {"n": n, "half": half, "note": interval_note(n, half)} for n in (1, 2, 29, 30) for half in (None, 0.0, 0.01)
    ]
    check_fixture("shared/intervals", {"cases": cases, "quantiles": quantiles, "means": means, "notes": notes})
