"""EpisodeView in the page without a kernel."""

import pytest
from playwright.sync_api import expect

from metawidgets.widgets import EpisodeView, Selection
from tests.widgets.examples import HOSTILE, curve, points, sheet, vectors


def current(opened) -> str:
    opened.frame()
    return opened.view.locator(".mw-panel-origin").inner_text()


def test_a_row_for_each_class_with_its_counts(open_component):
    opened = open_component(EpisodeView(sheet()))
    rows = opened.page.get_by_role("row").all()[1:]
    assert [row.locator(".mw-count").inner_text() for row in rows] == ["1 + 4", "3 + 4", "0 + 4"]
    assert [row.locator(".mw-support .mw-item").count() for row in rows] == [1, 3, 0]
    expect(rows[2].locator(".mw-none")).to_have_text("no support", use_inner_text=True)
    expect(opened.view.locator(".mw-title")).to_have_text("3-way, 0 to 3 shots", use_inner_text=True)


def test_a_hostile_class_name_is_text(open_component):
    opened = open_component(EpisodeView(sheet()))
    expect(opened.view.locator(".mw-class-name").nth(2)).to_have_text(HOSTILE, use_inner_text=True)
    assert opened.page.title() == "EpisodeView"
    expect(opened.page.locator(".mw img, .mw script")).to_have_count(0)


@pytest.mark.parametrize(("dark", "ink"), [(False, [31, 40]), (True, [220, 240])])
def test_ink_is_drawn_in_the_text_colour_with_the_image_as_alpha(open_component, dark, ink):
    opened = open_component(EpisodeView(sheet()), dark=dark)
    for row, alpha in ((1, 80), (2, 160), (3, 240)):
        pixel = (
            opened.page.get_by_role("row")
            .nth(row)
            .locator(".mw-query canvas")
            .first.evaluate("(canvas) => [...canvas.getContext('2d').getImageData(14, 14, 1, 1).data]")
        )
        assert pixel[3] == alpha
        assert ink[0] - 10 <= pixel[0] <= ink[1] + 10


def test_on_paper_ink_is_dark_whatever_the_screen(open_component):
    opened = open_component(EpisodeView(sheet()), dark=True)
    red = """(canvas) => canvas.getContext("2d").getImageData(14, 14, 1, 1).data[0]"""
    picture = opened.view.locator(".mw-query canvas").first
    seen = [picture.evaluate(red)]
    for event in ("beforeprint", "afterprint"):
        opened.page.evaluate("(name) => dispatchEvent(new Event(name))", event)
        seen.append(picture.evaluate(red))
    assert [value > 128 for value in seen] == [True, False, True]


@pytest.mark.quick
def test_arrow_keys_move_through_the_sheet_and_the_panel_follows(open_component):
    opened = open_component(EpisodeView(sheet()))
    press = opened.page.keyboard.press
    press("Tab")
    assert current(opened) == "tiles/class0/s0"
    press("ArrowRight")
    assert current(opened) == "tiles/class0/q0"
    expect(opened.view.locator(".mw-panel-name")).to_have_text("Query 1 of 4, class aleph", use_inner_text=True)
    press("ArrowDown")
    assert current(opened) == "tiles/class1/q4"
    press("Home")
    assert current(opened) == "tiles/class1/s1"
    press("End")
    assert current(opened) == "tiles/class1/q7"
    press("ArrowUp")
    assert current(opened) == "tiles/class0/q3"
    press("ArrowUp")
    assert current(opened) == "tiles/class0/q3"  # there is no item above
    expect(opened.page.locator("[tabindex='0']")).to_have_count(1)  # there is always one tab stop


def test_enter_selects_and_escape_lets_go(open_component):
    selection = Selection()
    opened = open_component(EpisodeView(sheet(), selection=selection))
    press = opened.page.keyboard.press
    press("Tab")
    press("ArrowRight")
    expect(opened.page.get_by_role("gridcell", selected=True)).to_have_count(0)
    press("Enter")
    chosen = opened.page.get_by_role("gridcell", selected=True)
    expect(chosen).to_have_attribute("aria-label", "query 1 of 4, class aleph")
    assert opened.model(selection, "selected") == "tiles/class0/q0"
    assert opened.model(selection, "pinned") is True
    press("ArrowRight")  # moving the focus does not change the selection
    assert current(opened) == "tiles/class0/q1"
    assert opened.model(selection, "selected") == "tiles/class0/q0"
    press("Escape")
    assert opened.model(selection, "selected") == ""
    opened.frame()
    expect(opened.page.get_by_role("gridcell", selected=True)).to_have_count(0)


