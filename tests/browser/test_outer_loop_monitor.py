"""OuterLoopMonitor by mouse and keyboard: as controls of a training with Python, and as a replay without Python."""

import re
import time

import numpy as np
import pytest
from playwright.sync_api import expect

from metawidgets import widgets
from tests.browser.axe import faults
from tests.widgets.made_training import monitored
from tests.widgets.test_outer_loop_monitor import Training


def button(opened, name: str):
    return opened.view.get_by_role("button", name=name, exact=True)


def figures(opened) -> dict[str, str]:
    return dict(
        zip(*(opened.view.locator(f".ol-figures {tag}").all_inner_texts() for tag in ("dt", "dd")), strict=True)
    )


def phase(opened) -> str:
    return opened.view.locator(".ol-phase").inner_text()


def reading(opened, chart: str) -> str:
    return opened.view.locator(f".ol-{chart} .ol-reading").inner_text()


def unfold(opened, *titles: str) -> None:
    """Open the folds whose titles begin with these texts, or all folds if no text is given."""
    for title in titles or ("Gradient norm", "Learning rate"):
        opened.view.locator("summary").filter(has_text=re.compile(f"^{title}")).click()


def why(opened) -> str:
    """Return the text beside the disabled buttons."""
    return " ".join(opened.view.locator(".ol-toolbar .ol-turn").all_inner_texts())


def off(locator) -> bool:
    return locator.is_disabled() or locator.get_attribute("aria-disabled") == "true"


@pytest.mark.quick
def test_start_pause_step_stop_and_resume(open_live):
    monitor = Training(steps=10**6, task_seconds=0.004).monitor()
    live = open_live(monitor)
    assert phase(live) == "Not started"
    assert off(button(live, "Stop"))
    assert off(button(live, "Start over"))
    assert why(live) == "Stop and Start over are off: it has not begun yet."
    unfold(live, "Learning rate")
    button(live, "Start").click()
    live.until(lambda: phase(live) == "Training")
    live.until(lambda: monitor.figures["step"] > 5 and figures(live)["Step"] != "0 of 1,000,000")
    assert off(button(live, "Single step"))
    expect(live.view.locator(".ol-settings .ol-turn")).to_contain_text("pause or stop it first", use_inner_text=True)
    assert why(live) == "Start over is off while it trains: pause or stop it first."
    button(live, "Pause").click()
    live.until(lambda: phase(live) == "Paused")
    paused = monitor.figures["step"]
    live.until(lambda: figures(live)["Step"] == f"{paused:,} of 1,000,000")
    assert why(live) == ""
    button(live, "Single step").click()
    live.until(lambda: figures(live)["Step"] == f"{paused + 1:,} of 1,000,000" and phase(live) == "Paused")
    button(live, "Resume").press("Enter")  # by key; the button keeps the focus when its label changes
    live.until(lambda: phase(live) == "Training")
    assert button(live, "Pause").evaluate("(node) => node === node.getRootNode().activeElement")
    began = time.monotonic()
    button(live, "Stop").click()
    live.until(lambda: phase(live) in ("Stopping after the current task", "Stopped"))
    said = time.monotonic() - began
    live.until(lambda: phase(live) == "Stopped")
    assert said < 2  # this includes the test's overhead; Python's part is tested separately
    assert not monitor.training
    assert why(live) == "Stop is off: nothing runs."
    stopped = monitor.figures["step"]
    assert stopped > paused
    button(live, "Resume").click()
    live.until(lambda: monitor.figures["step"] > stopped)
    monitor.stop()
    monitor.wait(10)


def test_the_rate_and_the_number_of_steps_are_set_while_it_runs(open_live):
    training = Training(steps=10**6, task_seconds=0.002)
    live = open_live(monitor := training.monitor())
    unfold(live, "Learning rate")
    button(live, "Start").click()
    live.until(lambda: monitor.figures["step"] > 3)
    exact = live.view.get_by_label("Learning rate of the outer loop, exactly")
    exact.fill("0.25")
    exact.press("Enter")
    live.until(lambda: training.rates[-1] == 0.25)
    slider = live.view.get_by_role("slider", name="Learning rate of the outer loop")
    expect(slider).to_have_attribute("aria-valuetext", "0.250")
    slider.focus()
    live.page.keyboard.press("End")
    live.until(lambda: monitor.meta_lr == 1)
    steps = live.view.get_by_label("Outer steps", exact=True)
    steps.fill("10")
    steps.press("Enter")
    live.until(lambda: phase(live) == "Finished")
    assert monitor.target == 10
    done = monitor.figures["step"]
    steps.fill(str(done + 5))
    steps.press("Enter")
    live.until(lambda: button(live, "Resume").count() == 1)
    button(live, "Resume").click()
    live.until(lambda: figures(live)["Step"] == f"{done + 5} of {done + 5}")


