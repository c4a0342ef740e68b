"""The exported report in a browser: it makes no network requests, and its parts still work and are linked."""

import time

from playwright.sync_api import expect

from metawidgets.reports import Report

SLIDER, HEATMAP, CHART = ".mw-inner-loop-slider", ".mw-prototype-heatmap", ".mw-chart-view input[type=range]"


def step_of(opened, css: str) -> int:
    return opened.page.locator(css).first.evaluate(
        """(node) => {
            const root = node.getRootNode();
            const view = (root.host ?? node).closest(".mw-view");
            return window.metawidgets.models.get(view.dataset.modelId).get("step");
        }"""
    )


def test_it_is_ready_soon_and_asks_for_nothing(open_html, smoke_report: Report):
    started = time.monotonic()
    opened = open_html(smoke_report.html)  # its guards fail on any request or console error
    seconds = time.monotonic() - started
    assert opened.page.title() == "ProtoNet on glyphs"
    for css in (".mw-episode-view", SLIDER, HEATMAP, ".mw-chart-view svg"):
        assert opened.page.locator(css).count() >= 1, css
    assert seconds < 10  # the bound also allows for a busy machine; on an idle one it takes about one second


def test_one_slider_moves_the_whole_report(open_html, smoke_report: Report):
    opened = open_html(smoke_report.html)
    last = step_of(opened, SLIDER)
    assert last == step_of(opened, HEATMAP) == 5
    handle = opened.page.locator(f"{SLIDER} input[type=range]").first
    handle.focus()
    handle.press("ArrowLeft")
    handle.press("ArrowLeft")
    expect(opened.page.locator(f"{HEATMAP} input[type=range]").first).to_have_value("3")
    assert (step_of(opened, SLIDER), step_of(opened, HEATMAP), step_of(opened, CHART)) == (3, 3, 3)


def test_it_says_what_it_found(open_html, smoke_report: Report):
    text = open_html(smoke_report.html).page.inner_text("main")
    accuracy = f"{100 * smoke_report.metrics['mean']:.1f} ± {100 * smoke_report.metrics['half_width']:.1f} %"
    assert accuracy in text
    for part in (
        "What was asked",
        "The result",
        "Class by class",
        "Where it fails",
        "Settings and versions",
        "squared_euclidean",
    ):
        assert part in text


def test_it_fits_a_narrow_and_dark_screen(open_html, smoke_report: Report):
    page = open_html(smoke_report.html, width=400, dark=True).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
