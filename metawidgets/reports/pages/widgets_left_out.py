"""What a page does not show of a notebook's widgets."""

import re
from collections.abc import Mapping

from nbformat import NotebookNode

from metawidgets.reports.pages.left_out import LeftOut
from metawidgets.reports.pages.saved_widgets import DRAWN, HOW_TO_SAVE, NO_STATE, PARTS, VIEW, SavedWidget, shown_views
from metawidgets.reports.pages.widget_text import active_tags

__all__ = ["obstacle", "widgets_left_out"]

_GONE = "the program closed it, or it is from another run than the saved state"
_BUNDLE = 100_000
"""Characters of code that nobody wrote by hand."""


def obstacle(widget: SavedWidget) -> str:
    """Return why a page cannot run a widget, as far as its record tells, or an empty text."""
    if not widget.esm:
        return "a page cannot run its code, which is not saved in the notebook"
    code = re.sub(r"(?m)^\s*//.*$|/\*.*?\*/", "", widget.esm, flags=re.DOTALL)
    if found := re.search(r"\b(?:from|import)\s*\(?\s*[\"'`]((?:https?:)?//[^\"'`\s]+)", code):
        return f"its code loads more code from the network ({found[1][:80]})"
    if found := re.search(r"\bfetch\(\s*[\"'`]((?:https?:)?//[^\"'`\s]+)", code):
        return f"its code loads data from the network ({found[1][:80]})"
    # Function("return this") finds the global object where nothing better does. Bundles hold libraries whose eval never runs.
    if len(code) < _BUNDLE and re.search(
        r"(?<![\w.$])(?:eval\(|(?:new )?Function\((?!\s*[\"'](?:return this|r[\"'])))", code
    ):
        return "its code uses eval, which the page does not allow"
    return ""


def widgets_left_out(nb: NotebookNode, widgets: Mapping[str, SavedWidget], cells: Mapping[str, int]) -> list[LeftOut]:
    """Return what the page does not show of the widgets, each kind once a cell."""
    why, cure = (_GONE, "run the notebook from its start and save it") if widgets else (NO_STATE, HOW_TO_SAVE)
    found = [LeftOut(cell, "a widget", why, cure) for cell, key in shown_views(nb) if key not in widgets]
    pictured = _pictured(nb)
    for key, cell in cells.items():
        widget = widgets[key]
        if widget.fault:
            found.append(LeftOut(cell, "a widget", widget.fault, HOW_TO_SAVE))
        elif widget.is_core:
            found += _left_out_of_core(widget, cell, widgets)
        elif not widget.is_ours and key not in pictured and (why := obstacle(widget)) and not widget.picture:
            found.append(LeftOut(cell, f"the widget {widget.title}", why, "show a picture of it in the notebook too"))
    return list(dict.fromkeys(found))


def _pictured(nb: NotebookNode) -> set[str]:
    """Return the ids of the widgets whose output holds a picture, which the page shows where it cannot run them."""
    outputs = [output.get("data", {}) for cell in nb.cells for output in cell.get("outputs", [])]
    views = [data[VIEW] for data in outputs if VIEW in data and "image/png" in data]
    return {str(view.get("model_id")) for view in views if isinstance(view, Mapping)}


def _left_out_of_core(widget: SavedWidget, cell: int, widgets: Mapping[str, SavedWidget]) -> list[LeftOut]:
    if not widget.state.get("_view_name") and widget.label not in DRAWN:
        return []  # it is not made to be seen, such as a selection that components share
    if widget.label not in DRAWN:
        return [LeftOut(cell, f"the widget {widget.title}", "the page does not know it")]
    what = f"a part of {widget.label}"
    found = [LeftOut(cell, what, NO_STATE, HOW_TO_SAVE) for key in widget.refers(*PARTS) if key not in widgets]
    if any(key not in widgets for key in widget.refers("layout", "style")):
        found.append(LeftOut(cell, f"the look of {widget.label}", NO_STATE, HOW_TO_SAVE))
    if widget.name in ("HTMLModel", "HTMLMathModel") and (tags := active_tags(str(widget.state.get("value")))):
        cure = "show it as an output of its own, or as a picture"
        found.append(LeftOut(cell, f"{tags} in the widget {widget.label}", "a page runs no scripts of HTML", cure))
    if _holds_itself(widget.id, widgets):
        found.append(LeftOut(cell, what, "it contains itself"))
    if widget.name in ("ImageModel", "VideoModel", "AudioModel") and widget.state.get("format") == "url":
        found.append(
            LeftOut(cell, f"{widget.label} from an address", "a page needs no network", "give it the bytes instead")
        )
    return found


def _holds_itself(key: str, widgets: Mapping[str, SavedWidget]) -> bool:
    todo, seen = widgets[key].refers("children"), set()
    while todo:
        each = todo.pop()
        if each == key:
            return True
        if each not in seen and each in widgets and widgets[each].is_core:
            seen.add(each)
            todo += widgets[each].refers("children")
    return False
