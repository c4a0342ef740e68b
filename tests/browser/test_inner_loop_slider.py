"""InnerLoopSlider in the page without a kernel, by mouse and keyboard."""

import re

import numpy as np
import pytest
from ipywidgets import VBox
from playwright.sync_api import expect

from metawidgets.reports.pages.export import export_component
from metawidgets.widgets import InnerLoopSlider, PrototypeHeatmap, Selection
from tests.browser.limits import SCRUB
from tests.widgets.examples import HOSTILE
from tests.widgets.made_traces import absorbing, deciding, halves, sine

OPEN_FOLDS = "(root) => root.querySelectorAll('details').forEach((each) => { each.open = true; })"


@pytest.fixture
def open_component(open_component):
    """`open_component` with all folds open. The first view is tested in test_first_view."""

    def open_(component, **options):
        opened = open_component(component, **options)
        opened.view.evaluate(OPEN_FOLDS)
        opened.frame()
        return opened

    return open_


def reading(opened) -> str:
    opened.frame()
    return opened.view.locator(".il-reading").inner_text()


def readouts(opened, chart: str) -> list[str]:
    opened.frame()
    return opened.view.locator(f".il-{chart} .il-readouts li").all_inner_texts()


def colours(opened, selector: str, x: float, y: float, size: int = 1) -> np.ndarray:
    """Return the colours of a canvas around a place in CSS pixels of the canvas, `(size, size, rgba)`."""
    opened.frame()
    data = opened.page.locator(selector).first.evaluate(
        """(canvas, [x, y, size]) => {
            const ratio = devicePixelRatio;
            return [...canvas.getContext("2d").getImageData(x * ratio - size / 2, y * ratio - size / 2, size, size).data];
        }""",
        [x, y, size],
    )
    return np.array(data).reshape(size, size, 4).astype(int)


def has_line(opened, selector: str, x: float, y: float, rgb: tuple[int, int, int], reach: int = 6) -> bool:
    """Return whether a line of that colour passes within a few pixels of the place."""
    near = colours(opened, selector, x, y, 2 * reach)
    return bool((np.abs(near[..., :3] - rgb).max(-1)[near[..., 3] > 100] < 30).any())


def wait_for_step(opened, step: int) -> None:
    """Wait until the slider is at this step."""
    slider = opened.view.locator(".mw-player .mw-slider").element_handle()
    opened.page.wait_for_function("([slider, step]) => slider.value === step", arg=[slider, str(step)])


@pytest.mark.quick
def test_keys_move_the_step_and_python_would_see_it(open_component):
    slider = InnerLoopSlider(deciding())
    opened = open_component(slider)
    control = opened.page.get_by_role("slider", name="inner-loop step")
    expect(control).to_have_attribute("aria-valuetext", "after 4 of 4 gradient steps")
    assert reading(opened).startswith("Query accuracy 83")
    control.focus()
    opened.page.keyboard.press("Home")
    expect(control).to_have_attribute("aria-valuetext", "before adaptation")
    assert reading(opened).startswith("Query accuracy 33")
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowRight")
    assert opened.model(slider, "step") == 2
    assert reading(opened) == "Query accuracy 83\u00a0%, query loss 0.663 nats, support loss 0.0316."
    assert readouts(opened, "loss") == ["query\n0.663", "support\n0.0316"]
    opened.page.keyboard.press("ArrowLeft")
    opened.page.keyboard.press("End")
    assert opened.model(slider, "step") == 4


def test_keys_work_in_the_panels_and_a_button_keeps_its_own(open_component):
    slider = InnerLoopSlider(deciding(), step=0)
    opened = open_component(slider)
    panel = opened.page.get_by_role("application")
    panel.focus()
    opened.page.keyboard.press("ArrowRight")
    # Only one step: a key that the panel handles does not also move the component's player
    assert opened.model(slider, "step") == 1
    opened.page.keyboard.press("End")
    assert opened.model(slider, "step") == 4
    opened.page.get_by_role("button", name="Previous step").focus()
    opened.page.keyboard.press(" ")  # presses the button, and does not start the player
    opened.page.wait_for_timeout(50)
    assert opened.model(slider, "step") == 3
    expect(opened.page.get_by_role("button", name="Play")).to_be_visible()


def test_plays_to_the_end_at_the_chosen_speed_pauses_and_loops(open_component):
    slider = InnerLoopSlider(deciding(), step=0)
    opened = open_component(slider)
    step = lambda: opened.model(slider, "step")  # noqa: E731
    opened.page.get_by_role("combobox", name="Speed").select_option("4")
    opened.page.get_by_role("button", name="Play").click()
    wait_for_step(opened, 4)
    opened.page.get_by_role("button", name="Play").wait_for()  # the player stopped at the end
    opened.page.get_by_role("button", name="Loop").click()
    opened.page.get_by_role("button", name="Play").click()
    wait_for_step(opened, 4)
    wait_for_step(opened, 1)  # the loop starts again
    opened.page.get_by_role("button", name="Pause").click()
    held = step()
    opened.page.wait_for_timeout(400)
    assert step() == held


