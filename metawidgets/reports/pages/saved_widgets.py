"""The widgets that a notebook holds: its saved widget state, read without trust."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nbformat import NotebookNode

__all__ = [
    "DRAWN",
    "HOW_TO_SAVE",
    "NO_STATE",
    "PARTS",
    "STATE",
    "VIEW",
    "SavedWidget",
    "look_of",
    "read_widgets",
    "shown_views",
]

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"

NO_STATE = "the notebook holds no saved state of it"
HOW_TO_SAVE = (
    "in JupyterLab or Notebook 7 tick Settings > Save Widget State Automatically, run the notebook and save it, "
    "or run it with 'metawidgets report', papermill or 'jupyter execute --inplace'"
)

PARTS = ("children", "axes", "buttons")
"""The traits by which one of ipywidgets' own widgets holds others."""

_DRAWN = (
    "Box HBox VBox GridBox Tab Accordion Stack HTML HTMLMath Label Valid Image Video Audio Output IntProgress FloatProgress IntSlider "
    "FloatSlider FloatLogSlider IntRangeSlider FloatRangeSlider SelectionSlider SelectionRangeSlider Play Text Combobox Password "
    "Textarea IntText FloatText BoundedIntText BoundedFloatText DatePicker Time Datetime NaiveDatetime ColorPicker Dropdown Select "
    "SelectMultiple RadioButtons ToggleButtons Button ToggleButton Checkbox FileUpload TagsInput ColorsInput IntsInput FloatsInput "
    "Controller ControllerAxis ControllerButton"
)
DRAWN = frozenset(_DRAWN.split())
"""ipywidgets' own widgets that `js/page_widgets` draws."""

_CORE = ("@jupyter-widgets/base", "@jupyter-widgets/controls", "@jupyter-widgets/output")
_INTERNAL = re.compile(r"_(model|view)_(name|module|module_version|count)$|_esm$|_css$|_anywidget_id$")
_REFERENCE = re.compile(r"(?:anywidget:|IPY_MODEL_)(.+)", re.DOTALL)
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_LAYOUT = re.compile(
    r"align_(content|items|self)|border(_(bottom|left|right|top))?|bottom|display|flex(_flow)?|"
    r"grid_(area|auto_(columns|flow|rows)|column|gap|row|template_(areas|columns|rows))|height|justify_(content|items)|left|margin|"
    r"(max|min)_(height|width)|object_(fit|position)|order|overflow(_[xy])?|padding|right|top|visibility|width"
)


@dataclass(frozen=True)
class SavedWidget:
    """A widget's record in a notebook. `fault` says in words why it cannot be used, and is empty otherwise."""

    id: str
    name: str
    state: Mapping[str, Any]
    buffers: tuple[dict[str, Any], ...] = ()
    fault: str = ""

    @property
    def module(self) -> str:
        return str(self.state.get("_model_module") or "")

    @property
    def is_core(self) -> bool:
        """Whether the page draws the widget: one of ipywidgets' own."""
        return self.module in _CORE

    @property
    def esm(self) -> str:
        """The browser code that an anywidget brings with it."""
        esm = self.state.get("_esm")
        return esm if isinstance(esm, str) and not self.is_core else ""

    @property
    def is_ours(self) -> bool:
        return self._class.startswith("metawidgets.")

    @property
    def _class(self) -> str:
        return str(self.state.get("_anywidget_id") or "")

    @property
    def label(self) -> str:
        """What a reader knows the widget as: `Map`, `IntSlider`."""
        name = self._class.rpartition(".")[2] or re.sub(r"(Model|View)$", "", self.name)
        return name or "widget"

    @property
    def package(self) -> str:
        """The package that the widget is from; empty for a class of the notebook itself."""
        if self._class:
            package = self._class.partition(".")[0]
            return "" if package == "__main__" else package
        version = str(self.state.get("_model_module_version") or "").lstrip("^~")
        return f"{self.module} {version}".strip()

    @property
    def title(self) -> str:
        return f"{self.label} ({self.package})" if self.package else self.label

    @cached_property
    def values(self) -> dict[str, Any]:
        """The state without what only the machinery of widgets reads."""
        return {name: value for name, value in self.state.items() if not _INTERNAL.match(name)}

    def refers(self, *names: str) -> list[str]:
        """Return the ids of the widgets that these traits refer to."""
        values = [self.state.get(name) for name in names]
        several = [each for value in values for each in (value if isinstance(value, list | tuple) else [value])]
        return [found[1] for each in several if isinstance(each, str) and (found := _REFERENCE.fullmatch(each))]

    @cached_property
    def needed(self) -> list[str]:
        """The ids of the widgets that drawing this one takes, apart from layout and style."""
        if self.is_core:
            return self.refers(*PARTS)
        # The code of an anywidget may look for any widget that its state names.
        return re.findall(r'"(?:anywidget:|IPY_MODEL_)([^"]+)"', json.dumps(self.values)) if self.esm else []

    @property
    def picture(self) -> str:
        """The last picture of the widget that its state holds, as a `data:` address; empty if it holds none."""
        for value in self.state.values():
            if isinstance(value, str) and re.match(r"data:image/(png|jpeg);base64,[\w+/=\s]+$", value):
                return re.sub(r"\s", "", value)
        for buffer in self.buffers:
            start = base64.b64decode(buffer["data"][:16])
            for magic, kind in _PICTURES.items():
                if start.startswith(magic):
                    return f"data:{kind};base64,{buffer['data']}"
        return ""


