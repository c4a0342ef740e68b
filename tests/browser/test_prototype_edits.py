"""Changes of the metric, the order and the support set, and left-out examples: by mouse and keyboard, with and without a kernel."""

import re
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect

import metawidgets as mw
from metawidgets import learners
from metawidgets.episodes import Episode
from metawidgets.instruments import prototype_heatmap
from metawidgets.learners.networks.encoders import Conv4
from metawidgets.records import Trace
from metawidgets.widgets import PrototypeHeatmap
from metawidgets.widgets.prototype_heatmap.metrics import Space
from tests.browser.axe import faults
from tests.browser.limits import SCRUB
from tests.widgets.examples import items
from tests.widgets.made_traces import NAMES

# On a line, so that every mean and distance is known: class means at 1, 10 and 20.
SUPPORT, SUPPORT_Y = np.array([0, 2, 8, 12, 20], np.float32), np.array([0, 0, 1, 1, 2])
QUERIES, QUERY_Y = np.array([1, 5, 11, 4, 19, 16], np.float32), np.array([0, 0, 1, 1, 2, 2])


def line(**meta) -> Trace:
    """Make a trace on a line with squared Euclidean distances. Query 3 is wrong (9 against 36); query 1 is right by 9, query 5 by 20."""
    means, d = np.full((6, 3, 1), np.nan), np.full((6, 6, 3), np.nan)
    for t in range(6):
        for k in range(3):
            there = (k == SUPPORT_Y) & (np.arange(5) < t)
            if there.any():
                means[t, k] = SUPPORT[there].mean()
        d[t] = (QUERIES[:, None] - means[t, :, 0]) ** 2
    filled = np.where(np.isnan(d), -np.inf, -d)
    filled[0] = 0
    p = np.exp(filled - filled.max(-1, keepdims=True))
    grey = lambda y: np.broadcast_to(80 * (y[:, None, None, None] + 1), (len(y), 1, 28, 28)).astype(np.uint8)  # noqa: E731
    episode = Episode(
        grey(SUPPORT_Y),
        SUPPORT_Y,
        grey(QUERY_Y),
        QUERY_Y,
        NAMES,
        items("line", SUPPORT_Y, "s"),
        items("line", QUERY_Y, "q"),
    )
    channels = {
        "distances": d.astype(np.float32),
        "probabilities": (p / p.sum(-1, keepdims=True)).astype(np.float32),
        "embeddings": np.repeat(QUERIES[None, :, None], 6, 0),
        "support_embeddings": np.repeat(SUPPORT[None, :, None], 6, 0),
        "absorbed": np.array([np.arange(5) < t for t in range(6)], np.uint8),
    }
    return Trace("context_example", channels, episode, {"learner": "ProtoNet", "statistics": "running"} | meta)


def facts(opened) -> dict[str, str]:
    opened.frame()
    found = opened.view.locator(".ph-facts > div").all()
    return {each.locator("dt").inner_text(): each.locator("dd").inner_text() for each in found}


def button(opened, name: str):
    return opened.view.get_by_role("button", name=name, exact=True)


def unfold(opened) -> None:
    opened.view.get_by_text("Edit the support and compare").click()


def test_a_metric_is_switched_in_the_page(open_component):
    heatmap = PrototypeHeatmap(line(), cell=[3, 1])
    opened = open_component(heatmap)
    assert facts(opened)["Distance"] == "36.0 · 2nd nearest of 3"
    labels = opened.view.locator(".ph-metric").all_inner_texts()
    assert [text.split("\n") for text in labels] == [
        ["Squared Euclidean", "83\u00a0% right · the learner’s"],
        ["Euclidean", "83\u00a0% right"],
        ["Cosine", "33\u00a0% right"],  # all points are on one ray, so the first class wins every tie
        ["Manhattan", "83\u00a0% right"],
    ]
    opened.view.locator(".ph-metric", has_text="Manhattan").click()
    told = facts(opened)
    assert told["Distance"] == "6.00 · 2nd nearest of 3"
    assert told["Probability"] == "decision only"
    expect(opened.view.locator(".ph-unit")).to_have_text("Manhattan distance", use_inner_text=True)
    expect(opened.view.locator(".ph-metrics .ph-said")).to_contain_text("not their median", use_inner_text=True)
    assert opened.model(heatmap, "metric") == "manhattan"
    opened.view.locator(".ph-metric", has_text="Squared").focus()
    opened.page.keyboard.press("Enter")
    assert facts(opened)["Distance"] == "36.0 · 2nd nearest of 3"
    assert opened.model(heatmap, "metric") == ""


