"""PrototypeHeatmap in the page without a kernel, by mouse and keyboard."""

import re

import numpy as np
import pytest
from ipywidgets import VBox
from playwright.sync_api import expect

from metawidgets.reports.pages.export import export_component
from metawidgets.widgets import PrototypeHeatmap, Selection
from tests.browser.limits import SCRUB
from tests.widgets.examples import HOSTILE, vectors
from tests.widgets.made_traces import absorbing, many

MATRIX = ".mw-scroll"


def detail(opened) -> dict[str, str]:
    """Return the panel beside the matrix as {term: text}, with its heading as "title"."""
    opened.frame()
    facts = opened.view.locator(".ph-facts > div").all()
    terms = {f.locator("dt").inner_text(): f.locator("dd").inner_text() for f in facts}
    return terms | {
        "title": opened.view.locator(".ph-title").inner_text(),
        "mode": opened.view.locator(".ph-kicker").first.inner_text(),
    }


def cell(opened, q: int, k: int) -> tuple[float, float]:
    """Return the position of cell (q, k) on the page, with the sizes in matrix/layout.ts and two rows per group."""
    box = opened.page.locator(MATRIX).first.bounding_box()
    width = opened.page.locator(".ph-matrix").first.bounding_box()["width"] - 44 - 24
    side, row, gap = 40, 32, 6
    across = min(116, max(28, int((width - side) // 3)))
    head = opened.page.locator(".mw-scroll-page").first.evaluate("(page) => page.clientHeight") - 3 * (
        26 + 2 * row + gap
    )
    group, place = divmod(q, 2)
    return box["x"] + side + (k + 0.5) * across, box["y"] + head + group * (26 + 2 * row + gap) + 26 + (
        place + 0.5
    ) * row


def pixels(opened, x: float, y: float, size: int = 1) -> np.ndarray:
    """Return the colours of the matrix's canvas around a place on the page, `(size, size, rgb)`."""
    data = opened.page.locator(".mw-scroll-canvas").first.evaluate(
        """(canvas, [x, y, size]) => {
            const [box, ratio] = [canvas.getBoundingClientRect(), devicePixelRatio];
            const [u, v] = [(x - box.left) * ratio - size / 2, (y - box.top) * ratio - size / 2];
            return [...canvas.getContext("2d").getImageData(u, v, size, size).data];
        }""",
        [x, y, size],
    )
    return np.array(data).reshape(size, size, 4)[..., :3].astype(int)


@pytest.mark.quick
def test_pointing_at_a_cell_tells_all_about_it(open_component):
    opened = open_component(PrototypeHeatmap(absorbing()))
    opened.page.mouse.move(*cell(opened, 1, 2))
    told = detail(opened)
    assert told["mode"] == "Pointing at"
    assert told["title"] == f"Query 1 and prototype “{HOSTILE}”"
    assert told["Distance"] == "8.00 · 3rd nearest of 3"
    assert told["Predicted"] == "beth ✕ wrong"
    assert told["Runner-up"] == "aleph"
    assert told["Margin"].startswith("2.50 distance · 85")  # (e^-2.5 - e^-5) / (e^-5 + e^-2.5 + e^-8) = 0.845
    assert opened.view.locator(".ph-figure").first.inner_text().split("\n") == ["Query 1", "true class aleph"]
    ranks = opened.view.locator(".ph-ranks li")
    assert [r.locator(".ph-value").inner_text() for r in ranks.all()] == ["2.50", "5.00", "8.00"]
    expect(ranks.nth(1).locator(".ph-role")).to_have_text("○ true", use_inner_text=True)


def test_until_something_is_pointed_at_the_closest_call_is_shown(open_component):
    opened = open_component(PrototypeHeatmap(absorbing()))
    told = detail(opened)
    assert told["mode"] == "Smallest margin at this step"
    assert told["title"] == "Query 5 and prototype “beth”"
    opened.page.mouse.move(*cell(opened, 0, 0))
    assert detail(opened)["title"] == "Query 0 and prototype “aleph”"
    opened.page.mouse.move(2, 2)
    assert detail(opened)["title"] == "Query 5 and prototype “beth”"


def test_a_click_pins_and_escape_lets_go(open_component):
    selection = Selection()
    heatmap = PrototypeHeatmap(absorbing(), selection=selection)
    opened = open_component(heatmap)
    opened.page.mouse.click(*cell(opened, 3, 1))
    assert detail(opened)["mode"] == "Pinned"
    opened.page.mouse.move(*cell(opened, 0, 0))
    assert detail(opened)["title"] == "Query 3 and prototype “beth”"  # pointing elsewhere changes nothing
    assert opened.model(heatmap, "cell") == [3, 1]
    assert opened.model(selection, "selected") == "tiles/class1/q3"
    assert opened.model(selection, "pinned") is True
    opened.page.locator(MATRIX).focus()
    opened.page.keyboard.press("Escape")
    assert detail(opened)["mode"] != "Pinned"
    assert opened.model(heatmap, "cell") == []
    assert opened.model(selection, "selected") == ""


def test_arrow_keys_move_and_enter_pins(open_component):
    heatmap = PrototypeHeatmap(absorbing())
    opened = open_component(heatmap)
    opened.page.locator(MATRIX).focus()
    opened.page.keyboard.press("Home")  # the first query, in the column of the closest call
    assert detail(opened)["title"] == "Query 0 and prototype “beth”"
    opened.page.keyboard.press("ArrowLeft")
    opened.page.keyboard.press("ArrowDown")
    assert detail(opened)["title"] == "Query 1 and prototype “aleph”"
    opened.page.keyboard.press("Enter")
    assert detail(opened)["mode"] == "Pinned"
    opened.page.keyboard.press("ArrowRight")  # the pin moves too
    assert opened.model(heatmap, "cell") == [1, 1]
    opened.page.keyboard.press("End")
    assert opened.model(heatmap, "cell") == [5, 1]
    opened.page.keyboard.press("ArrowDown")  # there is no row below
    assert opened.model(heatmap, "cell") == [5, 1]
    expect(opened.view.locator(".mw-live")).to_contain_text("Margin 0.250 distance")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_near_stands_out_from_the_paper_and_signs_tell_right_from_wrong(open_component, dark):
    opened = open_component(PrototypeHeatmap(absorbing()), dark=dark)
    opened.frame()
    edge = -12  # inside the cell, beside the mark
    shade = lambda q, k: pixels(opened, cell(opened, q, k)[0] + edge, cell(opened, q, k)[1])[0, 0].sum()  # noqa: E731
    near, middle, far = shade(0, 0), shade(0, 1), shade(0, 2)
    assert (near > middle > far) if dark else (near < middle < far)
    x, y = cell(opened, 0, 0)  # a filled dot marks a right decision
    assert abs(pixels(opened, x, y)[0, 0] - pixels(opened, x + edge, y)[0, 0]).max() > 90
    assert abs(pixels(opened, x + 3, y)[0, 0] - pixels(opened, x, y)[0, 0]).max() < 60
    x, y = cell(opened, 1, 1)  # a cross marks a wrong decision; the pixels beside its middle are empty
    assert abs(pixels(opened, x, y)[0, 0] - pixels(opened, x + 4, y)[0, 0]).max() > 90
    assert abs(pixels(opened, x + 3, y + 3)[0, 0] - pixels(opened, x, y)[0, 0]).max() < 60
    x, y = cell(opened, 1, 0)  # a hollow ring then marks the true class
    assert abs(pixels(opened, x, y)[0, 0] - pixels(opened, x + edge, y)[0, 0]).max() < 30
    assert abs(pixels(opened, x + 4, y)[0, 0] - pixels(opened, x, y)[0, 0]).max() > 60


def test_scrubbing_back_empties_the_columns(open_component):
    heatmap = PrototypeHeatmap(absorbing())
    opened = open_component(heatmap)
    summary = opened.view.locator(".ph-summary")
    slider = opened.page.get_by_role("slider")
    expect(summary).to_have_text(
        re.compile("^" + re.escape("2 of 6 queries are nearest to a wrong prototype. Smallest margin: 0.250")),
        use_inner_text=True,
    )
    expect(slider).to_have_attribute("aria-valuetext", "support examples absorbed: 3 of 3")
    x, y = cell(opened, 0, 2)
    assert len(np.unique(pixels(opened, x + 20, y, 12).reshape(-1, 3), axis=0)) == 1  # a flat colour
    slider.focus()
    opened.page.keyboard.press("ArrowLeft")
    opened.frame()
    assert len(np.unique(pixels(opened, x + 20, y, 12).reshape(-1, 3), axis=0)) > 2  # hatched
    expect(summary).to_have_text(
        re.compile(re.escape("Smallest margin: 1.00 (query 3, beth before aleph).") + "$"), use_inner_text=True
    )
    opened.page.mouse.move(x, y)
    assert detail(opened)["Distance"] == "no support yet"
    assert "Distance" in detail(opened)
    opened.page.mouse.move(2, 2)
    opened.page.keyboard.press("Home")
    opened.frame()
    expect(summary).to_have_text("No class has support yet: no query has a nearest prototype.", use_inner_text=True)
    expect(opened.view.locator(".ph-detail")).to_be_hidden()
    assert opened.model(heatmap, "step") == 0


def test_next_wrong_query_goes_through_the_mistakes(open_component):
    opened = open_component(PrototypeHeatmap(absorbing()))
    button = opened.page.get_by_role("button", name="Next wrong query")
    titles = []
    for _ in range(3):
        button.click()
        titles.append(detail(opened)["title"])
    assert titles == ["Query 1 and prototype “beth”", "Query 5 and prototype “beth”", "Query 1 and prototype “beth”"]


def test_colours_can_show_what_is_above_the_nearest(open_component):
    opened = open_component(PrototypeHeatmap(absorbing()))
    opened.frame()
    corner = lambda q, k: pixels(opened, cell(opened, q, k)[0] - 20, cell(opened, q, k)[1])[0, 0].sum()  # noqa: E731
    assert abs(corner(1, 1) - corner(0, 0)) > 20  # 2.5 against 1
    button = opened.page.get_by_role("button", name="Above the nearest")
    button.click()
    opened.frame()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(opened.view.locator(".ph-unit")).to_have_text(
        "squared Euclidean distance above the nearest", use_inner_text=True
    )
    assert opened.view.locator(".ph-ticks span").all_inner_texts()[0] == "0.00"
    assert corner(1, 1) == corner(0, 0)  # both are the nearest


def test_a_hostile_class_name_is_text(open_component):
    opened = open_component(PrototypeHeatmap(absorbing()))
    opened.page.mouse.move(*cell(opened, 4, 2))
    assert HOSTILE in detail(opened)["Predicted"]
    assert opened.page.title() == "PrototypeHeatmap"
    expect(opened.page.locator(".mw img, .mw script")).to_have_count(0)


def test_the_selection_works_both_ways(open_html, tmp_path):
    selection = Selection()
    first, second = (PrototypeHeatmap(absorbing(), selection=selection) for _ in range(2))
    opened = open_html(export_component(VBox([first, second]), tmp_path / "both.html"))
    opened.page.mouse.click(*cell(opened, 2, 0))
    opened.frame()
    titles = opened.page.locator(".ph-title").all_inner_texts()
    assert titles == [
        "Query 2 and prototype “aleph”",
        "Query 2 and prototype “beth”",
    ]  # the other component shows the query's row, at its nearest class
    expect(opened.page.locator(".ph-detail > .ph-kicker:first-child")).to_have_text(
        ["Pinned", "Pinned"], use_inner_text=True
    )


def test_a_cell_can_be_pinned_by_python(open_component):
    opened = open_component(PrototypeHeatmap(absorbing(), cell=[4, 0]))
    told = detail(opened)
    assert (told["mode"], told["title"]) == ("Pinned", "Query 4 and prototype “aleph”")


@pytest.mark.parametrize("width", [400, 1000])
def test_twenty_ways_and_three_hundred_queries_scroll_inside(open_component, width):
    opened = open_component(PrototypeHeatmap(many()), width=width)
    opened.frame()
    box = opened.page.locator(MATRIX).bounding_box()
    assert box["height"] < 650
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width

    def head():  # read the matrix's position again, because focusing it may scroll the page
        now = opened.page.locator(MATRIX).bounding_box()
        return pixels(opened, now["x"] + 44 + 60, now["y"] + 50, 100)

    before = head()
    assert len(np.unique(before.reshape(-1, 3), axis=0)) > 4  # names and images
    opened.page.locator(MATRIX).focus()
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press("End")
    assert detail(opened)["title"].startswith("Query 299 and")
    scrolled = opened.page.locator(MATRIX).evaluate("(node) => [node.scrollTop, node.scrollHeight - node.clientHeight]")
    assert scrolled[0] == pytest.approx(scrolled[1], abs=8)
    if width == 1000:  # wide enough for all columns: only rows moved
        same = (head() == before).all(-1).mean()
        assert same > 0.97  # everything except the mark of the current column


def test_vectors_are_named_by_their_values_not_pictures(open_component):
    from metawidgets.records import Trace

    trace = Trace("context_example", {"distances": np.array([[[1, 2], [3, 1], [2, 5]]], np.float32)}, vectors(), {})
    opened = open_component(PrototypeHeatmap(trace))
    assert detail(opened)["title"] == "Query 0 and prototype “small”"
    expect(opened.view.locator(".ph-figure canvas")).to_have_count(0)
    expect(opened.page.get_by_role("slider")).to_have_count(0)  # with one state, there is no slider


def test_a_step_costs_less_than_two_frames(open_component, scrub_work):
    opened = open_component(PrototypeHeatmap(many(5, 15)))
    assert scrub_work(opened.page, ".mw-slider") < SCRUB
