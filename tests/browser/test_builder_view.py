"""The builder for its reader: messages beside their controls, arrow keys that follow the layout, a hint that the pool is longer than
its visible part, and a learner that predicts in the page."""

import copy
import json

import numpy as np
import pytest
from playwright.sync_api import expect

import metawidgets as mw
from metawidgets import instruments
from metawidgets.learners.loop import predict
from metawidgets.widgets import EpisodeBuilder
from tests.browser.test_episode_builder import GLYPHS, builder, cell, copied, drag, focused_key, middle, run, strip
from tests.widgets.test_copied_python import has_pixels
from tests.widgets.test_episode_builder import of, same


def status(opened):
    return opened.view.locator(".mw-status")


def beside(opened, message, control):
    """Return the distance of a message from a control below or above it, in pixels."""
    a, b = message.bounding_box(), control.bounding_box()
    return max(a["y"] - b["y"] - b["height"], b["y"] - a["y"] - a["height"], 0)


# -- messages -------------------------------------------------------------------------------------------------------------


def test_why_a_locked_class_forbids_another_dataset_stands_beside_it_until_the_next_success(open_live):
    live = open_live(builder(n_way=3))
    live.view.get_by_role("button", name="Lock class").first.click()
    choice = live.view.get_by_label("Dataset")
    choice.select_option("gaussians")
    live.settle()
    expect(status(live)).to_contain_text("the locked items do not fit", use_inner_text=True)
    assert beside(live, status(live), choice) < 40
    expect(live.view.locator(".mw-live")).to_contain_text("the locked items do not fit", use_inner_text=True)
    live.view.get_by_role("button", name="Lock class").first.click()  # unlocking does not need Python
    live.settle()
    expect(status(live)).to_be_hidden()
    choice.select_option("gaussians")
    live.settle()
    expect(status(live)).to_be_hidden()
    expect(live.view.locator(".eb-plot")).to_be_visible()


def test_the_same_refusal_is_said_again(open_live):
    live = open_live(builder(n_way=3))
    live.view.get_by_role("button", name="Lock class").first.click()
    for _ in range(2):
        live.view.get_by_label("Dataset").select_option("gaussians")
        live.settle()
        expect(status(live)).to_be_visible()
        live.view.get_by_role("button", name="Add a class", exact=True).click()
        live.settle()
        expect(status(live)).to_be_hidden()


def test_what_a_class_refuses_stands_in_its_line(open_live):
    live = open_live(b := builder(n_way=2))
    key = b.document["classes"][1]["key"]
    live.view.get_by_role("button", name="Lock class").nth(1).click()
    live.view.get_by_role("button", name="Exchange class").nth(1).click()
    live.settle()
    expect(status(live)).to_contain_text("unlock it to exchange it", use_inner_text=True)
    line = live.view.locator(".eb-line", has=live.page.locator(f'[data-cls="{key}"]'))
    expect(line.locator(".mw-status")).to_have_count(1)
    assert beside(live, status(live), strip(live, "support", key)) < 10


def test_what_the_pool_lacks_stands_beside_the_number_and_goes(open_component):
    opened = open_component(builder(n_way=2))
    shots = opened.view.get_by_role("spinbutton", name="Shots")
    shots.fill("300")
    shots.press("Enter")
    opened.frame()
    expect(status(opened)).to_contain_text("The pool does not suffice", use_inner_text=True)
    assert beside(opened, status(opened), shots) < 40
    shots.fill("2")
    shots.press("Enter")
    opened.frame()
    expect(status(opened)).to_be_hidden()


def test_a_coordinate_that_is_none_is_said(open_component):
    opened = open_component(b := builder("gaussians"))
    opened.view.locator(f'.eb-point[data-key="{of(b, "support", 0)[0]}"]').focus()
    opened.page.keyboard.press("Enter")
    opened.frame()
    x = opened.view.get_by_role("spinbutton", name="x", exact=True)
    x.fill("1e9")
    x.press("Enter")
    expect(status(opened)).to_have_text("Give a number from -100000 to 100000.", use_inner_text=True)
    assert beside(opened, status(opened), x) < 40
    x.fill("0.5")
    x.press("Enter")
    opened.frame()
    expect(status(opened)).to_be_hidden()


def test_a_picture_that_cannot_be_read_is_named_beside_the_button(open_live):
    live = open_live(builder(n_way=2))
    file = {"name": "none.png", "mimeType": "image/png", "buffer": b"none"}
    live.view.locator(".eb-file").set_input_files([file])
    live.until(lambda: status(live).is_visible())
    upload = live.view.get_by_role("button", name="Upload…")
    expect(status(live)).to_contain_text("none.png", use_inner_text=True)
    assert beside(live, status(live), upload) < 40
    live.view.get_by_role("button", name="Add a class", exact=True).click()
    live.settle()
    expect(status(live)).to_be_hidden()


