"""Places for a component in JupyterLab. In each, the component has a usable width, and no part scrolls or is cut off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.hosts.gallery import NAMES, check_all, section
from tests.browser.hosts.jupyter import Notebook

pytestmark = pytest.mark.timeout(600)

_MAKE = """\
from ipywidgets import *
from IPython.display import display
from tests.widgets.examples import EXAMPLES
one = {name: make() for name, make in EXAMPLES.items()}
two = {name: make() for name, make in EXAMPLES.items()}"""
# Each place has one or two displays of a component. The widths of the boxes are from a bug report.
PLACES = {
    "alone": "display(one[name])",
    "HBox, 1,100 px": "display(HBox([one[name], two[name]], layout=Layout(width='1100px')))",
    "HBox, 700 px": "display(HBox([one[name], two[name]], layout=Layout(width='700px')))",
    "HBox with a label": "display(HBox([one[name], Label('beside it')], layout=Layout(width='1100px')))",
    "VBox": "display(VBox([one[name], two[name]]))",
    "GridBox": "display(GridBox([one[name], two[name]], layout=Layout(grid_template_columns='1fr 1fr', width='1100px')))",
    "GridBox, auto": "display(GridBox([one[name], two[name]], layout=Layout(grid_template_columns='auto auto', width='1100px')))",
    "Output": "output = Output()\n    with output: display(one[name])\n    display(output)",
    "420 px": "display(VBox([one[name]], layout=Layout(width='420px')))",
    "HBox in a column": "display(HBox([VBox([one[name]]), VBox([two[name]])], layout=Layout(width='1100px')))",
}
LEAST = {"HBox, 700 px": 340, "420 px": 400}
SINGLE = ("alone", "HBox with a label", "Output", "420 px")


@pytest.fixture(scope="module")
def show(open_in_lab: Callable[..., Notebook]) -> Callable[[str], Locator]:
    """Return a function that shows every component in one place, as outputs of one cell: `show(code)` returns this cell."""
    notebook = open_in_lab(_MAKE, "0", viewport={"width": 1700, "height": 1000})
    notebook.run_all(timeout=240)

    def show_(code: str) -> Locator:
        notebook.run_cell(1, f"for name in EXAMPLES:\n    {code}", timeout=240)
        return notebook.page.locator(".jp-Notebook .jp-CodeCell").nth(1)

    return show_


@pytest.mark.parametrize("place", PLACES)
def test_every_component_in(show, place):
    cell = show(PLACES[place])
    also = _not_beside if place == "HBox, 1,100 px" else lambda displays: []
    check_all(cell, LEAST.get(place, 420), number=1 if place in SINGLE else 2, timeout=120, also=also)


def _not_beside(displays: Locator) -> list[str]:
    """Return complaints unless two displays that share 1,100 px are side by side, each in one half."""
    first, second = (displays.nth(i).bounding_box() for i in range(2))
    assert first is not None
    assert second is not None
    wrong = []
    if second["x"] < first["x"] + first["width"] - 1:
        wrong.append(f"the second lies at {second}, not beside the first at {first}")
    if abs(first["width"] - second["width"]) > 2 or first["width"] < 500:
        wrong.append(f"they are {first['width']:.0f} and {second['width']:.0f} px wide")
    return wrong


@pytest.mark.parametrize("box", ["Tab", "Accordion"])
def test_every_component_opened_later_in(show, box):
    cell = show(f"display({box}([Label('first'), one[name]], titles=('First', 'Second')))")
    title = ".lm-TabBar-tab" if box == "Tab" else ".jupyter-widget-Collapse-header"
    section(cell, NAMES[-1]).first.wait_for(state="attached", timeout=120_000)
    for closed in cell.locator(f".widget-{box.lower()}").all():
        expect(closed.locator("section.mw").first).to_be_hidden()
        closed.locator(title).nth(1).click()
    check_all(cell, timeout=60)


def test_every_component_in_a_sidebar(show):
    """The place is an output view that was dragged to the side, 420 px wide."""
    cell = show(PLACES["alone"])
    page = cell.page
    section(cell, NAMES[-1]).first.wait_for(state="visible")
    page.evaluate(
        """async () => {
            const { shell, commands } = window.jupyterapp;
            shell.currentWidget.content.activeCellIndex = 1;
            await commands.execute("notebook:create-output-view");
            const view = [...shell.widgets("main")].find((panel) => panel.node.querySelector(".jp-LinkedOutputView"));
            shell.add(view, "right");
            shell.activateById(view.id);
        }"""
    )
    side = page.locator(".jp-LinkedOutputView")
    _drag_side_to(page, side, 420)
    try:
        check_all(side, least_width=330, timeout=120)
    finally:
        page.evaluate(
            """() => [...window.jupyterapp.shell.widgets("right")]
                .find((panel) => panel.node.querySelector(".jp-LinkedOutputView")).dispose()"""
        )


def _drag_side_to(page, side: Locator, width: int) -> None:
    side.wait_for(state="visible")
    box = side.bounding_box()
    assert box is not None
    handle = page.locator("#jp-main-split-panel > .lm-SplitPanel-handle:not(.lm-mod-hidden)").last
    at = handle.bounding_box()
    assert at is not None
    page.mouse.move(at["x"] + at["width"] / 2, at["y"] + 300)
    page.mouse.down()
    page.mouse.move(at["x"] + at["width"] / 2 + box["width"] - width, at["y"] + 300, steps=5)
    page.mouse.up()
    page.wait_for_timeout(500)
