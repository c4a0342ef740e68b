"""The loss landscape in the page, with and without Python: reading contours, scrubbing the path, and moving the initialisation by
mouse or keys."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from metawidgets.widgets import LossLandscape
from tests.browser.limits import SCRUB
from tests.widgets.examples import HOSTILE
from tests.widgets.made_plane import CENTRES, RATE, SHIFT, STEPS, Bowls


@pytest.fixture
def bowls():
    landscape = LossLandscape(Bowls(), resolution=21, refine=21)
    landscape.refine(wait=True)
    return landscape


def handle(opened, side="query"):
    return opened.view.get_by_role("button", name=re.compile(f"Initialisation at .* of the {side} loss"))


def held_at(opened, side="query"):
    x, y = re.findall(r"[\u2212\d.]+", handle(opened, side).get_attribute("aria-label"))[:2]
    return float(x.replace("\u2212", "-")), float(y.replace("\u2212", "-"))


def place(opened, x, y, side="query"):
    """Return the pixel of a point in the plane, computed from the handle's position and the coordinates in its label."""
    box, (u, v) = handle(opened, side).bounding_box(), held_at(opened, side)
    plot = opened.view.locator(".ll-plot:visible").first.bounding_box()
    scale = (plot["width"] - 64) / 5  # 52 and 12 pixels of margin, a square 5 wide
    return box["x"] + box["width"] / 2 + (x - u) * scale, box["y"] + box["height"] / 2 - (y - v) * scale


def drag(opened, x, y):
    opened.page.mouse.move(*place(opened, *held_at(opened)))
    opened.page.mouse.down()
    to = place(opened, x, y)
    opened.page.mouse.move(*to, steps=6)


def reading(opened):
    return opened.view.locator(".ll-reading").inner_text()


def under(opened):
    return opened.view.locator(".ll-under").inner_text()


def unfold(opened, title):
    opened.view.locator("summary", has_text=title).click()


def numbers(text):
    return [float(n) for n in re.findall(r"\d+\.\d+", text)]


def bilinear(x, y, loss):
    """Interpolate a grid of 21 points from -2 to 3."""
    at = np.linspace(-2, 3, 21)
    c, r = (min(19, int((v + 2) / 0.25)) for v in (x, y))
    fx, fy = (x - at[c]) / 0.25, (y - at[r]) / 0.25
    low = loss(at[c], at[r]) * (1 - fx) + loss(at[c + 1], at[r]) * fx
    high = loss(at[c], at[r + 1]) * (1 - fx) + loss(at[c + 1], at[r + 1]) * fx
    return low * (1 - fy) + high * fy


def test_the_loss_under_the_pointer_is_read_off_the_grid(open_component, bowls):
    opened = open_component(bowls)
    opened.page.mouse.move(*place(opened, 1.3, -0.6))
    opened.frame()
    said = under(opened)
    assert said.startswith("At the pointer, (1.3")
    x, y = (float(v.replace("\u2212", "-")) for v in re.findall(r"[\u2212\d.]+", said)[:2])
    assert abs(x - 1.3) < 0.02
    assert abs(y + 0.6) < 0.02
    plane = Bowls()
    query, support = (
        bilinear(x, y, lambda u, v, side=side: plane.loss(0, [u, v, 0], side)) for side in ("query", "support")
    )
    np.testing.assert_allclose(numbers(said)[2:4], [query, support], atol=0.02)
    opened.page.mouse.move(5, 5)
    opened.frame()
    assert under(opened).startswith("At the initialisation, (0.00, 0.00)")


def test_steps_are_scrubbed_and_the_reading_follows(open_component, bowls):
    opened = open_component(bowls)
    plane = Bowls()
    for step in (STEPS, 2, 0):
        slider = opened.view.get_by_role("slider", name="inner step")
        slider.fill(str(step))
        opened.frame()
        state = plane.states(0, 0, 0)[step]
        losses = [plane.loss(0, state, side) for side in ("query", "support")]
        np.testing.assert_allclose(numbers(reading(opened))[:2], losses, atol=0.006)
    slider.focus()
    opened.page.keyboard.press("End")
    opened.frame()
    assert f"after {STEPS} of {STEPS} inner steps" in reading(opened)
    assert f"{0.3 * (1 - (1 - RATE) ** STEPS):.3f} off the plane" in reading(opened)