def test_dragging_over_a_chart_scrubs(open_component):
    slider = InnerLoopSlider(deciding())
    opened = open_component(slider)
    opened.frame()
    box = opened.page.locator(".il-loss canvas").bounding_box()
    opened.page.mouse.move(box["x"] + 50, box["y"] + 60)
    opened.page.mouse.down()
    assert opened.model(slider, "step") == 0
    opened.page.mouse.move(box["x"] + 46 + (box["width"] - 54) / 2, box["y"] + 60)
    assert opened.model(slider, "step") == 2
    opened.page.mouse.up()
    opened.page.mouse.move(box["x"] + box["width"] - 12, box["y"] + 60)
    assert opened.model(slider, "step") == 2  # the button was released


def test_the_curve_is_drawn_where_the_trace_says(open_component):
    blue, grey = (0, 114, 178), (89, 99, 110)
    opened = open_component(InnerLoopSlider(sine(), step=0))
    opened.frame()
    width, height = opened.page.locator(".il-plot canvas").evaluate("(c) => [c.clientWidth, c.clientHeight]")
    left, right, top, bottom = 50, width - 10, 10, height - 40
    # y covers the true curve, the targets and all fits, with a margin of 6 % on either side
    known = 2 * np.sin(np.linspace(-5, 5, 101) - 0.5)
    margin = 0.06 * np.ptp(known)
    x = lambda v: left + (v + 5) / 10 * (right - left)  # noqa: E731
    y = lambda v: bottom - (v - known.min() + margin) / (np.ptp(known) + 2 * margin) * (bottom - top)  # noqa: E731
    plot = ".il-plot canvas"
    assert has_line(opened, plot, x(-1.6), y(0), blue)  # before adaptation, the fit is 0
    assert not has_line(opened, plot, x(-1.6), y(2 * np.sin(-2.1)), blue)
    assert has_line(opened, plot, x(-1.6), y(2 * np.sin(-2.1)), grey)  # the true curve
    opened.page.get_by_role("slider").focus()
    opened.page.keyboard.press("End")
    assert has_line(opened, plot, x(-1.6), y(2 * np.sin(-2.1)), blue)
    assert opened.view.locator(".mw-plot-legend").inner_text().split("\n") == [
        "fit at this step",
        "earlier fits",
        "truth",
        "support",
        "query",
    ]
    assert has_line(opened, plot, x(-4), y(2 * np.sin(-4.5)), (213, 94, 0))  # a support point


def test_pointing_at_a_query_of_the_curve_gives_its_error(open_component):
    opened = open_component(InnerLoopSlider(sine(), step=0))
    panel = opened.page.get_by_role("application")
    title = opened.view.locator(".il-item")
    panel.focus()
    for _ in range(5):
        opened.page.keyboard.press("ArrowUp")
    opened.page.keyboard.press("ArrowDown")
    opened.frame()
    expect(title).to_have_text("Query 1 at x = −1.00", use_inner_text=True)
    target = 2 * np.sin(-1.5)
    facts = opened.view.locator(".il-facts dd").all_inner_texts()
    assert facts == [f"{target:.2f}".replace("-", "−"), "0.00", f"{-target:.2f}"]
    expect(opened.view.locator(".il-kicker")).to_have_text("Pointing at", use_inner_text=True)
    opened.page.keyboard.press("Enter")
    opened.frame()
    expect(opened.view.locator(".il-kicker")).to_have_text("Selected", use_inner_text=True)
    opened.page.keyboard.press("Escape")
    opened.frame()
    expect(opened.view.locator(".il-kicker")).to_have_text("Hardest query after adaptation", use_inner_text=True)


def test_a_loss_that_diverges_stays_readable_and_is_said_in_words(open_component):
    opened = open_component(InnerLoopSlider(sine(diverges=True), step=1))
    scale = opened.view.locator(".il-loss .il-scale")
    expect(scale).to_have_text("log scale", use_inner_text=True)
    notes = opened.view.locator(".il-loss .il-alarm").all_inner_texts()
    assert notes == ["Query and support loss are infinite at step 2 and not a number at step 3 (✕)."]
    assert readouts(opened, "loss") == ["query\n1.0 × 10⁶", "support\n1.0 × 10⁶"]
    slider = opened.page.get_by_role("slider")
    slider.focus()
    opened.page.keyboard.press("End")
    assert reading(opened) == "Query loss not a number, support loss not a number."
    expect(opened.view.locator(".il-panel .il-note")).to_have_text(
        "The fit is not a number at this step and is not drawn there.", use_inner_text=True
    )
    assert opened.view.locator(".il-facts dd").all_inner_texts()[1] == "not a number"
    scale.click()
    expect(scale).to_have_text("linear", use_inner_text=True)
    opened.frame()


