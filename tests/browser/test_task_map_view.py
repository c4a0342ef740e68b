"""TaskMapView in the page without a kernel, by mouse and keyboard."""

import re

import pytest
from playwright.sync_api import expect

from metawidgets.widgets import Selection, TaskMapView
from tests.browser.conftest import unfolding
from tests.widgets.examples import HOSTILE, task_map


@pytest.fixture
def open_component(open_component):
    return unfolding(open_component)


def heading(opened) -> str:
    opened.frame()
    return opened.view.locator(".tm-pair h4").inner_text()


def cell(opened, row: int, column: int, n: int = 6) -> tuple[float, float]:
    opened.page.locator(".tm-matrix .tm-canvas").scroll_into_view_if_needed()
    box = opened.page.locator(".tm-matrix .tm-canvas").bounding_box()
    size = (box["width"] - 15) / n
    return float(box["x"] + 14 + (column + 0.5) * size), float(box["y"] + 14 + (row + 0.5) * size)


def test_until_something_is_pointed_at_the_nearest_two_are_open(open_component):
    opened = open_component(TaskMapView(task_map(), measure="distance"))
    assert heading(opened) == "task 0 and task 2"
    expect(opened.view.locator(".tm-pair .tm-told")).to_contain_text(
        "The two nearest of all. Nearest-prototype distance: 1.00.", use_inner_text=True
    )
    expect(opened.view.locator(".tm-side")).to_have_count(2)
    expect(opened.view.locator(".tm-side").first.locator(".tm-item")).to_have_count(4)


@pytest.mark.quick
def test_a_cell_opens_its_two_tasks_and_a_click_pins_them(open_component):
    component = TaskMapView(task_map(), measure="distance", order="given")
    opened = open_component(component)
    opened.page.mouse.move(*cell(opened, 1, 4))
    assert heading(opened) == "task 1 and task 4"
    expect(opened.view.locator(".tm-pair .tm-told")).to_contain_text("8.00", use_inner_text=True)  # 10 and 2
    opened.page.mouse.click(*cell(opened, 1, 4))
    opened.page.mouse.move(*cell(opened, 0, 5))
    assert heading(opened) == "task 1 and task 4"
    assert opened.model(component, "pair") == [1, 4]
    near, far = opened.view.locator(".tm-lists ol").all()
    expect(near.locator("li").first).to_have_text(re.compile("^" + re.escape("task 3")), use_inner_text=True)
    expect(far.locator("li").first).to_have_text(re.compile("^" + re.escape("task 0")), use_inner_text=True)
    far.locator("button").first.click()
    assert opened.model(component, "pair") == [1, 0]
    opened.page.locator(".tm-matrix").focus()
    opened.page.keyboard.press("Escape")
    assert opened.model(component, "pair") == []


def test_arrow_keys_walk_the_matrix_over_its_diagonal(open_component):
    component = TaskMapView(task_map(), measure="distance", order="given", pair=[0, 1])
    opened = open_component(component)
    opened.page.locator(".tm-matrix").focus()
    opened.page.keyboard.press("ArrowDown")  # (1, 1) is not a pair, so it is skipped
    assert opened.model(component, "pair") == [2, 1]
    opened.page.keyboard.press("End")
    assert opened.model(component, "pair") == [2, 5]
    opened.page.keyboard.press("ArrowUp")
    assert opened.model(component, "pair") == [1, 5]
    expect(opened.view.locator(".mw-live")).to_contain_text("task 1 and task 5")


def test_arrow_keys_on_the_map_open_the_next_task_beside_its_nearest(open_component):
    component = TaskMapView(task_map(), measure="distance")  # on a line: 0, 2, 4 at 0, 1, 2 and 1, 3, 5 at 10, 11, 12
    opened = open_component(component)
    opened.page.locator(".tm-plot").focus()
    places = component.unpack()["places"][:, 0]
    key = "ArrowRight" if places[5] > places[0] else "ArrowLeft"
    for expected in ("task 2 and task 0", "task 4 and task 2", "task 1 and task 3"):
        opened.page.keyboard.press(key)
        assert heading(opened) == expected
    opened.page.keyboard.press("Enter")
    assert opened.model(component, "pair") == [1, 3]


def test_likeness_and_order_are_changed_in_the_page(open_component):
    component = TaskMapView(task_map())
    opened = open_component(component)
    expect(opened.view.locator(".tm-told").first).to_contain_text("Cosine similarity", use_inner_text=True)
    opened.view.get_by_role("button", name="Prototype distance").click()
    opened.frame()
    expect(opened.view.locator(".tm-told").first).to_contain_text("Nearest-prototype distance", use_inner_text=True)
    expect(opened.view.locator(".tm-told").first).to_contain_text(
        "within a group 1.33, between groups 10", use_inner_text=True
    )
    opened.view.get_by_label("Order of the matrix").select_option("group")
    assert (opened.model(component, "measure"), opened.model(component, "order")) == ("distance", "group")


def test_a_support_item_is_selected_for_other_components(open_component):
    selection = Selection()
    component = TaskMapView(task_map(), pair=[0, 3], selection=selection)
    opened = open_component(component)
    opened.view.locator(".tm-side").nth(1).locator(".tm-item").first.click()
    assert opened.model(selection, "selected") == "tiles3/class0/s0"
    opened.frame()
    expect(opened.view.locator(".tm-item.is-marked")).to_have_count(1)


def test_hostile_names_are_text(open_component):
    opened = open_component(TaskMapView(task_map()))
    assert opened.page.title() == "TaskMapView"
    expect(opened.view.locator(".tm-legend")).to_contain_text(HOSTILE, use_inner_text=True)
    expect(opened.page.locator(".mw img, .mw script")).to_have_count(0)
    for column in opened.view.locator(
        ".tm-lists > div"
    ).all():  # a long name is cut, so that it does not cover its neighbour
        box = column.bounding_box()
        for each in (column.locator("button").all(), column.locator("li > span").all()):
            assert all(x["x"] + x["width"] <= box["x"] + box["width"] + 1 for x in (e.bounding_box() for e in each))
