"""Requests from the browser to Python: one at a time, the newest of many, error messages, and a kernel that has ended."""

import re
import threading
import time

import numpy as np
import pytest
import traitlets as t
from playwright.sync_api import expect

from metawidgets.errors import LearnerError
from metawidgets.widgets.base import Background, Component
from tests.browser.bundled import bundled


class Doubler(Component):
    """A component that asks Python to double numbers."""

    css_class = "mw-doubler"
    actions = ("double", "count")
    given = t.Int(0).tag(sync=True, saved=True)
    _esm = bundled(
        """
import { arraysOf } from "../shared/arrays.ts";
import { button, range } from "../shared/controls.ts";
import { h } from "../shared/elements.ts";
import { onData } from "../shared/model.ts";
import { mount } from "../shared/mount.ts";
import { pythonOf } from "../shared/python.ts";

export default { render(view) {
  const { model, signal } = view;
  const frame = mount(view, { name: "doubler", label: "Doubler" });
  const python = pythonOf(model, { frame, signal });
  const number = h("p", { class: "number" });
  const slider = range({ label: "Number", value: 1, min: 1, max: 50, stops: 49,
    oninput: (value) => python.ask("double", { value }, { latest: true }) });
  python.bind(slider.control, "double", "Doubling");
  const add = () => python.ask("count", {}, { buffers: [new Uint8Array([1, 2, 3]).buffer] });
  const count = python.bind(button({ text: "Count", onclick: add }), "count");
  const show = () => { number.textContent = `${arraysOf(model).values.data[0]}`; };
  onData(model, show, signal);
  frame.body.append(slider.node, count, number);
  window.ask = (action, value) => python.ask(action, { value });
  window.frame = frame;
  show();
} };
"""
    )

    def __init__(self, able=("double", "count"), **kwargs):
        super().__init__(able=list(able), **kwargs)
        self.background, self.asked, self.slow = Background(self), [], threading.Event()
        self.slow.set()
        self.show(1)

    def show(self, value):
        self.pack({"values": np.array([value])})

    def do_double(self, value):
        self.asked.append(value)
        self.slow.wait(10)
        if value == 13:
            raise LearnerError("13 is not doubled here; give another number.")
        self.given = value
        self.show(2 * value)

    def do_count(self, buffers):
        def work(progress):
            for i in range(3):
                progress(f"{i} of 3", i / 3)
                time.sleep(0.05)
            self.show(int(np.frombuffer(buffers[0], np.uint8).sum()))

        self.background.start(work)

    def png(self) -> bytes:
        import io

        from PIL import Image

        out = io.BytesIO()
        Image.new("L", (4, 4)).save(out, "PNG")
        return out.getvalue()

    def summary(self) -> str:
        return f"shows {self.unpack()['values'][0]}"


def number(live):
    return live.view.locator(".number").inner_text()


@pytest.mark.quick
def test_a_message_stands_beside_its_control_and_goes_with_the_next_success(open_live):
    live = open_live(Doubler())
    status, slider = live.view.locator(".mw-status"), live.view.get_by_role("slider", name="Number")
    live.view.get_by_role("button", name="Count").focus()
    live.page.keyboard.press("Shift")
    live.page.evaluate("frame.fail('That cannot be counted.')")
    assert status.evaluate("(status) => status.previousElementSibling.textContent") == "Count"
    slider.press("ArrowRight")
    status.wait_for(state="hidden")
    live.page.evaluate("frame.fail('That cannot be doubled.')")
    assert status.evaluate("(status) => status.previousElementSibling.tagName") == "LABEL"
    assert status.evaluate("(status) => status.closest('label')") is None, (
        "a status in a label would be part of the control's name"
    )


@pytest.mark.quick
def test_a_control_reaches_python_and_the_answer_comes_back(open_live):
    live = open_live(doubler := Doubler())
    expect(live.view.get_by_role("slider")).to_be_enabled()
    live.view.get_by_role("slider", name="Number").focus()
    live.page.keyboard.press("End")
    live.until(lambda: number(live) == "100")
    assert doubler.given == 50
    assert doubler.replied >= 1