def test_at_the_end_more_steps_can_be_had(open_live):
    monitor = monitored(steps=40, done=40)
    live = open_live(monitor)
    more = button(live, "40 more steps")
    assert why(live) == "Stop is off: all steps are done."
    expect(more).to_have_attribute("title", "Raise the number of outer steps from 40 to 80, and go on")
    more.click()
    live.until(lambda: figures(live)["Step"] == "80 of 80")
    assert (monitor.phase, monitor.target) == ("finished", 80)
    expect(button(live, "40 more steps")).to_be_enabled()


def test_an_error_of_the_training_is_shown_and_it_goes_on(open_live):
    training = Training(steps=60)
    training.fail_at = 31
    live = open_live(training.monitor())
    button(live, "Start").click()
    live.until(lambda: phase(live) == "Failed")
    expect(live.view.locator(".mw-status")).to_have_text(
        "the meta-gradient at step 31 is nan; lower meta_lr.", use_inner_text=True
    )
    training.fail_at = 0
    button(live, "Resume").click()
    live.until(lambda: phase(live) == "Finished")
    expect(live.view.locator(".mw-status")).to_be_hidden()


def test_starting_over_asks_first_what_it_would_lose(open_live):
    monitor = monitored(steps=40, done=26)
    live = open_live(monitor)
    again, question = button(live, "Start over"), live.view.get_by_role("alertdialog")
    again.press("Enter")
    expect(question).to_contain_text("26 steps will be lost", use_inner_text=True)
    has_focus = "(node) => node === node.getRootNode().activeElement"
    assert button(live, "Keep them").evaluate(has_focus)  # pressing Enter twice loses nothing
    live.page.keyboard.press("Escape")
    expect(question).to_be_hidden()
    assert again.evaluate(has_focus)
    again.click()
    button(live, "Keep them").click()
    live.settle()
    assert (monitor.phase, monitor.figures["step"]) == ("paused", 26)
    again.click()
    button(live, "Lose them and start over").click()
    live.until(lambda: phase(live) == "Finished")
    expect(question).to_be_hidden()
    assert figures(live)["Step"] == "40 of 40"
    assert monitor.unpack()["held.meta_step"].tolist() == list(range(0, 41, 5))


def test_the_smoothed_loss_is_one_number(open_component):
    for done in (7, 60):
        monitor = monitored(done=done)
        opened = open_component(monitor)
        told = figures(opened)["Loss, smoothed"]
        assert reading(opened, "loss").startswith(f"smoothed {told} (")
        assert f"Smoothed loss {float(told):.3g} nats" in monitor.summary()


def test_more_curves_unfold(open_component):
    opened = open_component(monitored(done=60))
    norm = opened.view.locator(".ol-norm canvas")
    expect(norm).to_be_hidden()
    unfold(opened)
    opened.frame()
    for name in ("norm", "rate"):
        assert opened.view.locator(f".ol-{name} canvas").bounding_box()["height"] > 80
    assert opened.view.locator(".ol-inner-charts canvas").first.bounding_box()["width"] > 100


def test_without_validation_there_is_no_empty_chart(open_component):
    training = Training(steps=20)
    monitor = training.monitor()
    monitor.run()
    opened = open_component(monitor)
    expect(opened.view.locator(".ol-loss")).to_be_visible()
    expect(opened.view.locator(".ol-validation")).to_be_hidden()


def test_while_it_trains_another_step_can_be_looked_at_and_the_newest_followed_again(open_live):
    monitor = Training(steps=10**6, task_seconds=0.003).monitor()
    live = open_live(monitor)
    slider = live.view.get_by_role("slider", name="Outer step shown")
    button(live, "Start").click()
    live.until(lambda: monitor.figures["step"] > 8)
    live.until(lambda: slider.is_enabled())
    slider.focus()
    live.page.keyboard.press("Home")
    live.page.keyboard.press("ArrowRight")
    live.until(lambda: (monitor.follow, monitor.step) == (False, 1))
    then = monitor.figures["step"]
    live.until(lambda: monitor.figures["step"] > then + 5)
    expect(slider).to_have_value("1")  # the slider does not move
    button(live, "Newest").click()
    live.until(lambda: monitor.follow)
    live.until(lambda: int(slider.input_value()) > then)
    monitor.stop()
    monitor.wait(10)


