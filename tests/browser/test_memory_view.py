"""MemoryView in the page without a kernel, by mouse and keyboard, and its speed of repainting."""

import re

import numpy as np
import pytest
from ipywidgets import VBox
from playwright.sync_api import expect

from metawidgets.reports.pages.export import export_component
from metawidgets.widgets import EpisodeView, MemoryView, Selection
from metawidgets.widgets.memory_view.attribution import read_shares
from tests.browser.conftest import unfolding
from tests.browser.limits import SCRUB
from tests.widgets.examples import HOSTILE, trace
from tests.widgets.made_memory import (
    attention,
    everything,
    kept,
    large_attention,
    large_memory,
    made,
    memory,
)

ITEMS = "[aria-roledescription=items]"
SLOTS = "[role=group][aria-label=Memory] .mv-board"
MATRIX = "[role=group][aria-label^='Who'] .mv-board"
UNITS = "[role=group][aria-label='Hidden state'] .mv-board"


@pytest.fixture
def open_component(open_component):
    return unfolding(open_component)


def text(opened, of: str) -> str:
    """Return the text of a part, with plain spaces instead of no-break spaces."""
    opened.frame()
    return opened.view.locator(of).inner_text().replace("\xa0", " ")


def told(opened, of: str = ".mv-detail") -> list[str]:
    """Return the lines of the panel about the item in focus (or of another part), without empty lines."""
    return [line for line in text(opened, of).split("\n") if line.strip()]


def ranks(opened, of: str = ".mv-detail") -> dict[str, str]:
    """Return the lists of items in a part as {item: share}."""
    opened.frame()
    rows = opened.view.locator(f"{of} .mv-item:visible").all()
    return {
        row.locator(".mv-name").inner_text(): row.locator(".mv-value").inner_text().replace("\xa0", " ") for row in rows
    }


def item(opened, side: str, i: int) -> tuple[float, float]:
    """Return the middle of an item's tile. Tiles are 44 px apart, support above queries, one row each in the made traces."""
    box = opened.view.locator(f"{ITEMS} canvas").bounding_box()
    return box["x"] + 4 + 44 * i + 18, box["y"] + 22 + 18 + (0 if side == "support" else 22 + 62 + 18)


def slot(opened, s: int, t: int | None = None, slots: int = 4, steps: int = 4) -> tuple[float, float]:
    """Return the middle of a cell in the matrix of slots (t None: in the strip beside it), as in js/memory_view/matrix/layout.ts."""
    opened.view.locator(SLOTS).scroll_into_view_if_needed()
    box = opened.view.locator(f"{SLOTS} canvas").bounding_box()
    column, row = 34, 16
    head = 16 + 28 + 3
    return box["x"] + 34 + (steps * column + 12 if t is None else (t + 0.5) * column), box["y"] + head + (s + 0.5) * row


def test_it_opens_on_the_query_answered_worst(open_component):
    opened = open_component(MemoryView(memory()))
    lines = told(opened)
    assert lines[:3] == ["Query answered worst in the end", f"Query 5, true class {HOSTILE}", "✕ wrong: aleph, 90 %"]
    assert ranks(opened) == {f"item 2 ({HOSTILE})": "50 %", "item 1 (beth)": "20 %"}
    assert lines[-1] == "Rest: itself 20 %, empty slots 10 %."
    assert text(opened, ".mv-reading") == (
        f"This step read item 2 ({HOSTILE}), written to slot 0 (50 %), 1 (50 %). 2 of 4 slots hold mostly one item."
    )


def test_pointing_at_a_query_shows_what_it_attended_to(open_component):
    opened = open_component(MemoryView(attention()))
    opened.page.mouse.move(*item(opened, "query", 0))
    assert told(opened)[:2] == ["Pointing at", "Query 0, true class aleph"]
    assert ranks(opened) == {"item 0 (aleph)": "46 %", f"item 2 ({HOSTILE})": "33 %", "item 1 (beth)": "8 %"}
    assert "Attends to (mean of 4 heads)" in told(opened)
    opened.view.get_by_label("Attention of").select_option("head:3")
    assert ranks(opened) == {"item 0 (aleph)": "50 %"}
    assert told(opened)[-1] == "Rest: itself 50 %."


