"""LearnerArena in the page with and without Python: dots, differences, and the episode of a dot."""

import numpy as np
import pytest
from ipywidgets import VBox
from playwright.sync_api import expect

from metawidgets.records import ArenaRound
from metawidgets.widgets import LearnerArena, Selection
from tests.widgets.examples import HOSTILE
from tests.widgets.made_comparisons import SHOTS, arena, curves, plane, you

PLOT = ".ar-plot"


def plain(locator) -> str:
    """Return the locator's text, with plain spaces."""
    return locator.inner_text().replace("\xa0", " ")


def figures(opened) -> dict[str, list[str]]:
    """Return the table as {learner: cells}."""
    opened.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    rows = opened.view.locator("tbody tr").all()
    return {plain(r.locator("th")).strip(): [plain(c) for c in r.locator("td").all()] for r in rows}


def test_means_differences_and_times(open_component):
    made = arena()
    opened = open_component(made)
    found = figures(opened)
    assert list(found) == ["Right", "Last wrong", HOSTILE]  # best first
    assert found["Right"][:3] == ["100.0 ± 0.0 %", "8", "the reference"]
    d = made.difference("Last wrong", "Right")
    numbers = [f"{100 * v:.1f}".replace("-", "−") for v in (d.mean, d.low, d.high)]
    assert found["Last wrong"][2] == f"{numbers[0]} ({numbers[1]} to {numbers[2]}) ● clearly worse"
    assert found["Last wrong"][3:] == ["30 ms", "1.0 ms"]
    assert "Right leads with 100.0 ± 0.0 %, 12.5 points ahead of Last wrong" in plain(
        opened.view.locator(".ar-headline")
    )
    opened.view.get_by_label("Differences from").select_option("Last wrong")
    found = figures(opened)
    assert found["Right"][2].startswith("+12.5 (")
    assert found["Right"][2].endswith("● clearly better")
    assert opened.model(made, "reference") == "Last wrong"


def test_the_keyboard_goes_from_dot_to_dot_and_opens(open_component):
    made = arena()
    opened = open_component(made)
    note = opened.view.locator(".ar-note")
    assert "Hollow dots are episodes whose pictures were not sent" in plain(note)
    opened.view.locator(PLOT).focus()
    opened.page.keyboard.press("ArrowDown")  # no effect, because no dot is current yet
    opened.page.keyboard.press("Home")
    opened.frame()
    first = plain(note)
    assert first.startswith("Episode 0, seed 7, 0: Right 100.0 %, Last wrong 100.0 %")
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Home")  # the worst episode of "Last wrong"
    opened.frame()
    assert "Last wrong 75.0 %" in plain(note)
    assert "Opening it needs Python." in plain(note)
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowRight")
    opened.frame()
    assert plain(note).startswith("Episode 2, seed 7, 2")
    opened.page.keyboard.press("Enter")
    opened.frame()
    assert opened.model(made, "opened") == 2
    expect(opened.view.get_by_role("heading", name="Episode 2")).to_be_visible()
    assert "Last wrong (2 of 12 wrong)" in plain(opened.view.locator(".ae-key"))
    expect(opened.view.locator(".ae-query")).to_have_count(12)
    opened.view.get_by_role("button", name="Close").click()
    opened.frame()
    assert opened.model(made, "opened") == -1
    expect(opened.view.locator(".ar-opened")).to_be_hidden()


def test_a_dot_is_clicked(open_component):
    made = arena()
    opened = open_component(made)
    plot = opened.view.locator(f"{PLOT} canvas")
    box = plot.bounding_box()
    pixels = plot.evaluate(
        """(c) => {
            return [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data]; }"""
    )
    image = np.array(pixels).reshape(round(box["height"]), -1, 4)
    # The lowest dot of the first row is episode 0. It is four pixels above the bottom of the row, at 100 %.
    row = image[8 + 58 - 17 - 4, 180:, 3]
    x = 180 + int(np.flatnonzero(row[: len(row) - 10] > 60)[-1]) - 2
    opened.page.mouse.move(box["x"] + x, box["y"] + 45)
    opened.frame()
    assert plain(opened.view.locator(".ar-note")).startswith("Episode ")
    opened.page.mouse.click(box["x"] + x, box["y"] + 45)
    opened.frame()
    assert opened.model(made, "opened") >= 0