def test_a_saved_metric_order_and_edits_come_back(open_component):
    heatmap = PrototypeHeatmap(line(), metric="euclidean", sort="error")
    heatmap.edits = [{"op": "drop", "item": "line/class1/s2"}]
    opened = open_component(PrototypeHeatmap.from_dict(heatmap.to_dict()))
    expect(opened.view.locator(".ph-metric[aria-pressed=true]")).to_have_text(
        re.compile("^" + re.escape("Euclidean")), use_inner_text=True
    )
    expect(opened.view.get_by_label("Rows")).to_have_value("error")
    expect(opened.view.locator(".ph-edits li span")).to_have_text(["Dropped support 2"], use_inner_text=True)


def test_rows_by_margin_and_by_error(open_component):
    heatmap = PrototypeHeatmap(line())
    opened = open_component(heatmap)
    opened.view.get_by_label("Rows").select_option("margin")
    opened.page.locator(".mw-scroll").focus()
    titles = []
    opened.page.keyboard.press("Home")
    for _ in range(6):
        titles.append(opened.view.locator(".ph-title").inner_text().split()[1])
        opened.page.keyboard.press("ArrowDown")
    margins = np.sort(line()["distances"][-1], 1)
    assert titles == [str(q) for q in np.argsort(margins[:, 1] - margins[:, 0], kind="stable")]
    opened.view.get_by_label("Rows").select_option("error")
    opened.frame()
    opened.page.locator(".mw-scroll").focus()
    opened.page.keyboard.press("Home")
    expect(opened.view.locator(".ph-title")).to_have_text(re.compile("^" + re.escape("Query 3 ")), use_inner_text=True)
    assert opened.model(heatmap, "sort") == "error"


def test_a_pinned_query_is_decided_without_each_example(open_component):
    opened = open_component(PrototypeHeatmap(line()))
    said = opened.view.locator(".ph-without .ph-said")
    expect(said).to_have_text(re.compile("^" + re.escape("Pin a cell")), use_inner_text=True)
    opened.page.locator(".mw-scroll").focus()
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press("ArrowDown")  # query 1 at 5: 16 from aleph's mean, 25 from beth's; 225 from the last
    opened.page.keyboard.press("Enter")
    opened.frame()
    # Without s0, aleph is at 2: 9 against 25. Without s1, it is at 0: 25 against 25, and the first class wins. Without s2, beth is
    # at 12: 49. Without s3, it is at 8: 9 against 16, which changes the decision. Without s4, the margin is the same.
    expect(said).to_have_text(
        "Leaving out one of 5 examples changes the decision. 1 example of other classes changes nothing.",
        use_inner_text=True,
    )
    rows = opened.view.locator(".ph-left-out")
    assert [(row.get_attribute("title")[:9], row.locator(".ph-value").inner_text()) for row in rows.all()] == [
        ("support 3", "−16.0"),
        ("support 2", "+24.0"),
        ("support 1", "−9.00"),
        ("support 0", "+7.00"),
    ]
    expect(opened.view.locator(".ph-flip")).to_have_text(["→ beth"], use_inner_text=True)
    rows.first.click()  # a click opens the example in the editor
    expect(opened.view.locator(".ph-item[aria-pressed=true]")).to_have_attribute("aria-label", "support 3, beth")