def test_surfaces_tasks_and_arrows_are_chosen_without_python(open_component, bowls):
    opened = open_component(bowls)
    shown = lambda: [c.inner_text() for c in opened.view.locator(".ll-caption:visible").all()]  # noqa: E731
    pixels = lambda: opened.view.locator(".ll-above:visible").first.evaluate("(c) => c.toDataURL()")  # noqa: E731
    assert shown() == ["Query loss of task 1, squared error"]
    for name, expected in (
        ("Support", ["Support loss of task 1, squared error"]),
        ("Side by side", ["Query loss of task 1, squared error", "Support loss of task 1, squared error"]),
        ("Overlay", ["Query loss of task 1, squared error; dashed lines, slanted numbers: support loss"]),
        ("Query", ["Query loss of task 1, squared error"]),
    ):
        opened.view.get_by_role("button", name=name, exact=True).click()
        opened.frame()
        assert shown() == expected
    before = pixels()
    opened.view.get_by_role("checkbox", name="Meta-gradients").uncheck()
    opened.frame()
    assert pixels() != before
    opened.view.get_by_role("combobox", name="Contours of").select_option("task 2")
    opened.frame()
    assert shown() == ["Query loss of task 2, squared error"]
    assert reading(opened).startswith("Task 2, ")
    assert opened.model(bowls, "task") == 1


def test_the_bands_are_those_of_the_losses(open_component, bowls):
    """Along a line through the middle of the bowl, each crossed level makes the colour darker, on both sides."""
    opened = open_component(bowls)
    opened.view.get_by_role("checkbox", name="Meta-gradients").uncheck()
    levels = bowls.config["levels"][0]["query"]
    centre = CENTRES[0] + SHIFT
    radii = [0.5 * (a + b) for a, b in zip([0, *levels], levels, strict=False)]
    shades = []
    for level in radii:
        away = np.sqrt(max(0, 2 * level - centre[2] ** 2))
        x, y = place(opened, centre[0], centre[1] + away)
        canvas = opened.view.locator(".ll-canvas").first
        box = canvas.bounding_box()
        pixel = canvas.evaluate(
            "(c, [x, y]) => [...c.getContext('2d').getImageData(x, y, 1, 1).data]", [x - box["x"], y - box["y"]]
        )
        shades.append(sum(pixel[:3]))
    assert len(shades) > 3
    assert shades == sorted(shades, reverse=True)
    assert len(set(shades)) >= len(shades) - 1


def test_without_python_the_handle_reads_losses_and_says_what_it_cannot_do(open_component, bowls):
    opened = open_component(bowls)
    drag(opened, 1.0, 1.0)
    opened.frame()
    assert under(opened).startswith("Held here, (1.00, 1.00)")
    opened.page.mouse.up()
    opened.frame()
    told = opened.view.locator(".ll-main .ll-fine")
    expect(told).to_have_text(
        re.compile("^" + re.escape("The path from here needs a running Python kernel")), use_inner_text=True
    )
    assert opened.model(bowls, "start") == [0, 0]
    handle(opened).focus()
    opened.page.keyboard.press("Home")
    opened.frame()
    assert held_at(opened) == (0, 0)
    expect(opened.view.get_by_role("button", name="Own initialisation")).to_be_disabled()
    unfold(opened, "Another plane")
    expect(opened.view.get_by_role("combobox", name="Up: at right angles, towards")).to_be_disabled()


@pytest.mark.quick
def test_dragging_runs_the_inner_loop_from_there(open_live, bowls):
    live = open_live(bowls)
    drag(live, 1.0, -1.0)
    assert bowls.start == [0, 0]  # Python is asked when the handle is released
    live.page.mouse.up()
    live.until(lambda: bowls.start != [0, 0])
    live.settle()
    np.testing.assert_allclose(bowls.start, [1, -1], atol=0.03)
    np.testing.assert_allclose(held_at(live), bowls.start, atol=0.006)
    end = Bowls().states(0, *bowls.start)[-1]
    unfold(live, "Loss before and after")
    said = live.view.get_by_role("table", name=re.compile("Loss before and after")).inner_text()
    assert f"{Bowls().loss(0, end, 'query'):.3f}"[:5] in said
    live.view.get_by_role("button", name="Own initialisation").click()
    live.until(lambda: bowls.start == [0, 0])
    live.settle()
    expect(live.view.get_by_role("table", name=re.compile("Loss before"))).not_to_contain_text(
        "moved", use_inner_text=True
    )


