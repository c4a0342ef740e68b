"""Vega and Altair charts of a notebook, in any form that Altair writes, as components that a page runs without a network."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from metawidgets.errors import MetawidgetsError
from metawidgets.reports.pages.left_out import LeftOut, add_note, number_of
from metawidgets.widgets.base.bundles import bundle_of

__all__ = ["make_charts_live"]

_STATE = "application/vnd.jupyter.widget-state+json"
_VIEW = "application/vnd.jupyter.widget-view+json"
_MIME = re.compile(r"application/vnd\.vega(lite)?\.v\d+(\+json|\.json)")
_SCHEMA = "vega.github.io/schema/vega"
# The places where the scripts of Altair and of vega-embed hold a specification.
_IN_SCRIPT = re.compile(r"(?:\}\s*\)\s*\(|spec\s*=|vegaEmbed\([^,{]*,)\s*(?=\{)")
_LARGEST_FILE = 20_000_000  # most bytes of a data file that is put into a page


def make_charts_live(nb: NotebookNode, folder: Path | None = None) -> list[LeftOut]:
    """Replace the notebook's Vega charts by components of ours, in place, and return what cannot be shown.

    Args:
        nb: a notebook; its outputs and its widget state are changed.
        folder: the notebook's folder; data files in it are put into the page.
    """
    charts = _Charts(nb, folder)
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            if spec := _spec_in(output.get("data", {})):
                charts.put(cell, output, spec)
    charts.replace_jupyter_charts()
    return charts.left_out


class _Charts:
    """The charts of one notebook. They share a record of the Vega runtime."""

    def __init__(self, nb: NotebookNode, folder: Path | None) -> None:
        self.nb, self.folder = nb, folder
        self.left_out: list[LeftOut] = []

    @property
    def records(self) -> dict[str, Any]:
        """The notebook's saved widgets. Damaged ones are replaced by none: the page says so (`page_data`)."""
        found: Any = self.nb.metadata
        for name in ("widgets", _STATE, "state"):
            if not isinstance(found.get(name), dict):
                found[name] = {}
            found = found[name]
        return found

    def put(self, cell: NotebookNode, output: NotebookNode, spec: dict[str, Any]) -> None:
        """Make an output show a live chart with a still picture, or its picture with a note that says what is missing."""
        data = output.data
        text = _text_of(data)
        for mime in [mime for mime in data if _MIME.fullmatch(mime) or mime == "text/html"]:
            del data[mime]
        data["text/plain"] = text
        if problem := self._problem(cell, spec):
            self.left_out.append(problem)
            add_note(output, problem)
            if "image/png" not in data and "image/svg+xml" not in data:
                data["text/plain"] = ""
            return
        try:
            picture = _png(spec)
        except MetawidgetsError as error:
            item = LeftOut(
                number_of(cell), "a chart", str(error).rstrip("."), "run the notebook again with this Altair"
            )
            self.left_out.append(item)
            add_note(output, item)
            return
        data.setdefault("image/png", picture)
        data["text/plain"] = _summary(spec) or text
        data[_VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self._add(spec)}

    def replace_jupyter_charts(self) -> None:
        """Let our Vega draw each JupyterChart, since Altair's own module loads Vega from the network; check each ChartView."""
        cells = _cells_of_views(self.nb)
        found: Any = self.nb.metadata
        for name in ("widgets", _STATE, "state"):
            found = found.get(name) if isinstance(found, dict) else None
        for model_id, record in list(found.items()) if isinstance(found, dict) else ():
            state = record.get("state") if isinstance(record, dict) else None
            if not isinstance(state, dict):
                continue
            name = str(state.get("_anywidget_id", "")).rpartition(".")[2]
            if name not in ("JupyterChart", "ChartView"):
                continue
            ours = name == "ChartView"
            spec = (state.get("config") or {}).get("spec") if ours else state.get("spec")
            if not (isinstance(spec, dict) and _is_spec(spec)):
                continue
            cell, output = cells.get(model_id, (None, None))
            problem = self._problem(cell, spec)
            if problem:
                self.left_out.append(problem)
                if output is not None:
                    add_note(output, problem)
                    del output.data[_VIEW]
                    output.data["text/plain"] = ""
                continue
            if ours:
                continue
            self._add(spec, model_id)
            if output is not None:
                try:
                    output.data.setdefault("image/png", _png(spec))
                except MetawidgetsError:  # the component itself will say so
                    continue
                output.data["text/plain"] = _summary(spec)

    def _problem(self, cell: NotebookNode | None, spec: dict[str, Any]) -> LeftOut | None:
        """Put data files into the specification, and return what else the chart needs from outside of the page."""
        addresses = [each for each in _data_of(spec) if not self._embed(each)]
        if addresses:
            found = ", ".join(sorted({str(each["url"]) for each in addresses}))
            cure = "put the data into the chart, as with alt.Chart(pandas.read_csv(...)), and run the notebook again"
            return LeftOut(
                number_of(cell), "a chart", f"it reads its data from {found}, and a page has no network", cure
            )
        text = json.dumps(spec)
        if '"image"' in text and (pictures := re.search(r'"https?://[^"]+\.(?:png|jpe?g|svg|gif|webp)[^"]*"', text)):
            why = f"it shows pictures from the network, such as {pictures[0][1:-1]}"
            return LeftOut(number_of(cell), "a chart", why, "put the pictures into the data, as data: addresses")
        return None

    def _embed(self, data: dict[str, Any]) -> bool:
        """Replace the address of a data file in the notebook's folder by the file's contents."""
        url = str(data["url"])
        if self.folder is None or re.match(r"[a-z][a-z0-9+.-]*:|/", url, re.IGNORECASE):
            return False
        path = (self.folder / url).resolve()
        kind = path.suffix.lstrip(".").lower()
        if kind not in ("json", "csv", "tsv") or not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            return False
        if path.stat().st_size > _LARGEST_FILE:
            return False
        try:
            text = path.read_text(encoding="utf-8-sig")
            data["values"] = json.loads(text) if kind == "json" else text
        except (OSError, ValueError):
            return False
        del data["url"]
        data["format"] = {"type": kind, **(data.get("format") or {})}
        return True

    def _add(self, spec: dict[str, Any], model_id: str = "") -> str:
        """Put a chart into the widget state, and return its id. One chart shown twice is stored once."""
        from metawidgets.widgets import ChartView  # ipywidgets loads slowly

        model_id = model_id or hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:32]
        with_runtime = ChartView(_Chart(spec))
        state = {**with_runtime.get_state(), "runtime": f"anywidget:{self._runtime(with_runtime.runtime)}"}
        with_runtime.close()
        unsaved = ("layout", "buffer")
        kept = {name: value for name, value in state.items() if name not in unsaved}
        self.records[model_id] = {"model_name": "AnyModel", "model_module": "anywidget", "state": kept}
        return model_id

    def _runtime(self, runtime: Any) -> str:
        """Return the id of the record that holds Vega: one that the notebook saved, or a new one."""
        module = bundle_of("vega_runtime")
        for model_id, record in self.records.items():
            if (
                isinstance(record, dict)
                and record.get("buffers")
                and dict(record.get("state") or {}).get("_esm") == module
            ):
                return model_id
        name = "metawidgets-vega-runtime"
        source = base64.b64encode(runtime.source).decode()
        self.records[name] = {
            "model_name": "AnyModel",
            "model_module": "anywidget",
            "state": {"_esm": module, "_anywidget_id": runtime._anywidget_id},
            "buffers": [{"encoding": "base64", "path": ["source"], "data": source}],
        }
        return name


