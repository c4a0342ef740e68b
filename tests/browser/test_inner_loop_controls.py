"""The inner loop's controls, with and without Python."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from metawidgets.errors import LearnerError
from metawidgets.records import Trace
from metawidgets.widgets import InnerLoopSlider, Selection
from metawidgets.widgets.inner_loop_slider import Choice
from tests.browser.test_inner_loop_slider import OPEN_FOLDS, readouts
from tests.widgets.examples import HOSTILE, inner_loops
from tests.widgets.made_traces import absorbing, deciding, halves, sine

CHOICES = [Choice("MAML", 0.4, 4), Choice("pretrained", 0.01, 4, "its head begins at zero."), Choice(HOSTILE, 0.4, 4)]
MODULES = ("layers.0.weight", "layers.0.bias", "layers.1.weight")


def moved(trace: Trace, far=(3.0, 4.0, 2.0), layers=MODULES) -> Trace:
    """Return the trace with the distance of each layer, proportional to the steps."""
    share = np.linspace(0, 1, len(trace), dtype=np.float64)[:, None]
    channels = dict(trace.channels) | {"parameter_distance": (share * np.array(far)).astype(np.float32)}
    return Trace(trace.axis, channels, trace.episode, trace.meta, {"layer": layers}, trace.probe)


@pytest.fixture
def open_component(open_component):
    """`open_component` with all folds open. The first view is tested in test_first_view."""

    def open_(component, **options):
        opened = open_component(component, **options)
        opened.view.evaluate(OPEN_FOLDS)
        opened.frame()
        return opened

    return open_


@pytest.fixture
def open_live(open_live):
    """`open_live` with all folds open."""

    def open_(component, **options):
        live = open_live(component, **options)
        live.view.evaluate(OPEN_FOLDS)
        live.settle()
        return live

    return open_


class Again:
    """A stand-in for learners: it makes traces with the requested number of steps, whose query loss starts at the rate."""

    def __init__(self, make=deciding):
        self.asked, self.make = [], make

    def __call__(self, *, episode, inner_lr, inner_steps, shown):
        self.asked.append((inner_lr, inner_steps, tuple(shown)))
        if inner_lr == 9:
            raise LearnerError("9 is not adapted at; give another rate.")
        n = 4 if inner_steps is None else inner_steps
        loss = np.linspace(0.4 if inner_lr is None else inner_lr, 0.001, n + 1).astype(np.float32)
        return [moved(self.make(learner=name, last=n, query_loss=loss)) for name in shown]


def adjustable(again=None, **kwargs) -> InnerLoopSlider:
    return InnerLoopSlider({"MAML": moved(deciding())}, retrace=again or Again(), choices=CHOICES, **kwargs)


def has_focus(locator) -> bool:
    return locator.evaluate("(node) => node === node.getRootNode().activeElement")


def type_in(live, name: str, value: str) -> None:
    field = live.view.get_by_role("spinbutton", name=name)
    field.fill(value)
    field.press("Enter")


def test_the_rate_is_typed_and_what_comes_back_is_drawn(open_live):
    live = open_live(slider := adjustable(again := Again(), step=0))
    expect(live.view.locator(".il-setting output")).to_have_text(
        ["learner's own: 0.4", "learner's own: 4"], use_inner_text=True
    )
    type_in(live, "Inner learning rate, typed", "0.05")
    live.until(lambda: slider.inner_lr == 0.05)
    live.settle()
    assert again.asked == [(0.05, None, ("MAML",))]
    assert readouts_of(live, "loss")[0] == "MAML\n0.0500"
    expect(live.view.locator(".il-setting output").first).to_have_text("0.05", use_inner_text=True)
    assert slider.step == 0


def readouts_of(live, chart: str) -> list[str]:
    return live.view.locator(f".il-{chart} .il-readouts li").all_inner_texts()


def test_a_slider_by_keys_keeps_focus_step_pin_and_scale(open_live):
    selection = Selection()
    live = open_live(slider := adjustable(step=2, selection=selection))
    live.view.get_by_role("button", name="Scale of Loss").click()
    before = live.view.locator(".il-loss .il-scale").inner_text()
    live.view.get_by_role("application").focus()
    live.page.keyboard.press("PageUp")
    live.page.keyboard.press("Enter")
    live.settle()
    pinned = live.view.locator(".il-item").inner_text()
    control = live.view.get_by_role("slider", name="Inner steps")
    control.focus()
    for _ in range(3):
        live.page.keyboard.press("ArrowRight")
    live.until(lambda: slider.inner_steps == 7 and slider.config["steps"] == 8)
    live.settle()
    assert has_focus(control)
    expect(control).to_have_attribute("aria-valuetext", "7")
    assert (slider.step, live.view.locator(".il-kicker").inner_text()) == (2, "Selected")
    expect(live.view.locator(".il-item")).to_have_text(pinned, use_inner_text=True)
    expect(live.view.locator(".il-loss .il-scale")).to_have_text(before, use_inner_text=True)
    expect(live.view.get_by_role("slider", name="inner-loop step")).to_have_attribute("max", "7")
    # new data that Python sends without a request, while a panel has the focus
    live.view.get_by_role("application").focus()
    slider.inner_lr = 0.7
    live.until(lambda: readouts_of(live, "loss")[0].startswith("MAML\n0.500"))
    assert has_focus(live.view.get_by_role("application"))
    live.page.keyboard.press("ArrowRight")
    live.settle()
    assert slider.step == 3


def test_of_a_drag_the_last_value_counts(open_live):
    live = open_live(slider := adjustable(again := Again()))
    live.view.locator(".il-dials input[type=range]").first.evaluate(
        """(slider) => {
            for (let i = 0; i <= 40; i++) { slider.value = 60 + i; slider.dispatchEvent(new Event("input")); } }"""
    )
    live.until(lambda: slider.inner_lr is not None and abs(slider.inner_lr - 0.0316) < 1e-4)
    assert len(again.asked) < 10
    live.settle()
    expect(live.view.locator(".il-setting output").first).to_have_text("0.0316", use_inner_text=True)


def test_an_error_stands_in_one_sentence_and_the_controls_go_back(open_live):
    live = open_live(slider := adjustable())
    type_in(live, "Inner learning rate, typed", "9")
    live.until(live.view.locator(".mw-status").is_visible)
    expect(live.view.locator(".mw-status")).to_have_text("9 is not adapted at; give another rate.", use_inner_text=True)
    live.settle()
    assert slider.inner_lr is None
    expect(live.view.locator(".il-setting output").first).to_have_text("learner's own: 0.4", use_inner_text=True)
    assert readouts_of(live, "loss")[0] == "MAML\n0.624"
    type_in(live, "Inner steps, typed", "999")  # the browser refuses this without asking Python
    assert slider.inner_steps is None
    live.view.get_by_role("button", name="Own settings").click()
    live.until(live.view.locator(".mw-status").is_hidden)


def test_learners_are_added_and_hidden_and_one_stays(open_live):
    live = open_live(slider := adjustable(again := Again()))
    group = live.view.get_by_role("group", name="Learners side by side")
    box = group.get_by_role("checkbox", name="pretrained")
    box.click()
    live.until(lambda: slider.shown == ["MAML", "pretrained"])
    live.until(lambda: live.view.locator(".il-panel").count() == 2)
    assert has_focus(box)
    expect(live.view.locator(".il-settings")).to_contain_text("Its head begins at zero.", use_inner_text=True)
    group.get_by_role("checkbox", name=HOSTILE).click()
    live.until(lambda: live.view.locator(".il-panel").count() == 3)
    asked = len(again.asked)
    lines = live.view.locator(".il-loss .il-readouts line")
    colour = lines.nth(2).get_attribute("stroke")
    group.get_by_role("checkbox", name="MAML").click()
    live.until(lambda: slider.shown == ["pretrained", HOSTILE])
    live.settle()
    expect(live.view.locator(".il-panel-head")).to_have_text(["pretrained", HOSTILE], use_inner_text=True)
    assert len(again.asked) == asked  # hiding a learner sends no request
    # a learner's colour does not depend on the other learners shown
    assert colour == lines.first.get_attribute("stroke")
    group.get_by_role("checkbox", name="pretrained").click()
    group.get_by_role("checkbox", name=HOSTILE).click()
    live.settle()
    assert slider.shown == [HOSTILE]
    expect(group.get_by_role("checkbox", name=HOSTILE)).to_be_checked()
    assert live.page.title() == "InnerLoopSlider"


def test_another_episode_takes_the_place_of_the_last(open_live):
    class Follow(Again):
        def __call__(self, *, episode, **settings):
            return [sine(query=len(episode.query_y), learner=name) for name in settings["shown"]]

    live = open_live(
        slider := InnerLoopSlider({"MAML": sine(query=4)}, retrace=Follow(), choices=CHOICES, inner_lr=0.3, step=1)
    )
    live.view.get_by_role("application").focus()
    slider.adapt_to(sine(query=9).episode)
    live.settle()
    assert has_focus(live.view.get_by_role("application"))
    live.page.keyboard.press("PageUp")
    for _ in range(8):
        live.page.keyboard.press("ArrowDown")
    live.settle()
    expect(live.view.locator(".il-item")).to_have_text(re.compile("^" + re.escape("Query 8")), use_inner_text=True)
    assert (slider.step, slider.inner_lr) == (1, 0.3)


def test_without_a_kernel_what_was_sent_can_be_hidden_and_the_rest_says_why(open_component):
    slider = InnerLoopSlider(
        {"MAML": deciding(), "pretrained": deciding(learner="FineTune")}, retrace=Again(), choices=CHOICES, inner_lr=0.2
    )
    opened = open_component(slider)
    rate = opened.view.get_by_role("slider", name="Inner learning rate")
    expect(rate).to_be_disabled()
    assert "needs a running Python kernel" in str(rate.get_attribute("title"))
    expect(opened.view.locator(".il-controls")).to_contain_text("needs a running Python kernel", use_inner_text=True)
    expect(opened.view.get_by_role("checkbox", name=HOSTILE)).to_be_disabled()
    opened.view.get_by_role("checkbox", name="MAML").click()
    opened.frame()
    expect(opened.view.locator(".il-panel-head")).to_have_text(["pretrained"], use_inner_text=True)
    assert readouts(opened, "accuracy") == ["pretrained\n83\u00a0%"]
    assert opened.model(slider, "shown") == ["pretrained"]
    opened.view.get_by_role("checkbox", name="MAML").click()
    opened.frame()
    expect(opened.view.locator(".il-panel")).to_have_count(2)


def test_a_trace_alone_has_no_controls(open_component):
    expect(open_component(InnerLoopSlider(deciding())).view.locator(".il-controls")).to_be_hidden()


def test_settings_are_copied_as_python(open_live):
    live = open_live(adjustable(inner_lr=0.25, step=3))
    live.page.evaluate("() => { navigator.clipboard.writeText = (text) => { window.copied = text; }; }")
    live.view.get_by_role("button", name="Copy settings").click()
    assert live.page.evaluate("() => window.copied") == (
        'inner_loop_slider(learners, episode, inner_lr=0.25, shown=["MAML"], step=3)  # episode seed: 7, 0'
    )


def test_bars_say_how_far_each_layer_moved(open_component):
    opened = open_component(InnerLoopSlider(moved(deciding()), step=4))
    assert readouts(opened, "layers") == [f"all layers\n{np.sqrt(9 + 16 + 4):.2f}"]
    canvas = opened.page.locator(".il-layers canvas")
    width = canvas.evaluate("(c) => c.clientWidth")

    def reaches(y: float) -> float:
        """Return the length of the bar at this height, as a fraction of the longest bar."""
        row = canvas.evaluate(
            """(c, y) => {
                const d = c.getContext("2d").getImageData(0, y * devicePixelRatio, c.width, 1).data;
                const blue = (x) => d[x] < 20 && d[x + 1] > 90 && d[x + 2] > 150 && d[x + 3] > 200;
                return Array.from({ length: c.width }, (_, x) => blue(4 * x)); }""",
            y,
        )
        return float(np.sum(row))

    first, second = reaches(8), reaches(4 + 10 + 9 + 4)
    assert first > 0.4 * width
    assert second / first == pytest.approx(2 / 5, abs=0.03)  # weight and bias of layers.0: 3 and 4, together 5
    opened.page.get_by_role("slider").focus()
    opened.page.keyboard.press("Home")
    opened.frame()
    assert reaches(8) == 0
    assert readouts(opened, "layers") == ["all layers\n0.00"]


def test_many_layers_are_cut_to_those_that_moved_most(open_component):
    names = tuple(f"convolutions.{k}.weight" for k in range(30))
    opened = open_component(InnerLoopSlider(moved(deciding(), tuple(range(1, 31)), names)), width=400)
    expect(opened.view.locator(".il-layers")).to_contain_text(
        "The 10 layers that moved furthest; 20 more moved less.", use_inner_text=True
    )
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.parametrize(
    "trace",
    [moved(sine(diverges=True), (1, 1e30, 3e38)), halves(), moved(absorbing())],
    ids=["curve", "points", "images"],
)
def test_a_divergence_is_said_and_everything_stays_readable(open_component, trace):
    channels = dict(trace.channels)
    n = len(trace)
    blown = np.array([1.0, 1e30, np.inf, np.nan])[:n]
    channels |= {"support_loss": blown, "query_loss": blown, "gradient_norm": blown}
    if "probabilities" in channels:
        p = np.array(channels["probabilities"])
        p[1:] = np.nan
        channels["probabilities"] = p
    if "probe_outputs" in channels:
        outputs = np.array(channels["probe_outputs"])
        outputs[-1] = np.nan
        channels["probe_outputs"] = outputs
    meta = {"learner": "MAML", "hyper": {"inner_lr": 0.3}}
    made = Trace("inner_step", channels, trace.episode, meta, trace.coords, trace.probe)
    opened = open_component(InnerLoopSlider([made, made]), width=400)
    expect(opened.view.locator(".mw-body > .il-alarm")).to_have_text(
        "Diverged: MAML from step 1 on and MAML 2 from step 1 on the support loss grows beyond all numbers. "
        "Try an inner rate below 0.3.",
        use_inner_text=True,
    )
    expect(opened.view.locator(".il-loss .il-scale")).to_have_text("log scale", use_inner_text=True)
    for key in ("Home", "ArrowRight", "ArrowRight", "End"):
        opened.page.get_by_role("slider").focus()
        opened.page.keyboard.press(key)
        opened.frame()
        painted = opened.view.evaluate(
            """(root) => [...root.querySelectorAll(".il-chart .il-canvas")].map((c) =>
                c.getContext("2d").getImageData(0, 0, c.width, c.height).data.filter((v, i) => i % 4 === 3 && v).length)"""
        )
        assert min(painted) > 300
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.parametrize(("width", "across"), [(400, 1), (700, 2), (1000, 4)])
def test_six_side_by_side_wrap(open_component, width, across):
    opened = open_component(InnerLoopSlider([moved(sine(learner=f"learner {k}")) for k in range(6)]), width=width)
    opened.frame()
    boxes = [panel.bounding_box() for panel in opened.view.locator(".il-panel").all()]
    assert len({box["x"] for box in boxes}) == across
    assert len({box["width"] for box in boxes}) == 1
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    expect(opened.view.locator(".mw-plot-legend:visible")).to_have_count(1)
    looks = opened.view.evaluate(
        """(root) => [...root.querySelectorAll(".il-loss line")].map(
            (line) => `${line.getAttribute("stroke")} ${line.getAttribute("stroke-dasharray")}`)"""
    )
    assert len(set(looks)) == 12


def test_a_setting_is_shown_within_a_quarter_of_a_second(open_live, patience):
    live = open_live(inner_loops())
    times = live.view.evaluate(
        """async (root) => {
            const slider = root.querySelector(".il-dials input[type=range]");
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            const shown = () => root.querySelector(".il-loss .il-readouts b").textContent;
            const times = [];
            for (let i = 0; i < 25; i++) {
                await frame();
                const [start, before] = [performance.now(), shown()];
                slider.value = 60 + 2 * i;
                slider.dispatchEvent(new Event("input", { bubbles: true }));
                while (shown() === before && performance.now() - start < 3000) await frame();
                times.push(performance.now() - start);
            }
            return times;
        }"""
    )
    assert np.median(times) < 250 * patience
