"""The frame, player, selection and arrays that all components share, in the page without a kernel."""

import numpy as np
import pytest
from ipywidgets import VBox
from playwright.sync_api import expect

from metawidgets.reports.pages.export import export_component
from metawidgets.widgets import Component, Selection
from tests.browser.bundled import bundled


class Counter(Component):
    """A very small component: a player over a stack of numbers, and a button for an item."""

    css_class = "mw-counter"
    _esm = bundled(
        """
import { arraysOf, at } from "../shared/arrays.ts";
import { h } from "../shared/elements.ts";
import { listen } from "../shared/model.ts";
import { mount } from "../shared/mount.ts";
import { playerOf } from "../shared/player.ts";
import { pythonOf } from "../shared/python.ts";
import { selectionOf } from "../shared/selection.ts";

export default { render(view) {
  const { model, signal } = view;
  const { label } = model.get("config");
  const frame = mount(view, { name: "counter", label });
  const { values } = arraysOf(model);
  const selection = selectionOf(model);
  const number = h("p", { class: "number" });
  const chosen = h("button", { class: "chosen", onclick: () => selection.set("glyphs/a/1") });
  const player = playerOf({ model, steps: values.shape[0], label: "Inner step", signal });
  const show = () => {
    number.textContent = `${at(values, player.get()).data}`;
    chosen.textContent = `${selection.get()}|${selection.pinned()}`;
  };
  listen(model, "change:step", show, signal);
  selection.on(show);
  const python = pythonOf(model, { frame, signal });
  const retrain = python.bind(h("button", { class: "retrain" }, "Train again"), "train", "Training");
  frame.body.append(h("h3", {}, label), player.node, number, chosen, retrain);
  show();
} };
"""
    )

    def __init__(self, values, label="Counter", **kwargs):
        super().__init__(**kwargs)
        self.pack({"odd": np.zeros(3, np.uint8), "values": np.asarray(values)}, label=label)

    def png(self) -> bytes:
        from io import BytesIO

        from PIL import Image

        out = BytesIO()
        Image.new("L", (4, 4)).save(out, "PNG")
        return out.getvalue()

    def summary(self) -> str:
        return f"{self.config['label']}: {self.unpack()['values'][self.step]}"


def test_arrays_arrive_as_sent_and_step_moves_by_keyboard(open_component):
    counter = Counter([[0.5, 1], [2, 3], [4, 5.25]])
    opened = open_component(counter)
    slider = opened.page.get_by_role("slider", name="Inner step")
    expect(opened.view.locator(".number")).to_have_text("0.5,1", use_inner_text=True)
    slider.focus()
    opened.page.keyboard.press("End")
    expect(opened.view.locator(".number")).to_have_text("4,5.25", use_inner_text=True)
    opened.page.keyboard.press("ArrowLeft")
    expect(opened.view.locator(".number")).to_have_text("2,3", use_inner_text=True)
    assert opened.model(counter, "step") == 1


def test_a_hostile_label_stays_text(open_component):
    hostile = "<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'</script>"
    opened = open_component(Counter([[1.0]], label=hostile))
    expect(opened.view.locator("h3")).to_have_text(hostile, use_inner_text=True)
    assert opened.page.title() == "Counter"


@pytest.mark.quick
def test_two_components_share_a_selection(open_html, tmp_path):
    selection = Selection()
    both = VBox([Counter([[1.0]], selection=selection), Counter([[2.0]], selection=selection)])
    opened = open_html(export_component(both, tmp_path / "both.html"))
    first, second = opened.page.locator(".chosen").all()
    expect(second).to_have_text("|false", use_inner_text=True)
    first.click()
    expect(second).to_have_text("glyphs/a/1|true", use_inner_text=True)


def test_a_control_that_needs_python_is_disabled_and_says_why(open_component):
    control = open_component(Counter([[1.0]])).view.locator(".retrain")
    expect(control).to_be_disabled()
    expect(control).to_have_attribute("title", "Training needs a running Python kernel: open the notebook to use it.")


def test_play_runs_to_the_end_and_stops(open_component):
    counter = Counter(np.arange(4.0)[:, None])
    opened = open_component(counter)
    opened.view.get_by_role("button", name="Play").click()
    opened.view.get_by_role("button", name="Pause").wait_for()
    opened.view.get_by_role("button", name="Play").wait_for(timeout=10_000)
    assert opened.model(counter, "step") == 3
    opened.view.get_by_role("button", name="Previous step").click()
    assert opened.model(counter, "step") == 2


def test_one_recorded_state_leaves_nothing_to_play(open_component):
    opened = open_component(Counter([[1.0]]))
    play = opened.view.get_by_role("button", name="Play")
    expect(play).to_be_disabled()
    expect(play).to_have_attribute("title", "Play (only one state was recorded)")
