"""Sentences about figures: every branch, and no sentence that contradicts the sign of its figure."""

import re

import numpy as np
import pytest

from metawidgets.analysis import Interval, comparison, factor_text, mean_interval, standing, trend, typical


@pytest.mark.parametrize(
    ("mean", "half", "n", "higher", "lower"),
    [
        (0.03, 0.01, 100, "ahead", "behind"),
        (-0.03, 0.01, 100, "behind", "ahead"),
        (0.01, 0.03, 100, "level", "level"),
        (-0.01, 0.03, 100, "level", "level"),
        (0.03, 0.01, 5, "level", "level"),  # too few episodes to tell
        (0.03, float("nan"), 1, "level", "level"),
        (0.0, 0.0, 100, "level", "level"),
    ],
)
def test_standing_has_three_outcomes(mean, half, n, higher, lower):
    assert standing(Interval(mean, half, n)) == higher
    assert standing(Interval(mean, half, n), lower_is_better=True) == lower


def test_comparison_says_each_outcome():
    assert comparison("A", "B", Interval(0.031, 0.012, 99)) == "A is ahead of B by 3.1 ± 1.2 points"
    assert comparison("A", "B", Interval(-0.031, 0.012, 99)) == "A is behind B by 3.1 ± 1.2 points"
    assert comparison("A", "B", Interval(0.0, 0.0, 99)) == "A and B cannot be told apart (difference +0.0 ± 0.0 points)"
    few = comparison("A", "B", Interval(-0.12, 0.046, 4))
    assert few == "A and B cannot be told apart over so few episodes (difference -12.0 ± 4.6 points)"
    said = comparison("A", "B", Interval(-0.5, 0.1, 99), unit="", scale=1, style=".2f", lower_is_better=True)
    assert said == "A is ahead of B by 0.50 ± 0.10"


def test_no_comparison_contradicts_its_figure():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(200):
        gap = mean_interval(rng.normal(rng.normal(0, 0.05), 0.1, size=20))
        said = comparison("A", "B", gap)
        word = re.search(r"ahead|behind|cannot", said)
        assert word
        seen.add(word[0])
        assert word[0] == ("cannot" if gap.low <= 0 <= gap.high else "ahead" if gap.mean > 0 else "behind")
    assert seen == {"ahead", "behind", "cannot"}


def test_factors_and_trends():
    assert factor_text(0.13, 0.01) == "13 times as large as"
    assert factor_text(0.13, 3e-14) == "4e+12 times as large as"
    assert factor_text(1500, 1) == "1,500 times as large as"
    assert factor_text(0.5, 1) == "0.5 times as large as"
    assert factor_text(1.05, 1) == "about as large as"
    assert [factor_text(0, 0), factor_text(1, 0), factor_text(0, 1)] == ["as large as", "larger than", "smaller than"]
    assert [trend(3.29, 3.99), trend(4, 2), trend(2, 2.01), trend(0, 0)] == [
        "rises",
        "falls",
        "hardly changes",
        "hardly changes",
    ]


def test_the_typical_episode_is_the_median_one():
    assert typical(np.array([5.0, 1.0, 4.0, 2.0])) == 3
    assert typical(np.array([1.0, 1.0, 1.0])) == 1
    assert typical(np.array([7.0])) == 0