def test_pointing_shows_and_clicking_selects(open_component):
    selection = Selection()
    opened = open_component(EpisodeView(sheet(), selection=selection))
    item = opened.page.get_by_role("gridcell", name="support 2 of 3, class beth")
    item.hover()
    assert current(opened) == "tiles/class1/s2"
    assert opened.model(selection, "selected") == "tiles/class1/s2"
    assert opened.model(selection, "pinned") is False
    opened.page.mouse.move(0, 0)
    opened.view.locator(".mw-panel.is-empty").wait_for()
    assert opened.model(selection, "selected") == ""
    item.click()
    opened.page.mouse.move(0, 0)
    assert current(opened) == "tiles/class1/s2 · selected"
    item.click()
    assert opened.model(selection, "pinned") is False


def test_a_selection_made_in_python_is_shown(open_component):
    opened = open_component(EpisodeView(sheet(), selection=Selection("tiles/class2/q9")))
    expect(opened.page.get_by_role("gridcell", selected=True)).to_have_attribute(
        "aria-label", f"query 2 of 4, class {HOSTILE}"
    )


def test_points_keep_a_unit_as_long_across_as_up_and_keys_go_by_place(open_component):
    opened = open_component(EpisodeView(points()))
    press = opened.page.keyboard.press
    places = {}
    press("Tab")
    for _ in range(6):
        places[current(opened)] = opened.view.evaluate(
            """(root) => { const point = root.getRootNode().activeElement.querySelector(".mw-reach");
                           const box = point.getBoundingClientRect();
                           return [box.x + box.width / 2, box.y + box.height / 2]; }"""
        )
        press("ArrowRight")
    assert list(places) == [
        f"plane/class{k}/{i}" for k, i in ((0, "s0"), (0, "q0"), (0, "s1"), (1, "s2"), (1, "q1"), (1, "s3"))
    ]
    (x0, y0), (x3, y3) = places["plane/class0/s0"], places["plane/class1/s3"]  # at (0, 0) and (3, 4)
    assert (y0 - y3) / (x3 - x0) == pytest.approx(4 / 3, rel=0.02)
    press("ArrowUp")
    assert current(opened) == "plane/class1/q1"  # at (2.5, 5), the highest
    press("Enter")
    expect(opened.page.get_by_role("option", selected=True)).to_have_attribute(
        "aria-label", "query 1 of 1, class high, at (2.50, 5.00)"
    )


def test_a_curve_says_where_its_points_lie(open_component):
    opened = open_component(EpisodeView(curve()), width=400)
    expect(opened.view.locator(".mw-subtitle")).to_contain_text("amplitude 1.25", use_inner_text=True)
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("End")
    assert current(opened) == "waves/w/q1"
    expect(opened.view.locator(".mw-panel-name")).to_have_text("Query 2 of 2, at (4.00, 16.0)", use_inner_text=True)
    assert [key.inner_text() for key in opened.view.locator(".mw-legend .mw-count").all()] == ["3", "2"]


def test_vectors_are_drawn_as_bars(open_component):
    opened = open_component(EpisodeView(vectors()))
    covered = opened.view.locator(".mw-item canvas").evaluate_all(
        """(all) => all.map((canvas) => { const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let n = 0; for (let i = 3; i < data.length; i += 4) n += data[i] > 127; return n; })"""
    )
    assert len(covered) == 5
    assert covered[-1] / covered[0] == pytest.approx(2, rel=0.1)  # "large" has twice the bars of "small"


def test_a_large_episode_is_drawn_in_time(open_component, patience):
    opened = open_component(EpisodeView(sheet((5,) * 20, 15, tuple(f"class {k}" for k in range(20)))))
    expect(opened.page.get_by_role("gridcell")).to_have_count(400)
    assert int(opened.page.get_attribute("html", "data-mw-ready") or 1e9) < 2000 * patience