def test_pointing_at_a_support_item_shows_what_attended_to_it(open_component):
    opened = open_component(MemoryView(attention(), head="layer:1"))
    opened.page.mouse.move(*item(opened, "support", 0))
    lines = told(opened)
    assert lines[:3] == ["Pointing at", "Support item 0, class aleph", "read by step 1"]
    assert "Attended to by (layer 2, mean of 2 heads)" in lines
    assert ranks(opened)["query 3 (beth)"] == "75 %"
    assert "On average over queries: 75 %." in lines
    assert "Later items attended to it, most of them item 1 (beth): 75 %." in lines
    opened.page.mouse.move(*item(opened, "support", 2))
    assert "Attended to by no query" in told(opened)
    assert ranks(opened) == {
        "item 0 (aleph)": "75 %",
        f"item 2 ({HOSTILE})": "25 %",
    }  # the item's attention when it was read


def test_an_item_not_read_yet_says_so(open_component):
    opened = open_component(MemoryView(attention(), step=1))
    opened.page.mouse.move(*item(opened, "support", 2))
    assert told(opened)[2] == "not read yet: step 3 reads it"


def test_a_slot_selects_the_item_that_it_holds_most_of(open_component):
    selection = Selection()
    view = MemoryView(memory(), selection=selection)
    opened = open_component(view)
    opened.page.mouse.click(*slot(opened, 1))
    assert told(opened, ".mv-slot")[0] == "Slot 1: holds a blend"
    assert ranks(opened, ".mv-slot") == {"item 1 (beth)": "67 %", f"item 2 ({HOSTILE})": "33 %"}
    assert opened.model(selection, "selected") == "tiles/class1/s1"
    assert opened.model(selection, "pinned") is True
    assert opened.model(view, "slot") == 1
    assert told(opened)[:2] == ["Selected", "Support item 1, class beth"]
    facts = dict(zip(*[iter(told(opened, ".mv-facts"))] * 2, strict=True))
    assert facts["Held most"] == "item 0, after step 1; item 1, since step 2"
    assert facts["Overwritten"] == "item 0 at step 2"
    assert (
        facts["Written most"] == "by step 2, >99 % of its write"
        or facts["Written most"] == "by step 2, 100 % of its write"
    )
    assert facts["Query 5"] == "reads 30 % here"
    opened.view.locator(".mv-slot .mv-item").nth(1).click()  # the other item in the slot
    assert opened.model(selection, "selected") == "tiles/class2/s2"


@pytest.mark.quick
def test_a_write_shows_the_slot_as_it_was_then(open_component):
    selection = Selection()
    view = MemoryView(memory(), selection=selection)
    opened = open_component(view)
    opened.page.mouse.move(*slot(opened, 1, 1))
    words = text(opened, "[role=group][aria-label=Memory] > .mv-told")
    assert words.startswith("Slot 1: step 1 (item 0 (aleph)) wrote 25 % of its write here. At this step: a blend")
    opened.page.mouse.click(*slot(opened, 1, 1))
    opened.frame()
    assert opened.model(view, "step") == 1
    assert opened.model(selection, "selected") == "tiles/class0/s0"
    assert told(opened, ".mv-slot")[0] == "Slot 1: holds one item"
    opened.page.mouse.click(*slot(opened, 3, 2))  # an empty slot
    assert opened.model(selection, "selected") == ""
    assert told(opened, ".mv-slot")[0] == "Slot 3: empty"


def test_slots_by_keyboard(open_component):
    selection = Selection()
    view = MemoryView(memory(), selection=selection)
    opened = open_component(view)
    opened.view.locator(SLOTS).focus()
    opened.page.keyboard.press("ArrowDown")  # from slot 0; the last step wrote equally to slots 0 and 1
    assert opened.model(view, "slot") == 1
    # The text is about the selected slot, not about the one before
    expect(opened.view.locator(".mw-live")).to_contain_text("Slot 1: a blend")
    opened.page.keyboard.press("ArrowLeft")
    assert opened.model(view, "step") == 2
    expect(opened.view.locator(".mw-live")).to_contain_text(
        "memory writes: 2 of 3"
    )  # it would replace what comes before it
    opened.page.keyboard.press("Enter")
    assert opened.model(selection, "selected") == "tiles/class1/s1"
    expect(opened.view.locator(".mw-live")).to_contain_text("Slot 1: holds item 1")
    opened.page.keyboard.press("Escape")
    assert (opened.model(view, "slot"), opened.model(selection, "selected")) == (-1, "")


def test_writes_reads_and_usage_are_toggled(open_component):
    view = MemoryView(memory())
    opened = open_component(view)
    part = opened.view.locator("[role=group][aria-label=Memory]")
    for name, words in (
        ("Reads", "Slot 2: after step 3 query 5 reads 20 % here. At this step: empty"),
        ("Usage", "Slot 2: usage 0 after step 3. At this step: empty"),
        ("Writes", f"Slot 2: step 3 (item 2 ({HOSTILE})) wrote 0 % of its write here. At this step: empty"),
    ):
        part.get_by_role("button", name=name, exact=True).click()
        opened.page.mouse.move(*slot(opened, 2, 3))
        assert text(opened, "[role=group][aria-label=Memory] > .mv-told").replace("0.00", "0").startswith(words)
    assert opened.model(view, "shown") == "writes"


