"""Parts of MemoryView: the fold of empty slots, equal item numbers in all parts, and a hint at queries further below."""

import re

import numpy as np
from playwright.sync_api import expect

from metawidgets.records import Trace
from metawidgets.widgets import MemoryView
from tests.widgets.examples import sheet
from tests.widgets.made_memory import attention, large_memory, made, memory, remembered

FOLD = "details.mw-fold:has(> summary:text-is('Memory, slot by slot'))"


def mostly_empty(empty: int = 112) -> Trace:
    """Return a trace in which two of four slots have content, followed by many more empty slots."""

    def padded(name: str, a: np.ndarray) -> np.ndarray:
        slot = {"memory": 1, "read_weights": 2}.get(name, 1)
        return np.pad(a, [(0, empty if axis == slot else 0) for axis in range(a.ndim)])

    return made({name: padded(name, a) for name, a in remembered().items()})


def test_slots_that_nothing_was_written_to_are_folded(open_component):
    opened = open_component(MemoryView(mostly_empty()), width=1200)
    opened.view.locator(f"{FOLD} > summary").click()
    board = opened.view.locator("[role=group][aria-label=Memory] .mv-board canvas")
    inner = opened.view.locator(f"{FOLD} details.mw-fold")
    expect(inner.locator("summary")).to_have_text("114 slots that nothing was written to")
    opened.frame()
    low = board.bounding_box()["height"]
    inner.locator("summary").click()
    expect(inner).to_contain_text("They now stand in the matrix too: 2 to 115.")
    opened.page.wait_for_timeout(200)
    assert board.bounding_box()["height"] > low + 100
    inner.locator("summary").click()
    opened.page.wait_for_timeout(200)
    assert board.bounding_box()["height"] == low


def test_a_few_empty_slots_are_not_folded(open_component):
    opened = open_component(MemoryView(memory()), width=1200)
    expect(opened.view.locator(f"{FOLD} details.mw-fold")).to_have_count(0)


def test_numbers_below_the_matrix_are_those_of_the_items(open_component):
    """An item keeps its number if the learner reads the items in another order."""
    made = attention()
    opened = open_component(MemoryView(made), width=1200)
    opened.view.evaluate("(root) => root.querySelectorAll('details').forEach((each) => { each.open = true; })")
    opened.frame()
    board = opened.view.locator("[role=group][aria-label^='Who'] .mv-board")
    board.focus()
    opened.page.keyboard.press("ArrowDown")
    told = opened.view.locator("[role=group][aria-label^='Who'] .mv-told")
    expect(told).to_contain_text("item 0 (aleph)")


def test_long_pages_of_queries_say_that_they_go_on(open_component):
    many = made({"hidden": large_memory()["hidden"][:4]}, episode=sheet((1, 1, 1), 100))
    opened = open_component(MemoryView(many), width=700)
    more = opened.view.locator(".mv-more")
    scroll = opened.view.locator(".mv-scroll")
    sizes = scroll.evaluate("(node) => [node.clientHeight, node.scrollHeight]")
    assert sizes[0] <= 336
    assert sizes[1] > sizes[0]
    expect(more).to_have_text(re.compile(r"\d+ more queries: scroll"))
    scroll.evaluate("(node) => node.scrollTo(0, node.scrollHeight)")
    expect(more).to_be_hidden()
    scroll.evaluate("(node) => node.scrollTo(0, 0)")
    expect(more).to_be_visible()
    opened.view.locator("[aria-roledescription=items]").focus()
    opened.page.keyboard.press("End")
    expect(more).to_be_hidden()  # keys scroll the item into view
    opened.page.emulate_media(media="print")
    assert scroll.evaluate("(node) => node.scrollHeight <= node.clientHeight + 1"), (
        "on paper, all queries must be visible"
    )


def test_lines_cross_no_heading(open_component):
    """The pixels of the heading between support and queries do not depend on the item pointed at."""
    opened = open_component(MemoryView(memory()), width=1200)
    canvas = opened.view.locator("[aria-roledescription=items] canvas")

    def heading() -> np.ndarray:
        opened.frame()
        return np.array(
            canvas.evaluate(
                """(canvas) => Array.from(canvas.getContext("2d").getImageData(0, 22 + 62 + 16, 180, 18).data)"""
            )
        )

    before = heading()
    box = canvas.bounding_box()
    for k in range(6):
        opened.page.mouse.move(box["x"] + 4 + 44 * k + 18, box["y"] + 22 + 18 + 22 + 62 + 18)
        assert (heading() == before).all()