def test_a_class_of_one_example_has_no_prototype_without_it(open_component):
    source = mw.datasets.load("glyphs").source("test")
    episode = mw.EpisodeSampler(source, n_way=5, k_shot=1, n_query=2, seed=1).episode(0)
    heatmap = prototype_heatmap(mw.load("glyphs-protonet"), episode)
    q, first = 0, int(heatmap.reading.new[0].argmin())
    opened = open_component(heatmap)
    opened.page.locator(".mw-scroll").focus()
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press("Enter")
    opened.frame()
    second = int(np.argsort(heatmap.reading.new[q])[1])
    place = int(np.flatnonzero(episode.support_y == first)[0])
    own = opened.view.locator(".ph-left-out.ph-flips")
    expect(own).to_have_count(1)
    expect(own.locator(".ph-value")).to_have_text("no prototype", use_inner_text=True)
    expect(own.locator(".ph-flip")).to_have_text(f"→ {episode.class_names[second]}", use_inner_text=True)
    expect(own).to_have_attribute("title", f"support {place}, {episode.class_names[first]}")


@pytest.mark.quick
def test_an_example_is_dropped_and_old_stands_beside_new(open_component):
    heatmap = PrototypeHeatmap(line(), cell=[1, 0])
    opened = open_component(heatmap)
    expect(button(opened, "Difference")).to_be_hidden()
    unfold(opened)
    opened.view.locator(".ph-item").nth(3).click()
    button(opened, "Drop").click()
    told = facts(opened)  # beth's mean went from 10 to 8: query 1 at 5 flips, query 3 at 4 does not: 16 against 9
    assert told["Predicted"].startswith("beth ✕ wrong")
    assert told["Predicted"].endswith("before aleph")
    assert told["Margin"].startswith("7.00 distance")
    assert told["Margin"].endswith("before 9.00")
    bars = opened.view.locator(".ph-bars")
    expect(bars.nth(0).locator(".ph-value")).to_have_text(
        ["5 of 6 · 83\u00a0%", "4 of 6 · 67\u00a0%"], use_inner_text=True
    )
    assert bars.nth(1).inner_text().split() == ["beth", "4.00"]
    expect(opened.view.locator(".ph-flipped")).to_have_text("query 1: aleph → beth ✕ wrong", use_inner_text=True)
    assert opened.model(heatmap, "edits") == [{"op": "drop", "item": "line/class1/s3"}]
    expect(opened.view.locator(".ph-summary")).to_have_text(
        re.compile("^" + re.escape("2 of 6 queries")), use_inner_text=True
    )
    button(opened, "Before").click()
    assert facts(opened)["Predicted"] == "aleph ● correct"
    button(opened, "Difference").click()
    opened.frame()
    expect(opened.view.locator(".ph-unit")).to_have_text(
        "squared Euclidean distance, now minus before", use_inner_text=True
    )
    # query 4 at 19: 11 * 11 from 8, where it was 9 * 9 from 10
    expect(opened.view.locator(".ph-ticks span")).to_have_text(["−40.0", "0.0", "+40.0"], use_inner_text=True)
    button(opened, "Restore").click()
    opened.frame()
    assert opened.model(heatmap, "edits") == []
    expect(button(opened, "Difference")).to_be_hidden()


def test_relabel_add_undo_and_reset(open_component):
    heatmap = PrototypeHeatmap(line())
    opened = open_component(heatmap)
    unfold(opened)
    selects = opened.view.locator(".ph-do select")
    selects.nth(0).select_option(label="beth")
    button(opened, "Relabel").click()
    relabel = {"op": "relabel", "item": "line/class0/s0", "label": 1}
    assert opened.model(heatmap, "edits") == [relabel]
    selects.nth(1).select_option(label="query 3")
    expect(selects.nth(2)).to_have_value("1")  # the true class is the default
    button(opened, "Add").click()
    add = {"op": "add", "item": "line/class1/q3", "label": 1}
    assert opened.model(heatmap, "edits") == [relabel, add]
    opened.frame()
    expect(selects.nth(1).locator("option", has_text="query 3")).to_have_count(0)
    # the means are at 2, 6 (of 0, 4, 8 and 12) and 20: query 1 at 5 is 9 from its own and 1 from beth
    expect(opened.view.locator(".ph-summary")).to_have_text(
        "1 of 5 queries is nearest to a wrong prototype. Smallest margin: 8.00 (query 1, beth before aleph).",
        use_inner_text=True,
    )
    expect(opened.view.locator(".ph-edits span")).to_have_text(
        [
            "Relabelled support 0 as beth",
            "Added query 3 as beth",
        ],
        use_inner_text=True,
    )
    expect(opened.view.locator(".ph-class").nth(1).locator(".ph-item")).to_have_count(4)
    button(opened, "Undo").click()
    assert opened.model(heatmap, "edits") == [relabel]
    button(opened, "Undo").click()
    assert opened.model(heatmap, "edits") == []
    selects.nth(0).select_option(label=NAMES[2])
    button(opened, "Relabel").focus()
    opened.page.keyboard.press("Enter")
    assert opened.model(heatmap, "edits") == [relabel | {"label": 2}]
    button(opened, "Reset").click()
    assert opened.model(heatmap, "edits") == []


