"""The first view of a component: one screen with one thing to try. Everything else is folded, and folds remember their state."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from ipywidgets import VBox
from playwright.sync_api import Locator

from metawidgets import widgets
from tests.browser.first_views import complaints, shown_at
from tests.widgets.examples import EXAMPLES, LIVE

# For each component, its variable in the gallery's notebook, and the variables that its cell needs besides those of the first cell.
GALLERY = {
    "EpisodeBuilder": ["builder"],
    "InnerLoopSlider": ["slider"],
    "LossLandscape": ["landscape"],
    "PrototypeHeatmap": ["heatmap"],
    "EmbeddingMap": ["space"],
    "TaskMapView": ["tasks"],
    "TaskDistribution": ["distribution"],
    "MemoryView": ["memory", "attention"],
    "OuterLoopMonitor": ["monitor"],
    "LearnerArena": ["arena"],
    "YouAreTheLearner": ["you"],
    "Quiz": ["quiz"],
}
# Use the gallery's own sizes, because they affect the height. Only the comparisons are slow, and their size is not visible.
SMALL = {"arena": "n_episodes = 10", "you": "rivals = {'ProtoNet': protonet, 'MAML': mw.load('glyphs-maml')}"}


@pytest.fixture(scope="session")
def in_gallery(root: Path) -> Callable[[str], widgets.Component]:
    """Return a function that gives the instrument in a variable of the gallery's notebook. Only the instrument's own cell is run."""
    cells = [
        cell.source for cell in nbformat.read(root / "notebooks" / "gallery.ipynb", 4).cells if cell.cell_type == "code"
    ]
    found: dict[str, Any] = {}

    def make(variable: str) -> widgets.Component:
        if not found:
            for source in cells[:2]:
                exec(source, found)
        [source] = [cell for cell in cells if variable in _assigned(cell)]
        exec(SMALL.get(variable, ""), found)
        exec(source, found)
        return found[variable]

    return make


def _assigned(source: str) -> set[str]:
    targets = [target for node in ast.parse(source).body if isinstance(node, ast.Assign) for target in node.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}


NAMES = [cls.__name__ for cls in widgets.ALL]


@pytest.mark.parametrize("name", NAMES)
def test_with_python_and_in_the_gallery_the_first_view_is_one_screen_too(name, open_component, open_live, in_gallery):
    found = {}
    live = open_live(LIVE.get(name, EXAMPLES[name])(), width=1200)
    live.settle()
    found["with Python"] = complaints(shown_at(live.page))
    for variable in GALLERY.get(name, []):
        found[f"gallery: {variable}"] = complaints(shown_at(open_component(in_gallery(variable), width=1200).page))
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def test_every_instrument_of_the_gallery_is_looked_at(root):
    cells = nbformat.read(root / "notebooks" / "gallery.ipynb", 4).cells
    last = [cell.source.split("\n")[-1] for cell in cells if cell.cell_type == "code"]
    assert {line for line in last if line.isidentifier() and line != "selection"} == {
        v for vs in GALLERY.values() for v in vs
    }


def _folds(view: Locator) -> list[bool]:
    return view.locator("details.mw-fold").evaluate_all("(folds) => folds.map((fold) => fold.open)")


@pytest.mark.parametrize("name", NAMES)
def test_an_opened_fold_is_open_again_after_reload_and_for_others_of_its_kind(name, open_component):
    opened = open_component(VBox([EXAMPLES[name](), EXAMPLES[name]()]), width=1200)
    first = shown_at(opened.page).first
    if not _folds(first):
        return  # this component has no folds
    titles = first.locator("details.mw-fold > summary")
    assert all(titles.all_inner_texts()), "a fold's title says what is inside"
    for i in range(titles.count()):
        titles.nth(i).click()
    assert all(_folds(first))
    opened.page.wait_for_timeout(100)  # a fold tells of its change in a task of its own
    opened.page.reload()
    opened.page.wait_for_selector("html[data-mw-ready]", state="attached")
    for view in shown_at(opened.page).all():
        assert all(_folds(view))
    titles.first.click()
    opened.page.wait_for_timeout(100)
    opened.page.reload()
    opened.page.wait_for_selector("html[data-mw-ready]", state="attached")
    for view in shown_at(opened.page).all():
        assert _folds(view)[0] is False