def test_items_by_keyboard(open_component):
    selection = Selection()
    opened = open_component(MemoryView(attention(), selection=selection))
    opened.view.locator(ITEMS).focus()
    opened.page.keyboard.press("Home")
    assert told(opened)[1] == "Support item 0, class aleph"
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowDown")
    assert told(opened)[:2] == ["Pointing at", "Query 1, true class aleph"]
    opened.page.keyboard.press("Enter")
    assert told(opened)[0] == "Selected"
    assert opened.model(selection, "selected") == "tiles/class0/q1"
    opened.page.keyboard.press(",")
    expect(opened.view.get_by_role("slider")).to_have_value("2")
    opened.page.keyboard.press("Escape")
    assert told(opened)[:2] == ["Query asked about last", "Query 1, true class aleph"]


def test_the_matrix_of_heads_queries_and_items(open_component):
    selection = Selection()
    view = MemoryView(attention(), selection=selection)
    opened = open_component(view)
    words = lambda: text(opened, "[role=group][aria-label^='Who'] > .mv-told")  # noqa: E731
    board = opened.view.locator(MATRIX)
    board.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight"):
        opened.page.keyboard.press(key)
    assert words() == f"layer 1 head 2, query 5: 100 % of its attention to item 2 ({HOSTILE})."
    opened.page.keyboard.press("Enter")
    assert opened.model(view, "head") == "head:1"
    expect(opened.view.get_by_label("Attention of")).to_have_value("head:1")
    opened.page.keyboard.press("Enter")  # pressing it again shows all of them
    assert opened.model(view, "head") == "all"
    opened.view.get_by_role("button", name="Queries", exact=True).click()
    board.focus()
    opened.page.keyboard.press("Home")
    assert words().startswith("query 0 (mean of 4 heads): 46 % of its attention to item 0 (aleph).")
    opened.page.keyboard.press("Enter")
    assert opened.model(selection, "selected") == "tiles/class0/q0"
    opened.view.get_by_role("button", name="Support items").click()
    board.focus()
    for key in ("ArrowDown", "ArrowDown"):
        opened.page.keyboard.press(key)
    assert words().startswith("item 1 (beth) (mean of 4 heads): ")


def test_units_are_sorted_and_told(open_component):
    view = MemoryView(made(kept(), learner="RecurrentLearner", axis="context_example"))
    opened = open_component(view)
    part = opened.view.locator("[role=group][aria-label='Hidden state']")
    expect(part.locator("> .mv-told")).to_have_text(
        "This step moved the state by 0.927 (Euclidean norm).", use_inner_text=True
    )
    opened.view.locator(UNITS).focus()
    opened.page.keyboard.press("ArrowDown")
    expect(part.locator("> .mv-told")).to_have_text(
        re.compile("^" + re.escape(f"Unit 3: 0.900 after step 3 (item 2 ({HOSTILE})), 0.900 more")), use_inner_text=True
    )
    part.get_by_label("Units sorted by").select_option("number")
    opened.frame()
    expect(part.locator("> .mv-told")).to_have_text(
        f"Unit 0: 0.400 after step 3 (item 2 ({HOSTILE})), 0.1000 less than before.", use_inner_text=True
    )
    assert opened.model(view, "order") == "number"


@pytest.mark.parametrize(
    ("make", "parts"),
    [
        (everything, {"Items", "Memory", "Who attends to what", "Hidden state", "Prediction as the context grows"}),
        (lambda: made(kept()), {"Items", "Hidden state", "Prediction as the context grows"}),
        (attention, {"Items", "Who attends to what", "Prediction as the context grows"}),
        (memory, {"Items", "Memory", "Who reads what", "Hidden state", "Prediction as the context grows"}),
        (
            lambda: trace("memory"),
            {"Items", "Memory", "Who reads what", "Hidden state", "Prediction as the context grows"},
        ),
    ],
)
def test_only_parts_with_something_to_show_are_there(open_component, make, parts):
    opened = open_component(MemoryView(make()))
    assert {s.get_attribute("aria-label") for s in opened.view.locator(".mv-panel").all()} == parts


