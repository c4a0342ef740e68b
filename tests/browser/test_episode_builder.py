"""Building an episode in the page by mouse, keys, pad and file, with and without Python."""

import io
import json
import math
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from metawidgets import datasets
from metawidgets.episodes import Episode, EpisodeSampler
from metawidgets.widgets import EpisodeBuilder
from tests.made_files import bomb
from tests.widgets.examples import HOSTILE, curve, points, sheet
from tests.widgets.test_episode_builder import of, same

GLYPHS = datasets.load("glyphs", n_classes=60)


def builder(dataset="glyphs", **options):
    known = {"glyphs": GLYPHS, "gaussians": datasets.load("gaussians"), "sinusoids": datasets.load("sinusoids")}
    return EpisodeBuilder(datasets=known, dataset=dataset, **options)


def cell(opened, key):
    return opened.view.locator(f'[data-key="{key}"]')


def strip(opened, side, cls):
    return opened.view.locator(f'.eb-strip[data-side="{side}"][data-cls="{cls}"]')


def middle(locator):
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, start, *way):
    page.mouse.move(*start)
    page.mouse.down()
    for place in way:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def document(opened, b):
    return opened.page.evaluate("(id) => window.metawidgets.models.get(id).get('document')", b.model_id)


def verdict(opened):
    return opened.view.locator(".eb-verdict").inner_text()


def focused_key(opened):
    """Return the key of the focused item, or the class name of another element with the focus."""
    return opened.view.evaluate(
        "(root) => { const { activeElement } = root.getRootNode(); return activeElement.dataset.key ?? activeElement.className; }"
    )


def copied(opened, name):
    """Return the text of the copy button. A page from a file may not write to the clipboard, so the text is shown in the page."""
    opened.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not here')); }")
    opened.view.get_by_role("button", name=name).click()
    area = opened.view.locator("textarea")
    area.wait_for()
    text = area.input_value()
    opened.view.get_by_role("button", name="Close").click()
    return text


def run(code):
    space = {}
    exec(code, space)
    return space["episode"]


# -- with Python behind it ---------------------------------------------------------------------------------------------------


@pytest.mark.quick
def test_an_item_dragged_to_the_support_is_in_pythons_episode(open_live):
    live, heard = open_live(b := builder(n_way=3)), []
    b.on_episode(heard.append)
    key, item = of(b, "query", 1)[2], b.episode.query_items[5]
    drag(live.page, middle(cell(live, key)), middle(strip(live, "pool", 0)), middle(strip(live, "support", 1)))
    live.settle()
    assert b.episode.shots.tolist() == [1, 2, 1]
    assert item in b.episode.support_items
    assert heard == [b.episode]
    assert verdict(live) == "Episode: 3-way, 1 to 2 shots, 8 queries (2 to 3 a class)."
    live.page.keyboard.press("Control+z")
    live.settle()
    assert b.episode.seed == (0, 0)
    live.view.get_by_role("button", name="Redo: move an item to support").click()
    live.settle()
    assert item in b.episode.support_items
    drag(
        live.page, middle(cell(live, key)), middle(cell(live, of(b, "query", 0)[0]))
    )  # into another class, before its first item
    live.settle()
    assert b.episode.queries.tolist() == [4, 2, 3]
    assert b.episode.query_items[0] == item or b.episode.query_items[1] == item
    drag(live.page, middle(cell(live, key)), (2, 2))  # dropped beside the target, so nothing changes
    live.settle()
    assert b.episode.queries.tolist() == [4, 2, 3]


