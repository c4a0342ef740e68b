"""An executed notebook as one page: opened offline, its components still work."""

from pathlib import Path

import nbformat
import pytest
from ipywidgets import IntSlider, VBox
from playwright.sync_api import expect

from metawidgets.reports.pages.export import export_component, export_notebook
from metawidgets.widgets import EpisodeView
from tests.browser.executed import executed
from tests.widgets.examples import HOSTILE, sheet

CELLS = [
    "# A report $e^{i\\pi}$\n\n$$\\sum_k c_k$$",
    """\
# Draw an episode
from ipywidgets import jslink
from metawidgets.widgets import ChartView, EpisodeView, Selection
from tests.browser.test_chart_view import stepping
from tests.widgets.examples import sheet
selection = Selection()
EpisodeView(sheet(), selection=selection)""",
    "EpisodeView(sheet(), selection=selection)",
    "first, second = ChartView(stepping()), ChartView(stepping())\nlink = jslink((first, 'step'), (second, 'step'))\nfirst",
    "second",
    f"from IPython.display import HTML\nHTML('<b>bold</b>' + {HOSTILE!r})",
]


@pytest.fixture(scope="module")
def report(made_once) -> Path:
    """The exported page of a notebook that a kernel has run."""
    return made_once("exported_page", _report)


def _report(into: Path) -> Path:
    make = {True: nbformat.v4.new_markdown_cell, False: nbformat.v4.new_code_cell}
    nb = nbformat.v4.new_notebook(cells=[make[text.startswith("# A")](text) for text in CELLS])
    return export_notebook(executed(nb), into / "report.html")


def test_it_is_ready_within_two_seconds_and_small(report, open_html, patience):
    opened = open_html(report)
    assert int(opened.page.get_attribute("html", "data-mw-ready") or 1e9) < 2000 * patience
    assert report.stat().st_size < 900_000  # Vega takes 0.4 MB
    assert opened.page.title() == "A report $e^{i\\pi}$"
    expect(opened.page.locator("math")).to_have_count(2)


def test_components_work_and_stay_linked(report, open_html):
    opened = open_html(report)
    sheets = opened.page.locator(".mw-episode-view")
    sheets.nth(0).get_by_role("gridcell", name="query 3 of 4, class aleph").click()
    opened.frame()
    expect(sheets.nth(1).get_by_role("gridcell", selected=True)).to_have_attribute(
        "aria-label", "query 3 of 4, class aleph"
    )
    sliders = opened.page.get_by_role("slider", name="Gradient step")
    sliders.nth(0).focus()
    opened.page.keyboard.press("End")
    expect(sliders.nth(1)).to_have_attribute("aria-valuetext", "gradient step 6 of 6")


def test_code_is_folded_and_opens(report, open_html):
    opened = open_html(report)
    fold = opened.page.get_by_text("Code: Draw an episode")
    source = opened.page.locator("details").first.locator("pre")
    expect(source).to_be_hidden()
    fold.click()
    expect(source).to_be_visible()


def test_markup_of_an_output_stays_and_its_scripts_do_not(report, open_html):
    opened = open_html(report)
    expect(opened.page.locator("b", has_text="bold")).to_have_count(1)
    assert opened.page.title() != "owned"


def test_without_scripts_the_pictures_stand(report, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    pictures = page.locator(".mw-view img")
    expect(pictures).to_have_count(4)
    assert "3-way, 0 to 3 shots" in str(pictures.first.get_attribute("alt"))
    context.close()


def test_a_control_that_needs_python_says_so(open_html, tmp_path):
    opened = open_html(export_component(VBox([IntSlider(3)]), tmp_path / "page.html"))
    expect(opened.page.get_by_role("slider")).to_be_disabled()
    expect(opened.page.locator(".mw-note")).to_have_text(
        "Needs Python: the controls show what they were set to.", use_inner_text=True
    )


def test_a_component_that_fails_to_start_leaves_its_picture(browser, tmp_path):
    view = EpisodeView(sheet())
    path = export_component(view, tmp_path / "page.html")
    path.write_text(path.read_text().replace("attachShadow", "attachNothing"))
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-mw-ready]", state="attached")
    expect(page.locator(".mw-view img")).to_have_count(1)
    expect(page.locator(".mw-note")).to_contain_text("could not start here", use_inner_text=True)
    page.close()
