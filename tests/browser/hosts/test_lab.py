"""JupyterLab shows every component, and three components are used there."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hosts.gallery import NOTEBOOK, check_all, check_theme, complaints, drive, section, settled_complaints

pytestmark = pytest.mark.timeout(600)


def test_lab_shows_all_and_drives_three(open_in_lab, lab):
    """JupyterLab also shows the components from the saved file, after their kernel has ended."""
    notebook = open_in_lab(*NOTEBOOK)
    notebook.run_all(timeout=240)
    page = notebook.page
    check_all(page)
    check_theme(page, dark=False)
    drive(page)
    try:
        _change_theme(page, "JupyterLab Dark")
        check_theme(page, dark=True)
    finally:  # the server stores this setting
        _change_theme(page, "JupyterLab Light")

    # A restarted kernel has none of the components. They stay in the page, and functions without Python still work.
    notebook.save()
    notebook.restart_kernel()
    check_all(page)
    slider = section(page, "InnerLoopSlider").locator("input.mw-slider").first
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "before adaptation")

    # When the notebook is opened again, the components have their saved state.
    lab.end_sessions()
    again = lab.open(page, "hosts.ipynb").page
    check_all(again)
    expect(section(again, "PrototypeHeatmap").locator("[aria-label]").nth(3)).to_be_attached()
    slider = section(again, "InnerLoopSlider").locator("input.mw-slider").first
    expect(slider).to_have_value("2")


def test_zoom_of_150_percent(open_in_lab):
    """With zoom, a browser has fewer CSS pixels for the layout, and each is larger on the screen."""
    notebook = open_in_lab(*NOTEBOOK, viewport={"width": 1000, "height": 640}, device_scale_factor=1.5)
    notebook.run_all(timeout=240)
    check_all(notebook.page)


def test_two_displays_an_output_view_and_a_resized_window_while_it_plays(open_in_lab):
    notebook = open_in_lab(
        "from tests.widgets.examples import EXAMPLES\n"
        "slider, heatmap = EXAMPLES['InnerLoopSlider'](), EXAMPLES['PrototypeHeatmap']()\n"
        "display(slider, heatmap)",
        "display(slider, heatmap)",
        viewport={"width": 1600, "height": 1000},
    )
    notebook.run_all()
    page = notebook.page
    displays = section(page, "InnerLoopSlider")
    expect(displays).to_have_count(2)
    last = notebook.evaluate("len(slider.traces[0]) - 1")
    first, second = (displays.nth(i).locator("input.mw-slider").first for i in range(2))
    first.focus()
    page.keyboard.press("Home")
    expect(second).to_have_value("0")
    page.keyboard.press("ArrowRight")
    expect(second).to_have_value("1")

    # "Create New View for Output" opens a separate panel beside the notebook.
    page.evaluate(
        """() => {
            window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0;
            return window.jupyterapp.commands.execute("notebook:create-output-view");
        }"""
    )
    expect(displays).to_have_count(3)
    view = page.locator(".jp-LinkedOutputView")
    third = section(view, "InnerLoopSlider").locator("input.mw-slider").first
    expect(third).to_have_value("1")
    third.focus()
    page.keyboard.press("ArrowRight")
    expect(first).to_have_value("2")
    notebook_page = page.locator(".jp-Notebook")
    for place in (notebook_page, view):
        for name in ("InnerLoopSlider", "PrototypeHeatmap"):
            root = section(place, name).first
            assert settled_complaints(lambda root=root: complaints(root, least_width=300)) == []

    # If the window becomes narrow while the steps play, they continue, and the component adapts to the width.
    slider = displays.nth(0)
    slider.scroll_into_view_if_needed()
    wide = width_of(slider)
    first.focus()
    page.keyboard.press("Home")
    slider.get_by_role("button", name="Play").click()
    page.set_viewport_size({"width": 1100, "height": 800})
    expect(first).to_have_value(str(last), timeout=30_000)
    assert settled_complaints(lambda: complaints(slider, least_width=300)) == []
    assert width_of(slider) < wide - 50


def width_of(root: Locator) -> float:
    return root.evaluate("(root) => root.getBoundingClientRect().width")


def _change_theme(page: Page, theme: str) -> None:
    page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    page.locator(f"body[data-jp-theme-name='{theme}']").wait_for(state="attached")
    page.wait_for_timeout(500)  # the colours change over the next frames
