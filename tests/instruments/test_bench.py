"""The bench works with every learner that takes the episode, even if the inner-loop slider has nothing to draw."""

import numpy as np
import pytest

import metawidgets as m
from metawidgets import datasets, instruments, learners
from metawidgets.episodes import EpisodeSampler
from metawidgets.widgets import ChartView, EpisodeView, InnerLoopSlider, MemoryView


@pytest.fixture(scope="module")
def lines():
    source = datasets.load("linear_functions", dim=5).source("test")
    return EpisodeSampler(source, k_shot=6, n_query=3, seed=1).episode(0)


def test_functions_of_several_numbers_show_their_losses_as_a_chart(lines):
    learner = m.load("linear_functions-in_context")
    bench = instruments.bench(learner, lines)
    assert all(map(isinstance, bench.children, (EpisodeView, ChartView, MemoryView)))
    assert len(bench.children) == 3
    chart, trace = bench.children[1], m.trace(learner, lines)
    rows = next(iter(chart.spec["datasets"].values()))
    drawn = {side: [row["value"] for row in rows if row["series"] == side] for side in ("query", "support")}
    for side, losses in drawn.items():
        np.testing.assert_allclose(losses, trace[f"{side}_loss"], rtol=1e-3)
    assert (chart.step, bench.children[2].step) == (6, 6)
    assert "Learning curves of In-context transformer over 6 support examples" in chart.summary()


@pytest.mark.parametrize("name", ["maml", "metasgd", "nearest", "mann"])
def test_other_learners_of_them_do_too(lines, name):
    bench = instruments.bench(learners.build(name, item_shape=(5,), output_dim=1), lines)
    assert isinstance(bench.children[1], ChartView)
    assert not [part for part in bench.children if isinstance(part, InnerLoopSlider)]


def test_what_the_slider_draws_it_still_draws():
    wave = EpisodeSampler(datasets.load("sinusoids").source("test"), k_shot=3, n_query=2, seed=0).episode(0)
    bench = instruments.bench(learners.build("maml", item_shape=(1,), output_dim=1), wave)
    assert isinstance(bench.children[1], InnerLoopSlider)
