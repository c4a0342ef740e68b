"""Charts in a browser under the content policy of exported pages: no network, no eval."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import vl_convert
from playwright.sync_api import expect

from metawidgets import views
from metawidgets.records import Trace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]  # each chart in Chromium

CHARTS = {
    "learning_curves": "prototypes",
    "query_probabilities": "prototypes",
    "prototype_distances": "prototypes",
    "relation_scores": "relations",
    "attention_map": "attention",
    "memory_writes": "memory",
    "memory_contents": "memory",
    "memory_reads": "memory",
    "hidden_state": "memory",
    "learned_rates": "rates",
    "embedding_map": "prototypes",
    "fitted_curve": "curve",
    "decision_regions": "regions",
}

PAGE = """<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
<div id="chart"></div>
<script type="module">{bundle}
window.chart = vegaEmbed("#chart", {spec}, {{ ast: true, renderer: "svg", actions: false }});
window.chart.then(() => document.body.dataset.ready = "yes");
</script>"""


@pytest.fixture(scope="module")
def bundle() -> str:
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").replace("</script", "<\\/script")


@pytest.fixture
def opened(browser: "Browser", bundle: str) -> Any:
    """Return a function that opens a chart in a page, and returns the page and its console messages."""
    pages = []

    def open_(chart: Any) -> tuple["Page", list[str]]:
        page = browser.new_page()
        pages.append(page)
        said: list[str] = []
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "request",
            lambda request: None if request.url.startswith("data:") else said.append(f"asked for {request.url}"),
        )
        spec = json.dumps(chart.to_dict()).replace("<", "\\u003c")
        page.set_content(PAGE.format(bundle=bundle, spec=spec))
        page.wait_for_selector("body[data-ready=yes]", state="attached")
        return page, said

    yield open_
    for page in pages:
        page.close()


@pytest.mark.parametrize("name", CHARTS)
def test_the_slider_moves_the_chart_without_eval(
    name: str, traces: dict[str, Trace], opened: Callable[[Any], tuple["Page", list[str]]]
) -> None:
    trace = traces[CHARTS[name]]
    page, said = opened(views.ALL[name](trace))
    slider = page.get_by_role("slider")
    expect(slider).to_have_value(str(len(trace) - 1))

    drawing = page.locator("#chart svg")
    drawn_last = drawing.inner_html()
    assert f"After {len(trace) - 1} of {len(trace) - 1}" in str(drawing.text_content())
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_function("() => document.querySelector('#chart svg').textContent.includes('Before any of')")
    assert page.locator("#chart svg").inner_html() != drawn_last
    page.keyboard.press("End")
    page.wait_for_function(
        "before => document.querySelector('#chart svg').textContent.includes(before)", arg=f"After {len(trace) - 1} of"
    )
    assert said == []


def test_the_episode_sheet_shows_its_images(
    prototypes: Trace, opened: Callable[[Any], tuple["Page", list[str]]]
) -> None:
    page, said = opened(views.episode_sheet(prototypes.episode))
    images = page.locator("#chart svg image")
    expect(images).to_have_count(len(prototypes.episode.support_x) + len(prototypes.episode.query_x))
    first = next(i for i, label in enumerate(prototypes.episode.support_y) if label == 0)
    expect(images.first).to_have_attribute(
        "aria-label", f"support {prototypes.episode.support_items[first]}, class alef"
    )
    assert said == []


def test_a_tooltip_tells_exact_values(prototypes: Trace, opened: Callable[[Any], tuple["Page", list[str]]]) -> None:
    page, said = opened(views.prototype_distances(prototypes))
    nearest = page.locator("#chart svg .mark-symbol path[stroke='#101418']")
    expect(nearest).to_have_count(len(prototypes.episode.query_x))
    nearest.first.hover()
    tip = page.locator("#vg-tooltip-element")
    tip.wait_for(state="visible")
    query = int(np.flatnonzero(prototypes.episode.query_y == 0)[0])
    least = float(prototypes["distances"][-1, query].min())
    expect(tip).to_contain_text(str(prototypes.episode.query_items[query]), use_inner_text=True)
    expect(tip).to_contain_text(f"{least:.4g}", use_inner_text=True)
    assert said == []
