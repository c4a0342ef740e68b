"""Quiz by mouse and keyboard, in the page without a kernel, and observed by Python."""

import json

import pytest
from playwright.sync_api import expect

from metawidgets.widgets import Quiz
from tests.widgets.examples import HOSTILE, quiz


def card(opened, i: int = 0):
    return opened.view.locator(".qz-card").nth(i)


@pytest.mark.quick
def test_wrong_then_right(open_component):
    made = quiz()
    opened = open_component(made)
    one = card(opened)
    group = opened.view.get_by_role("group", name="Which set is a learner scored on?")
    assert group.count() == 1
    one.get_by_role("button", name="Check").click()
    assert one.locator(".qz-feedback").inner_text() == "Choose an answer first."
    assert opened.model(made, "tries") == [0, 0]
    one.get_by_role("radio", name="support").check()
    one.get_by_role("button", name="Check").click()
    assert one.locator(".qz-feedback").inner_text() == "✕ That is not it. Try again."
    assert one.locator(".is-wrong").inner_text().endswith("Not this one. It was told these labels.")
    assert one.get_by_role("radio", name="support").get_attribute("aria-invalid") == "true"
    assert "only scores it" not in opened.view.inner_text()
    assert one.locator(".is-right").count() == 0
    one.get_by_role("radio", name="query").check()
    assert one.locator(".is-wrong").count() == 0  # a new choice is not checked yet
    one.get_by_role("button", name="Check").click()
    text = one.locator(".qz-feedback").inner_text()
    assert text == "✓ Right, at try 2. It adapts to the support set; query_y only scores it."
    assert one.locator(".qz-feedback code").inner_text() == "query_y"
    assert one.get_by_role("radio", name="query").is_disabled()
    assert opened.model(made, "outcome") == ["right", ""]
    assert opened.view.locator(".qz-total").inner_text() == "1 of 2 right, 0 at the first try."
    expect(opened.view.locator(".mw-live")).to_contain_text("Right, at try 2")


def test_several_answers_say_what_is_wrong_but_not_what_is_right(open_component):
    made = quiz()
    opened = open_component(made)
    two = card(opened, 1)
    assert "Several answers may be right." in two.inner_text()
    tick = lambda name: two.get_by_role("checkbox", name=name)  # noqa: E731
    check = two.get_by_role("button", name="Check")
    tick("MAML").check()
    check.click()
    assert (
        two.locator(".qz-feedback").inner_text() == "✕ What you ticked is right, but something is missing. Try again."
    )
    assert two.locator(".is-wrong").count() == 0
    tick("ProtoNet").check()
    check.click()
    assert (
        two.locator(".qz-feedback").inner_text() == "✕ One of your ticks is wrong, and something is missing. Try again."
    )
    assert two.locator(".is-wrong").inner_text().startswith("ProtoNet")
    tick("Reptile").check()
    check.click()
    assert two.locator(".qz-feedback").inner_text() == "✕ One of your ticks is wrong. Try again."
    tick("ProtoNet").uncheck()
    check.click()
    assert two.locator(".qz-feedback").inner_text().startswith("✓ Right, at try 4. Both descend the support_loss.")
    assert opened.model(made, "chosen")[1] == [0, 2]


def test_by_keyboard_alone_with_a_hint_and_the_answer_shown(open_component):
    made = quiz()
    opened = open_component(made)
    one = card(opened)
    opened.page.keyboard.press("Tab")
    assert opened.view.evaluate("(root) => root.getRootNode().activeElement.type") == "radio"
    opened.page.keyboard.press("Space")
    assert opened.model(made, "chosen")[0] == [0]
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("ArrowDown")
    assert opened.model(made, "chosen")[0] == [2]
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Enter")
    assert "That is not it" in one.locator(".qz-feedback").inner_text()
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Enter")
    assert one.locator(".qz-hint").inner_text() == "Hint: What is it not told?"
    assert opened.view.evaluate("(root) => root.getRootNode().activeElement.textContent") == "Check"
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Enter")
    assert one.locator(".qz-feedback").inner_text().startswith("The answer is marked. It adapts")
    assert one.locator(".is-right").inner_text().startswith("query")
    assert opened.model(made, "outcome")[0] == "shown"
    opened.page.keyboard.press("Enter")  # the button to answer again
    assert opened.model(made, "outcome")[0] == ""
    assert opened.model(made, "chosen")[0] == []
    assert one.locator(".qz-hint").is_hidden()


def test_hostile_texts_are_texts(open_component):
    opened = open_component(quiz())
    assert HOSTILE in opened.view.inner_text()
    assert opened.page.title() == "Quiz"
    code = open_component(Quiz("What is `a < b`?", ["`<b>x</b>` θ′", "one ` tick"], 0, "It is `x`."))
    assert code.view.locator("code").all_inner_texts() == ["a < b", "<b>x</b>"]
    assert "one ` tick" in code.view.inner_text()


def test_python_observes_and_a_saved_quiz_goes_on(open_live, open_component):
    made = quiz()
    live = open_live(made)
    card(live).get_by_role("radio", name="query").check()
    card(live).get_by_role("button", name="Check").click()
    live.settle()
    assert made.solved == [True, False]
    assert made.score == (1, 2)
    opened = open_component(Quiz.from_dict(json.loads(json.dumps(made.to_dict()))))
    assert card(opened).locator(".qz-feedback").inner_text().startswith("✓ Right. It adapts")
    made.outcome, made.chosen = ["", ""], [[0], []]  # the other direction, from Python to the page
    live.pump()
    live.settle()
    assert card(live).get_by_role("radio", name="support").is_checked()


@pytest.mark.parametrize("width", [320, 400, 1000])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_sticks_out(open_component, width, dark):
    opened = open_component(quiz(), width=width, dark=dark)
    assert opened.page.evaluate(
        "() => [document.documentElement, document.querySelector('.mw-view')].every((n) => n.scrollWidth <= n.clientWidth)"
    )