@dataclass
class _Chart:
    """A specification in the form of an Altair chart."""

    spec: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return json.loads(json.dumps(self.spec))


def _spec_in(data: Any) -> dict[str, Any] | None:
    """Return the specification in an output's data, by its MIME type or in the script that Altair writes."""
    for mime, value in data.items():
        if _MIME.fullmatch(mime) and isinstance(value, dict):
            schema = f"https://{_SCHEMA}{'-lite/v6' if 'vegalite' in mime else '/v6'}.json"
            return {"$schema": schema, **value}
    text = data.get("text/html", "")
    if not isinstance(text, str) or "vegaEmbed" not in text:
        return None
    found = []
    for place in _IN_SCRIPT.finditer(text):
        try:
            value, _ = json.JSONDecoder().raw_decode(text, place.end())
        except ValueError:
            continue
        if isinstance(value, dict) and _is_spec(value):
            found.append(value)
    return found[0] if len(found) == 1 else None  # a page of several charts is more than a chart


def _is_spec(value: dict[str, Any]) -> bool:
    return _SCHEMA in str(value.get("$schema", ""))


def _data_of(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every description of data with an address in a specification."""
    if isinstance(part, list):
        for each in part:
            yield from _data_of(each)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name == "data":
                for each in value if isinstance(value, list) else [value]:
                    if isinstance(each, dict) and isinstance(each.get("url"), str) and not _is_data(each["url"]):
                        yield each
            if name not in ("values", "datasets"):
                yield from _data_of(value)


def _is_data(url: str) -> bool:
    return url.lower().startswith("data:")


def _png(spec: dict[str, Any]) -> str:
    from metawidgets.views import render  # Altair loads slowly

    return base64.b64encode(render.png(_Chart(spec))).decode()  # pyright: ignore[reportArgumentType]


def _summary(spec: dict[str, Any]) -> str:
    from metawidgets.views import render  # Altair loads slowly

    return render.summary(_Chart(spec))  # pyright: ignore[reportArgumentType]


def _text_of(data: Any) -> str:
    text = data.get("text/plain", "")
    return "A chart." if not isinstance(text, str) or text.startswith(("alt.", "<VegaLite")) else text


def _cells_of_views(nb: NotebookNode) -> dict[str, tuple[NotebookNode, NotebookNode]]:
    """Return the cell and the output of each model that an output shows."""
    found: dict[str, tuple[NotebookNode, NotebookNode]] = {}
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            view = output.get("data", {}).get(_VIEW)
            if isinstance(view, dict):
                found.setdefault(view.get("model_id", ""), (cell, output))
    return found