def test_infinite_loss_of_a_class_without_support_is_no_alarm(open_component):
    trace = absorbing()
    loss = np.array([1.1, np.inf, np.inf, 0.5])
    made = trace.__class__(trace.axis, dict(trace.channels) | {"query_loss": loss}, trace.episode, trace.meta)
    opened = open_component(InnerLoopSlider(made))
    expect(opened.view.locator(".il-loss .il-note").first).to_have_text(
        "Query loss is infinite at steps 1 to 2 (✕): a class without support has probability 0.", use_inner_text=True
    )
    expect(opened.view.locator(".il-alarm:visible")).to_have_count(0)
    expect(opened.page.get_by_role("slider")).to_have_attribute("aria-valuetext", "support examples absorbed: 3 of 3")


def test_regions_follow_the_border(open_component):
    blue, vermilion = np.array([0, 114, 178]), np.array([213, 94, 0])
    opened = open_component(InnerLoopSlider(halves(), step=0))
    opened.frame()
    width, height = opened.page.locator(".il-plot canvas").evaluate("(c) => [c.clientWidth, c.clientHeight]")
    place = lambda x, y: (44 + (x + 1) / 6 * (width - 52), height - 24 - (y + 1) / 6 * (height - 32))  # noqa: E731

    def side(x: float) -> str:
        rgb = colours(opened, ".il-plot canvas", *place(x, -0.6))[0, 0, :3]
        return "low" if np.abs(rgb - blue).sum() < np.abs(rgb - vermilion).sum() else "high"

    assert [side(x) for x in (-0.8, 1.5, 2.5, 4.5)] == ["low", "high", "high", "high"]
    opened.page.get_by_role("slider").focus()
    opened.page.keyboard.press("ArrowRight")
    assert [side(x) for x in (-0.8, 1, 2.2, 4.5)] == ["low", "low", "high", "high"]  # the border is at 1.5
    opened.page.keyboard.press("ArrowRight")
    assert [side(x) for x in (-0.8, 1, 2.2, 4.5)] == ["low", "low", "low", "high"]


def test_a_border_is_a_line_and_an_undecided_plane_is_paper(open_component):
    def darkest(step: int) -> tuple[int, int]:
        """Return the darkest pixel of a strip across the border at 1.5, and the number of pixels that are as dark."""
        trace = halves()
        channels = dict(trace.channels) | {"probe_outputs": trace["probe_outputs"] * np.array([0, 1, 1])[:, None, None]}
        opened = open_component(
            InnerLoopSlider(type(trace)(trace.axis, channels, trace.episode, probe=trace.probe), step=step)
        )
        opened.frame()
        width, height = opened.page.locator(".il-plot canvas").evaluate("(c) => [c.clientWidth, c.clientHeight]")
        x, y = 44 + 2.5 / 6 * (width - 52), height - 24 - 0.4 / 6 * (height - 32)
        pixels = colours(opened, ".il-plot canvas", x, y, 20)[10]
        light = (pixels[:, :3] * pixels[:, 3:] / 255 + 255 - pixels[:, 3:]).sum(-1)
        return int(light.min()), int((light < 450).sum())

    light, thick = darkest(1)
    assert light < 420
    assert 1 <= thick <= 6
    assert darkest(0) == (765, 0)  # before adaptation, all classes are equally likely


def test_a_query_of_the_plane_is_pointed_at_and_selected(open_component):
    selection = Selection()
    opened = open_component(InnerLoopSlider(halves(), selection=selection, step=0))
    opened.frame()
    box = opened.page.locator(".il-plot canvas").bounding_box()
    x, y = box["x"] + 44 + 1.5 / 6 * (box["width"] - 52), box["y"] + box["height"] - 24 - 3 / 6 * (box["height"] - 32)
    opened.page.mouse.move(x, y)  # query 0, at (0.5, 2)
    opened.frame()
    expect(opened.view.locator(".il-item")).to_have_text(
        "Query 0 at (0.500, 2.00), true class low", use_inner_text=True
    )
    expect(opened.view.locator(".il-verdict")).to_have_text(
        "✕ wrong: high", use_inner_text=True
    )  # the border is still at 0
    expect(opened.view.locator(".il-classes .il-value")).to_have_text([">99\u00a0%", "<1\u00a0%"], use_inner_text=True)
    opened.page.mouse.click(x, y)
    assert opened.model(selection, "selected") == "plane/class0/q0"
    opened.page.get_by_role("slider").focus()
    opened.page.keyboard.press("End")
    opened.frame()
    expect(opened.view.locator(".il-verdict")).to_have_text("● correct: low", use_inner_text=True)