def test_the_answer_as_the_context_grows_is_scrubbed(open_component):
    view = MemoryView(memory())
    opened = open_component(view)
    box = opened.view.locator(".mv-growth").bounding_box()
    assert (
        told(opened, "[role=group][aria-label^=Prediction]")[-1]
        == f"True class {HOSTILE} (bold): 5 %. Predicted aleph: 90 %."
    )
    opened.page.mouse.click(box["x"] + 44, box["y"] + 60)
    opened.frame()
    assert opened.model(view, "step") == 0
    assert (
        told(opened, "[role=group][aria-label^=Prediction]")[-1]
        == f"True class {HOSTILE} (bold): 33 %. Predicted aleph: 33 %."
    )


def test_the_browser_divides_reading_as_python_does(open_component):
    given = large_memory(24, 20, 5)
    view = MemoryView(given, step=17)
    ids = list(map(str, given.episode.query_items))
    view.selection = Selection(ids[7])
    opened = open_component(view)
    shares = read_shares(view.unpack(), view.config, 17, 7, "all")
    assert shares is not None
    best = np.argsort(-shares.items)[:6]
    found = ranks(opened)
    assert [int(name.split()[1]) for name in found] == best.tolist()
    assert [int(share.split()[0]) for share in found.values()] == np.round(100 * shares.items[best]).astype(
        int
    ).tolist()


def test_linked_to_an_episode_both_ways(open_html, tmp_path):
    given, selection = memory(), Selection()
    both = VBox([EpisodeView(given.episode, selection=selection), MemoryView(given, selection=selection)])
    opened = open_html(export_component(both, tmp_path / "both.html"))
    opened.page.locator(".mw-item").first.click()
    expect(opened.page.locator(".mv-kicker").first).to_have_text("Selected")
    expect(opened.page.locator(".mv-detail h4")).to_have_text("Support item 0, class aleph", use_inner_text=True)


def test_saved_state_comes_back(open_component):
    view = MemoryView(everything(), slot=1, head="layer:0", shown="usage", rows="queries", order="value", step=2)
    opened = open_component(MemoryView.from_dict(view.to_dict()))
    assert told(opened, ".mv-slot")[0] == "Slot 1: holds one item"
    pressed = opened.view.locator(".mw-segments [aria-pressed=true]").all_inner_texts()
    assert pressed == ["Queries", "Usage"]
    expect(opened.view.get_by_label("Attention of")).to_have_value("layer:0")
    expect(opened.view.get_by_role("slider")).to_have_value("2")


def test_nonsense_in_its_state_is_no_error(open_component):
    view = MemoryView(everything(), slot=99, head="head:<b>", shown="x", rows="y", order="z", query=77, step=50)
    opened = open_component(view)
    assert told(opened)[1] == f"Query 5, true class {HOSTILE}"
    expect(opened.view.get_by_label("Attention of")).to_have_value("all")


LARGE = {"128 slots, 50 writes": large_memory, "8 heads, 100 items": large_attention}


@pytest.mark.parametrize("name", LARGE)
def test_a_step_of_the_largest_costs_less_than_two_frames(open_component, scrub_work, name):
    opened = open_component(MemoryView(LARGE[name]()))
    assert scrub_work(opened.page, ".mw-slider", 50) < SCRUB


@pytest.mark.parametrize("name", LARGE)
def test_scrubbing_the_largest_repaints_within_two_frames(open_component, scrub_latency, patience, name):
    opened = open_component(MemoryView(LARGE[name]()))
    times = scrub_latency(opened.page, ".mw-slider", 100)
    assert np.percentile(times, 95) < 33 * patience


def test_pointing_over_the_largest_attention_repaints_within_two_frames(open_component, patience):
    """The time from the pointer's event to the frame that shows its effect, over 100 events."""
    opened = open_component(MemoryView(large_attention()))
    times = opened.view.evaluate(
        """async (root) => {
            const node = root.querySelector("[aria-roledescription=items] canvas");
            const box = node.getBoundingClientRect();
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            const painted = () => new Promise((done) => {
                const channel = new MessageChannel();
                channel.port1.onmessage = done;
                channel.port2.postMessage(0);
            });
            const times = [];
            for (let i = 0; i < 100; i++) {
                const [clientX, clientY] = [box.left + 10 + (i * 37) % (box.width - 40), box.top + 30 + (i * 23) % (box.height - 60)];
                await frame();
                const start = performance.now();
                node.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, bubbles: true }));
                await frame();
                await painted();
                times.push(performance.now() - start);
            }
            return times;
        }"""
    )
    assert told(opened)[0] == "Pointing at"
    assert np.percentile(times, 95) < 33 * patience
