"""The parts of a bench move together in an exported page."""

from playwright.sync_api import expect

from metawidgets import datasets, instruments, learners
from metawidgets.episodes import EpisodeSampler


def test_the_chart_of_losses_moves_what_goes_on_inside(open_component):
    source = datasets.load("linear_functions", dim=5).source("test")
    episode = EpisodeSampler(source, k_shot=6, n_query=3, seed=1).episode(0)
    bench = instruments.bench(learners.build("in_context", item_shape=(5,), output_dim=1), episode)
    opened = open_component(bench)
    _, chart, memory = bench.children
    handle = opened.page.locator(".mw-chart-view input[type=range]")
    handle.focus()
    handle.press("ArrowLeft")
    opened.frame()
    assert [opened.model(part, "step") for part in (chart, memory)] == [5, 5]
    expect(handle).to_have_attribute("aria-valuetext", "support example absorbed 5 of 6")
