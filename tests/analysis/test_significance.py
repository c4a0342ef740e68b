"""Paired tests and Holm's correction, compared with closed forms, worked examples and scipy."""

import math

import numpy as np
import pytest
from scipy import stats

from metawidgets.analysis import differences, holm, paired_interval, paired_t_test, t_tails
from metawidgets.errors import EpisodeError


@pytest.mark.parametrize("t", [0.0, 1e-6, 0.3, 1.0, -2.5, 7.0, 1e3])
def test_tails_in_closed_form(t):
    """With 1, 2 and 4 degrees of freedom, the distribution has a closed form."""
    x, t = abs(t), t
    one = 1 - 2 / math.pi * math.atan(x)
    two = 1 - x / math.sqrt(2 + x * x)
    four = 1 - x / math.sqrt(4 + x * x) * (1 + 2 / (4 + x * x))
    for df, exact in ((1, one), (2, two), (4, four)):
        assert t_tails(t, df) == pytest.approx(exact, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("df", [1, 3, 5, 29, 199, 599, 9999])
def test_tails_as_scipy_has_them(df):
    t = np.concatenate([np.linspace(0, 6, 25), [10.0, 30.0]])
    ours = [t_tails(float(each), df) for each in t]
    np.testing.assert_allclose(ours, 2 * stats.t.sf(t, df), rtol=1e-9)


def test_a_paired_test_by_hand():
    """Differences 1, 2, 3: their mean is 2 and its standard error 1 / sqrt(3), so t = 2 sqrt(3) with 2 degrees of freedom."""
    t, p = paired_t_test(np.array([2.0, 4.0, 6.0]), np.array([1.0, 2.0, 3.0]))
    assert t == pytest.approx(2 * math.sqrt(3))
    assert p == pytest.approx(1 - 2 * math.sqrt(3) / math.sqrt(14))


def test_a_paired_test_as_scipy_has_it():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.7, 0.1, 200), rng.normal(0.68, 0.1, 200)
    expected = stats.ttest_rel(a, b)
    assert paired_t_test(a, b) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-9)


def test_differences_without_spread():
    a = np.array([0.1, 0.7, 0.3])
    assert paired_t_test(a, a) == (0.0, 1.0)
    assert paired_t_test(a + 0.2, a) == (math.inf, 0.0)
    assert paired_t_test(a - 0.2, a) == (-math.inf, 0.0)


def test_holm_by_hand():
    """The smallest p is multiplied by 4, the next by 3 and so on; the results never decrease, and are at most 1."""
    np.testing.assert_allclose(holm([0.04, 0.005, 0.5, 0.011]), [0.08, 0.02, 0.5, 0.033])
    np.testing.assert_allclose(
        holm([0.01, 0.02, 0.015]), [0.03, 0.03, 0.03]
    )  # 0.03, 0.02 and 0.03 before the step that keeps them from decreasing
    np.testing.assert_allclose(holm([0.9, 0.8]), [1.0, 1.0])
    np.testing.assert_allclose(holm([0.2]), [0.2])
    assert holm([]).shape == (0,)


@pytest.mark.parametrize("wrong", [[-0.1, 0.5], [1.2], [math.nan]])
def test_holm_refuses_what_is_no_probability(wrong):
    with pytest.raises(EpisodeError, match="not all between 0 and 1"):
        holm(wrong)


def test_holm_keeps_false_alarms_rare_where_nothing_differs():
    rng = np.random.default_rng(1)
    alarms = raw = 0
    for _ in range(400):
        scores = {str(k): rng.normal(size=20) for k in range(5)}
        found = differences(scores, "0")
        alarms += any(d.p_holm < 0.05 for d in found)
        raw += any(d.p < 0.05 for d in found)
    assert alarms <= 0.075 * 400  # the level is 5 %, plus room for chance
    assert raw > 1.5 * alarms  # without the correction, false positives are frequent


def test_differences_name_and_pair_what_they_compare():
    rng = np.random.default_rng(2)
    shared = rng.normal(size=50)
    scores = {"a": shared + 0.5, "b": shared, "c": shared + rng.normal(0, 0.1, 50)}
    found = {d.name: d for d in differences(scores, "b")}
    assert list(found) == ["a", "c"]
    assert found["a"].interval == paired_interval(scores["a"], scores["b"])
    assert found["a"].p_holm == 0
    t, p = stats.ttest_rel(scores["c"], scores["b"])
    assert (found["c"].t, found["c"].p, found["c"].p_holm) == pytest.approx(
        (t, p, p)
    )  # the larger of two p-values is not multiplied


def test_a_reference_that_was_not_scored():
    with pytest.raises(EpisodeError, match="did you mean 'protonet'"):
        differences({"protonet": np.zeros(3), "maml": np.ones(3)}, "protonett")
    with pytest.raises(EpisodeError, match="same episodes"):
        differences({"a": np.zeros(3), "b": np.zeros(4)}, "a")
