"""Inner loops on the landscape of an MLP learner, computed in the page without Python, and checked by Python if it is connected."""

import re
import statistics

import numpy as np
import pytest
from playwright.sync_api import expect

from metawidgets import datasets, learners, trained
from metawidgets.episodes import EpisodeSampler
from metawidgets.instruments import loss_landscape
from metawidgets.learners.landscape.plane import LossPlane
from metawidgets.widgets import LossLandscape
from tests.browser.test_loss_landscape import handle, held_at, numbers, reading, unfold

GOAL = 50
"""Milliseconds until a moved initialisation is painted with its path."""


@pytest.fixture(scope="module")
def sinusoids():
    curves = EpisodeSampler(datasets.load("sinusoids").source("test"), k_shot=5, n_query=10)
    return trained.load("sinusoids-maml"), [curves.episode(i) for i in range(3)]


@pytest.fixture
def landscape(sinusoids):
    made = loss_landscape(*sinusoids, resolution=15, refine=15)
    assert made.background.wait(60)
    return made


def tasks(opened):
    return opened.view.locator(".ll-tasks")


def after(opened, k):
    """Return task k's query loss after the inner loop from the current initialisation, read from the task's line in the page."""
    return float(opened.view.locator(".ll-tasks li b").nth(k).inner_text().split()[0])


def to(opened, landscape, u, v):
    """Drag the initialisation to a place given as fractions of the square's width from its middle."""
    (left, right), (bottom, top) = landscape.config["range"]["x"], landscape.config["range"]["y"]
    box = handle(opened).bounding_box()
    plot = opened.view.locator(".ll-plot:visible").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    side = plot["width"] - 64
    at = landscape.start
    aim = (left + right) / 2 + u * (right - left), (bottom + top) / 2 + v * (top - bottom)
    opened.page.mouse.move(x, y)
    opened.page.mouse.down()
    opened.page.mouse.move(
        x + (aim[0] - at[0]) / (right - left) * side, y - (aim[1] - at[1]) / (top - bottom) * side, steps=5
    )
    opened.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_a_page_without_python_bends_the_path_under_the_pointer(open_component, landscape):
    opened = open_component(landscape)
    expect(opened.view.locator(".mw-try")).to_contain_text(
        "Drag the ring to another initialisation and watch the path bend", use_inner_text=True
    )
    expect(tasks(opened)).not_to_contain_text("own", use_inner_text=True)
    to(opened, landscape, 0.1, 0.3)  # the mouse button is still pressed
    landscape.move(*held_at(opened))  # Python's own answer
    query = landscape.unpack()["query_loss"]
    for k in range(3):
        assert after(opened, k) == pytest.approx(query[k, -1], rel=0.02)  # the page shows the place with three digits
    assert numbers(reading(opened))[0] == pytest.approx(query[0, -1], rel=0.02)
    opened.page.mouse.up()
    opened.frame()
    expect(opened.view.locator(".ll-main .ll-fine")).to_be_hidden()  # nothing needs Python
    expect(opened.view.locator(".mw-status")).to_be_hidden()
    opened.view.get_by_role("button", name="Own initialisation").click()
    opened.frame()
    assert held_at(opened) == (0, 0)
    expect(tasks(opened)).not_to_contain_text("own", use_inner_text=True)


def test_keys_move_it_without_python(open_component, landscape):
    opened = open_component(landscape)
    handle(opened).focus()
    for key in ("ArrowRight", "Shift+ArrowUp", "ArrowUp"):
        opened.page.keyboard.press(key)
    opened.frame()
    landscape.move(*held_at(opened))
    assert after(opened, 1) == pytest.approx(landscape.unpack()["query_loss"][1, -1], rel=0.02)
    opened.page.keyboard.press("Escape")
    opened.frame()
    assert held_at(opened) == (0, 0)


def test_meta_gradients_follow_once_it_rests(open_component, landscape):
    opened = open_component(landscape)
    unfold(opened, "Meta-gradients at the initialisation")
    rows = opened.view.get_by_role("table", name=re.compile("Meta-gradients"))
    before = rows.inner_text()
    to(opened, landscape, 0.2, -0.2)
    opened.page.wait_for_function(
        "([root, text]) => { const t = root.querySelectorAll('.ll-table')[1];"
        " return t.innerText !== text && !t.classList.contains('ll-stale'); }",
        arg=[opened.view.element_handle(), before],
    )
    landscape.move(*held_at(opened))
    norms = landscape.unpack()["gradient_norm"][0]
    said = [float(row.locator("td").last.inner_text()) for row in rows.locator("tbody tr").all()]
    np.testing.assert_allclose(said, norms, rtol=0.02)


def test_contours_that_python_did_not_send_are_computed_here(open_component, sinusoids):
    learner, episodes = sinusoids
    landscape = LossLandscape(LossPlane(learner, episodes, third=1), resolution=15)
    assert landscape.config["sides"] == [15, 0, 0]
    opened = open_component(landscape)
    opened.view.get_by_role("combobox", name="Contours of").select_option("task 2")
    about = opened.view.locator(".ll-about")
    about.get_by_text("49 \u00d7 49 points").wait_for()
    ground = opened.view.locator(".ll-canvas").first
    colours = ground.evaluate(
        "(c) => new Set(new Uint32Array(c.getContext('2d').getImageData(60, 10, 300, 300).data.buffer)).size"
    )
    assert colours > 20


