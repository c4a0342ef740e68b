"""Shifted tasks in the page: the shift works without a kernel, and drawing again needs one."""

import re

import pytest
from playwright.sync_api import expect

from metawidgets import datasets
from metawidgets.widgets import Selection, TaskDistribution
from tests.widgets.test_task_distribution import adapted

SINES = datasets.load("sinusoids")


def sines(**options):
    return TaskDistribution(
        SINES, {"amplitude": 5.0}, n_shifts=4, n_tasks=6, k_shot=3, n_query=2, adapted=adapted, **options
    )


def reading(opened):
    return opened.view.locator(".td-reading").inner_text()


def one_task(opened):
    return opened.view.locator(".td-panel", has_text="One task")


@pytest.mark.quick
def test_the_test_distribution_moves_without_a_kernel(open_component):
    opened = open_component(component := sines())
    assert reading(opened).startswith("The test distribution has not moved. half: loss ")
    opened.view.get_by_role("slider", name="How far the test distribution has moved").focus()
    opened.page.keyboard.press("End")
    opened.frame()
    after = component.losses["half"]
    assert "has moved: amplitude + 5." in reading(opened)
    assert f"half: loss {after[5, :, 1].mean():.3g}"[:14] in reading(opened)
    assert opened.model(component, "step") == 4
    opened.view.get_by_role("button", name="not adapted").click()
    opened.frame()
    expect(opened.view.locator(".td-readouts b")).to_have_text(
        re.compile("^" + re.escape(f"{after[5, :, 0].mean():.2f}"[:3])), use_inner_text=True
    )
    # a click into the chart moves the distribution back
    chart = opened.view.locator(".td-losses-canvas")
    chart.click(position={"x": 110, "y": 60})
    opened.frame()
    assert opened.model(component, "step") == 0


def test_a_task_is_chosen_by_keys_and_by_pointer(open_component):
    opened = open_component(component := sines())
    plane = opened.view.get_by_role("application")
    plane.focus()
    note = one_task(opened).locator(".td-note")
    expect(note).to_have_text(re.compile("^" + re.escape("Task 1 of meta-testing: amplitude ")), use_inner_text=True)
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        opened.page.keyboard.press(key)
    opened.frame()
    assert opened.model(component, "chosen") == ["train", 2]
    amplitude = component.unpack()["places"][0, 2, 0]
    expect(note).to_have_text(
        re.compile("^" + re.escape(f"Task 3 of meta-training: amplitude {amplitude:.2f}")), use_inner_text=True
    )
    expect(opened.view.locator(".mw-live")).to_have_text(note.inner_text())  # not the text of the task before
    # the rightmost point in the plane is the task with the largest amplitude
    box = plane.locator("canvas").bounding_box()
    hits = set()
    for x in range(46, int(box["width"]), 12):
        for y in range(10, 200, 20):
            opened.page.mouse.click(box["x"] + x, box["y"] + y)
            hits.add(tuple(opened.model(component, "chosen")))
    assert len(hits) >= 8


def test_items_of_a_task_are_selected_for_all(open_component):
    selection = Selection()
    opened = open_component(component := sines(selection=selection))
    canvas = one_task(opened).locator("canvas")
    box = canvas.bounding_box()
    ids = component.config["ids"][1][0]
    for x in range(40, int(box["width"]), 8):
        for y in range(10, int(box["height"]) - 24, 12):
            opened.page.mouse.move(box["x"] + x, box["y"] + y)
            if opened.model(selection, "selected"):
                opened.page.mouse.click(box["x"] + x, box["y"] + y)
                assert opened.model(selection, "selected") in ids["support"] + ids["query"]
                assert opened.model(selection, "pinned")
                return
    raise AssertionError("no item could be pointed at")


def test_dials_draw_other_tasks(open_live):
    live = open_live(component := sines())
    before = component.unpack()["places"].copy()
    live.view.locator("summary", has_text="Where the test distribution moves").click()
    slider = live.view.get_by_role("slider", name="noise at the end of the way")
    slider.focus()
    live.page.keyboard.press("End")
    live.until(lambda: component.changes.get("noise"))
    live.until(lambda: component.wait(0))
    live.view.get_by_role("slider", name="How far").focus()
    live.page.keyboard.press("End")
    live.until(lambda: "amplitude + 5, noise + " in reading(live))
    assert component.changes["amplitude"] == 5.0
    live.view.get_by_role("button", name="Draw other tasks").click()
    live.until(lambda: component.seed == 1)
    live.until(lambda: live.view.locator("input[type=number]").input_value() == "1")
    assert (component.unpack()["places"] != before).any()
    live.until(lambda: component.wait(0))
    live.until(lambda: "half: loss" in reading(live))
    assert component.error == ""


@pytest.mark.parametrize("name", ["glyphs", "gaussians"])
def test_classes_are_shown_as_what_they_are(open_component, name):
    data = datasets.load(name)
    opened = open_component(TaskDistribution(data, n_shifts=1, n_tasks=3, n_way=3, k_shot=1, n_query=2))
    inks = opened.view.evaluate(
        """(root) => [...root.querySelectorAll(".td-panels .td-canvas")].map((canvas) => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let inked = 0;
            for (let i = 3; i < data.length; i += 4) inked += data[i] > 60;
            return inked;
        })"""
    )
    assert len(inks) == 3
    assert min(inks) > 300
    expect(opened.view.locator(".td-panel").nth(1).locator(".td-note")).to_contain_text(
        "in a heap", use_inner_text=True
    )