def test_the_sentence_on_python_is_seen_and_only_where_it_is_absent(open_component, open_live):
    needs = open_component(builder(n_way=2)).view.locator(".mw-needs:visible")
    expect(needs).to_have_text(
        ["What is greyed out here needs a running Python kernel: open the notebook to use it."], use_inner_text=True
    )
    expect(open_live(builder(n_way=2)).view.locator(".mw-needs:visible")).to_have_count(0)


# -- keys and lists ---------------------------------------------------------------------------------------------------------


SEEN = """(root) => Object.fromEntries([...root.querySelectorAll(".eb-item")].map((each) => {
  const [box, strip] = [each.getBoundingClientRect(), each.parentElement.getBoundingClientRect()];
  const seen = box.left < strip.right - 8 && box.right > strip.left + 8;
  return [each.dataset.key, [box.left, box.top, box.width, box.height, seen]];
}))"""


def places(opened):
    return {
        key: np.array([x + w / 2, y + h / 2, h, seen]) for key, (x, y, w, h, seen) in opened.view.evaluate(SEEN).items()
    }


@pytest.mark.parametrize("width", [1000, 420])
def test_arrows_go_to_the_neighbour_that_is_seen(open_component, width):
    b = builder(n_way=3, k_shot=4, n_query=7, pool=12)
    opened = open_component(b, width=width)
    ways = {"ArrowRight": (1, 0), "ArrowLeft": (-1, 0), "ArrowDown": (0, 1), "ArrowUp": (0, -1)}
    moved = 0
    for side in ("support", "query", "pool"):
        for key in (of(b, side, 1)[0], of(b, side, 1)[-1], of(b, side, 0)[1]):
            for name, (dx, dy) in ways.items():
                cell(opened, key).focus()
                opened.frame()
                before = places(opened)
                opened.page.keyboard.press(name)
                to = focused_key(opened)
                away = {k: p[:2] - before[key][:2] for k, p in before.items()}
                ahead = {k: a for k, a in away.items() if k != key and np.dot(a, (dx, dy)) > 1 and before[k][3]}
                beyond = {k for k, a in ahead.items() if abs(a[1]) >= 0.8 * before[key][2]}
                level = {k for k, a in ahead.items() if abs(a[1]) < 0.3 * before[key][2]}
                if dx and not level:
                    continue  # there are only partly overlapping items, or none
                if to == key:
                    assert not (level if dx else beyond), (side, key, name)
                    continue
                moved += 1
                step = away[to]
                assert np.dot(step, (dx, dy)) > 0, (side, key, name)
                # No visible item is nearer in the same line, or nearer in the same direction.
                rivals = level if dx else beyond
                assert np.hypot(*step) <= min(np.hypot(*away[k]) for k in rivals or {to}) + 1, (side, key, name, to)
    assert moved > 15


def test_a_pool_that_goes_on_says_so_and_is_scrolled_by_keys_and_by_its_button(open_component):
    b = builder(n_way=2, pool=30)  # each class has 16 more items
    opened = open_component(b, width=420)
    pool = strip(opened, "pool", b.document["classes"][0]["key"])
    onward = pool.locator(".eb-onward")
    onward.wait_for()
    told = int(onward.inner_text().removesuffix(" more"))
    assert 4 < told < 14
    keys = of(b, "pool", 0)
    cell(opened, keys[0]).focus()
    for _ in range(len(keys) - 1):
        opened.page.keyboard.press("ArrowRight")
    assert focused_key(opened) == keys[-1]
    box, edge = cell(opened, keys[-1]).bounding_box(), pool.bounding_box()
    assert box["x"] + box["width"] <= edge["x"] + edge["width"] + 1
    opened.page.wait_for_function("(node) => node.textContent === 'to the first'", arg=onward.element_handle())
    onward.click()
    opened.page.wait_for_function("(node) => node.textContent.endsWith('more')", arg=onward.element_handle())
    assert pool.evaluate("(node) => node.scrollLeft") == 0
    onward.click()
    opened.frame()
    assert pool.evaluate("(node) => node.scrollLeft") > 100


def test_on_paper_the_pool_is_whole(open_component):
    b = builder(n_way=2, pool=30)
    opened = open_component(b, width=420)
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(opened.view.locator(".eb-onward:visible")).to_have_count(0)
    edges = opened.view.bounding_box()
    for key in of(b, "pool", 0):
        box = cell(opened, key).bounding_box()
        assert box["x"] + box["width"] <= edges["x"] + edges["width"] + 1