def test_arrow_keys_go_through_the_support_with_one_tab_stop(open_component):
    opened = open_component(PrototypeHeatmap(line()))
    unfold(opened)
    opened.frame()
    expect(opened.view.locator(".ph-item[tabindex='0']")).to_have_count(1)
    opened.view.locator(".ph-item").first.focus()
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowRight")
    assert opened.view.evaluate("(root) => root.getRootNode().activeElement.ariaLabel") == "support 2, beth"
    opened.page.keyboard.press("End")
    assert opened.view.evaluate("(root) => root.getRootNode().activeElement.dataset.place") == "4"


def test_all_of_the_support_cannot_go(open_component):
    opened = open_component(PrototypeHeatmap(line()))
    unfold(opened)
    for i in range(5):
        opened.view.locator(".ph-item").nth(i).click()
        button(opened, "Drop").click()
        opened.frame()
    expect(opened.view.locator(".mw-status")).to_have_text(
        "This would leave no support example; keep one.", use_inner_text=True
    )
    expect(opened.view.locator(".ph-edits li")).to_have_count(4)


def test_without_embeddings_the_controls_say_why(open_component):
    trace = line()
    bare = Trace("context_example", {"distances": trace["distances"]}, trace.episode, trace.meta)
    opened = open_component(PrototypeHeatmap(bare, cell=[0, 0]))
    expect(opened.view.locator(".ph-metric:disabled")).to_have_count(4)
    expect(opened.view.locator(".ph-metrics .ph-said")).to_have_text(
        "Other distances are off: ProtoNet records no embeddings.", use_inner_text=True
    )
    expect(opened.view.locator(".ph-without .ph-said")).to_have_text(
        "Not known here: ProtoNet records no embeddings.", use_inner_text=True
    )
    unfold(opened)
    expect(button(opened, "Drop")).to_be_disabled()
    expect(opened.view.locator(".ph-edit > .ph-said")).to_contain_text(
        "needs a running Python kernel", use_inner_text=True
    )


def test_edits_reach_python_and_python_reaches_the_page(open_live):
    live = open_live(heatmap := PrototypeHeatmap(line()))
    live.view.get_by_text("Edit the support and compare").click()
    live.view.locator(".ph-item").nth(3).click()
    live.view.get_by_role("button", name="Drop", exact=True).click()
    live.until(lambda: heatmap.edits)
    assert [str(item) for item in heatmap.edited_episode.support_items] == [
        f"line/class{k}/s{i}" for i, k in enumerate(SUPPORT_Y) if i != 3
    ]
    assert heatmap.summary().endswith("right 4 of 6, before 5; 1 decision changed.")
    heatmap.edits = []
    live.pump()
    live.settle()
    expect(live.view.locator(".ph-summary")).to_have_text(
        re.compile("^" + re.escape("1 of 6 queries")), use_inner_text=True
    )


def test_what_python_refuses_is_taken_back_in_the_page(open_live):
    live = open_live(heatmap := PrototypeHeatmap(line()))
    live.page.evaluate(
        """(id) => { const model = window.metawidgets.models.get(id);
            model.set("edits", [{ op: "drop", item: "nobody" }]); model.save_changes(); }""",
        heatmap.model_id,
    )
    live.until(live.view.locator(".mw-status").is_visible)
    expect(live.view.locator(".mw-status")).to_contain_text("which is not a support item", use_inner_text=True)
    assert heatmap.edits == []
    assert live.page.evaluate("(id) => window.metawidgets.models.get(id).get('edits')", heatmap.model_id) == []


