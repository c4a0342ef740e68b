"""Printed exported pages: they have the paper's width and are complete, without cut parts or empty sheets."""

import re
import shutil
import subprocess

import pytest
from ipywidgets import VBox
from PIL import Image
from playwright.sync_api import expect

from metawidgets import widgets
from metawidgets.widgets import InnerLoopSlider
from tests.widgets.examples import EXAMPLES, sheet
from tests.widgets.made_traces import deciding
from tests.widgets.made_training import monitored

NAMES = [cls.__name__ for cls in widgets.ALL]
PAPER = 178 / 25.4 * 96  # pixels of the printable width
SHEET = 240 / 25.4 * 96  # pixels of a height that every sheet has

# Visible parts that extend beyond the paper's width, and canvases without any drawing.
_FAULTS = """(root) => {
  const seen = (each) => each.checkVisibility({ visibilityProperty: true });
  const paper = document.querySelector("main").getBoundingClientRect();
  const clipped = (each) => { // by an element around it that means to cut: what reads to a screen reader, a scrolled list
    for (let up = each.parentElement; up; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return true;
    return false;
  };
  const wide = [...root.querySelectorAll("*")].filter((each) => {
    const { left, right, width } = each.getBoundingClientRect();
    return width > 0 && seen(each) && !clipped(each) && (right > paper.right + 2 || left < paper.left - 2);
  });
  const blank = [...root.querySelectorAll("canvas")].filter((each) => {
    if (!seen(each) || !each.width || !each.height) return false;
    const { data } = each.getContext("2d").getImageData(0, 0, each.width, each.height);
    return !data.some(Boolean);
  });
  const name = (each) => `${each.tagName}.${each.getAttribute("class") ?? ""}`;
  return { wide: wide.map(name).slice(0, 5), blank: blank.map(name) };
}"""

_AT_ONCE = f"""async (root) => {{
  dispatchEvent(new Event("beforeprint"));
  await null; // what was made for paper is measured when it stands in the page
  return ({_FAULTS})(root);
}}"""


# Whether something is drawn on the last pixels to the right of each canvas, where it would be cut.
_DRAWN_AT_THE_EDGE = """(canvases) => canvases.map((each) => {
  const { data } = each.getContext("2d").getImageData(each.width - 1, 40, 1, each.height - 40);
  return data.some((value, i) => i % 4 === 3 && value > 0);
})"""


def to_paper(opened):
    """Do what a browser does before it lays a page out for paper."""
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [1200, 500])
def test_a_component_is_drawn_at_the_width_of_the_paper(name, width, open_component):
    opened = open_component(EXAMPLES[name](), width=width)
    opened.page.emulate_media(media="print")
    # Look at the page before another frame is drawn, because a browser that prints draws no further frames.
    assert opened.view.evaluate(_AT_ONCE) == {"wide": [], "blank": []}
    assert opened.page.locator("main").bounding_box()["width"] == pytest.approx(PAPER, abs=1)
    assert opened.view.evaluate(_FAULTS) == {"wide": [], "blank": []}
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    opened.page.emulate_media(media="screen")
    expect(opened.page.locator("[data-mw-long], [data-mw-paper]")).to_have_count(0)


def test_a_list_of_queries_is_printed_in_pieces_that_a_sheet_holds(open_component):
    opened = open_component(InnerLoopSlider(deciding(episode=sheet((1, 1, 1), 25, ("a", "b", "c")))), width=1200)
    scroll = opened.view.locator(".mw-scroll")
    to_paper(opened)
    pieces = opened.view.locator(".mw-scroll-piece")
    expect(pieces).to_have_count(3)
    assert max(box["height"] for box in (piece.bounding_box() for piece in pieces.all())) < SHEET / 2
    expect(scroll).to_be_hidden()
    assert opened.view.evaluate(_FAULTS)["blank"] == []
    assert pieces.evaluate_all(_DRAWN_AT_THE_EDGE) == [False, False, False]
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    opened.page.emulate_media(media="screen")
    expect(scroll).to_be_visible()
    expect(pieces).to_have_count(0)


def test_a_scrolled_list_is_printed_whole(open_component):
    monitor = monitored(done=20, name="prototypes")
    opened = open_component(monitor, width=1200)
    lists = opened.view.locator(".mw-scroll")
    whole = "(node) => node.clientHeight - parseFloat(node.firstChild.style.height)"
    before = lists.first.bounding_box()["height"]
    to_paper(opened)
    assert lists.first.evaluate(whole) >= 0
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    opened.page.emulate_media(media="screen")
    opened.frame()
    assert lists.first.bounding_box()["height"] == pytest.approx(before, abs=1)


def test_what_is_longer_than_a_sheet_may_break_and_nothing_else(open_component):
    opened = open_component(VBox([EXAMPLES["OuterLoopMonitor"](), EXAMPLES["ChartView"]()]), width=1200)
    to_paper(opened)
    for part in opened.page.locator(".output, .mw-view, .mw-column > *").all():
        height = part.bounding_box()["height"]
        style = part.evaluate("(node) => getComputedStyle(node).breakInside")
        long = part.get_attribute("data-mw-long") is not None
        assert long == (height > SHEET)
        assert style == ("auto" if long else "avoid")


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs pdftoppm")
def test_no_sheet_is_empty(open_component, tmp_path):
    """A component longer than a sheet begins directly after the component before it, not on a new sheet after an empty one."""
    tall = [EXAMPLES[name]() for name in ("ChartView", "PrototypeHeatmap", "InnerLoopSlider", "EmbeddingMap")]
    opened = open_component(VBox(tall), width=1200)
    pdf = opened.page.pdf(path=tmp_path / "page.pdf", print_background=True, prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2
    subprocess.run(["pdftoppm", "-r", "20", "-gray", tmp_path / "page.pdf", tmp_path / "sheet"], check=True)
    for each in sorted(tmp_path.glob("sheet*")):
        with Image.open(each) as image:
            darkest = min(image.tobytes())
        assert darkest < 200, f"{each.name} is empty"
