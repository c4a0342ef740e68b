"""A notebook with every component, for all hosts; checks of each component; and a test drive of three components."""

import re
import time
from collections.abc import Callable
from functools import partial

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from metawidgets import widgets

NAMES = [cls.__name__ for cls in widgets.ALL]
_CLASSES = {cls.__name__: cls.css_class for cls in widgets.ALL}
_VARIABLES = {"InnerLoopSlider": "slider", "PrototypeHeatmap": "heatmap", "Quiz": "quiz"}

# Python's state of the three components of the test drive, as text.
_KNOWN = "f'step {slider.step}; cell {list(heatmap.cell)}; outcome {list(quiz.outcome)}'"
_MAKE = f"""\
from ipywidgets import Label
from tests.widgets.examples import EXAMPLES
shown = {{name: make() for name, make in EXAMPLES.items()}}
slider, heatmap, quiz = shown['InnerLoopSlider'], shown['PrototypeHeatmap'], shown['Quiz']
heard = Label()
heard.add_class('heard')
def hear(change=None):
    heard.value = {_KNOWN}
for component, trait in ((slider, 'step'), (heatmap, 'cell'), (quiz, 'outcome')):
    component.observe(hear, trait)
hear()"""

NOTEBOOK = (_MAKE, *(f"shown[{name!r}]" for name in NAMES), "heard")
# marimo runs a cell again when a component that the cell uses changes. It only tracks components that are bound to a variable.
MARIMO = (
    "import marimo as mo\nfrom tests.widgets.examples import EXAMPLES",
    *(
        f"{_VARIABLES[name]} = mo.ui.anywidget(EXAMPLES[{name!r}]())\n{_VARIABLES[name]}"
        if name in _VARIABLES
        else f"EXAMPLES[{name!r}]()"
        for name in NAMES
    ),
    f"mo.Html('<p class=\"heard\">' + {_KNOWN} + '</p>')",
)

# The ancestors of an element that scroll or cut it off, up to the notebook's cell or the panel of an output view. `overflow: hidden`
# has no scrollbar, so its content is lost.
_SCROLLBARS = """(root) => {
  const found = [];
  for (let node = root; node && node !== document.body; node = node.parentElement ?? node.getRootNode().host) {
    if (node.matches(".jp-Cell, .marimo-cell, .jp-LinkedOutputView > .jp-OutputArea")) break;
    const style = getComputedStyle(node);
    const name = `${node.tagName.toLowerCase()}.${node.className}`.slice(0, 80);
    const down = node.scrollHeight - node.clientHeight, across = node.scrollWidth - node.clientWidth;
    if (style.overflowY !== "visible" && down > 0) found.push(`${name}: ${style.overflowY}, ${down} px down`);
    if (style.overflowX !== "visible" && across > 0) found.push(`${name}: ${style.overflowX}, ${across} px across`);
  }
  return found;
}"""
# A component's canvases without any drawing, and the pixels by which its parts are wider than the component.
_FAULTS = """(root) => {
  const canvases = [...root.querySelectorAll("canvas")].filter((canvas) => canvas.checkVisibility());
  return {empty: canvases.filter((canvas) => !canvas.width || !canvas.height).length, across: root.scrollWidth - root.clientWidth};
}"""


def section(place: Page | Locator, name: str) -> Locator:
    """Return the roots of a component's displays."""
    return place.locator(f"section.{_CLASSES[name]}")


def scrollbars(root: Locator) -> list[str]:
    """Return the ancestors that scroll or cut off a component, up to its cell."""
    return root.evaluate(_SCROLLBARS)


def complaints(root: Locator, least_width: float = 420) -> list[str]:
    """Return the faults of one display of a component in an open page."""
    root.scroll_into_view_if_needed()
    box = root.bounding_box()
    if box is None:
        return ["it has no box"]
    found = scrollbars(root)
    if box["width"] < least_width:
        found.append(f"it is {box['width']:.0f} px wide, less than {least_width:.0f}")
    if box["height"] < 100:
        found.append(f"it is {box['height']:.0f} px high")
    status = root.locator(".mw-status").first
    if status.is_visible():
        found.append(f"its status line says {status.inner_text()!r}")
    faults = root.evaluate(_FAULTS)
    if faults["empty"]:
        found.append(f"{faults['empty']} of its canvases are empty")
    if faults["across"] > 0:
        found.append(f"its parts stick out by {faults['across']} px")
    return found


def settled_complaints(look: Callable[[], list[str]], timeout: float = 10) -> list[str]:
    """Return what is wrong once nothing is, or after `timeout` seconds. A busy host lays out its parts late."""
    end = time.monotonic() + timeout
    while (wrong := look()) and time.monotonic() < end:
        time.sleep(0.2)
    return wrong


def _wrong(displays: Locator, number: int, least_width: float, also: Callable[[Locator], list[str]]) -> list[str]:
    return [text for i in range(number) for text in complaints(displays.nth(i), least_width)] + also(displays)


def check_all(
    place: Page | Locator,
    least_width: float = 420,
    *,
    number: int = 1,
    timeout: float = 150,
    also: Callable[[Locator], list[str]] = lambda displays: [],
) -> None:
    """Wait for `number` displays of every component, and assert that none has a fault.

    Args:
        also: further complaints about the displays of one component.
    """
    found, end = {}, time.monotonic() + timeout
    for name in NAMES:
        displays = section(place, name)
        try:
            displays.nth(number - 1).wait_for(state="visible", timeout=1000 * max(1, end - time.monotonic()))
        except PlaywrightTimeout:
            found[name] = ["it is not shown"]
            continue
        if wrong := settled_complaints(partial(_wrong, displays, number, least_width, also)):
            found[name] = wrong
    assert found == {}, "\n" + "\n".join(f"{name}: {'; '.join(wrong)}" for name, wrong in found.items())


def check_theme(page: Page, dark: bool) -> None:
    """Assert that every component has light text in a dark host and dark text in a light host."""
    inks = {name: section(page, name).first.evaluate("(root) => getComputedStyle(root).color") for name in NAMES}
    wrong = {
        name: ink for name, ink in inks.items() if (sum(map(float, re.findall(r"[\d.]+", ink)[:3])) > 3 * 128) != dark
    }
    assert wrong == {}


def drive(page: Page) -> None:
    """Use three components by keyboard, and assert that Python's state follows."""
    heard = page.locator(".heard")
    handle = section(page, "InnerLoopSlider").locator("input.mw-slider").first
    handle.scroll_into_view_if_needed()
    handle.focus()
    page.keyboard.press("Home")
    expect(heard).to_contain_text("step 0;")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(heard).to_contain_text("step 2;")

    expect(heard).to_contain_text("cell [];")
    matrix = section(page, "PrototypeHeatmap").locator(".mw-scroll").first
    matrix.scroll_into_view_if_needed()
    matrix.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(heard).to_contain_text(re.compile(r"cell \[\d+, \d+\];"))

    quiz = section(page, "Quiz")
    quiz.scroll_into_view_if_needed()
    quiz.get_by_role("radio", name="query").check()
    quiz.get_by_role("button", name="Check").first.click()
    expect(heard).to_contain_text(re.compile("outcome .*right"))