def test_a_drawing_on_the_pad_is_an_item_that_python_has(open_live):
    live = open_live(b := builder(n_way=2))
    view, page = live.view, live.page
    view.get_by_label("Class of what is added").select_option(index=1)
    view.get_by_role("button", name="Draw").click()
    pad = view.locator(".eb-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    add = view.get_by_role("button", name="Add the drawing")
    expect(add).to_be_disabled()
    at = lambda u, v: (box["x"] + u * box["width"], box["y"] + v * box["height"])  # noqa: E731
    drag(page, at(0.1, 0.1), at(0.1, 0.5), at(0.1, 0.9))  # a bar at the left, which will be centred
    expect(add).to_be_enabled()
    add.click()
    live.until(lambda: b.episode.shots.tolist() == [1, 2])
    image = b.episode.support_x[-1, 0].astype(float)
    assert image.shape == (28, 28)
    assert image.max() > 150  # the bar's middle line is between two columns
    rows, columns = np.nonzero(image > 128)
    assert (rows.max() - rows.min(), columns.max() - columns.min()) == (
        pytest.approx(22, abs=2),
        pytest.approx(1, abs=1),
    )
    assert np.average(np.arange(28), weights=image.sum(0)) == pytest.approx(13.5, abs=0.3)
    # The stroke is as thick as in the data set: the share of a stroke's width on either side of its middle line.
    assert 1.0 < image.sum() / 255 / 22.4 < 1.8
    assert b.episode.support_items[-1].dataset == "drawn"
    expect(add).to_be_disabled()  # the pad is empty again
    page.keyboard.press("Control+z")
    live.until(lambda: b.episode.shots.tolist() == [1, 1])


def test_the_pad_can_be_drawn_on_by_keys(open_live):
    live = open_live(b := builder(n_way=2))
    live.view.get_by_role("button", name="Draw").click()
    live.view.locator(".eb-pad").focus()
    for key in [*["ArrowLeft"] * 6, " ", *["ArrowRight"] * 12, " ", "Enter"]:
        live.page.keyboard.press(key)
    live.until(lambda: b.episode.shots.tolist() == [2, 1])
    rows, columns = np.nonzero(b.episode.support_x[-1, 0] > 128)
    assert columns.max() - columns.min() == pytest.approx(12, abs=2)
    assert rows.max() - rows.min() <= 2


def test_pictures_are_uploaded_and_those_that_are_refused_are_named(open_live):
    live = open_live(b := builder(n_way=2))
    picture = Image.new("L", (90, 90), "white")
    ImageDraw.Draw(picture).ellipse((20, 20, 70, 70), outline=0, width=7)
    out = io.BytesIO()
    picture.save(out, "PNG")
    live.view.get_by_role("button", name="Query", exact=True).last.click()
    live.view.locator("input[type=file]").set_input_files(
        [
            {"name": "ring.png", "mimeType": "image/png", "buffer": out.getvalue()},
            {"name": f"{HOSTILE}.png", "mimeType": "image/png", "buffer": b"no image"},
            {"name": "bomb.png", "mimeType": "image/png", "buffer": bomb()},
            {"name": "large.png", "mimeType": "image/png", "buffer": bytes(5_100_000)},
        ]
    )
    status = live.view.locator(".mw-status")
    live.until(lambda: "large.png" in status.inner_text())
    said = status.inner_text()
    assert f"{HOSTILE}.png" in said.replace("\\", "")
    assert "bomb.png' unpacks to more than 40 million pixels" in said
    assert "“large.png” has 5.1 MB" in said
    assert b.episode.queries.tolist() == [4, 3]
    ring = b.episode.query_x[-1, 0]
    assert ring[14, 14] == 0
    assert ring[14].max() == 255
    assert live.page.title() == "EpisodeBuilder"


def test_resample_swap_and_numbers_ask_python(open_live):
    live = open_live(b := builder(n_way=3))
    view = live.view
    view.get_by_role("button", name="Resample").click()
    live.until(lambda: b.episode.seed == (0, 1))
    names = b.episode.class_names
    view.get_by_role("button", name=f"Lock class {names[0]}").click()
    view.get_by_role("button", name=f"Exchange class {names[1]}").click()
    live.until(lambda: b.episode.class_names[1] != names[1])
    view.get_by_role("button", name="Resample").click()
    live.until(lambda: b.episode.class_names[2] != names[2])
    assert b.episode.class_names[0] == names[0]
    shots = view.get_by_role("spinbutton", name="Shots")
    shots.fill("4")
    shots.press("Enter")
    live.until(lambda: b.episode.shots.tolist()[1:] == [4, 4])
    ways = view.get_by_role("spinbutton", name="Ways")
    ways.fill("5")
    ways.press("Enter")
    live.until(lambda: b.episode.n_way == 5)
    view.get_by_label("Dataset").select_option("gaussians")
    status = view.locator(".mw-status")
    live.until(status.is_visible)
    expect(status).to_contain_text("unlock them to change the dataset", use_inner_text=True)
    live.until(lambda: view.get_by_label("Dataset").input_value() == "glyphs")
    view.get_by_role("button", name=f"Lock class {names[0]}").click()
    view.get_by_label("Dataset").select_option("gaussians")
    live.until(lambda: b.episode.item_shape == (2,))
    assert (b.episode.n_way, b.episode.shots.tolist()) == (3, [5, 5, 5])
    live.page.keyboard.press("Control+z")
    view.get_by_role("button", name="Undo", exact=False).click()
    live.until(lambda: b.episode.item_shape == (1, 28, 28))
    expect(status).to_be_hidden()


def test_more_items_can_be_asked_for_again_and_again_by_key(open_live):
    live = open_live(b := builder(n_way=2, pool=1))
    more = live.view.get_by_role("button", name="More items of class").first
    more.focus()
    live.page.keyboard.press("Enter")
    live.until(lambda: len(of(b, "pool", 0)) == 11)
    assert "mw-button" in focused_key(live)
    live.page.keyboard.press("Enter")
    live.until(lambda: len(of(b, "pool", 0)) == 16)  # all 20 items of this class are used


def test_points_are_placed_moved_and_removed(open_live):
    live = open_live(b := builder("gaussians", n_way=2))
    plot = live.view.locator(".eb-plot")
    x, y = middle(plot)
    before = b.episode
    live.page.mouse.click(x + 150, y - 130)
    live.settle()
    assert b.episode.shots.tolist() == [6, 5]
    new = b.episode.support_x[-1]
    assert b.episode.support_items[-1].dataset == "placed"
    assert b.episode.task == {}
    key = of(b, "support")[-1]
    drag(live.page, middle(cell(live, key)), (x - 120, y + 100))
    live.settle()
    moved = b.episode.support_x[-1]
    assert moved[0] < new[0]
    assert moved[1] < new[1]
    cell(live, key).focus()
    live.page.keyboard.press("Shift+ArrowRight")
    live.page.keyboard.press("Shift+ArrowRight")
    live.settle()
    assert b.episode.support_x[-1][0] > moved[0]
    assert b.episode.support_x[-1][1] == moved[1]
    live.page.keyboard.press("Control+z")  # undoes both small moves at once
    live.settle()
    assert b.episode.support_x[-1].tolist() == moved.tolist()
    live.page.keyboard.press("q")
    live.settle()
    assert b.episode.queries.tolist() == [11, 10]
    live.page.keyboard.press("Delete")
    live.settle()
    assert b.episode.shots.tolist() == [5, 5]
    assert np.array_equal(b.episode.support_x, before.support_x)
    assert b.episode.task == before.task


def test_samples_of_a_curve_are_placed_where_the_click_is(open_live):
    live = open_live(b := builder("sinusoids"), width=400)
    plot = live.view.locator(".eb-plot")
    x, y = middle(plot)
    low = b.episode.support_y.min()
    live.page.mouse.click(x + 20, y + 55)
    live.page.keyboard.down("Shift")
    live.page.mouse.click(x - 60, y - 50)
    live.page.keyboard.up("Shift")
    live.settle()
    e = b.episode
    assert (len(e.support_x), len(e.query_x)) == (6, 11)
    assert e.support_x[-1, 0] > e.query_x[-1, 0]
    assert e.support_y[-1, 0] < e.query_y[-1, 0]
    assert math.isfinite(low)
    number = live.view.get_by_role("spinbutton", name="y", exact=True)
    number.fill("1.25")
    number.press("Enter")
    live.settle()
    assert b.episode.query_y[-1, 0] == 1.25


def test_a_message_that_is_no_document_is_taken_back(open_live):
    live = open_live(b := builder(n_way=2))
    before = b.document
    live.page.evaluate(
        """(id) => { const model = window.metawidgets.models.get(id); const doc = structuredClone(model.get("document"));
            doc.items[Object.keys(doc.items)[0]].row = 12345; model.set("document", doc); model.save_changes(); }""",
        b.model_id,
    )
    live.settle()
    assert b.document == before
    assert document(live, b) == before
    expect(live.view.locator(".mw-status")).to_contain_text("this is not a document", use_inner_text=True)
    cell(live, of(b, "query", 0)[0]).focus()
    live.page.keyboard.press("s")
    live.settle()
    assert b.episode.shots.tolist() == [2, 1]
    expect(live.view.locator(".mw-status")).to_be_hidden()


def test_a_kernel_that_is_gone_leaves_the_editing(open_live):
    live = open_live(b := builder(n_way=2))
    live.stop_kernel()
    live.view.get_by_role("button", name="Resample").click()
    expect(live.view.locator(".mw-status")).to_contain_text("Run the cell again", use_inner_text=True)
    cell(live, of(b, "pool", 0)[0]).focus()
    live.page.keyboard.press("s")
    live.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert verdict(live) == "Episode: 2-way, 1 to 2 shots, 6 queries (3 a class)."


# -- without a kernel --------------------------------------------------------------------------------------------------------


def test_everything_can_be_moved_by_keys_without_a_kernel(open_component):
    opened = open_component(b := builder(n_way=3))
    first = of(b, "support", 0)[0]
    cell(opened, first).focus()
    press = opened.page.keyboard.press
    focused = lambda: focused_key(opened)  # noqa: E731
    press("ArrowRight")
    assert focused() == of(b, "query", 0)[0]
    for key, side in (("s", "support"), ("p", "pool"), ("q", "query")):
        press(key)
        opened.frame()
        assert focused() == of(b, "query", 0)[0]
        assert document(opened, b)["items"][focused()]["side"] == side
    press("Shift+ArrowDown")
    opened.frame()
    assert document(opened, b)["items"][focused()]["class"] == b.document["classes"][1]["key"]
    press("Shift+ArrowLeft")
    opened.frame()
    names = opened.view.locator(f'.eb-strip[data-side="query"][data-cls="{b.document["classes"][1]["key"]}"] .eb-item')
    assert names.evaluate_all("(all) => all.map((each) => each.dataset.key)").index(focused()) == 2
    press("l")
    opened.frame()
    assert cell(opened, focused()).get_attribute("aria-label").endswith(", locked")
    live = opened.view.locator(".mw-live")
    expect(live).to_have_text(
        re.compile("^" + re.escape("Lock an item. 3-way 1-shot, 9 queries (2 to 4 a class)")), use_inner_text=True
    )
    press("Delete")
    opened.frame()
    # The text for the current state
    expect(live).to_have_text(
        re.compile("^" + re.escape("Remove an item. 3-way 1-shot, 8 queries (2 to 3 a class)")), use_inner_text=True
    )
    assert len(document(opened, b)["items"]) == len(b.document["items"]) - 1
    assert focused() in b.document["items"]  # the focus moved to the neighbour
    for _ in range(7):
        press("Control+z")
    opened.frame()
    assert document(opened, b) == b.document
    for _ in range(7):
        press("Control+y")
    opened.frame()
    assert len(document(opened, b)["items"]) == len(b.document["items"]) - 1


def test_the_dragged_item_is_under_the_pointer_and_escape_lets_go(open_component):
    opened = open_component(b := builder(n_way=2))
    key, ghost = of(b, "query", 0)[0], opened.view.locator(".eb-ghost")
    target = strip(opened, "support", 1)
    x, y = middle(target)
    opened.page.mouse.move(*middle(cell(opened, key)))
    opened.page.mouse.down()
    opened.page.mouse.move(x, y, steps=4)
    box = ghost.bounding_box()
    assert box["x"] < x < box["x"] + box["width"]
    assert box["y"] < y < box["y"] + box["height"]
    assert "is-target" in target.get_attribute("class")
    opened.page.keyboard.press("Escape")
    expect(ghost).to_have_count(0)
    opened.page.mouse.up()
    opened.frame()
    assert document(opened, b) == b.document
    expect(opened.view.locator(".is-target, .is-next, .is-dragging")).to_have_count(0)


def test_an_item_in_both_sets_is_no_episode_and_both_are_marked(open_component):
    opened = open_component(b := builder(n_way=2))
    cell(opened, of(b, "support", 0)[0]).click()
    opened.view.get_by_role("button", name="Copy to the other set").click()
    opened.frame()
    item = b.episode.support_items[
        [i.class_id for i in b.episode.support_items].index(b.document["classes"][0]["name"])
    ]
    assert verdict(opened) == (
        f"No episode. Item {item} is in both support and query: the learner would see a query before the test. Remove one."
    )
    expect(opened.view.locator(".eb-item.is-bad")).to_have_count(2)
    expect(opened.view.get_by_role("button", name="Copy as JSON")).to_be_disabled()
    opened.view.get_by_role("button", name="Undo", exact=False).click()
    opened.frame()
    expect(opened.view.locator(".eb-item.is-bad")).to_have_count(0)


def test_what_needs_python_says_so(open_component):
    opened = open_component(builder(n_way=2))
    for control in ("Resample", "Upload…"):
        button = opened.view.get_by_role("button", name=control)
        expect(button).to_be_disabled()
        assert "needs a running Python kernel" in button.get_attribute("title")
    queries = opened.view.get_by_role("spinbutton", name="Queries")
    queries.fill("5")  # the pool has enough items
    queries.press("Enter")
    opened.frame()
    assert verdict(opened) == "Episode: 2-way 1-shot, 10 queries (5 a class)."
    queries.fill("400")
    queries.press("Enter")
    opened.frame()
    expect(opened.view.locator(".mw-status")).to_contain_text("The pool does not suffice", use_inner_text=True)
    expect(queries).to_have_value("5")


@pytest.mark.parametrize("make", [sheet, points, curve])
def test_copied_json_is_the_episode(open_component, make):
    opened = open_component(b := EpisodeBuilder(make()))
    data = json.loads(copied(opened, "Copy as JSON"))
    assert data == b.episode.to_dict()
    assert same(run(copied(opened, "Copy as Python")), make())


@pytest.mark.parametrize("dataset", ["glyphs", "gaussians", "sinusoids"])
def test_copied_python_makes_the_episode(open_live, dataset):
    b = builder(dataset, seed=2)
    if dataset == "glyphs":  # the test's dataset has 60 classes, and the code includes this option
        assert b.config["datasets"][0]["code"] == "datasets.load('glyphs', n_classes=60)"
    live = open_live(b)
    code = copied(live, "Copy as Python")
    assert ".episode(0)" in code
    assert same(run(code), b.episode)
    assert same(b.episode, EpisodeSampler(**sampled(b)).episode(0))
    key = of(b, "query")[0]
    cell(live, key).focus()
    live.page.keyboard.press("s")
    live.settle()
    code = copied(live, "Copy as Python")
    assert f'.moved("{b.episode.support_items[-1]}", to="support")' in code
    assert same(run(code), b.episode)
    name = live.view.locator(".eb-name").first
    if dataset != "sinusoids":
        name.fill("\"quoted\" \\ {names} \u2028 \U0001f600'''")
        name.press("Enter")
        live.settle()
        assert same(run(copied(live, "Copy as Python")), b.episode)
        assert b.episode.class_names[0].startswith('"quoted"')
    assert json.loads(copied(live, "Copy as JSON")) == b.episode.to_dict()


def sampled(b):
    s = b.document["settings"]
    source = {"glyphs": GLYPHS}.get(s["dataset"]) or datasets.load(s["dataset"])
    size = {name: s[name] for name in ("n_way", "k_shot", "n_query", "seed")}
    return {"source": source.source(s["split"]), **size}


def test_the_page_and_python_say_the_same(open_live):
    """The browser and Python both compute the verdict, so that the reader need not wait. Both must give the same text."""
    live = open_live(b := builder(n_way=3, n_query=1))
    keys = [of(b, side, k)[0] for k in range(3) for side in ("support", "query")]
    press = live.page.keyboard.press
    seen = set()
    for key, act in [
        (keys[0], "p"),
        (keys[1], "s"),
        (keys[1], "c"),
        (keys[2], "c"),
        (keys[3], "p"),
        (keys[5], "p"),
        (keys[5], "q"),
    ]:
        cell(live, key).focus()
        press(act)
        live.settle()
        shown = verdict(live)
        assert (shown == f"No episode. {b.problem}") if b.problem else shown.startswith("Episode: 3-way")
        assert live.view.locator(".eb-notes li").all_inner_texts() == b.notes
        seen.add(b.problem.split(" is in")[-1])
    assert len(seen) == 2
    for name in ("", "x", "x"):
        live.view.locator(".eb-name").nth(0 if name != "x" else len(seen) % 2).fill(name)
        press("Enter")
        live.settle()
        assert (f"No episode. {b.problem}" == verdict(live)) == bool(b.problem)


def test_hostile_names_are_text(open_live):
    live = open_live(b := EpisodeBuilder(sheet()))
    expect(live.view.locator(".eb-name").nth(2)).to_have_value(HOSTILE)
    live.view.locator(".eb-name").first.fill(f"{HOSTILE}!")
    live.page.keyboard.press("Enter")
    live.settle()
    assert b.episode.class_names[0] == f"{HOSTILE}!"
    assert live.page.title() == "EpisodeBuilder"
    expect(live.page.locator(".mw img, .mw script")).to_have_count(0)


def test_a_touch_drags_an_item(open_live):
    live = open_live(b := builder(n_way=2), width=400)
    key = of(b, "pool", 0)[0]
    (x, y), (u, v) = middle(cell(live, key)), (0, 0)
    u, v = middle(strip(live, "support", 0))
    cell(live, key).evaluate(
        """(node, [x, y, u, v]) => {
            const say = (type, clientX, clientY) => node.dispatchEvent(new PointerEvent(type, { pointerId: 7, pointerType: "touch",
                isPrimary: true, button: type === "pointermove" ? -1 : 0, clientX, clientY, bubbles: true, cancelable: true }));
            node.setPointerCapture = () => {};
            node.closest(".eb-sheet").setPointerCapture = () => {};
            say("pointerdown", x, y); say("pointermove", x, y - 10); say("pointermove", u, v); say("pointerup", u, v);
        }""",
        [x, y, u, v],
    )
    live.settle()
    assert b.episode.shots.tolist() == [2, 1]


def test_two_views_of_one_episode_are_linked_by_the_selection(open_live):
    live = open_live(b := builder(n_way=2))
    cell(live, of(b, "query", 1)[0]).click()
    live.settle()
    item = b.rows[b.document["items"][of(b, "query", 1)[0]]["row"]].item
    chosen: Any = b.selection
    assert chosen.selected == str(item)
    assert isinstance(b.episode, Episode)
    live.page.keyboard.press("Escape")
    live.settle()
    assert chosen.selected == ""
