"""The inner loop of MLP learners without Python: the page computes with the rate, steps and points that the reader sets."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from metawidgets import datasets, instruments, learners
from metawidgets.episodes import Episode, EpisodeSampler
from metawidgets.instruments.inner_loop import adjusted
from metawidgets.learners.loop import trace
from metawidgets.widgets import InnerLoopSlider, Selection
from tests.browser.test_inner_loop_controls import type_in


def drawn(dataset: str, n_way: int | None, k_shot: int = 5, n_query: int = 4) -> Episode:
    source = datasets.ALL[dataset]().source("test")
    return EpisodeSampler(source, n_way=n_way, k_shot=k_shot, n_query=n_query, seed=1).episode(0)


def curves() -> tuple[dict[str, learners.Learner], Episode]:
    return instruments.initialisations("sinusoids"), drawn("sinusoids", None)


def planes() -> tuple[dict[str, learners.Learner], Episode]:
    made = {
        name: learners.build(name, item_shape=(2,), output_dim=3, **options).eval()
        for name, options in {
            "maml": {"inner_lr": 0.4, "inner_steps": 4},
            "protonet": {},
            "finetune": {"inner_lr": 0.1, "inner_steps": 6},
        }.items()
    }
    return made, drawn("gaussians", 3)


def painted(opened) -> None:
    """Wait until the effect of the last event has been painted."""
    opened.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def open_folds(opened) -> None:
    opened.view.evaluate("(root) => root.querySelectorAll('details').forEach((each) => { each.open = true; })")
    painted(opened)


def shown_numbers(opened) -> dict[str, float]:
    """Return the query loss of each learner in full precision, as the page computed it (it shows three digits)."""
    open_folds(opened)
    lines = opened.view.locator(".il-loss .il-readouts li").all_inner_texts()
    pairs = [line.split("\n") for line in lines]
    return {name: float(value) for name, value in pairs if name != "support"}


def expect_losses(opened, made, episode: Episode, names, **settings) -> None:
    for name in names:
        found = trace(adjusted(made[name], **settings), episode)["query_loss"][-1]
        # The number in the page's text
        assert shown_numbers(opened)[name] == pytest.approx(float(found), rel=6e-3), name


def plot(opened, i: int = 0):
    return opened.view.locator(".il-plot canvas").nth(i)


def click_at(opened, across: float, up: float, i: int = 0) -> None:
    """Click at a place given as fractions of the plot's width and height."""
    plot(opened, i).scroll_into_view_if_needed()
    box = plot(opened, i).bounding_box()
    left, bottom = 50, 40
    x = box["x"] + left + across * (box["width"] - left - 10)
    y = box["y"] + 10 + (1 - up) * (box["height"] - bottom - 10)
    opened.page.mouse.click(x, y)
    painted(opened)


@pytest.mark.quick
def test_rate_and_steps_are_answered_without_python(open_component):
    made, episode = curves()
    opened = open_component(instruments.inner_loop_slider(made, episode))
    expect(opened.view.locator(".mw-needs:visible")).to_have_count(0)
    type_in(opened, "Inner learning rate, typed", "0.02")
    painted(opened)
    expect_losses(opened, made, episode, made, inner_lr=0.02)
    type_in(opened, "Inner steps, typed", "7")
    painted(opened)
    expect_losses(opened, made, episode, made, inner_lr=0.02, inner_steps=7)
    step = opened.page.get_by_role("slider", name="inner-loop step")
    expect(step).to_have_attribute("aria-valuetext", "after 7 of 7 gradient steps")
    opened.view.get_by_role("button", name="Own settings").click()
    painted(opened)
    expect_losses(opened, made, episode, made)
    expect(step).to_have_attribute("aria-valuetext", "after 2 of 2 gradient steps")


def test_a_learner_that_was_not_sent_is_computed(open_component):
    made, episode = curves()
    opened = open_component(instruments.inner_loop_slider(made, episode, shown=["MAML"]))
    opened.view.get_by_role("checkbox", name="random").click()
    painted(opened)
    expect(opened.view.locator(".il-panel-head")).to_have_text(["MAML", "random"], use_inner_text=True)
    expect_losses(opened, made, episode, ["MAML", "random"])


def test_what_only_python_can_do_is_said_once_beside_the_controls(open_component):
    made, episode = planes()
    opened = open_component(instruments.inner_loop_slider(made, episode))
    notes = opened.view.locator(".mw-needs:visible").all_inner_texts()
    assert notes == ["Adapting protonet again needs a running Python kernel: open the notebook to use it."]
    before = shown_numbers(opened)["protonet"]
    type_in(opened, "Inner learning rate, typed", "0.2")
    painted(opened)
    expect_losses(opened, made, episode, ["maml", "finetune"], inner_lr=0.2)
    assert shown_numbers(opened)["protonet"] == before
    opened.view.get_by_role("checkbox", name="protonet").click()
    painted(opened)
    expect(opened.view.locator(".mw-needs:visible")).to_have_count(0)


def title(opened) -> str:
    painted(opened)
    return opened.view.locator(".il-fact").inner_text()


