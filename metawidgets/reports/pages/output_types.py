"""The types of output that a page shows, richest first, and those that it can show in another form."""

import json
from html import escape
from typing import Any

from nbformat import NotebookNode

from metawidgets.reports import METRICS
from metawidgets.reports.pages.left_out import LeftOut, add_note, number_of
from metawidgets.reports.pages.script_outputs import FRAME

__all__ = ["PRIORITY", "VIEW", "convert_types"]

VIEW = "application/vnd.jupyter.widget-view+json"
PRIORITY = [
    VIEW,
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "text/latex",
    "image/png",
    "image/jpeg",
    "text/plain",
]
_MORE_PICTURES = ("image/gif", "image/webp", "image/avif", "image/bmp")
_FOR_MACHINES = {METRICS}


def convert_types(nb: NotebookNode) -> list[LeftOut]:
    """Give every output a type that the page shows, in place, and return the outputs that have none."""
    left_out = []
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            data = output.get("data")
            if not data:
                continue
            _convert(data)
            if set(data) & set(PRIORITY) or FRAME in output.get("metadata", {}):
                continue
            unknown = sorted(set(data) - _FOR_MACHINES)
            data.clear()
            if unknown:
                types = ", ".join(unknown)
                item = LeftOut(number_of(cell), f"an output of type {types}", "a page cannot show this type")
                left_out.append(item)
                add_note(output, item)
    return left_out


def _convert(data: Any) -> None:
    rich = set(data) & set(PRIORITY[:-1])
    for mime in _MORE_PICTURES:
        if mime in data and not rich and isinstance(data[mime], str):
            code = "".join(data[mime].split())
            data["text/html"] = f'<img src="data:{mime};base64,{escape(code)}" alt="{escape(_text(data))}">'
            return
    if "application/json" in data and not rich:  # its text only names the object
        data["text/plain"] = json.dumps(data["application/json"], indent=2, ensure_ascii=False)


def _text(data: Any) -> str:
    text = str(data.get("text/plain", ""))
    return "" if text.startswith("<") else text