def read_widgets(nb: NotebookNode) -> tuple[dict[str, SavedWidget], str]:
    """Return a notebook's widgets by their ids, and what is wrong with the saved state as a whole, or an empty text.

    A widget whose record is damaged has a `fault`.
    """
    saved = nb.metadata.get("widgets")
    if saved is None:
        return {}, ""
    if not isinstance(saved, Mapping):
        return {}, "it is no mapping"
    inner = saved.get(STATE)
    if inner is None:  # state of another version, or of ipywidgets 5 and older
        return {}, ""
    records = inner.get("state") if isinstance(inner, Mapping) else None
    if not isinstance(records, Mapping):
        return {}, "it is no mapping"
    return {str(key): _read(str(key), record) for key, record in records.items()}, ""


def look_of(widget: SavedWidget, widgets: Mapping[str, SavedWidget]) -> dict[str, dict[str, Any]]:
    """Return what the user set in a widget's layout and style, under these two names, or nothing."""
    found = {}
    for name in ("layout", "style"):
        for key in widget.refers(name):
            values = widgets[key].values if key in widgets else {}
            found[name] = {
                each: value
                for each, value in values.items()
                if isinstance(value, str | int | float) and value != "" and (name == "style" or _LAYOUT.fullmatch(each))
            }
    return {name: values for name, values in found.items() if values}


def shown_views(nb: NotebookNode) -> Iterator[tuple[int, str]]:
    """Yield the cell's number and the widget's id of each output that shows a widget. The id is empty if it is damaged."""
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            if VIEW in (data := output.get("data", {})):
                view = data[VIEW]
                model_id = view.get("model_id") if isinstance(view, Mapping) else None
                yield cell.metadata.get("metawidgets_cell", 0), model_id if isinstance(model_id, str) else ""


def _read(key: str, record: Any) -> SavedWidget:
    if not isinstance(record, Mapping) or not isinstance(record.get("state"), Mapping):
        return SavedWidget(key, "", {}, fault="its saved state is damaged: it is no mapping")
    state = record["state"]
    name = record.get("model_name") or state.get("_model_name")
    if not isinstance(name, str):
        return SavedWidget(key, "", state, fault="its saved state is damaged: 'model_name' is missing")
    if "_model_module" not in state and isinstance(record.get("model_module"), str):
        versions = {"_model_module_version": record.get("model_module_version")}
        state = {"_model_module": record["model_module"], **versions, **state}
    try:
        return SavedWidget(key, name, state, tuple(_buffer(each) for each in record.get("buffers") or ()))
    except (TypeError, KeyError, ValueError, binascii.Error):
        return SavedWidget(key, name, state, fault="its saved state is damaged: its bytes cannot be read")


def _buffer(buffer: Any) -> dict[str, Any]:
    path, data, encoding = buffer["path"], buffer["data"], buffer.get("encoding", "base64")
    if not isinstance(path, list) or not path or not all(isinstance(step, str | int) for step in path):
        raise ValueError("no path")
    data = re.sub(r"\s", "", data) if encoding == "base64" else base64.b64encode(bytes.fromhex(data)).decode()
    base64.b64decode(data, validate=True)
    return {"path": path, "data": data}