def test_keys_move_it_and_enter_asks(open_live, bowls):
    live = open_live(bowls)
    handle(live).focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp"):
        live.page.keyboard.press(key)
    live.settle()
    assert held_at(live) == (0.2, 0.5)
    assert bowls.start == [0, 0]
    live.page.keyboard.press("Enter")
    live.until(lambda: bowls.start != [0, 0])
    np.testing.assert_allclose(bowls.start, [0.2, 0.5], atol=1e-6)
    assert [call for call in bowls._plane.calls if call[0] == "paths"][-1][1:] == pytest.approx((0.2, 0.5))
    live.page.keyboard.press("Escape")
    live.until(lambda: bowls.start == [0, 0])


def test_another_plane_is_laid_and_its_seed_chosen(open_live, bowls):
    live = open_live(bowls)
    unfold(live, "Another plane")
    seed = live.view.get_by_role("spinbutton", name="Seed")
    seed.fill("7")
    seed.press("Enter")
    live.until(lambda: bowls.config["plane"]["seed"] == 7)
    live.view.get_by_role("combobox", name="Up: at right angles, towards").select_option("solution of task 2")
    live.until(lambda: bowls.config["plane"]["third"] == 1)
    live.settle()
    expect(seed).to_be_hidden()
    expect(live.view.locator(".mw-status")).to_be_hidden()


def test_contours_not_there_yet_are_said_to_be_missing_and_come(open_live):
    landscape = LossLandscape(Bowls(), resolution=5, refine=9)
    live = open_live(landscape)
    live.view.get_by_role("combobox", name="Contours of").select_option("task 2")
    live.settle()
    assert "losses not computed yet" in under(live)
    landscape.refine()
    live.until(lambda: "9 \u00d7 9 points" in live.view.locator(".ll-about").inner_text())
    assert "query loss" in under(live)


def test_a_kernel_that_is_gone_is_reported_and_the_page_goes_on(open_live, bowls):
    live = open_live(bowls)
    live.stop_kernel()
    handle(live).focus()
    live.page.keyboard.press("ArrowRight")
    live.page.keyboard.press("Enter")
    live.page.wait_for_timeout(100)
    expect(live.view.locator(".mw-status")).to_contain_text("Python no longer answers", use_inner_text=True)
    live.view.get_by_role("button", name="Support", exact=True).click()
    expect(live.view.locator(".ll-caption:visible")).to_have_text(
        re.compile("^" + re.escape("Support loss")), use_inner_text=True
    )


def test_hostile_titles_are_text_and_losses_without_value_are_hatched(open_component):
    class Steep(Bowls):
        def loss(self, k, point, side):
            found = super().loss(k, point, side)
            return np.where(found > 6, np.nan, found)

    opened = open_component(LossLandscape(Steep(titles=(HOSTILE, "b")), resolution=21, refine=21))
    assert opened.page.title() == "LossLandscape"
    unfold(opened, "Loss before and after")
    expect(opened.view.get_by_role("table", name=re.compile("Loss before"))).to_contain_text(
        HOSTILE, use_inner_text=True
    )
    opened.view.locator(".ll-plot").first.scroll_into_view_if_needed()
    opened.page.mouse.move(*place(opened, -1.9, -1.9))
    opened.frame()
    assert "not a number" in under(opened)


@pytest.mark.parametrize("width", [400, 1000])
def test_nothing_is_wider_than_the_page(open_component, bowls, width):
    bowls.move(1.0, 1.0)
    opened = open_component(bowls, width=width)
    for name in ("Side by side", "Overlay"):
        opened.view.get_by_role("button", name=name, exact=True).click()
        opened.frame()
        assert opened.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_scrubbing_repaints_within_a_frame_or_two(open_component, bowls, scrub_work):
    bowls.surface = "both"
    opened = open_component(bowls)
    assert scrub_work(opened.page, ".mw-player .mw-slider") < SCRUB
