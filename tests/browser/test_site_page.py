"""A page of a site in Chromium: its contents are beside the text where there is room, and folded above it where there is none."""

import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from playwright.sync_api import expect

from metawidgets.reports.pages.export import export_notebook
from metawidgets.reports.site_navigation import Neighbour, with_navigation

FORMULA = f"$${' + '.join(f'a_{{{i}}}' for i in range(1, 30))}$$"
TEXT = "word " * 120


@pytest.fixture
def page_of_a_site(tmp_path):
    import nbformat

    cells = [
        new_markdown_cell("# A title"),
        new_markdown_cell(f"## One\n\n<aside>A note.</aside>\n\n{TEXT}\n\n{FORMULA}"),
        new_markdown_cell(f"## Two\n\n{TEXT}"),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "one.ipynb")
    page = export_notebook(tmp_path / "one.ipynb", tmp_path / "one.html")
    text = with_navigation(page.read_text(encoding="utf-8"), None, Neighbour("../two/two.html", "Two"))
    page.write_text(text, encoding="utf-8")
    return page


def overflow(page) -> float:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def test_on_a_wide_screen_contents_and_notes_are_beside_the_text(page_of_a_site, open_html):
    page = open_html(page_of_a_site, width=1200).page
    link = page.get_by_role("link", name="Two", exact=True)
    expect(link).to_be_visible()
    text, note, contents = (
        page.locator(css).first.bounding_box() for css in (".prose > p", ".prose > aside", ".site-nav")
    )
    assert contents["x"] + contents["width"] <= text["x"]
    assert note["x"] > text["x"] + 400
    assert overflow(page) <= 0
    link.click()
    expect(page.get_by_role("heading", name="Two")).to_be_in_viewport()


def test_on_a_narrow_screen_contents_are_folded_and_a_formula_scrolls(page_of_a_site, open_html):
    page = open_html(page_of_a_site, width=420).page
    link = page.get_by_role("link", name="Two", exact=True)
    expect(link).to_be_hidden()
    page.get_by_text("Contents").click()
    expect(link).to_be_visible()
    assert overflow(page) <= 0
    formula = page.locator("math[display=block]")
    assert formula.evaluate("math => { math.scrollLeft = 1000; return math.scrollLeft; }") > 0
