"""The HTML and the maths in core ipywidgets, made clean once at export: the page parses neither."""

import html
import re
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, NavigableString

from metawidgets.reports.pages.markup import cleaned, mathml
from metawidgets.reports.pages.saved_widgets import SavedWidget

__all__ = ["Fragments", "active_tags", "with_maths"]

_MATHS = re.compile(
    r"\$\$(?P<block>.+?)\$\$|\\\[(?P<bracket>.+?)\\\]|\\\((?P<paren>.+?)\\\)|(?<!\\)\$(?P<inline>[^$\n]+?)(?<!\\)\$",
    re.DOTALL,
)
_HIDDEN = "\u2022" * 8
_INTEGER = {"value": 0, "min": 0, "max": 100, "step": 1, "readout_format": "d"}
_REAL = {**_INTEGER, "readout_format": ".2f"}
_DEFAULTS = {
    **dict.fromkeys(("IntText", "BoundedIntText", "IntSlider", "IntRangeSlider", "IntProgress", "Play"), _INTEGER),
    **dict.fromkeys(("FloatSlider", "FloatRangeSlider", "FloatProgress"), _REAL),
    "FloatLogSlider": {"value": 1, "min": 0, "max": 4, "step": 0.1, "base": 10, "readout_format": ".3g"},
    "FloatText": {"value": 0},
    "BoundedFloatText": {"value": 0, "min": 0, "max": 100, "step": 0.1},
    "ControllerAxis": {"value": 0},
    "ControllerButton": {"value": 0},
    "Valid": {"readout": "Invalid"},
    "Image": {"format": "png"},
    "Video": {"format": "mp4", "loop": True},
    "Audio": {"format": "mp3", "loop": True},
    "FileUpload": {"description": "Upload", "icon": "upload"},
    "ColorPicker": {"value": "black"},
    "IntsInput": {"format": "d"},
    "FloatsInput": {"format": ".1f"},
}
"""The values that JupyterLab leaves out when it saves: those that the browser's half of ipywidgets starts with."""


class Fragments:
    """The clean HTML of a page's widgets: each piece once, in a `<template>` that the page's script copies.

    Attributes:
        ids: the template of each text, by `html:`, `maths:` or `text:` and the text as the widgets hold it.
    """

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self._html: list[str] = []

    def templates(self) -> str:
        return "".join(f'<template id="mw-fragment-{i}">{each}</template>\n' for i, each in enumerate(self._html))

    def state_of(self, widget: SavedWidget, linked: bool) -> dict[str, Any]:
        """Return the state of a core widget as the page needs it, and keep the HTML of its texts.

        HTML travels once: its template's key stands for it in the state, unless a link carries it to another widget.
        """
        known = {**_DEFAULTS.get(widget.label, {}), **widget.values}
        state = {k: v for k, v in known.items() if k not in ("layout", "style", "tabbable") and v is not None}
        kind = {"HTMLModel": "html", "HTMLMathModel": "maths"}.get(widget.name)
        if kind and isinstance(value := state.get("value"), str):
            key = value if linked else f"\0{len(self._html)}"
            self._keep(f"{kind}:{key}", _shown(_maths_in_html(value) if kind == "maths" else value))
            state["value"] = key
        if state.get("description_allow_html") and isinstance(state.get("description"), str):
            self._keep(f"html:{state['description']}", cleaned(state["description"]))
        for text in _texts(widget.name, state):
            if _MATHS.search(text):
                self._keep(f"text:{text}", with_maths(text))
        if widget.name == "PasswordModel" and state.get("value"):
            state["value"] = _HIDDEN  # a page that is sent around is no place for it
        if widget.name == "FileUploadModel":
            state["value"] = _names_of_files(state.get("value"))
        return state

    def _keep(self, key: str, fragment: str) -> None:
        if key not in self.ids:
            self.ids[key] = f"mw-fragment-{len(self._html)}"
            self._html.append(fragment)


def active_tags(value: str) -> str:
    """Return the elements in HTML that cleaning removes with what they show, as text: "<script>, <video>"."""
    found = re.findall(r"<(script|iframe|object|embed|audio|video)\b", value, re.IGNORECASE)
    return ", ".join(f"<{tag}>" for tag in dict.fromkeys(each.lower() for each in found))


def _shown(value: str) -> str:
    """Return clean HTML, with a mark where cleaning leaves nothing of what a script or a frame showed."""
    clean = cleaned(value)
    if (tags := active_tags(value)) and not re.sub(r"<(?!img|svg|table)[^>]*>|\s", "", clean):
        return f'{clean}<p class="mw-note">{html.escape(tags)} of this widget is not shown: a page runs no scripts of HTML.</p>'
    return clean


def with_maths(text: str) -> str:
    """Return a text as HTML in which its TeX between dollars or backslashed brackets is MathML."""
    return "".join(
        html.escape(each, quote=False) if not tex else mathml(each, display) for each, tex, display in _split(text)
    )


def _split(text: str) -> Iterator[tuple[str, bool, bool]]:
    """Yield the pieces of a text, whether each is TeX, and whether it stands in a line of its own."""
    end = 0
    for found in _MATHS.finditer(text):
        yield text[end : found.start()].replace("\\$", "$"), False, False
        kind = str(found.lastgroup)
        yield found[kind], True, kind in ("block", "bracket")
        end = found.end()
    yield text[end:].replace("\\$", "$"), False, False


def _maths_in_html(fragment: str) -> str:
    soup = BeautifulSoup(fragment, "html.parser")
    for text in list(soup.find_all(string=True)):
        inside_code = any(parent.name in ("code", "pre", "script", "style", "textarea") for parent in text.parents)
        if type(text) is NavigableString and not inside_code and _MATHS.search(text):
            text.replace_with(BeautifulSoup(with_maths(str(text)), "html.parser"))
    return str(soup)


def _texts(name: str, state: dict[str, Any]) -> Iterator[str]:
    """Yield the texts in which ipywidgets sets maths: a label's value, and descriptions."""
    names = ("value", "description") if name == "LabelModel" else ("description",)
    yield from (state[each] for each in names if isinstance(state.get(each), str))


def _names_of_files(value: Any) -> list[str]:
    """Return the names of uploaded files; their contents do not travel. ipywidgets 7 has them as a mapping's keys."""
    if isinstance(value, dict):
        return [str(name) for name in value]
    return [str(each.get("name", "")) for each in value if isinstance(each, dict)] if isinstance(value, list) else []