def test_a_click_adds_a_point_which_moves_and_goes_again(open_component):
    made, episode = curves()
    slider = instruments.inner_loop_slider(made, episode, selection=(selection := Selection()))
    opened = open_component(slider, height=1100)
    before = shown_numbers(opened)
    opened.view.get_by_role("button", name="Add support").click()
    click_at(opened, 0.5, 0.9)
    assert opened.model(selection, "selected") == "clicked/curve/1"
    assert title(opened).startswith("Selected: Support item 5 at x = ")
    expect(opened.view.locator("h3")).to_have_text(
        re.compile(re.escape("step by step: 6-shot regression") + "$"), use_inner_text=True
    )
    added = shown_numbers(opened)
    assert added != before
    opened.view.get_by_role("application").first.focus()
    opened.page.keyboard.press("Shift+ArrowDown")
    opened.page.keyboard.press("Shift+ArrowDown")
    painted(opened)
    assert shown_numbers(opened) != added
    opened.page.keyboard.press("Delete")
    painted(opened)
    assert shown_numbers(opened) == before
    undo = opened.view.get_by_role("button", name="Undo")
    for _ in range(4):
        undo.click()
        painted(opened)
    expect(undo).to_be_disabled()
    assert shown_numbers(opened) == before
    expect(opened.view.locator("h3")).to_have_text(
        re.compile(re.escape("step by step: 5-shot regression") + "$"), use_inner_text=True
    )


def pixel_of(opened, episode: Episode, place: np.ndarray) -> tuple[float, float]:
    """Return the position on the page of a place in the plane. The plot shows the probe grid: all points with a margin of a tenth."""
    points = np.concatenate([episode.support_x, episode.query_x])
    low, high = points.min(0), points.max(0)
    x, y = map(float, (place - low + 0.1 * (high - low)) / (1.2 * (high - low)))
    box = plot(opened).bounding_box()
    return box["x"] + 52 + x * (box["width"] - 60), box["y"] + box["height"] - 40 - y * (box["height"] - 48)


def test_points_of_the_plane_are_added_with_a_class_dragged_and_given_back(open_component):
    made, episode = planes()
    del made["protonet"]
    opened = open_component(instruments.inner_loop_slider(made, episode), height=1100)
    before = shown_numbers(opened)
    opened.view.get_by_role("combobox", name="of class").select_option("1")
    opened.view.get_by_role("button", name="Add query").click()
    click_at(opened, 0.05, 0.05)
    assert "true class B" in title(opened)
    assert shown_numbers(opened) != before
    opened.view.get_by_role("button", name="Select or drag").click()
    u, v = pixel_of(opened, episode, episode.support_x[0])
    now = shown_numbers(opened)
    opened.page.mouse.move(u, v)
    opened.page.mouse.down()
    opened.page.mouse.move(u + 30, v - 20, steps=4)
    opened.page.mouse.up()
    painted(opened)
    assert shown_numbers(opened) != now
    opened.view.get_by_role("button", name="Undo").click()
    painted(opened)
    assert shown_numbers(opened) == now
    opened.view.get_by_role("button", name="Own settings").click()
    painted(opened)
    assert shown_numbers(opened) == before


def test_the_last_point_of_a_side_stays_and_says_so_beside_its_control(open_component):
    made, _ = curves()
    opened = open_component(instruments.inner_loop_slider(made["MAML"], drawn("sinusoids", None, 1, 1)))
    opened.view.get_by_role("application").focus()
    opened.page.keyboard.press("Enter")
    opened.page.keyboard.press("Delete")
    status = opened.view.locator(".mw-status:visible")
    expect(status).to_have_text(re.compile("^" + re.escape("The last point of its side stays")), use_inner_text=True)


def test_python_stays_the_truth(open_live):
    made, episode = curves()
    live = open_live(slider := instruments.inner_loop_slider(made, episode), height=1100)
    type_in(live, "Inner learning rate, typed", "0.02")
    live.until(lambda: slider.inner_lr == 0.02)
    live.view.get_by_role("button", name="Add support").click()
    click_at(live, 0.5, 0.9)
    live.until(lambda: len(slider.episode.support_x) == 6)
    live.settle()
    expect_losses(live, made, slider.episode, made, inner_lr=0.02)
    assert str(slider.episode.support_items[-1]) == "clicked/curve/1"
    live.view.get_by_role("button", name="Own settings").click()
    live.until(lambda: slider.inner_lr is None)
    assert len(slider.episode.support_x) == 5
    np.testing.assert_array_equal(slider.episode.support_x, episode.support_x)


def test_a_restored_component_still_computes(open_live):
    made, episode = curves()
    restored = InnerLoopSlider.from_dict(instruments.inner_loop_slider(made, episode).to_dict())
    live = open_live(restored)
    type_in(live, "Inner learning rate, typed", "0.02")
    live.settle()
    expect_losses(live, made, episode, made, inner_lr=0.02)
    assert restored.inner_lr is None  # a restored component has no learner in Python


@pytest.mark.parametrize(("make", "most"), [(curves, 50), (planes, 75)], ids=["curves", "points"])
@pytest.mark.parametrize("dial", [0, 1], ids=["rate", "steps"])
def test_a_setting_is_computed_and_painted_at_once(open_component, scrub_work, patience, make, most, dial):
    made, episode = make()
    opened = open_component(instruments.inner_loop_slider(made, episode), width=1200)
    opened.view.locator(".il-dials input[type=range]").nth(dial).evaluate("(slider) => slider.classList.add('timed')")
    assert scrub_work(opened.page, ".timed") < most * patience


def test_a_moved_point_is_computed_and_painted_within_50_ms(open_component, patience):
    made, episode = curves()
    opened = open_component(instruments.inner_loop_slider(made, episode), width=1200)
    opened.view.get_by_role("application").first.focus()
    session = opened.page.context.new_cdp_session(opened.page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(1000 * m["value"] for m in metrics if m["name"] == "TaskDuration")

    before = spent()
    for _ in range(20):
        opened.page.keyboard.press("Shift+ArrowUp")
        painted(opened)
    assert (spent() - before) / 20 < 50 * patience
