"""EmbeddingMap in the page, by mouse and keyboard, without a kernel and with one."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from metawidgets.widgets import EmbeddingMap, Selection
from metawidgets.widgets.base.distances import metric_distances
from tests.browser.conftest import unfolding
from tests.browser.limits import SCRUB
from tests.widgets.examples import HOSTILE, trace
from tests.widgets.made_spaces import blobs, moving

CANVAS, PLOT = ".em-canvas", ".em-plot"


@pytest.fixture
def open_component(open_component):
    return unfolding(open_component)


@pytest.fixture
def open_live(open_live):
    return unfolding(open_live)


def place(opened, component, i: int) -> tuple[float, float]:
    """Return the position of item i on the page. As in js/plot/camera.ts, bounds have a margin and both axes have one scale."""
    box = opened.page.locator(CANVAS).bounding_box()
    width, height = (
        opened.page.locator(CANVAS).evaluate(f"(c) => parseFloat(c.style.{side})") for side in ("width", "height")
    )
    arrays = component.unpack()
    both = np.concatenate([arrays["pca"].reshape(-1, 2), arrays["pca_prototypes"].reshape(-1, 2)])
    both = both[np.isfinite(both).all(1)]
    low, high = both.min(0), both.max(0)
    margin = 0.06 * (high - low).max()
    low, high = low - margin, high + margin
    scale = min(width / (high - low)[0], height / (high - low)[1])
    u, v = (arrays["pca"][component.step % len(arrays["pca"]), i] - (low + high) / 2) * (scale, -scale)
    return float(box["x"] + 1 + width / 2 + u), float(box["y"] + 1 + height / 2 + v)


def title(opened) -> str:
    opened.frame()
    return opened.view.locator(".em-item").inner_text()


def far_one(component) -> int:
    """Return an item of a trace without other items nearby, so that pointing at it is unambiguous."""
    arrays = component.unpack()
    at = arrays["pca"][component.step % len(arrays["pca"])]
    gaps = np.linalg.norm(at[:, None] - at, axis=-1) + 1e9 * np.eye(len(at))
    return int(gaps.min(1).argmax())


@pytest.mark.quick
def test_pointing_says_what_is_near_in_the_whole_space(open_component):
    component = EmbeddingMap(moving(), marks="dots")
    i = far_one(component)
    opened = open_component(component)
    opened.page.locator(CANVAS).scroll_into_view_if_needed()
    opened.page.mouse.move(*place(opened, component, i))
    assert component.config["ids"][i].split("/")[-1] in title(opened)
    assert opened.view.locator(".em-kicker").first.inner_text()
    arrays = component.unpack()
    z, p = arrays["z"][-1], arrays["prototypes"][-1]
    ranked = np.sort(metric_distances(z[i : i + 1], p, component.metric)[0])
    shown = [float(t) for t in opened.view.locator(".em-ranks .em-value").all_inner_texts()]
    np.testing.assert_allclose(shown, ranked, rtol=6e-3)
    near = np.sort(np.linalg.norm(z - z[i], axis=1))[1:7]
    said = [float(t) for t in opened.view.locator(".em-neighbour").all_inner_texts()]
    np.testing.assert_allclose(said, near, rtol=6e-2)


def test_a_click_pins_and_escape_lets_go(open_component):
    selection = Selection()
    component = EmbeddingMap(moving(), marks="dots", selection=selection)
    i = far_one(component)
    opened = open_component(component)
    opened.page.mouse.click(*place(opened, component, i))
    assert opened.model(selection, "selected") == component.config["ids"][i]
    assert opened.model(selection, "pinned") is True
    opened.page.mouse.move(5, 5)
    assert component.config["ids"][i].split("/")[-1] in title(opened)
    opened.page.keyboard.press("Escape")
    assert opened.model(selection, "selected") == ""


def test_arrow_keys_go_to_the_next_item_in_their_direction_and_space_chooses(open_component):
    component = EmbeddingMap(moving(), marks="dots")
    opened = open_component(component)
    ids = component.config["ids"]
    names = [each.split("/")[-1] for each in ids]
    at = component.unpack()["pca"][-1]
    opened.page.locator(PLOT).focus()
    opened.page.keyboard.press("ArrowRight")
    before = names.index(title(opened).split(",")[0].split()[-1])
    for key, (du, dv) in {"ArrowLeft": (-1, 0), "ArrowUp": (0, 1), "ArrowRight": (1, 0), "ArrowDown": (0, -1)}.items():
        opened.page.keyboard.press(key)
        now = names.index(title(opened).split(",")[0].split()[-1])
        assert now == before or (at[now] - at[before]) @ (du, dv) > 0
        before = now
    opened.page.keyboard.press(" ")
    assert opened.model(component, "lasso") == [ids[before]]
    opened.page.keyboard.press(" ")
    assert opened.model(component, "lasso") == []
    opened.page.keyboard.press("Enter")
    expect(opened.view.locator(".em-kicker", has_text="Pinned")).to_have_count(1)


def test_keys_and_wheel_zoom_and_zero_shows_all(open_component):
    component = EmbeddingMap(moving())
    opened = open_component(component)
    zoom = lambda: (opened.page.wait_for_timeout(300), opened.model(component, "zoom"))[1]  # noqa: E731
    box = opened.page.locator(CANVAS).bounding_box()
    opened.page.mouse.move(box["x"] + 50, box["y"] + 60)
    opened.page.mouse.wheel(0, -240)
    assert zoom() == []  # without the focus, the wheel scrolls the page
    opened.page.locator(PLOT).focus()
    opened.page.keyboard.press("+")
    first = zoom()
    opened.page.keyboard.press("+")
    second = zoom()
    assert second[2] == pytest.approx(first[2] / 1.5)
    box = opened.page.locator(CANVAS).bounding_box()
    opened.page.mouse.move(box["x"] + 50, box["y"] + 60)
    opened.page.mouse.wheel(0, -240)
    third = zoom()
    assert third[2] < second[2]
    assert third[0] < second[0]  # towards the pointer, which is on the left
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + 150, box["y"] + 60, steps=4)
    opened.page.mouse.up()
    width = opened.page.locator(CANVAS).evaluate("(c) => parseFloat(c.style.width)")
    assert zoom()[0] == pytest.approx(third[0] - 100 / width * third[2], abs=2e-2 * third[2])
    opened.page.keyboard.press("0")
    assert zoom() == []


def test_a_lasso_chooses_what_it_holds(open_component):
    component = EmbeddingMap(blobs(60, way=3), marks="dots", borders=False)
    opened = open_component(component)
    places = np.array([place(opened, component, i) for i in range(60)])
    target = places[component.unpack()["labels"] == 1]
    low, high = target.min(0) - 5, target.max(0) + 5
    # a triangle around the box, which selects other items than a rectangle; half-planes give the items inside by hand
    corners = np.array([[low[0], low[1]], [high[0], low[1]], [low[0], high[1]]])
    corners = corners.tolist()
    opened.page.mouse.move(*corners[0])
    opened.page.keyboard.down("Shift")
    opened.page.mouse.down()
    for corner in (corners[1], corners[2], corners[0]):
        opened.page.mouse.move(*corner, steps=8)
    opened.page.mouse.up()
    opened.page.keyboard.up("Shift")
    opened.frame()
    part = (places - low) / (high - low)
    inside = (part[:, 0] > 0) & (part[:, 1] > 0) & (part.sum(1) < 1)
    near = np.abs(np.stack([part[:, 0], part[:, 1], 1 - part.sum(1)])).min(0) < 0.03
    chosen = set(opened.model(component, "lasso"))
    ids = np.array(component.config["ids"])
    assert set(ids[inside & ~near]) <= chosen <= set(ids[inside | near])
    assert len(chosen) >= 3
    expect(opened.view.locator(".em-chosen h4")).to_have_text(
        re.compile("^" + re.escape(f"{len(chosen)} of 60")), use_inner_text=True
    )
    opened.view.get_by_role("button", name="Let go").click()
    assert opened.model(component, "lasso") == []


def test_the_lassos_button_draws_without_shift_and_a_class_is_chosen_by_its_name(open_component):
    component = EmbeddingMap(blobs(30, way=3))
    opened = open_component(component)
    opened.view.get_by_role("button", name="Lasso").click()
    box = opened.page.locator(CANVAS).bounding_box()
    opened.page.mouse.move(box["x"] + 2, box["y"] + 2)
    opened.page.mouse.down()
    for x, y in ((box["width"] - 3, 2), (box["width"] - 3, box["height"] - 3), (2, box["height"] - 3)):
        opened.page.mouse.move(box["x"] + x, box["y"] + y, steps=3)
    opened.page.mouse.up()
    assert len(opened.model(component, "lasso")) == 30
    opened.view.get_by_role("button", name="Choose the items of class2").click()
    assert opened.model(component, "lasso") == [f"blobs/class2/{i}" for i in range(2, 30, 3)]


def test_regions_are_the_decisions_at_their_places(open_component):
    component = EmbeddingMap(moving(), step=3)
    opened = open_component(component)
    planes = component.unpack()["planes_euclidean"][3].astype(float)
    colours = {}
    box = opened.page.locator(CANVAS).bounding_box()
    at = component.unpack()["pca"][3]
    (u0, v0), (u1, _) = place(opened, component, 0), place(opened, component, 5)
    scale = (u1 - u0) / (at[5, 0] - at[0, 0])
    grid = [(x, y) for x in range(30, int(box["width"]) - 60, 60) for y in range(30, int(box["height"]) - 30, 40)]
    pixels = opened.page.locator(CANVAS).evaluate(
        """(canvas, points) => points.map(([x, y]) => {
            const ratio = canvas.width / parseFloat(canvas.style.width);
            return [...canvas.getContext("2d").getImageData(x * ratio, y * ratio, 1, 1).data].join();
        })""",
        grid,
    )
    for (x, y), colour in zip(grid, pixels, strict=True):
        u, v = at[0] + np.array([x + box["x"] + 1 - u0, -(y + box["y"] + 1 - v0)]) / scale
        heights = planes[:, :2] @ (u, v) + planes[:, 2]
        if np.ptp(np.sort(heights)[-2:]) > 1:
            colours.setdefault(int(heights.argmax()), []).append(colour)
    assert len(colours) == 3
    most = {k: max(set(seen), key=seen.count) for k, seen in colours.items()}
    assert len(set(most.values())) == 3
    # Except for marks, names and lines, each region has a single colour, different from the others
    for k, seen in colours.items():
        assert seen.count(most[k]) > 0.7 * len(seen)
        assert all(seen.count(other) == 0 for j, other in most.items() if j != k)


def test_steps_move_the_items_and_the_readings(open_component):
    component = EmbeddingMap(moving())
    opened = open_component(component)
    last = opened.view.locator(".em-facts").inner_text()
    opened.page.get_by_role("slider").first.focus()
    opened.page.keyboard.press("Home")
    opened.frame()
    first = opened.view.locator(".em-facts").inner_text()
    assert first != last
    assert f"{component.unpack()['geometry'][0, 2]:.3g}"[:4] in first
    assert opened.model(component, "step") == 0


def test_a_learner_without_prototypes_is_shown_with_class_means(open_component):
    made = trace("attention")
    component = EmbeddingMap(made) if "embeddings" in made else EmbeddingMap(_without_prototypes())
    opened = open_component(component)
    expect(opened.view.locator(".em-note")).to_contain_text("hence no borders", use_inner_text=True)
    expect(opened.view.locator(".em-reading")).to_contain_text("class mean", use_inner_text=True)
    expect(opened.view.get_by_text("Borders", exact=True)).to_have_count(0)


def _without_prototypes():
    from metawidgets.records import Trace

    made = moving()
    channels = {name: made[name] for name in ("embeddings", "support_embeddings")}
    return Trace(made.axis, channels, made.episode, {"learner": "FineTune"})


def test_hostile_names_are_text(open_component):
    opened = open_component(EmbeddingMap(moving()))
    assert opened.page.title() == "EmbeddingMap"
    assert opened.view.locator(".em-class").evaluate_all("(all) => all.map((b) => b.title)").count(HOSTILE) == 1
    expect(opened.page.locator(".mw img, .mw script")).to_have_count(0)


def test_without_a_kernel_nothing_is_computed_and_it_says_why(open_component):
    opened = open_component(EmbeddingMap(blobs(40)))
    compute = opened.view.get_by_role("button", name="Compute")
    expect(compute).to_be_disabled()
    assert "running Python kernel" in (compute.get_attribute("title") or "")
    expect(opened.view.get_by_role("button", name="t-SNE")).to_be_disabled()


def test_what_was_computed_is_in_the_exported_page(open_component):
    component = EmbeddingMap(blobs(40))
    component.project("tsne", neighbours=6)
    opened = open_component(component)
    expect(opened.view.get_by_role("button", name="t-SNE")).to_have_attribute("aria-pressed", "true")
    expect(opened.view.locator(".em-note")).to_contain_text("perplexity 6", use_inner_text=True)
    expect(opened.view.locator(".em-note")).to_contain_text("no way back", use_inner_text=True)
    opened.view.get_by_role("button", name="PCA").click()
    opened.page.wait_for_timeout(900)  # the map moves there gradually
    expect(opened.view.locator(".em-note")).to_contain_text(
        "a flat picture of a space with more dimensions", use_inner_text=True
    )


def test_tsne_is_asked_of_python_and_shows_its_progress(open_live):
    component = EmbeddingMap(blobs(50))
    live = open_live(component)
    live.view.get_by_role("spinbutton", name="Perplexity").fill("7")
    live.page.keyboard.press("Tab")
    live.view.get_by_role("button", name="Compute").click()
    live.until(
        lambda: component.projections.get("tsne", {}).get("steps") == 1000 and not component.background.running, 40
    )
    live.settle()
    assert component.projections["tsne"]["neighbours"] == 7
    expect(live.view.locator(".em-note")).to_contain_text("perplexity 7", use_inner_text=True)
    expect(live.view.locator(".mw-progress")).to_be_hidden()
    live.view.get_by_role("button", name="PCA").click()
    live.settle()
    assert component.projection == "pca"


def test_with_too_few_items_nothing_is_computed_even_with_a_kernel(open_live):
    live = open_live(EmbeddingMap(blobs(6, way=2), selection=Selection()))
    live.settle()
    live.page.wait_for_timeout(200)
    compute = live.view.get_by_role("button", name="Compute")
    expect(compute).to_be_disabled()
    expect(compute).to_have_attribute("title", "t-SNE needs at least 7 items")


def test_two_thousand_images_draw_fast_and_pan_smoothly(open_component, patience):
    opened = open_component(EmbeddingMap(blobs(2000, way=20, features=64, images=True), marks="images"))
    took = opened.view.evaluate(
        """async (root) => {
            const [canvas, plot] = [root.querySelector(".em-canvas"), root.querySelector(".em-plot")];
            canvas.scrollIntoView({ block: "center" });
            plot.focus();
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            const event = (key) => new KeyboardEvent("keydown", { key, shiftKey: true, bubbles: true });
            const key = (name) => plot.dispatchEvent(event(name));
            const times = [];
            for (let i = 0; i < 30; i++) {
                const start = performance.now();
                key(i % 2 ? "ArrowLeft" : "ArrowRight");
                await frame();
                await frame();
                canvas.getContext("2d").getImageData(0, 0, 1, 1); // until it is painted
                times.push((performance.now() - start) / 2);
            }
            return times.sort((a, b) => a - b)[15];
        }"""
    )
    assert took < 33 * patience


def test_a_step_costs_less_than_two_frames(open_component, scrub_work):
    assert scrub_work(open_component(EmbeddingMap(trace())).page, ".mw-slider") < SCRUB
