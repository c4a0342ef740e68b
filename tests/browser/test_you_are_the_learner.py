"""YouAreTheLearner by mouse, keys and drags, in the page without a kernel, and observed by Python."""

import json

import pytest
from playwright.sync_api import expect

from metawidgets.widgets import Selection, YouAreTheLearner
from tests.widgets.examples import HOSTILE
from tests.widgets.made_comparisons import curves, plane, you


def plain(locator) -> str:
    """Return the locator's text, with plain spaces."""
    return locator.inner_text().replace("\xa0", " ")


def prompt(opened) -> str:
    opened.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return f"{plain(opened.view.locator('.yl-prompt'))} {plain(opened.view.locator('.yl-count'))}"


def truth(made, e: int = 0) -> list[int]:
    return made._secret(e)["truth"]


def play(opened, keys) -> None:
    opened.view.locator(".yl-stage").focus()
    for key in keys:
        opened.page.keyboard.press(str(key + 1))


@pytest.mark.quick
def test_a_whole_round_by_keys(open_component):
    made = you()
    opened = open_component(made)
    assert prompt(opened).startswith("Which class is this? Query 1 of 6.")
    result = opened.view.locator(".yl-result")
    expect(result).to_be_hidden()
    expect(opened.view.get_by_role("button", name="Show how I did")).to_be_disabled()
    first = truth(made)
    play(opened, [(first[0] + 1) % 3, *first[1:]])  # one answer is wrong
    assert prompt(opened).startswith("All answered.")
    expect(result).to_be_hidden()
    expect(opened.view.locator(".yl-signs")).to_have_count(0)
    assert opened.view.evaluate("(root) => root.getRootNode().activeElement.textContent") == "Show how I did"
    opened.page.keyboard.press("Enter")
    assert prompt(opened).startswith("Episode 1: done")
    headline = plain(result.locator(".yl-headline"))
    assert headline.startswith("This episode: you 83.3 % (5 of 6), Right 100.0 %, ")
    expect(opened.view.locator(".yl-truth")).to_have_text([f"is {first[0] + 1}"], use_inner_text=True)
    opened.page.keyboard.press("Enter")  # the next episode
    play(opened, truth(made, 1))
    opened.page.keyboard.press("Enter")
    rows = result.locator("tbody tr")
    cells = {plain(r.locator("th")).strip(): [plain(c) for c in r.locator("td").all()] for r in rows.all()}
    # The scores are 5/6 and 6/6, so the differences from the learner that is always right are -1/6 and 0. t s / sqrt(2) = 106 points.
    assert cells["You"][:2] == ["100.0 %", "91.7 (0.0 to 100.0) %"]  # the interval is clipped
    assert cells["Right"][2].split("\n") == ["−8.3 (−100.0 to +97.6)", "○ too few episodes to tell"]
    opened.page.keyboard.press("Enter")
    play(opened, truth(made, 2))
    opened.page.keyboard.press("Enter")
    opened.frame()
    assert "Round complete: you 94.4" in plain(result.locator(".yl-headline"))
    expect(opened.view.get_by_role("button", name="Next episode")).to_be_hidden()
    scores = opened.model(made, "scores")
    assert [round(scores[e["key"]]["score"], 4) for e in made.config["episodes"]] == [0.8333, 1, 1]
    assert all(s["seconds"] > 0 for s in scores.values())


def test_undo_skip_and_taking_back(open_component):
    made = you()
    opened = open_component(made)
    opened.view.locator(".yl-stage").focus()
    opened.page.keyboard.press("s")
    assert opened.model(made, "answers")[0] == [None] * 6
    opened.page.keyboard.press("2")  # the second query, since the first was skipped
    assert opened.model(made, "answers")[0][:2] == [None, 1]
    opened.page.keyboard.press("1")
    assert opened.model(made, "answers")[0][:3] == [None, 1, 0]
    opened.page.keyboard.press("Backspace")
    assert opened.model(made, "answers")[0][:3] == [None, 1, None]
    opened.view.get_by_role("button", name="Undo").click()
    assert opened.model(made, "answers")[0] == [None] * 6
    expect(opened.view.get_by_role("button", name="Undo")).to_be_disabled()
    opened.view.locator(".yl-class").nth(2).click()
    opened.frame()
    assert opened.model(made, "answers")[0][1] == 2
    opened.view.get_by_role("button", name="Query 2, your answer").click()
    opened.frame()
    assert opened.model(made, "answers")[0][1] is None
    assert "Query 1 of 6" in prompt(opened)
    # A click on a query in the tray makes it the next one.
    opened.view.get_by_role("button", name="Query 5, not answered").click()
    opened.frame()
    opened.page.keyboard.press("3")
    assert opened.model(made, "answers")[0][4] == 2


def test_queries_are_dragged_to_their_class_and_on_to_another(open_component):
    made = you()
    opened = open_component(made)

    def drag(what, k):
        start, end = what.bounding_box(), opened.view.locator(".yl-card").nth(k).bounding_box()
        opened.page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
        opened.page.mouse.down()
        opened.page.mouse.move(end["x"] + 20, end["y"] + 20)
        opened.page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] - 10)
        opened.page.mouse.up()
        opened.frame()

    drag(opened.view.locator(".yl-big"), 1)
    assert opened.model(made, "answers")[0][0] == 1
    drag(opened.view.get_by_role("button", name="Query 4, not answered"), 0)
    assert opened.model(made, "answers")[0][3] == 0
    drag(opened.view.get_by_role("button", name="Query 1, your answer"), 2)
    assert opened.model(made, "answers")[0][0] == 2
    expect(opened.page.locator(".yl-ghost")).to_have_count(0)
    box = opened.view.locator(".yl-big").bounding_box()  # dropped beside the classes, so nothing happens
    opened.page.mouse.move(box["x"] + 20, box["y"] + 20)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + 300, box["y"] + 5)
    opened.page.mouse.up()
    opened.frame()
    assert sum(a is not None for a in opened.model(made, "answers")[0]) == 2


