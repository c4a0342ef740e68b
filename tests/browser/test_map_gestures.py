"""Both maps: Ctrl and the wheel, a pinch, and two fingers zoom. The wheel alone scrolls the page, and a hint says how to zoom."""

import pytest
from playwright.sync_api import expect

from metawidgets.widgets import EmbeddingMap, TaskMapView
from tests.widgets.examples import task_map, trace

MAPS = {"EmbeddingMap": (lambda: EmbeddingMap(trace()), "em"), "TaskMapView": (lambda: TaskMapView(task_map()), "tm")}


@pytest.fixture(params=MAPS)
def opened(request, open_component):
    make, prefix = MAPS[request.param]
    component = make()
    page = open_component(component, width=1100, height=700)
    canvas = page.view.locator(f".{prefix}-plot canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.component, page.prefix, page.box = component, prefix, box
    return page


def zoom(opened) -> list[float]:
    opened.page.wait_for_timeout(300)  # the model gets the final view of the map
    return opened.model(opened.component, "zoom")


def test_the_wheel_with_ctrl_zooms(opened):
    opened.page.keyboard.down("Control")
    opened.page.mouse.wheel(0, -200)
    opened.page.keyboard.up("Control")
    closer = zoom(opened)
    assert len(closer) == 3
    expect(opened.view.locator(".mw-map-hint")).to_be_hidden()
    opened.page.keyboard.down("Control")
    opened.page.mouse.wheel(0, -200)
    opened.page.keyboard.up("Control")
    assert zoom(opened)[2] < closer[2]


def test_the_wheel_alone_says_how_to_zoom_and_zooms_nothing(opened):
    hint = opened.view.locator(".mw-map-hint")
    expect(hint).to_be_hidden()
    opened.page.mouse.wheel(0, 20)
    hint.wait_for(state="visible")
    expect(hint).to_contain_text("Ctrl", use_inner_text=True)
    expect(hint).to_contain_text("pinch", use_inner_text=True)
    box, stage = hint.bounding_box(), opened.view.locator(f".{opened.prefix}-stage").bounding_box()
    assert stage["y"] < box["y"] < stage["y"] + stage["height"], "the hint must be over the map"
    assert zoom(opened) == []
    hint.wait_for(state="hidden")


def test_the_zoom_buttons_say_it_too(opened):
    for name in ("Zoom in", "Zoom out"):
        title = opened.view.get_by_role("button", name=name).get_attribute("title")
        assert title.startswith(name)
        assert "Ctrl" in title


def test_two_fingers_zoom(opened):
    session = opened.page.context.new_cdp_session(opened.page)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    x, y = opened.box["x"] + opened.box["width"] / 2, opened.box["y"] + opened.box["height"] / 2

    def touch(kind: str, apart: float) -> None:
        points = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}] if kind != "touchEnd" else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 20)
    for apart in (30, 45, 60, 80):
        touch("touchMove", apart)
    touch("touchEnd", 0)
    assert len(zoom(opened)) == 3
