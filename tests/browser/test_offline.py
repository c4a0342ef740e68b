"""The gallery's page and a whole site without a network: they make no requests, and every instrument reacts to a key."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from metawidgets.reports.site import build_site
from tests.browser.axe import faults

INSTRUMENTS = [
    "mw-episode-builder",
    "mw-inner-loop-slider",
    "mw-loss-landscape",
    "mw-prototype-heatmap",
    "mw-embedding-map",
    "mw-task-map-view",
    "mw-task-distribution",
    "mw-memory-view",
    "mw-memory-view",
    "mw-outer-loop-monitor",
    "mw-learner-arena",
    "mw-you-are-the-learner",
    "mw-quiz",
]
CELLS = """\
from metawidgets import EpisodeSampler, datasets
from metawidgets.widgets import EpisodeView
EpisodeView(EpisodeSampler(datasets.load("gaussians").source("test"), n_way=3, k_shot=2, n_query=2, seed=seed).episode(0))"""


def test_every_instrument_of_the_gallery_answers_to_a_key(gallery, browser, offline):
    with offline.opened(browser, gallery.html) as (page, seen):
        offline.play(page, seen)
    assert [name.split(". ")[1] for name in seen.alive] == INSTRUMENTS
    assert (seen.dead, seen.requests, seen.errors) == ([], [], [])
    assert seen.is_sound


def test_a_step_at_the_keyboard_is_read_out(gallery, open_html):
    opened = open_html(gallery.html)
    for name, said in [("inner-loop step", "step"), ("memory write", "write"), ("Outer step shown", "outer step")]:
        handle = opened.page.get_by_role("slider", name=name).first
        handle.focus()
        before = handle.get_attribute("aria-valuetext")
        handle.press("ArrowLeft")
        opened.frame()
        after = handle.get_attribute("aria-valuetext")
        assert after != before
        assert said in str(after).lower()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_the_gallery(gallery, open_html, dark):
    assert faults(open_html(gallery.html, dark=dark).page) == {}


def test_an_instrument_without_its_code_counts_as_dead(open_component, offline):
    """A component whose module never ran has the same elements, but does not react to events."""
    from tests.widgets.examples import EXAMPLES

    page = open_component(EXAMPLES["InnerLoopSlider"]()).page
    root = page.locator(offline.INSTRUMENT)
    assert offline.reacts(page, root).startswith("'ArrowLeft' on")
    root.evaluate("(root) => root.replaceWith(root.cloneNode(true))")
    assert offline.reacts(page, page.locator(offline.INSTRUMENT)) == ""


def test_what_a_page_asks_for_and_complains_about_is_written_down(browser, offline, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(
        "<!DOCTYPE html><a href='none.html'>x</a><img src='https://e.com/x.png'><script>console.error('no')</script>"
    )
    with offline.opened(browser, path) as (page, seen):
        page.wait_for_load_state("networkidle")
    assert seen.requests == ["https://e.com/x.png"]
    assert "no" in seen.errors
    assert seen.links == [tmp_path / "none.html"]
    assert not seen.is_sound


@pytest.mark.timeout(600)  # two notebooks are run
def test_a_site_is_walked_with_the_network_cut(browser, offline, root, tmp_path):
    own = tmp_path / "on its own #1.ipynb"
    cells = [
        new_markdown_cell("# Mine\n\nOne question. [The start](00_quickstart.ipynb)", id="title"),
        new_code_cell("seed: int = 0", id="parameters", metadata={"tags": ["parameters"]}),
        new_code_cell(CELLS, id="episode"),
    ]
    nb = new_notebook(cells=cells)
    nb.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nb, own)
    ran = build_site([root / "notebooks" / "00_quickstart.ipynb", own], tmp_path / "site", {"smoke": True})
    assert [one.problem for one in ran] == ["", ""]
    start, mine = (one.page for one in ran)
    with offline.opened(browser, tmp_path / "site" / "index.html") as (page, seen):
        assert seen.links == [start, mine]
        assert seen.is_sound
        assert faults(page) == {}
        page.get_by_role("link", name="Mine").click()
        page.wait_for_selector("html[data-mw-ready]", state="attached")
        page.get_by_role("link", name="The start").click()
        page.wait_for_selector("html[data-mw-ready]", state="attached")
    for path, at_least in ((start, 3), (mine, 1)):
        with offline.opened(browser, path) as (page, seen):
            offline.play(page, seen)
        assert len(seen.alive) >= at_least
        assert seen.is_sound
