"""The data that an exported page's script reads: the widgets that the page shows, their links, and each module once."""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from metawidgets.reports.pages.left_out import LeftOut
from metawidgets.reports.pages.saved_widgets import (
    DRAWN,
    HOW_TO_SAVE,
    STATE,
    VIEW,
    SavedWidget,
    look_of,
    read_widgets,
    shown_views,
)
from metawidgets.reports.pages.widget_text import Fragments
from metawidgets.reports.pages.widgets_left_out import obstacle, widgets_left_out
from metawidgets.widgets.base.bundles import bundle_path

__all__ = ["OUTPUT", "PageData", "finite", "output_cells", "page_data", "simplify_views"]

OUTPUT = "metawidgets_output"
"""The metadata of a cell that holds the outputs of an `Output` widget: the widget's id."""

_BOXES = ("HBoxModel", "VBoxModel")
_UNSEEN = ("LayoutModel", "LinkModel", "DirectionalLinkModel")


@dataclass
class PageData:
    """What `page_data` finds: the data as the page's script reads it, HTML templates, styles, and what the page cannot show."""

    page: dict[str, Any]
    templates: str = ""
    styles: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def page_data(nb: NotebookNode) -> PageData:
    """Return the data of a notebook's page.

    It holds the widgets that the page shows and those that these refer to, the links between their traits, and each JavaScript
    module once. The cells of `nb` have their numbers in `metawidgets_cell`, and those of `output_cells` are among them.
    """
    widgets, fault = read_widgets(nb)
    cells: dict[str, int] = {}  # the first cell that reaches a widget
    for number, model_id in shown_views(nb):
        for each in _reached([model_id], widgets):
            cells.setdefault(each, number)
    for key in _relays(widgets):
        cells.setdefault(key, 0)
    links = _links(widgets, cells)
    ends = {(_bare(end[0]), end[1]) for link in links for end in (link["source"], link["target"])}
    page: dict[str, Any] = {"models": {}, "modules": {}, "links": links}
    styles: dict[str, str] = {}
    fragments = Fragments()
    for widget in (each for key, each in widgets.items() if key in cells):
        if not widget.fault:
            page["models"][widget.id] = _entry(
                widget, widgets, page["modules"], fragments, (widget.id, "value") in ends
            )
            if isinstance(css := widget.state.get("_css"), str) and css and widget.esm:
                styles[_digest(css)] = css.replace("</", "<\\/")  # so that it cannot end the style element
    if any(entry.get("core") and _is_more_than_a_box(entry) for entry in page["models"].values()):
        page["core"] = _keep_module(bundle_path("page_widgets").read_text(encoding="utf-8"), page["modules"])
    if fragments.ids:
        page["fragments"] = fragments.ids
    left_out = [LeftOut(0, "the saved widget state", f"it is damaged: {fault}", HOW_TO_SAVE)] if fault else []
    left_out += widgets_left_out(nb, widgets, cells)
    return PageData(page, fragments.templates(), list(styles.values()), left_out)


def output_cells(nb: NotebookNode) -> list[NotebookNode]:
    """Return a cell for each `Output` widget that a page shows, so that the page shows its outputs as those of any other cell.

    Each has the number of the cell that shows the widget. The page's script copies the cell into the widget's place.
    """
    widgets, _ = read_widgets(nb)
    found: dict[str, NotebookNode] = {}
    todo = list(shown_views(nb))
    while todo:
        number, shown = todo.pop(0)
        for key in _reached([shown], widgets):
            widget = widgets[key]
            if widget.name != "OutputModel" or widget.fault or key in found:
                continue
            outputs = [each for raw in widget.state.get("outputs") or [] if (each := _output(raw))]
            cell = nbformat.v4.new_code_cell("", outputs=outputs, metadata={OUTPUT: key, "metawidgets_cell": number})
            found[key] = cell
            todo += shown_views(nbformat.v4.new_notebook(cells=[cell]))
    return list(found.values())


def simplify_views(nb: NotebookNode) -> None:
    """Change a notebook so that nbconvert gives each widget its place: it fails on damaged state, and skips what was not saved."""
    shown: dict[str, Any] = {}
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            if VIEW in (data := output.get("data", {})):
                model_id = data[VIEW].get("model_id") if isinstance(data[VIEW], Mapping) else None
                if isinstance(model_id, str):
                    shown[model_id] = {}
                else:
                    del data[VIEW]
                    data.setdefault("text/plain", "[a widget whose record is damaged]")
    nb.metadata["widgets"] = {STATE: {"state": shown}}


