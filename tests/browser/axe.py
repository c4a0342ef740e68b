"""axe, the accessibility checker, on an open page."""

from importlib.resources import files

from playwright.sync_api import Page

_AXE = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def faults(page: Page) -> dict[str, list[str]]:
    """Return the rules that the page breaks, each with the elements that break it."""
    page.evaluate(_AXE)
    # A component is only a part of a page, so it needs no landmarks and no first-level heading.
    found = page.evaluate(
        """async () => (await axe.run(document, {rules: {region: {enabled: false}, "page-has-heading-one": {enabled: false},
            "landmark-one-main": {enabled: false}}})).violations.map(({id, nodes}) => [id, nodes.map((node) => node.html.slice(0, 200))])"""
    )
    return dict(found)