@pytest.mark.parametrize("kind", ["neighbour", "support_stats"])
def test_a_learner_that_has_to_be_asked_is_asked(open_live, kind):
    source = mw.datasets.load("glyphs").source("test")
    episode = mw.EpisodeSampler(source, n_way=5, k_shot=2, n_query=3, seed=1).episode(2)
    network = Conv4(episode.item_shape, width=8, statistics="support_stats")
    learner = learners.NearestNeighbour() if kind == "neighbour" else learners.ProtoNet(network)
    live = open_live(heatmap := prototype_heatmap(learner, episode))
    live.view.get_by_text("Edit the support and compare").click()
    expect(live.view.locator(".ph-edit > .ph-said")).to_contain_text(
        "Python asks the learner again", use_inner_text=True
    )
    live.view.get_by_role("button", name="Drop", exact=True).click()
    live.until(lambda: heatmap.edits)
    live.until(lambda: live.view.locator(".ph-edits li").count())
    seen = mw.trace(learner, heatmap.edited_episode)
    right = round(float(seen["query_accuracy"][-1]) * 15)
    expect(live.view.locator(".ph-now .ph-value")).to_have_text(
        re.compile("^" + re.escape(f"{right} of 15")), use_inner_text=True
    )
    assert heatmap.edits[0]["item"] == str(episode.support_items[0])
    live.view.get_by_role("button", name="Reset", exact=True).click()
    live.until(lambda: not heatmap.edits)
    expect(live.view.locator(".mw-status")).to_be_hidden()


def large() -> PrototypeHeatmap:
    """Make the largest required matrix: 20-way 5-shot with 300 queries and 64 features."""
    rng = np.random.default_rng(0)
    y, z = np.repeat(np.arange(20), 5), np.repeat(np.arange(20), 15)
    centres = rng.normal(size=(20, 64))
    support, queries = (centres[k] + 0.7 * rng.normal(size=(len(k), 64)) for k in (y, z))
    space = Space(queries, support, y, np.arange(101)[:, None] > np.arange(100), 20)
    distances = np.stack([space.distances(t, "squared_euclidean") for t in range(101)])
    image = lambda k: np.broadcast_to(12 * (k[:, None, None, None] + 1), (len(k), 1, 28, 28)).astype(np.uint8)  # noqa: E731
    names = tuple(f"class {k}" for k in range(20))
    episode = Episode(image(y), y, image(z), z, names, items("large", y, "s"), items("large", z, "q"))
    channels = {
        "distances": distances.astype(np.float32),
        "embeddings": np.repeat(queries[None], 101, 0).astype(np.float32),
        "support_embeddings": np.repeat(support[None], 101, 0).astype(np.float32),
        "absorbed": space.present.astype(np.uint8),
    }
    return PrototypeHeatmap(Trace("context_example", channels, episode, {"learner": "ProtoNet"}))


