"""What every component in `widgets.ALL` keeps to in a page: it draws at any width in both themes, without a complaint."""

import pytest

from metawidgets import widgets
from tests.widgets.examples import EXAMPLES


@pytest.fixture(params=widgets.ALL, ids=lambda cls: cls.__name__)
def component(request):
    return EXAMPLES[request.param.__name__]()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [400, 1000])
def test_draws_at_any_width_in_both_themes(component, open_component, width, dark):
    opened = open_component(component, width=width, dark=dark)
    box = opened.view.bounding_box()
    assert box is not None
    assert box["height"] > 100
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width  # nothing sticks out of the page
    assert opened.view.locator(".mw-status").is_hidden()
    paper, ink = opened.page.evaluate(
        """() => { const style = getComputedStyle(document.querySelector(".mw"));
                   return [getComputedStyle(document.body).backgroundColor, style.color]; }"""
    )
    light = lambda colour: sum(map(float, colour.removeprefix("rgb(").removesuffix(")").split(", "))) / 3  # noqa: E731
    assert abs(light(paper) - light(ink)) > 120
    assert (light(paper) < light(ink)) == dark


def test_is_named_and_reachable_by_keyboard(component, open_component):
    opened = open_component(component)
    assert opened.view.get_attribute("aria-label")
    opened.page.keyboard.press("Tab")
    focused = opened.page.evaluate(
        """() => { const node = document.activeElement;
                   return {inside: !!node.closest(".mw"),
                           name: node.getAttribute("aria-label") || node.labels?.[0]?.textContent || node.textContent.trim(),
                           shielded: !!node.closest("[data-lm-suppress-shortcuts]")}; }"""
    )
    assert focused["inside"]
    assert focused["name"]
    assert focused["shielded"]


def test_keys_pressed_inside_do_not_reach_the_page(component, open_component):
    opened = open_component(component)
    opened.page.evaluate("document.addEventListener('keydown', (event) => { window.leaked = event.key; })")
    opened.page.keyboard.press("Tab")
    opened.page.evaluate("delete window.leaked")
    for key in ("a", "ArrowRight", "Enter"):
        opened.page.keyboard.press(key)
    assert opened.page.evaluate("window.leaked") is None


def test_every_control_has_a_name(component, open_component):
    opened = open_component(component)
    nameless = opened.view.locator("button, input, select, [tabindex]").evaluate_all(
        """(nodes) => nodes.filter((node) => !(node.getAttribute("aria-label") || node.getAttribute("aria-labelledby")
            || node.labels?.length || node.textContent.trim())).map((node) => node.outerHTML)"""
    )
    assert nameless == []


def test_an_error_is_shown_in_the_status_line(component, open_component):
    component.error = "ValueError: <b>no</b>"
    status = open_component(component).view.locator(".mw-status")
    assert status.inner_text() == "ValueError: <b>no</b>"


HANDS = """async ([fast, index]) => {
    const root = document.querySelector(".mw-view .mw");
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


def test_keys_faster_than_frames_all_count(component, open_component):
    """A key that is held down repeats thirty times a second, and a busy page paints less often."""
    slow, fast = open_component(component), open_component(component)
    for index in range(100):
        seen = slow.page.evaluate(HANDS, [False, index])
        assert fast.page.evaluate(HANDS, [True, index]) == seen
        if seen is None:
            break
    if not index:
        pytest.skip("buttons and fields only, which the browser sees to")
