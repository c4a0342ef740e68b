"""Checks of a component's first view: its size, its line that says what to try, and closed folds."""

from playwright.sync_api import Locator, Page

WIDTH, LIMIT = 1000, 650


def shown_at(page: Page, width: int = WIDTH) -> Locator:
    """Give the component's container a width, and return the component's roots after they have been painted."""
    page.add_style_tag(content=f"main, .mw-view {{ max-width: {width}px !important; width: {width}px !important; }}")
    views = page.locator(".mw-view section.mw")
    views.first.wait_for()
    page.wait_for_function(
        """() => { // several frames of one size: widths come in one after the other
            const size = document.documentElement.scrollHeight;
            if (size !== window.mwSize) [window.mwSize, window.mwSame] = [size, 0];
            return ++window.mwSame > 10;
        }"""
    )
    return views


def complaints(view: Locator) -> list[str]:
    """Return what is wrong with the first view of a component."""
    found = []
    height = view.evaluate("(root) => root.getBoundingClientRect().height")
    if height >= LIMIT:
        found.append(f"{height:.0f} px high")
    tries = [line.strip().removeprefix("Try:").strip() for line in view.locator(".mw-try:visible").all_inner_texts()]
    if len(tries) != 1 or not tries[0]:
        found.append(f"its lines of what to try first are {tries}")
    if opened := view.locator("details.mw-fold[open] > summary").all_inner_texts():
        found.append(f"open folds: {opened}")
    if message := view.locator(".mw-status:visible").all_inner_texts():
        found.append(f"its status line says {message}")
    return found
