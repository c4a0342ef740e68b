"""The style of the page around a component does not affect the inside of the component."""

from pathlib import Path
from typing import Any

import pytest

from metawidgets import widgets
from tests.browser.hosts.gallery import section
from tests.widgets.examples import EXAMPLES

_HERE = Path(__file__).parent
_HOSTILE = (_HERE / "hostile.css").read_text()
_PARTS = (_HERE / "labelled_parts.js").read_text()
# The host determines the position and width of a component. Both pages use the same ones, and only the inside is compared.
_PINNED = """(root) => {
  for (let node = root.parentElement ?? root.getRootNode().host; node; node = node.parentElement ?? node.getRootNode().host) {
    const pinned = {display: "block", margin: 0, padding: 0, border: 0, width: "900px", "min-width": 0, "max-width": "none",
                    float: "none", position: "static", overflow: "visible"};
    for (const [name, value] of Object.entries(pinned)) node.style.setProperty(name, value, "important");
  }
}"""


_NAMES = [cls.__name__ for cls in widgets.ALL]


# The style knows no theme, so three components show that the dark one changes nothing.
@pytest.mark.parametrize(
    ("name", "dark"),
    [*((name, False) for name in _NAMES), *((name, True) for name in ("EpisodeBuilder", "OuterLoopMonitor", "Quiz"))],
)
def test_nothing_of_a_hostile_page_reaches_a_component(open_component, name, dark):
    component = EXAMPLES[name]()
    bare, hostile = (_opened(open_component(component, height=3000, dark=dark), name, css) for css in ("", _HOSTILE))
    assert len(bare) > 3
    assert [part["part"] for part in hostile] == [part["part"] for part in bare]
    assert list(filter(None, map(_difference, bare, hostile))) == []


def test_a_page_without_a_shadow_root_would_fail(open_html, tmp_path):
    """The style above does affect components without a shadow root, and the comparison finds this."""
    path = tmp_path / "bare.html"
    path.write_text(
        '<!DOCTYPE html><html data-mw-ready="0"><body><div><section class="mw mw-quiz"><h3>Facts</h3><p>A line</p><dl><dt>Loss</dt>'
        "<dd>0.3</dd></dl><button>Play</button><canvas></canvas><input type=range aria-label=Step></section></div></body></html>"
    )
    bare, hostile = (_opened(open_html(path), "Quiz", css) for css in ("", _HOSTILE))
    differing = {
        bare_part["part"] for bare_part, part in zip(bare, hostile, strict=True) if _difference(bare_part, part)
    }
    assert {"h3 Facts", "p A line", "dt Loss", "dd 0.3", "button Play", "canvas", "input Step"} <= differing


def _opened(opened: Any, name: str, css: str) -> list[dict[str, Any]]:
    """Return the parts of the component in its page, under this style."""
    if css:
        opened.page.add_style_tag(content=css)
    root = section(opened.page, name).first
    root.evaluate(_PINNED)
    root.locator("details").evaluate_all("(folds) => folds.forEach((fold) => { fold.open = true; })")
    before, parts = None, root.evaluate(_PARTS)
    while before != parts:  # parts that depend on the width are painted one frame later
        opened.frame()
        opened.page.wait_for_timeout(50)
        before, parts = parts, root.evaluate(_PARTS)
    return parts


def _difference(bare: dict[str, Any], hostile: dict[str, Any]) -> str:
    """Return a text about the differences between two states of one part; "" if there are none."""
    said = []
    if any(abs(a - b) > 1 for a, b in zip(bare["box"], hostile["box"], strict=True)):
        said.append(f"lies at {hostile['box']} instead of {bare['box']}")
    changed = {key: value for key, value in hostile["style"].items() if value != bare["style"][key]}
    if changed:
        said.append(f"has {changed} instead of { {key: bare['style'][key] for key in changed} }")
    if bare["picture"] != hostile["picture"]:
        said.append("is painted otherwise")
    return f"{bare['part']}: {'; '.join(said)}" if said else ""