def test_exported_it_is_a_replay(open_component):
    opened = open_component(monitored(done=60))
    unfold(opened)
    for name in ("Resume", "Single step", "Stop", "Start over"):
        expect(button(opened, name)).to_be_disabled()
        assert "needs a running Python kernel" in str(button(opened, name).get_attribute("title"))
    expect(opened.view.locator(".ol-toolbar .mw-needs")).to_contain_text(
        "needs a running Python kernel", use_inner_text=True
    )
    slider = opened.view.get_by_role("slider", name="Outer step shown")
    expect(slider).to_have_attribute("aria-valuetext", "after 60 outer steps")
    slider.focus()
    opened.page.keyboard.press("Home")
    opened.frame()
    expect(slider).to_have_attribute("aria-valuetext", "before training")
    expect(opened.view.locator(".ol-held-reading")).to_have_text(
        re.compile("^" + re.escape("Before training")), use_inner_text=True
    )
    opened.page.keyboard.press("ArrowRight")
    opened.frame()
    expect(slider).to_have_value("5")  # the next adaptation
    opened.page.keyboard.press("PageUp")
    opened.frame()
    expect(slider).to_have_value("30")
    assert reading(opened, "loss").endswith(f"({2 * 0.97**30 + 0.2 * np.sin(30):.3f} at step 30)")
    mean = np.clip(1 - 0.7 * 0.97**30, 0, 1)
    assert reading(opened, "validation").startswith(f"{100 * mean:.1f}")
    assert "at step 30" in reading(opened, "validation")
    opened.page.keyboard.press("End")
    opened.frame()
    expect(button(opened, "Newest")).to_have_attribute("aria-pressed", "true")


def test_it_plays_to_its_end_and_stops_there(open_component):
    opened = open_component(monitored(done=60))
    button(opened, "Play the record").click()
    button(opened, "Pause the record").wait_for()
    slider = opened.view.locator(".ol-player .mw-slider")
    expect(slider).to_have_value(re.compile(r"[1-6]\d"))
    expect(slider).to_have_value("60", timeout=30_000)
    button(opened, "Play the record").wait_for()


def test_dragging_over_a_chart_shows_that_step(open_component):
    monitor = monitored(done=60)
    opened = open_component(monitor)
    unfold(opened, "Gradient norm")
    opened.frame()
    opened.view.locator(".ol-norm canvas").scroll_into_view_if_needed()
    box = opened.view.locator(".ol-norm canvas").bounding_box()
    opened.page.mouse.move(box["x"] + 55 + (box["width"] - 68) / 3, box["y"] + 40)
    opened.page.mouse.down()
    opened.frame()
    assert opened.model(monitor, "step") == 20
    opened.page.mouse.move(box["x"] + 40, box["y"] + 40)
    opened.page.mouse.up()
    opened.frame()
    assert opened.model(monitor, "step") == 0
    assert opened.model(monitor, "follow") is False


def test_inner_steps_and_queries_of_the_held_episode(open_component):
    monitor = monitored(done=30, name="prototypes")
    opened = open_component(monitor)
    said = lambda: opened.view.locator(".ol-held-reading").inner_text()  # noqa: E731
    last = said()
    unfold(opened, "Gradient norm")
    inner = opened.view.locator(".ol-inner input")
    inner.focus()
    opened.page.keyboard.press("Home")
    opened.frame()
    assert opened.model(monitor, "inner") == 0
    assert "before adaptation" in said()
    opened.page.keyboard.press("End")
    opened.frame()
    assert said() == last
    queries = opened.view.get_by_role("application")
    queries.focus()
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Enter")
    opened.frame()
    detail = opened.view.locator(".ol-detail").inner_text()
    found = re.fullmatch(r"Query (\d+), true class (\w+): probability (\S+)\s%, (correct|wrong: \w+)\.", detail)
    assert found, detail
    i = int(found[1])
    arrays, names = monitor.unpack(), monitor.config["held"]["episode"]["class_names"]
    assert found[2] == names[arrays["query_y"][i]]
    guess = arrays["held.guess"][-1, -1, i]
    assert found[4] == ("correct" if guess == arrays["query_y"][i] else f"wrong: {names[guess]}")
    opened.page.keyboard.press("ArrowLeft")  # in the list, this key moves the outer step
    opened.frame()
    assert opened.model(monitor, "step") == 25


def test_restored_without_its_training_it_says_what_it_lacks(open_live):
    restored = widgets.OuterLoopMonitor.from_dict(monitored(done=20).to_dict())
    live = open_live(restored)
    expect(button(live, "Resume")).to_be_disabled()
    expect(button(live, "Resume")).to_have_attribute("title", re.compile("make it again in a cell"))
    live.view.get_by_role("slider", name="Outer step shown").focus()
    live.page.keyboard.press("Home")
    live.until(lambda: restored.step == 0 and not restored.follow)


@pytest.mark.parametrize("width", [400, 1000])
def test_live_before_its_first_step_it_is_complete_and_accessible(open_live, width):
    live = open_live(monitored(name="prototypes"), width=width)
    live.settle()
    expect(button(live, "Start")).to_be_enabled()
    assert figures(live)["Step"] == "0 of 80"
    assert faults(live.page) == {}
    assert live.page.evaluate("document.documentElement.scrollWidth") <= width
