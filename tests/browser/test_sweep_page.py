"""A sweep from its settings to its page, and this page in a browser without a network."""

import re
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pyarrow import parquet

from metawidgets import cli
from metawidgets.analysis import interval_text

pytestmark = pytest.mark.timeout(900)  # it starts five kernels, which takes minutes on a busy machine

SETTINGS = """
out = "out"
[parameters]
smoke = true
n_query = 2
[grid]
k_shot = [1, 2]
[zip]
learner = ["nearest", "protonet"]
checkpoint = ["", "glyphs-protonet"]
"""


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> Path:
    """The output of a sweep of four small reports on two workers."""
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "sweep.toml").write_text(SETTINGS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["metawidgets", "sweep", "sweep.toml", "--workers", "2"])
        with pytest.raises(SystemExit) as stop:
            cli.main()
    assert stop.value.code == 0
    return folder / "out"


def test_it_shows_what_the_sweep_found(open_html, swept):
    opened = open_html(swept / "summary.html")
    rows = parquet.read_table(swept / "results.parquet").to_pylist()
    assert [row["state"] for row in rows] == ["completed"] * 4
    assert {row["metrics.learner"] for row in rows} == {"NearestNeighbour", "ProtoNet"}
    assert opened.page.title() == "Summary of 4 reports"
    text = opened.page.inner_text("main")
    for row in rows:
        assert row["overhead"] > 0
        assert row["key"] in text
        assert (
            interval_text(row["metrics.mean"], row["metrics.half_width"], "accuracy", ".1f", ".1f").replace(" %", "")
            in text
        )
    expect(opened.page.locator(".mw-chart-view svg")).to_have_count(1)
    dots = opened.page.locator(".mw-chart-view svg .mark-symbol path[aria-label*='ProtoNet']")
    expect(dots).to_have_count(2)


def test_a_click_on_a_dot_brings_its_learner_out(open_html, swept):
    opened = open_html(swept / "summary.html")
    dot = opened.page.locator(".mw-chart-view svg .mark-symbol path[aria-label*='NearestNeighbour']").first
    assert dot.get_attribute("opacity") in (None, "1")
    opened.page.locator(".mw-chart-view svg .mark-symbol path[aria-label*='ProtoNet']").first.click()
    for dot in opened.page.locator(".mw-chart-view svg .mark-symbol path[aria-label*='NearestNeighbour']").all():
        expect(dot).to_have_attribute("opacity", re.compile(r"^0?\.[0-4]"))


def test_its_links_lead_to_the_reports(open_html, swept):
    opened = open_html(swept / "summary.html")
    links = opened.page.locator("td a").evaluate_all("(all) => all.map((a) => [a.getAttribute('href'), a.href])")
    assert len(links) == 4
    for written, resolved in links:
        assert written.startswith("reports/")
        assert resolved == (swept / written).resolve().as_uri()
        assert (swept / written).is_file()
    page = open_html(swept / links[0][0]).page
    assert page.title() == "NearestNeighbour on glyphs"


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_narrow_screen(open_html, swept, dark):
    page = open_html(swept / "summary.html", width=420, dark=dark).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
