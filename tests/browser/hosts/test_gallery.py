"""The checks of the host tests find the faults that they look for."""

import pytest

from tests.browser.hosts.gallery import NAMES, complaints, section
from tests.widgets.examples import EXAMPLES

_PAGE = """<!DOCTYPE html><html data-mw-ready="0"><body><div style="width: 800px"><div class="jp-Cell"><div class="jp-OutputArea-output"
style="overflow: auto; {output}"><div class="el" style="position: relative; {el}"><section class="mw mw-quiz" style="height: 200px; {root}">
{inside}<p class="mw-status" {status}>ValueError: no</p></section></div></div></div></div></body></html>"""
_PARTS = {"output": "", "el": "", "root": "", "inside": "", "status": "hidden"}
_LIVE = '<div class="mw-live" style="position: absolute; top: 100%; width: 1px; height: 1px"></div>'
FAULTS = {
    "a live region one pixel below its box": ({"inside": _LIVE}, "jp-OutputArea-output: auto, 1 px down"),
    "no width": ({"el": "width: 0"}, "it is 0 px wide, less than 420"),
    "cut off": ({"el": "height: 150px; overflow: hidden"}, "hidden, 50 px down"),
    "wider than its output": ({"root": "width: 900px"}, "jp-OutputArea-output: auto, 100 px across"),
    "wider than itself": (
        {"inside": "<div style='width: 1000px; height: 1px'></div>"},
        "its parts stick out by 200 px",
    ),
    "flat": ({"root": "height: 20px"}, "it is 20 px high"),
    "an error": ({"status": ""}, "its status line says 'ValueError: no'"),
    "an empty canvas": ({"inside": "<canvas width=0 height=9></canvas>"}, "1 of its canvases are empty"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_seen(open_html, tmp_path, fault):
    parts, said = FAULTS[fault]
    path = tmp_path / "page.html"
    path.write_text(_PAGE.format(**_PARTS | parts))
    assert said in "; ".join(complaints(section(open_html(path).page, "Quiz")))


def test_nothing_is_wrong_without_one(open_html, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(_PAGE.format(**_PARTS))
    assert complaints(section(open_html(path).page, "Quiz")) == []


def test_the_gallery_holds_every_component_of_the_examples():
    assert set(NAMES) == set(EXAMPLES)