def test_every_query_has_a_bar_that_begins_with_its_true_class(open_component):
    blue = (0, 114, 178)
    opened = open_component(InnerLoopSlider(deciding(), step=0))
    opened.frame()
    canvas = ".mw-scroll-canvas"
    width = opened.page.locator(canvas).evaluate("(c) => c.clientWidth")
    tile = (width + 16) // max(
        1, (width + 16) // 196
    ) - 16  # the first tile, as in js/inner_loop_slider/query_layout.ts
    left, right = 4 + 36, 4 + tile - 60
    at = lambda share: colours(opened, canvas, left + share * (right - left), 26 + 16)[0, 0, :3]  # noqa: E731
    assert np.abs(at(0.2) - blue).max() < 12  # the true class has a third
    assert np.abs(at(0.5) - blue).max() > 60
    opened.page.get_by_role("slider").focus()
    opened.page.keyboard.press("End")
    assert np.abs(at(0.85) - blue).max() < 12  # now the true class has 93 per cent


def test_arrow_keys_go_through_the_queries_and_the_inspector_follows(open_component):
    selection = Selection()
    opened = open_component(InnerLoopSlider(deciding(), selection=selection))
    title = opened.view.locator(".il-item")
    # Its final prediction is wrong, so it is the hardest query
    expect(title).to_have_text(f"Query 5, true class {HOSTILE}", use_inner_text=True)
    expect(opened.view.locator(".il-verdict")).to_have_text("✕ wrong: aleph", use_inner_text=True)
    opened.page.get_by_role("application").focus()
    opened.page.keyboard.press("ArrowUp")
    opened.frame()
    expect(title).to_have_text(f"Query 4, true class {HOSTILE}", use_inner_text=True)
    opened.page.keyboard.press("PageUp")
    opened.page.keyboard.press("Enter")
    opened.frame()
    assert opened.model(selection, "selected") == "tiles/class0/q0"
    assert opened.view.locator(".il-classes li").first.inner_text().split("\n")[:2] == ["aleph", "true"]
    expect(opened.view.locator(".mw-live")).to_have_text(re.compile("^Query 0, true class aleph"))


def test_a_hostile_class_name_is_text(open_component):
    opened = open_component(InnerLoopSlider(deciding()))
    expect(opened.view.locator(".il-support")).to_contain_text(HOSTILE, use_inner_text=True)
    assert opened.page.title() == "InnerLoopSlider"
    expect(opened.page.locator(".mw img, .mw script")).to_have_count(0)


def test_two_traces_stand_side_by_side_and_the_shorter_one_waits(open_component):
    opened = open_component(InnerLoopSlider([deciding(), deciding(learner="FineTune", last=2)]))
    heads = opened.view.locator(".il-panel-head")
    expect(heads).to_have_text(["MAML", "FineTune ended at step 2"], use_inner_text=True)
    first, second = (p.bounding_box() for p in opened.view.locator(".il-panel").all())
    assert first["y"] == second["y"]
    assert second["x"] > first["x"] + 200
    assert len(readouts(opened, "loss")) == 4
    opened.page.get_by_role("slider").focus()
    opened.page.keyboard.press("Home")
    opened.frame()
    expect(heads).to_have_text(["MAML", "FineTune"], use_inner_text=True)
    assert reading(opened).count("query loss 1.10 nats") == 2


def test_curves_side_by_side_share_their_range(open_component):
    opened = open_component(InnerLoopSlider([sine(), sine(learner="Slow", last=1)]), width=400)
    opened.frame()
    expect(opened.view.locator(".il-panel")).to_have_count(2)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 400


def test_linked_to_a_heatmap_by_the_selection(open_html, tmp_path):
    selection, trace = Selection(), absorbing()
    both = VBox([InnerLoopSlider(trace, selection=selection), PrototypeHeatmap(trace, selection=selection)])
    opened = open_html(export_component(both, tmp_path / "both.html"))
    opened.view.evaluate(OPEN_FOLDS)
    opened.page.get_by_role("application").first.focus()
    opened.page.keyboard.press("PageUp")
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Enter")
    opened.frame()
    expect(opened.page.locator(".il-item")).to_have_text("Query 1, true class aleph", use_inner_text=True)
    expect(opened.page.locator(".ph-title")).to_have_text("Query 1 and prototype “beth”", use_inner_text=True)


@pytest.mark.parametrize("trace", [sine(), halves(), deciding()], ids=["curve", "points", "images"])
def test_a_step_costs_less_than_two_frames(open_component, scrub_work, trace):
    opened = open_component(InnerLoopSlider(trace))
    assert scrub_work(opened.page, ".mw-slider") < SCRUB