def test_the_largest_matrix_draws_pans_and_scrubs_in_its_time(open_component, page_work, scrub_work):
    assert page_work(large())["TaskDuration"] < 1.5  # parsed and drawn
    opened = open_component(large())
    session = opened.page.context.new_cdp_session(opened.page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(1000 * m["value"] for m in metrics if m["name"] == "TaskDuration")

    before = spent()
    opened.view.evaluate(
        """async (root) => { const box = root.querySelector(".mw-scroll");
            for (let i = 0; i < 40; i++) { box.scrollTop = (97 * i) % 8000; await new Promise(requestAnimationFrame); } }"""
    )
    assert (spent() - before) / 40 < 1000 / 30
    assert scrub_work(opened.page, ".mw-slider") < SCRUB
    unfold(opened)
    button(opened, "Drop").click()
    assert scrub_work(opened.page, ".mw-slider") < SCRUB


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_a_pinned_and_edited_one(open_component, dark):
    heatmap = PrototypeHeatmap(line(), cell=[1, 0], sort="error", compare="difference")
    heatmap.edits = [
        {"op": "drop", "item": "line/class1/s3"},
        {"op": "relabel", "item": "line/class0/s0", "label": 1},
        {"op": "add", "item": "line/class1/q3", "label": 1},
    ]
    assert faults(open_component(heatmap, dark=dark).page) == {}


def boxes(opened, *selectors: str):
    opened.frame()
    return [opened.view.locator(selector).first.bounding_box() for selector in selectors]


@pytest.mark.parametrize("width", [1000, 420])
def test_the_support_is_edited_in_sight_of_its_effect(open_component, width):
    opened = open_component(PrototypeHeatmap(line()), width=width, height=700)
    unfold(opened)
    opened.view.locator(".ph-item").nth(3).click()
    button(opened, "Drop").click()
    matrix, accuracy, drop = boxes(opened, ".mw-scroll", ".ph-bars", ".ph-do")
    if width == 1000:  # the editor is beside the matrix
        assert accuracy["x"] >= matrix["x"] + matrix["width"]
        for box in (accuracy, drop):
            assert matrix["y"] <= box["y"] < box["y"] + box["height"] <= matrix["y"] + matrix["height"] + 20
    # otherwise it is below; the changed accuracy and the control are on one screen
    assert drop["y"] + drop["height"] - accuracy["y"] < 400


def test_what_an_edit_would_break_is_said_beside_its_button(open_component):
    opened = open_component(PrototypeHeatmap(line()))
    unfold(opened)
    for i in range(5):
        opened.view.locator(".ph-item").nth(i).click()
        button(opened, "Drop").click()
        opened.frame()
    said = opened.view.locator(".ph-do .mw-status")
    expect(said).to_have_text("This would leave no support example; keep one.", use_inner_text=True)
    expect(opened.view.locator(".mw-status")).to_have_count(1)
    opened.view.locator(".ph-item").nth(0).click()
    button(opened, "Restore").click()  # the next successful edit removes the message
    opened.frame()
    expect(opened.view.locator(".mw-status:visible")).to_have_count(0)


def print_it(opened) -> None:
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    opened.frame()


def test_printed_the_matrix_is_whole_and_nothing_lies_over_it(open_component):
    opened = open_component(large(), width=1000)
    print_it(opened)
    pieces = opened.view.locator(".ph-printed canvas")
    heights = pieces.evaluate_all("(all) => all.map((each) => each.getBoundingClientRect().height)")
    assert sum(heights) > 300 * 20  # rows of 20 pixels
    found = pieces.evaluate_all("(all) => all.map((each) => each.getBoundingClientRect().toJSON())")
    side = opened.view.locator(".ph-side").bounding_box()
    assert all(a["bottom"] <= b["top"] for a, b in pairwise(found))
    assert found[-1]["bottom"] <= side["y"]
    assert all(each["right"] <= 1000 for each in found)
    expect(opened.view.locator(".mw-scroll")).to_be_hidden()
    expect(opened.view.locator(".ph-ranks li:visible")).to_have_count(20)  # all classes, where the screen shows five
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    opened.page.emulate_media(media="screen")
    opened.frame()
    expect(pieces).to_have_count(0)
    expect(opened.view.locator(".mw-scroll")).to_be_visible()


def test_a_cut_list_says_so_and_goes_on(open_component):
    opened = open_component(large(), width=1000)
    opened.frame()
    shown = opened.view.locator(".ph-ranks li:not(.ph-more):visible")
    assert shown.count() in (5, 6)
    opened.view.get_by_role("button", name=f"Show {20 - shown.count()} more").click()
    expect(shown).to_have_count(20)


def test_with_edits_the_first_view_stays_one_screen(open_component):
    heatmap = PrototypeHeatmap(line(), cell=[1, 0])
    heatmap.edits = [{"op": "drop", "item": "line/class1/s3"}]
    opened = open_component(heatmap, width=1100)
    opened.frame()
    assert opened.view.bounding_box()["height"] < 650
