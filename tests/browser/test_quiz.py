"""Quiz by mouse and keyboard, in the page without a kernel, and observed by Python."""

import json
import re

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
    expect(group).to_have_count(1)
    one.get_by_role("button", name="Check").click()
    expect(one.locator(".qz-feedback")).to_have_text("Choose an answer first.", use_inner_text=True)
    assert opened.model(made, "tries") == [0, 0]
    one.get_by_role("radio", name="support").check()
    one.get_by_role("button", name="Check").click()
    expect(one.locator(".qz-feedback")).to_have_text("✕ That is not it. Try again.", use_inner_text=True)
    expect(one.locator(".is-wrong")).to_have_text(
        re.compile(re.escape("Not this one. It was told these labels.") + "$"), use_inner_text=True
    )
    expect(one.get_by_role("radio", name="support")).to_have_attribute("aria-invalid", "true")
    expect(opened.view).not_to_contain_text("only scores it", use_inner_text=True)
    expect(one.locator(".is-right")).to_have_count(0)
    one.get_by_role("radio", name="query").check()
    expect(one.locator(".is-wrong")).to_have_count(0)  # a new choice is not checked yet
    one.get_by_role("button", name="Check").click()
    text = one.locator(".qz-feedback").inner_text()
    assert text == "✓ Right, at try 2. It adapts to the support set; query_y only scores it."
    expect(one.locator(".qz-feedback code")).to_have_text("query_y", use_inner_text=True)
    expect(one.get_by_role("radio", name="query")).to_be_disabled()
    assert opened.model(made, "outcome") == ["right", ""]
    expect(opened.view.locator(".qz-total")).to_have_text("1 of 2 right, 0 at the first try.", use_inner_text=True)
    expect(opened.view.locator(".mw-live")).to_contain_text("Right, at try 2")


def test_several_answers_say_what_is_wrong_but_not_what_is_right(open_component):
    made = quiz()
    opened = open_component(made)
    two = card(opened, 1)
    expect(two).to_contain_text("Several answers may be right.", use_inner_text=True)
    tick = lambda name: two.get_by_role("checkbox", name=name)  # noqa: E731
    check = two.get_by_role("button", name="Check")
    tick("MAML").check()
    check.click()
    expect(two.locator(".qz-feedback")).to_have_text(
        "✕ What you ticked is right, but something is missing. Try again.", use_inner_text=True
    )
    expect(two.locator(".is-wrong")).to_have_count(0)
    tick("ProtoNet").check()
    check.click()
    expect(two.locator(".qz-feedback")).to_have_text(
        "✕ One of your ticks is wrong, and something is missing. Try again.", use_inner_text=True
    )
    expect(two.locator(".is-wrong")).to_have_text(re.compile("^" + re.escape("ProtoNet")), use_inner_text=True)
    tick("Reptile").check()
    check.click()
    expect(two.locator(".qz-feedback")).to_have_text("✕ One of your ticks is wrong. Try again.", use_inner_text=True)
    tick("ProtoNet").uncheck()
    check.click()
    expect(two.locator(".qz-feedback")).to_have_text(
        re.compile("^" + re.escape("✓ Right, at try 4. Both descend the support_loss.")), use_inner_text=True
    )
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
    expect(one.locator(".qz-feedback")).to_contain_text("That is not it", use_inner_text=True)
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Enter")
    expect(one.locator(".qz-hint")).to_have_text("Hint: What is it not told?", use_inner_text=True)
    assert opened.view.evaluate("(root) => root.getRootNode().activeElement.textContent") == "Check"
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Enter")
    expect(one.locator(".qz-feedback")).to_have_text(
        re.compile("^" + re.escape("The answer is marked. It adapts")), use_inner_text=True
    )
    expect(one.locator(".is-right")).to_have_text(re.compile("^" + re.escape("query")), use_inner_text=True)
    assert opened.model(made, "outcome")[0] == "shown"
    opened.page.keyboard.press("Enter")  # the button to answer again
    assert opened.model(made, "outcome")[0] == ""
    assert opened.model(made, "chosen")[0] == []
    expect(one.locator(".qz-hint")).to_be_hidden()


def test_hostile_texts_are_texts(open_component):
    opened = open_component(quiz())
    expect(opened.view).to_contain_text(HOSTILE, use_inner_text=True)
    assert opened.page.title() == "Quiz"
    code = open_component(Quiz("What is `a < b`?", ["`<b>x</b>` θ′", "one ` tick"], 0, "It is `x`."))
    expect(code.view.locator("code")).to_have_text(["a < b", "<b>x</b>"], use_inner_text=True)
    expect(code.view).to_contain_text("one ` tick", use_inner_text=True)


def test_python_observes_and_a_saved_quiz_goes_on(open_live, open_component):
    made = quiz()
    live = open_live(made)
    card(live).get_by_role("radio", name="query").check()
    card(live).get_by_role("button", name="Check").click()
    live.settle()
    assert made.solved == [True, False]
    assert made.score == (1, 2)
    opened = open_component(Quiz.from_dict(json.loads(json.dumps(made.to_dict()))))
    expect(card(opened).locator(".qz-feedback")).to_have_text(
        re.compile("^" + re.escape("✓ Right. It adapts")), use_inner_text=True
    )
    made.outcome, made.chosen = ["", ""], [[0], []]  # the other direction, from Python to the page
    live.pump()
    live.settle()
    expect(card(live).get_by_role("radio", name="support")).to_be_checked()


@pytest.mark.parametrize("width", [320, 400, 1000])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_sticks_out(open_component, width, dark):
    opened = open_component(quiz(), width=width, dark=dark)
    assert opened.page.evaluate(
        "() => [document.documentElement, document.querySelector('.mw-view')].every((n) => n.scrollWidth <= n.clientWidth)"
    )