# -- a learner that answers ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def protonet():
    return mw.load("glyphs-protonet")


def score(opened):
    return opened.view.locator(".eb-score").inner_text().replace("\u00a0", " ")


def answering(learner, **options):
    return instruments.episode_builder(GLYPHS, n_way=4, k_shot=1, n_query=3, learner=learner, **options)


def test_without_python_moved_items_move_the_prototypes(open_component, protonet):
    b = answering(protonet, seed=4)
    opened = open_component(b)  # this page has no network
    right = round(float((predict(protonet, b.episode).argmax(1) == b.episode.query_y).sum()))
    assert score(opened).startswith(f"ProtoNet: {right} of 12 queries right ({100 * right / 12:.1f} %).")
    rng = np.random.default_rng(2)
    for _ in range(6):
        side, cls = rng.choice(["support", "query", "pool"]), int(rng.integers(4))
        keys = of_now(opened, b, "pool", cls)
        if not keys:
            continue
        start = middle(cell(opened, keys[0]))
        drag(opened.page, start, middle(strip(opened, str(side), b.document["classes"][int(rng.integers(4))]["key"])))
        opened.frame()
        b.document = opened.model(b, "document")
        said = predict(protonet, b.episode).argmax(1)
        right = int((said == b.episode.query_y).sum())
        assert score(opened).startswith(f"ProtoNet: {right} of {len(said)} queries right"), side
        expect(opened.view.locator(".eb-item.is-wrong")).to_have_count(len(said) - right)
        answers = b.answers()
        assert answers is not None
        assert answers.right == right


def of_now(opened, b, side, cls):
    document = opened.model(b, "document")
    key = document["classes"][cls]["key"]
    found = [(i["rank"], k) for k, i in document["items"].items() if (i["side"], i["class"]) == (side, key)]
    return [k for _, k in sorted(found)]


def test_a_class_without_support_gets_its_queries_wrong_and_is_marked_in_words_too(open_component, protonet):
    b = answering(protonet)
    opened = open_component(b)
    for key in of(b, "support", 0):
        cell(opened, key).focus()
        opened.page.keyboard.press("p")
        opened.frame()
    query = of(b, "query", 0)[0]
    assert "is-wrong" in cell(opened, query).get_attribute("class")
    assert "(wrong)" in cell(opened, query).get_attribute("aria-label")
    cell(opened, query).click()
    opened.frame()
    said = opened.view.locator(".eb-inspector").inner_text()
    assert "ProtoNet says" in said
    assert "no support" in said
    opened.page.keyboard.press("Control+z")
    opened.frame()
    assert "is-wrong" not in cell(opened, query).get_attribute("class")


def test_a_drawing_counts_live_and_is_said_to_need_python_where_no_learner_is(open_live, protonet):
    live = open_live(b := answering(protonet))
    key = b.document["classes"][0]["key"]
    ink = np.eye(28, dtype=np.uint8).tobytes()
    b.do_draw(key, "query", [ink])
    live.settle()
    assert " of 13 queries right" in score(live)
    restored = EpisodeBuilder.from_dict(b.to_dict())
    other = open_live(restored)
    restored.do_draw(key, "query", [ink[::-1]])
    other.settle()
    assert " of 13 queries right" in score(other)
    assert "1 item has no embedding here and is left out: ProtoNet needs Python" in score(other)
    expect(other.view.get_by_text("ProtoNet needs Python")).to_have_count(1)


def test_another_dataset_has_no_answers_and_loses_none_of_them(open_live, protonet):
    live = open_live(b := answering(protonet))
    b.resample(dataset="gaussians", n_way=3, k_shot=5, n_query=5, index=0)
    live.settle()
    expect(live.view.locator(".eb-score")).to_be_hidden()
    b.undo()
    live.settle()
    assert " of 12 queries right" in score(live)


# -- what is copied ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dataset", ["glyphs", "gaussians", "sinusoids"])
def test_the_copied_code_is_that_of_a_person(open_live, dataset):
    live = open_live(b := builder(dataset, seed=6))
    code = copied(live, "Copy as Python")
    assert len(code.strip().splitlines()) <= 6
    assert same(run(code), b.episode)
    document = copy.deepcopy(b.document)
    for key in of(b, "query")[:2]:
        document["items"][key] |= {"side": "support", "rank": 1000 + int(key)}
    b.document = document
    live.settle()
    code = copied(live, "Copy as Python")
    assert "episode = episode.moved(" in code
    assert not has_pixels(code)
    assert same(run(code), b.episode)
    assert json.loads(copied(live, "Copy as JSON")) == b.episode.to_dict()