def finite(value: Any) -> Any:
    """Return nested values with `None` in the place of numbers that JSON does not have."""
    if isinstance(value, Mapping):
        return {name: finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _output(raw: Any) -> NotebookNode | None:
    """Return an output of an `Output` widget as one of a notebook's cell, or `None` if it is damaged."""
    if not isinstance(raw, Mapping):
        return None
    kind = raw.get("output_type")
    if kind == "stream":
        return nbformat.v4.new_output("stream", name=str(raw.get("name", "stdout")), text=_joined(raw.get("text", "")))
    if kind == "error":
        lines = [str(line) for line in raw.get("traceback") or []]
        return nbformat.v4.new_output(
            "error", ename=str(raw.get("ename")), evalue=str(raw.get("evalue")), traceback=lines
        )
    data = raw.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, Mapping):
        return None
    joined = {str(mime): _joined(value) if not str(mime).endswith("json") else value for mime, value in data.items()}
    metadata = raw.get("metadata")
    return nbformat.v4.new_output("display_data", joined, metadata=metadata if isinstance(metadata, Mapping) else {})


def _joined(text: Any) -> str:
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _reached(shown: Iterable[str], widgets: Mapping[str, SavedWidget]) -> list[str]:
    """Return the ids of the shown widgets and of all that the page needs to draw them, in the notebook's order."""
    todo, seen = list(shown), set()
    while todo:
        if (key := todo.pop()) in seen or key not in widgets or widgets[key].name in _UNSEEN:
            continue
        seen.add(key)
        todo += widgets[key].needed
    return [key for key in widgets if key in seen]


def _links(widgets: Mapping[str, SavedWidget], shown: Iterable[str]) -> list[dict[str, Any]]:
    """Return the links between traits of widgets that the page holds."""
    return [link for link in _all_links(widgets) if all(_bare(link[end][0]) in shown for end in ("source", "target"))]


def _relays(widgets: Mapping[str, SavedWidget]) -> list[str]:
    """Return the ids of the widgets at which two links meet: seen or not, they carry a value from one to the other."""
    ends = Counter(_bare(link[end][0]) for link in _all_links(widgets) for end in ("source", "target"))
    return [key for key, count in ends.items() if count > 1 and key in widgets and widgets[key].name not in _UNSEEN]


def _all_links(widgets: Mapping[str, SavedWidget]) -> list[dict[str, Any]]:
    links = []
    for widget in widgets.values():
        if widget.is_core and widget.name in ("LinkModel", "DirectionalLinkModel"):
            ends = [widget.state.get(name) for name in ("source", "target")]
            pairs = [list(map(str, end)) for end in ends if isinstance(end, list | tuple) and len(end) == 2]
            if len(pairs) == 2:
                links.append({"source": pairs[0], "target": pairs[1], "both": widget.name == "LinkModel"})
    return links


def _bare(reference: str) -> str:
    return reference.removeprefix("IPY_MODEL_")


def _entry(
    widget: SavedWidget, widgets: Mapping[str, SavedWidget], modules: dict[str, str], fragments: Fragments, linked: bool
) -> dict[str, Any]:
    """Return a widget as the page's script reads it."""
    entry: dict[str, Any] = {"name": widget.name, **look_of(widget, widgets)}
    if widget.is_core:
        state = fragments.state_of(widget, linked)
        if widget.name == "OutputModel":
            state["outputs"] = f"mw-output-{widget.id}"
        return {**entry, "core": True, "state": state, "buffers": widget.buffers}
    entry.pop("style", None)
    if not widget.esm:
        return {**entry, "card": _card(widget), "state": {}}
    entry["module"] = _keep_module(widget.esm, modules)
    if widget.is_ours:
        kept = {
            name: value for name, value in widget.values.items() if not name.startswith("_") or name == "_dom_classes"
        }
        return {**entry, "state": kept, "buffers": widget.buffers}
    return {**entry, "card": _card(widget), "state": widget.values, "buffers": widget.buffers}


def _card(widget: SavedWidget) -> dict[str, str]:
    """Return what the page shows of a widget that does not run in it."""
    card = {"title": widget.title, "reason": obstacle(widget), "picture": widget.picture}
    return {name: value for name, value in card.items() if value}


def _is_more_than_a_box(entry: Mapping[str, Any]) -> bool:
    """Whether drawing a core widget takes more than the page's own script, which stacks boxes."""
    if entry["name"] in _BOXES:
        return bool(entry.get("layout") or entry["state"].get("box_style"))
    return entry["name"].removesuffix("Model") in DRAWN


def _keep_module(text: str, modules: dict[str, str]) -> str:
    modules[digest := _digest(text)] = text
    return digest


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
