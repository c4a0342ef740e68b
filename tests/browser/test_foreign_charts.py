"""Charts and outputs that we did not write, on a page without a network, and a plain chart in JupyterLab."""

import pytest
from playwright.sync_api import expect

from metawidgets.reports.pages.export import export_notebook
from tests.reports.pages.foreign_outputs import KINDS, notebook_of


@pytest.fixture(scope="module")
def page_of_kinds(tmp_path_factory):
    return export_notebook(notebook_of(KINDS), tmp_path_factory.mktemp("kinds") / "page.html", allow_scripts=True)


def test_charts_of_others_are_alive_and_styles_stay_with_their_output(page_of_kinds, open_html):
    opened = open_html(page_of_kinds, dark=True)
    page = opened.page
    cell = lambda name: page.locator("main > section.cell").nth(list(KINDS).index(name))  # noqa: E731
    alive = [name for name, kind in KINDS.items() if kind.shows == "alive"]
    for name in alive:
        expect(cell(name).locator(".mw-chart svg"), name).to_have_count(1)
        expect(cell(name).locator(".mw-status:visible"), name).to_have_count(0)
    # Vega's own slider filters the points, without eval and without Python.
    points = cell("altair-parameter").locator("svg .mark-symbol path[aria-label]")
    before = points.count()
    cell("altair-parameter").locator(".vega-bind input").fill("0.5")
    opened.frame()
    assert points.count() > before > 0
    # Text can be read on the dark page, and black ink has paper of its own.
    label = cell("altair-plain").locator("svg .role-axis-label text").first
    assert label.evaluate("(node) => getComputedStyle(node).fill") == "rgb(230, 233, 236)"
    paper = "(node) => node.style.backgroundColor"
    assert cell("altair-layered").locator(".mw-chart svg").evaluate(paper) == "white"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 27)"
    assert page.evaluate("document.documentElement.scrollHeight") < 30_000
    assert page.evaluate("document.documentElement.scrollWidth") == 1000
    frame = cell("plotly-self-contained").frame_locator("iframe")
    expect(frame.locator("#p")).to_have_text("drawn", use_inner_text=True)


def test_a_plain_chart_in_jupyterlab_appears_without_a_network(open_notebook):
    notebook = open_notebook(
        "import altair as alt\nimport metawidgets\n"
        "alt.Chart(alt.Data(values=[{'x': 1, 'y': 2}])).mark_point().encode(x='x:Q', y='y:Q')",
        "alt.renderers.enable('mimetype')\nalt.Chart(alt.Data(values=[{'x': 1}])).mark_point().encode(x='x:Q')",
    )
    notebook.run_all()
    notebook.page.locator(".mw.mw-chart-view svg .mark-symbol path").wait_for(state="attached")
    expect(notebook.page.locator(".mw.mw-chart-view")).to_have_count(1)  # the renderer that the user chose wins