def test_of_many_requests_the_last_counts(open_live):
    live = open_live(doubler := Doubler())
    live.view.locator("input[type=range]").evaluate(
        """async (slider) => {
            for (let i = 0; i < 40; i++) { slider.value = i; slider.dispatchEvent(new Event("input")); } }"""
    )
    live.until(lambda: number(live) == "80")
    assert doubler.asked[0] == 1
    assert doubler.asked[-1] == 40
    assert len(doubler.asked) < 10


def test_an_error_is_one_sentence_and_the_next_request_clears_it(open_live):
    live = open_live(Doubler())
    live.page.evaluate("() => window.ask('double', 13)")
    status = live.view.locator(".mw-status")
    live.until(status.is_visible)
    expect(status).to_have_text("13 is not doubled here; give another number.", use_inner_text=True)
    live.page.evaluate("() => window.ask('double', 2)")
    live.until(lambda: number(live) == "4")
    expect(status).to_be_hidden()
    for forbidden in ("to_dict", "set_state", "no"):
        assert live.page.evaluate("(name) => window.ask(name, 1)", forbidden) is False


def test_a_request_for_what_is_no_action_is_refused_by_python_too():
    doubler = Doubler(able=["double"])
    doubler._on_request(doubler, {"id": 5, "action": "show", "params": {"value": 3}}, [])
    assert doubler.error == "Doubler cannot do 'show' here."
    doubler._on_request(doubler, {"id": 6, "action": "count", "params": {}}, [b"1"])
    assert doubler.error == "Doubler cannot do 'count' here."
    assert doubler.replied == 6


def test_work_in_the_background_shows_its_progress(open_live):
    live = open_live(doubler := Doubler())
    live.view.get_by_role("button", name="Count").click()
    live.until(lambda: number(live) == "6")
    live.until(lambda: live.view.locator(".mw-progress").is_hidden())
    assert doubler.background.wait(5)
    assert doubler.progress == {}


def test_newer_work_takes_the_place_of_older():
    doubler, seen = Doubler(), []

    def work(name, progress):
        for _ in range(200):
            progress(name)
            time.sleep(0.005)
        seen.append(name)

    doubler.background.start(lambda progress: work("old", progress))
    time.sleep(0.05)
    doubler.background.start(lambda progress: seen.append("new"))
    assert doubler.background.wait(5)
    time.sleep(0.1)
    assert seen == ["new"]
    assert doubler.progress == {}

    def fail(progress):
        raise LearnerError("no; do otherwise.")

    doubler.background.run(fail)
    assert doubler.error == "no; do otherwise."
    doubler.background.start(lambda progress: work("stopped", progress))
    doubler.background.stop()
    assert doubler.background.wait(5)
    assert seen == ["new"]


def test_a_kernel_that_is_gone_is_said(open_live):
    live = open_live(Doubler())
    live.stop_kernel()
    live.view.get_by_role("slider").focus()
    live.page.keyboard.press("End")
    status = live.view.locator(".mw-status")
    status.wait_for()
    expect(status).to_contain_text("Run the cell again", use_inner_text=True)


@pytest.mark.parametrize("able", [(), ("count",)])
def test_without_what_it_takes_a_control_is_off_and_says_why(open_live, open_component, able):
    slider = open_live(Doubler(able=able)).view.get_by_role("slider")
    expect(slider).to_be_disabled()
    expect(slider).to_have_attribute("title", re.compile("make it again in a cell"))
    offline = open_component(Doubler()).view.get_by_role("slider")
    expect(offline).to_be_disabled()
    assert "needs a running Python kernel" in str(offline.get_attribute("title"))


def test_saved_traits_are_restored():
    doubler = Doubler()
    doubler.do_double(21)
    restored = Doubler.from_dict(doubler.to_dict())
    assert restored.given == 21
    assert restored.able == []
    assert restored.to_dict() == doubler.to_dict()
    with pytest.raises(TypeError, match="a saved Doubler has no state 'givn'; did you mean 'given'"):
        Doubler.from_dict({**doubler.to_dict(), "state": {"givn": 1}})
