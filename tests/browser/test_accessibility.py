"""Every component in `widgets.ALL` under axe: names, roles, contrast, order of headings, in both themes."""

from importlib.resources import files

import pytest

from metawidgets import widgets
from metawidgets.widgets import EpisodeView
from tests.widgets.examples import EXAMPLES, curve, points

AXE = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
SHOWN = EXAMPLES | {
    "EpisodeView-points": lambda: EpisodeView(points()),
    "EpisodeView-curve": lambda: EpisodeView(curve()),
}


def test_axe_sees_faults(open_html, tmp_path):
    path = tmp_path / "faulty.html"
    path.write_text(
        '<!DOCTYPE html><html data-mw-ready="0"><body><input type="range"><p style="color: #eee">pale</p></body></html>'
    )
    assert {"label", "color-contrast"} <= set(faults(open_html(path)))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", SHOWN)
def test_axe_finds_nothing(open_component, name, dark):
    assert set(EXAMPLES) == {cls.__name__ for cls in widgets.ALL}
    assert faults(open_component(SHOWN[name](), dark=dark)) == {}


def faults(opened) -> dict[str, list[str]]:
    """Rules that the page breaks, each with the elements that break it."""
    opened.page.evaluate(AXE)
    # A component is a part of a page: landmarks and a first-level heading are the page's to give.
    found = opened.page.evaluate(
        """async () => (await axe.run(document, {rules: {region: {enabled: false}, "page-has-heading-one": {enabled: false},
            "landmark-one-main": {enabled: false}}})).violations.map(({id, nodes}) => [id, nodes.map((node) => node.html.slice(0, 200))])"""
    )
    return dict(found)