def test_python_stays_the_truth_where_it_is_there(open_live, landscape):
    live = open_live(landscape)
    to(live, landscape, 0.1, 0.3)
    assert landscape.start == [0, 0]
    expect(tasks(live)).to_contain_text("own", use_inner_text=True)  # before Python has answered
    here = after(live, 0)
    live.page.mouse.up()
    live.until(lambda: landscape.start != [0, 0])
    live.settle()
    assert after(live, 0) == pytest.approx(landscape.unpack()["query_loss"][0, -1], abs=6e-4)
    assert after(live, 0) == pytest.approx(here, abs=1e-3)
    unfold(live, "Loss before and after")
    table = live.view.get_by_role("table", name=re.compile("Loss before and after"))
    expect(table.locator("tbody tr")).to_have_count(
        6
    )  # two lines per task: from its own and from the moved initialisation
    handle(live).focus()
    live.page.keyboard.press("ArrowLeft")
    before = list(landscape.start)
    live.until(lambda: landscape.start != before)  # keys need no Enter: Python is asked when the handle rests
    live.settle()
    np.testing.assert_allclose(held_at(live), landscape.start, atol=1e-3)


def test_points_of_the_plane_too(open_component):
    source = datasets.load("gaussians").source("test")
    episode = EpisodeSampler(source, n_way=3, k_shot=3, n_query=4).episode(0)
    learner = learners.build("maml", item_shape=(2,), output_dim=3, hidden=(16, 16), inner_lr=0.4, inner_steps=5)
    landscape = loss_landscape(learner, episode, resolution=9, refine=9)
    opened = open_component(landscape)
    to(opened, landscape, -0.2, 0.3)
    landscape.move(*held_at(opened))
    assert after(opened, 0) == pytest.approx(landscape.unpack()["query_loss"][0, -1], rel=0.02)


def test_a_learner_that_is_no_mlp_says_once_what_needs_python(open_component):
    source = datasets.load("glyphs").source("test")
    episode = EpisodeSampler(source, n_way=5, k_shot=1, n_query=2).episode(0)
    landscape = loss_landscape(trained.load("glyphs-maml"), episode, resolution=3, refine=3)
    assert landscape.config["inner_loop"] is None
    opened = open_component(landscape)
    told = opened.view.get_by_text("The path from another initialisation needs a running Python kernel")
    expect(told).to_have_count(1)
    expect(told).to_be_visible()


def test_a_change_is_painted_within_the_goal(open_component, landscape, patience, record_property):
    opened = open_component(landscape)
    opened.page.wait_for_timeout(500)
    to(opened, landscape, 0.1, 0.1)
    took = opened.view.evaluate(
        """async (root) => {
            const handle = root.querySelector(".ll-handle");
            const { x, y } = handle.getBoundingClientRect();
            const took = [];
            for (let i = 0; i < 60; i++) {
                await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
                const [clientX, clientY] = [x + 18 + 60 * Math.cos(i / 5), y + 18 + 60 * Math.sin(i / 5)];
                const from = performance.now();
                handle.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, bubbles: true }));
                await new Promise((done) => requestAnimationFrame(() => {
                    const { port1, port2 } = new MessageChannel();
                    port1.onmessage = done;
                    port2.postMessage(null);
                }));
                took.push(performance.now() - from);
            }
            return took;
        }"""
    )
    expect(tasks(opened)).to_contain_text("own", use_inner_text=True)
    record_property("repaint", f"median {statistics.median(took):.1f} ms, p95 {np.quantile(took, 0.95):.1f} ms")
    assert statistics.median(took) < GOAL * patience
    assert np.quantile(took, 0.95) < 2 * GOAL * patience


def test_on_paper_contours_lie_under_the_paths(open_component, landscape):
    """Chromium prints a transparent canvas as a white rectangle, so for print everything is drawn on one canvas."""
    opened = open_component(landscape)
    inks = """(root) => {
        const canvases = [...root.querySelectorAll(".ll-plot")[0].querySelectorAll("canvas")];
        const seen = canvases.filter((canvas) => canvas.getClientRects().length);
        return seen.map((canvas) => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const colours = new Set();
            let inked = 0;
            for (let i = 0; i < data.length; i += 4) {
                if (data[i + 3] > 200) { inked += 1; colours.add(data.slice(i, i + 3).join()); }
            }
            return [inked / (data.length / 4), colours.size];
        });
    }"""
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    ((share, colours),) = opened.view.evaluate(inks)
    assert share > 0.6  # the bands are drawn too, not only lines and labels
    assert colours > 20
    assert all(fold.get_attribute("open") is not None for fold in opened.view.locator("details").all())
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    opened.page.emulate_media(media="screen")
    opened.frame()
    assert len(opened.view.evaluate(inks)) == 2