@pytest.mark.quick
def test_a_query_tells_who_answered_what_and_is_selected_everywhere(open_component):
    selection = Selection()
    made = arena(selection=selection)
    made.opened = 1
    opened = open_component(made)
    last = opened.view.locator(".ae-query").last
    last.hover()
    opened.frame()
    told = plain(opened.view.locator(".ae-told"))
    assert told == f"Query 12, {HOSTILE}: Right ● right · Last wrong ✕ aleph · {HOSTILE} ✕ aleph"
    last.click()
    opened.frame()
    assert opened.model(selection, "selected") == "tiles/class2/q11"
    expect(last).to_have_attribute("aria-pressed", "true")
    last.press("ArrowLeft")
    opened.frame()
    assert plain(opened.view.locator(".ae-told")).startswith("Query 11,")
    opened.view.get_by_role("button", name="Episode after").click()
    opened.frame()
    assert opened.model(made, "opened") == 2


def test_further_episodes_and_more_with_python(open_live):
    made = arena(play=True)
    live = open_live(made)
    live.view.locator(PLOT).focus()
    live.page.keyboard.press("ArrowDown")
    for key in ("Home", "ArrowDown", "Home", "Enter"):
        live.page.keyboard.press(key)
    live.until(lambda: live.view.get_by_role("heading", name="Episode 3").is_visible())
    assert made.opened == 3
    assert "3" in made.config["episodes"]
    live.view.get_by_role("button", name="Play 50 more episodes").click()
    live.until(lambda: made.round.n_episodes == 58)
    live.until(lambda: "3 learners on 58 episodes" in plain(live.view.locator("h3")))
    assert figures(live)["Right"][1] == "58"
    expect(live.view.get_by_role("heading", name="Episode 3")).to_be_visible()  # the open episode stays open


def test_without_python_nothing_more_is_promised(open_component):
    opened = open_component(arena())
    button = opened.view.get_by_role("button", name="Play 50 more episodes")
    expect(button).to_be_disabled()
    assert "needs a running Python kernel" in str(button.get_attribute("title"))


def test_a_person_who_plays_along_becomes_a_row(open_component):
    made, person = arena(), you()
    made.join(person)
    opened = open_component(VBox([person, made]))
    stage = opened.page.locator(".yl-stage")
    for _ in range(2):
        stage.focus()
        opened.page.keyboard.type("111111")
        opened.page.keyboard.press("Enter")
        opened.frame()
        opened.page.keyboard.press("Enter")  # the next episode
        opened.frame()
    rows = opened.page.locator(".mw-learner-arena tbody tr")
    you_row = rows.filter(has_text="You")
    expect(you_row).to_have_count(1)
    cells = [plain(c) for c in you_row.locator("td").all()]
    assert cells[:2] == ["33.3 ± 0.0 %", "2"]  # a third of the queries, in both episodes
    assert cells[2].startswith("−66.7 (")
    assert cells[4].endswith("a query")


@pytest.mark.parametrize("width", [400, 1000])
def test_curves_and_points_open_too(open_component, width):
    sines = LearnerArena(ArenaRound.of(["good", "off"], curves(), k_shot=3, shots=(1, 2, 3)), dict(enumerate(curves())))
    sines.opened = 1
    opened = open_component(sines, width=width)
    expect(opened.view.get_by_role("img", name="Curves of good, off")).to_be_visible()
    assert figures(opened)["good"][0] == "0.00 ± 0.0"
    flat = LearnerArena(ArenaRound.of(["a", "b"], plane(), k_shot=2, shots=SHOTS), dict(enumerate(plane())))
    flat.opened = 0
    opened = open_component(flat, width=width)
    expect(opened.view.get_by_role("img", name="Support and query points")).to_be_visible()
    assert figures(opened)["b"][2].endswith("one episode")


@pytest.mark.parametrize("width", [320, 400, 640, 1000, 1400])
def test_nothing_sticks_out(open_component, width):
    made = arena()
    made.opened = 0
    opened = open_component(made, width=width)
    opened.frame()
    assert opened.page.evaluate(
        "() => [document.documentElement, document.querySelector('.mw-view')].every((n) => n.scrollWidth <= n.clientWidth)"
    )
