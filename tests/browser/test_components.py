"""The promises of every component in `widgets.ALL` in a page without a kernel, tested on one page per component."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from metawidgets import widgets
from tests.browser.axe import faults
from tests.browser.conftest import OpenPage
from tests.browser.first_views import complaints, shown_at
from tests.widgets.examples import EXAMPLES

# Visible controls that are disabled because there is no Python, without a visible sentence that says so.
_UNSAID = """(root) => {
  const seen = (each) => each.checkVisibility({ visibilityProperty: true });
  const off = [...root.querySelectorAll("[aria-disabled='true']:disabled")].filter(seen);
  const said = [...root.querySelectorAll(".mw-needs")].filter((note) => seen(note) && note.textContent.trim());
  return off.length && !said.length ? off.map((each) => each.textContent || each.ariaLabel || each.outerHTML) : [];
}"""
_NAMELESS = """(nodes) => nodes.filter((node) => !(node.getAttribute("aria-label") || node.getAttribute("aria-labelledby")
    || node.labels?.length || node.textContent.trim())).map((node) => node.outerHTML)"""
_FOCUSED = """(root) => {
  const node = root.getRootNode().activeElement;
  return {inside: !!node.closest(".mw"),
          name: node.getAttribute("aria-label") || node.labels?.[0]?.textContent || node.textContent.trim(),
          shielded: !!node.closest("[data-lm-suppress-shortcuts]")};
}"""
_COLOURS = "(root) => [getComputedStyle(document.body).backgroundColor, getComputedStyle(root).color]"


@pytest.mark.quick
@pytest.mark.parametrize("name", [cls.__name__ for cls in widgets.ALL])
def test_one_page_keeps_every_promise(
    name: str, open_component: Callable[..., OpenPage], subtests: pytest.Subtests
) -> None:
    """All checks share one page, because opening a page is slow. Their order is such that they do not affect each other."""
    component = EXAMPLES[name]()
    opened = open_component(component, width=1200)
    view = shown_at(opened.page).first
    with subtests.test("the first view is one screen with one thing to try"):
        assert complaints(view) == []
    with subtests.test("a sentence is seen where Python is needed"):
        assert view.evaluate(_UNSAID) == []
    with subtests.test("folds are open on paper and as they were after it"):
        _print(opened)
    with subtests.test("it is reachable by keyboard, and keys stay inside"):
        _press_keys(opened)
    with subtests.test("every control has a name"):
        assert view.get_attribute("aria-label")
        assert view.locator("button, input, select, [tabindex]").evaluate_all(_NAMELESS) == []
    _open_folds(opened)
    with subtests.test("a sentence is seen in the folds where Python is needed"):
        assert view.evaluate(_UNSAID) == []
    with subtests.test("what was copied is said beside its button"):
        _copy(opened)
    for dark, width in ((False, 400), (False, 1000), (True, 1000)):
        with subtests.test("it fits and can be read", dark=dark, width=width):
            _fits(opened, width, dark=dark)
        if not dark and width == 1000:
            with subtests.test("axe finds nothing"):
                assert faults(opened.page) == {}
    with subtests.test("an error is shown in the status line, as text"):
        opened.page.evaluate(
            "([id, text]) => window.metawidgets.models.get(id).set('error', text)",
            [component.model_id, "ValueError: <b>no</b>"],
        )
        expect(view.locator(".mw-status")).to_have_text("ValueError: <b>no</b>", use_inner_text=True)


@pytest.mark.parametrize("name", [cls.__name__ for cls in widgets.ALL])
def test_a_dark_page_fits_and_can_be_read(name: str, open_component: Callable[..., OpenPage]) -> None:
    opened = open_component(EXAMPLES[name](), width=1200, dark=True)
    _open_folds(opened)
    for width in (400, 1000):
        _fits(opened, width, dark=True)
    assert faults(opened.page) == {}


def _folds(opened: OpenPage) -> list[bool]:
    return opened.view.locator("details.mw-fold").evaluate_all("(folds) => folds.map((fold) => fold.open)")


def _open_folds(opened: OpenPage) -> None:
    opened.view.evaluate("(root) => root.querySelectorAll('details').forEach((each) => { each.open = true; })")
    opened.frame()


def _print(opened: OpenPage) -> None:
    before = _folds(opened)
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert all(_folds(opened))
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    opened.page.emulate_media(media="screen")
    opened.frame()
    assert _folds(opened) == before


def _press_keys(opened: OpenPage) -> None:
    opened.page.evaluate("document.addEventListener('keydown', (event) => { window.leaked = event.key; })")
    opened.page.keyboard.press("Tab")
    focused = opened.view.evaluate(_FOCUSED)
    assert focused["inside"]
    assert focused["name"]
    assert focused["shielded"]
    opened.page.evaluate("delete window.leaked")
    for key in ("a", "ArrowRight", "Enter"):
        opened.page.keyboard.press(key)
    assert opened.page.evaluate("window.leaked") is None


def _copy(opened: OpenPage) -> None:
    opened.page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => { window.copied = text; }}})"
    )
    for button in opened.view.locator("button:enabled:visible", has_text="Copy").all():
        opened.page.evaluate("delete window.copied")
        button.click()
        done = opened.view.locator(".mw-done")
        done.wait_for(state="visible")
        expect(done).to_have_text("Copied.", use_inner_text=True)
        assert opened.page.evaluate("window.copied")
        box, its = done.bounding_box(), button.bounding_box()
        assert box is not None
        assert its is not None
        assert abs(box["y"] - its["y"]) < 100


def _fits(opened: OpenPage, width: int, *, dark: bool) -> None:
    opened.page.emulate_media(color_scheme="dark" if dark else "light")
    opened.page.set_viewport_size({"width": width, "height": 800})
    view = shown_at(opened.page, width - 20).first
    box = view.bounding_box()
    assert box is not None
    assert box["height"] > 100
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width, "something sticks out of the page"
    expect(view.locator(".mw-status")).to_be_hidden()
    for _ in range(100):  # a component takes another theme in a frame of its own
        paper, ink = (_lightness(colour) for colour in view.evaluate(_COLOURS))
        if (paper < ink) == dark and abs(paper - ink) > 120:
            break
        opened.frame()
    else:
        pytest.fail(f"ink of lightness {ink:.0f} on paper of {paper:.0f}")


def _lightness(colour: str) -> float:
    return sum(map(float, colour.removeprefix("rgb(").removesuffix(")").split(", "))) / 3


HANDS = """async (root, [fast, index]) => {
    const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))));
    const keyed = root.querySelectorAll("[tabindex='0']:not(button), button[aria-label*='rrow keys']");
    const node = Array.from(keyed).filter((each) => each.checkVisibility())[index];
    if (!node) return null;
    node.scrollIntoView({ block: "center" });
    node.focus();
    const sight = () => JSON.stringify([root.querySelector(".mw-body").innerText, Array.from(
        root.querySelectorAll("[aria-label], [aria-valuetext]"),
        (each) => ["aria-label", "aria-valuetext", "aria-activedescendant"].map((name) => each.getAttribute(name)),
    )]);
    const settled = async () => { // what is out of sight is painted later
        for (let [same, before] = [0, ""]; same < 2; before = sight()) {
            await painted();
            same = sight() === before ? same + 1 : 0;
        }
    };
    await settled();
    const sights = [];
    for (const keys of [["Right", "Right", "Down", "Right", "Down"], ["Left", "Up", "Left"], ["Up", "Right", "Left", "Down"]]) {
        for (const key of keys) {
            node.dispatchEvent(new KeyboardEvent("keydown", { key: `Arrow${key}`, bubbles: true, cancelable: true }));
            if (!fast) await painted();
        }
        await settled();
        sights.push(sight());
    }
    return [node.getAttribute("aria-label") ?? node.textContent, ...sights];
}"""


@pytest.mark.parametrize("name", [cls.__name__ for cls in widgets.ALL])
def test_keys_faster_than_frames_all_count(name, open_component):
    """A key that is held down repeats thirty times per second, and a busy page paints less often."""
    component = EXAMPLES[name]()
    slow, fast = open_component(component), open_component(component)
    for index in range(100):
        seen = slow.view.evaluate(HANDS, [False, index])
        assert fast.view.evaluate(HANDS, [True, index]) == seen
        if seen is None:
            break
    if not index:
        pytest.skip("buttons and fields only, which the browser sees to")