def test_told_after_each_answer(open_component):
    made = you(reveal="each")
    opened = open_component(made)
    first = truth(made)
    play(opened, [(first[0] + 1) % 3])
    opened.frame()
    told = plain(opened.view.locator(".yl-told"))
    assert told.startswith(f"Query 1 is {made.config['episodes'][0]['class_names'][first[0]]}. You: ")
    assert "✕ wrong. Right: " in told
    opened.page.keyboard.press("Backspace")  # a revealed answer cannot be undone
    assert opened.model(made, "answers")[0][0] == (first[0] + 1) % 3
    play(opened, first[1:])
    opened.frame()
    assert opened.model(made, "done")[0] is True
    assert "5 of 6" in plain(opened.view.locator(".yl-headline"))


def test_when_done_a_query_tells_all_and_can_be_selected(open_component):
    selection = Selection()
    made = you(selection=selection)
    opened = open_component(made)
    opened.view.locator(".yl-stage").focus()
    assert opened.model(selection, "selected") == ""
    play(opened, truth(made))
    opened.page.keyboard.press("Enter")
    opened.frame()
    thumb = opened.view.locator(".yl-bin .yl-thumb[data-q='0']")
    thumb.click()
    opened.frame()
    assert opened.model(selection, "selected") == made._secret(0)["ids"][0]
    assert f"{HOSTILE}: " in plain(opened.view.locator(".yl-told"))
    opened.page.keyboard.press("1")  # the episode is done, so this has no effect
    assert opened.model(made, "answers")[0] == truth(made)


def test_restart_asks_once_more(open_component):
    made = you()
    opened = open_component(made)
    play(opened, truth(made))
    opened.page.keyboard.press("Enter")
    opened.frame()
    opened.view.get_by_role("button", name="Restart the round").click()
    assert opened.model(made, "done")[0] is True
    opened.view.get_by_role("button", name="Really?").click()
    opened.frame()
    assert opened.model(made, "done") == [False] * 3
    assert opened.model(made, "answers")[0] == [None] * 6
    assert opened.model(made, "scores") == {}
    assert prompt(opened).startswith("Which class is this? Query 1 of 6.")


def test_python_observes_and_a_saved_round_goes_on(open_live, open_component):
    made, heard = you(), []
    made.observe(lambda change: heard.append(change["new"][0][:2]), "answers")
    live = open_live(made)
    play(live, truth(made))
    live.page.keyboard.press("Enter")
    live.settle()
    assert heard[0] == [truth(made)[0], None]
    assert made.your_score(0) == 1
    assert "1 of 3 episodes done" in made.summary()
    again = YouAreTheLearner.from_dict(json.loads(json.dumps(made.to_dict())))
    opened = open_component(again)
    expect(opened.view.get_by_role("button", name="Episode 1, done: 100.0 %")).to_be_visible()
    assert prompt(opened).startswith("Episode 1: done")
    made.place = 1  # the other direction, from Python to the page
    live.pump()
    live.settle()
    assert prompt(live).startswith("Which class is this? Query 1 of 6.")


def test_a_curve_is_guessed_by_click_and_by_keys(open_component):
    made = YouAreTheLearner(["good", "off"], curves(), n_query=None)
    opened = open_component(made)
    assert prompt(opened).startswith("What is the curve’s value at the dashed line?")
    box = opened.view.locator(".yl-curve").bounding_box()
    opened.page.mouse.click(box["x"] + 200, box["y"] + 142)  # half way up, which is 0
    opened.frame()
    assert opened.model(made, "answers")[0][0] == pytest.approx(0, abs=0.2)
    guess = opened.view.get_by_role("slider", name="Value of the curve")
    guess.focus()
    for _ in range(20):
        opened.page.keyboard.press("ArrowUp")
    value = float(str(guess.get_attribute("aria-valuenow")))
    assert value == pytest.approx(0.2 * 2 * 1.25 * 9, abs=0.3)  # 20 hundredths of the range, which ends at 1.25 x 9
    opened.page.keyboard.press("Enter")
    opened.frame()
    given = opened.model(made, "answers")[0]
    assert given[1] == pytest.approx(value, abs=0.01)
    opened.view.get_by_role("button", name="Show how I did").click()
    opened.frame()
    error = sum((a - y) ** 2 for a, y in zip(given, truth(made), strict=True)) / 2
    assert opened.model(made, "scores")[made.config["episodes"][0]["key"]]["score"] == pytest.approx(error)


def test_points_stand_in_a_plot(open_component):
    made = YouAreTheLearner(["a", "b"], plane())
    opened = open_component(made)
    name = opened.view.get_by_role("img", name="Support points of 2 classes").get_attribute("aria-label")
    assert "The query in question lies at" in str(name)
    play(opened, truth(made))
    opened.page.keyboard.press("Enter")
    opened.frame()
    assert "you 100.0 % (2 of 2)" in plain(opened.view.locator(".yl-headline"))


@pytest.mark.parametrize("width", [320, 400, 640, 1000, 1400])
def test_nothing_sticks_out(open_component, width):
    made = you()
    opened = open_component(made, width=width)
    for e in range(2):
        play(opened, truth(made, e))
        opened.page.keyboard.press("Enter")
        opened.frame()
        assert opened.page.evaluate(
            "() => [document.documentElement, document.querySelector('.mw-view')].every((n) => n.scrollWidth <= n.clientWidth)"
        )
        opened.page.keyboard.press("Enter")
