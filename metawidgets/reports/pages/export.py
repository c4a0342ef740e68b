"""Export of an executed notebook, or of one component, to a single interactive HTML file that needs no network."""

import base64
import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from ipywidgets import DOMWidget
from ipywidgets.embed import dependency_state
from jinja2 import pass_context
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from metawidgets import __version__
from metawidgets.errors import ExportError, ReportError
from metawidgets.files.part_files import replacing
from metawidgets.reports import catalogue
from metawidgets.reports.pages.charts import make_charts_live
from metawidgets.reports.pages.left_out import LeftOut, footer, number_of
from metawidgets.reports.pages.long_outputs import folded_html, terminal_text
from metawidgets.reports.pages.markup import cleaned_with_pictures, code_label, coloured_only, final_lines, markdown
from metawidgets.reports.pages.maths import Maths
from metawidgets.reports.pages.output_types import PRIORITY, convert_types
from metawidgets.reports.pages.page_data import finite, output_cells, page_data, simplify_views
from metawidgets.reports.pages.saved_widgets import STATE
from metawidgets.reports.pages.script_outputs import FRAMES, framed, replace_scripts
from metawidgets.widgets.base.bundles import bundle_path
from metawidgets.widgets.base.still import uncaptioned

__all__ = ["CSP", "PageExporter", "export_component", "export_notebook"]

_HERE = Path(__file__).parent
_NUMBER = "metawidgets_cell"

CSP = (
    "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "media-src data: blob:; base-uri 'none'; form-action 'none'"
)


class PageExporter(HTMLExporter):
    """nbconvert's HTML exporter with our own page: no CDN, no MathJax, no require.js. The page itself runs the components."""

    def __init__(self, title: str = "", *, allow_scripts: bool = False, **kwargs: Any) -> None:
        super().__init__(raw_template=_text("template.html.j2"), exclude_anchor_links=True, **kwargs)
        self.title, self.allow_scripts = title, allow_scripts
        # of the last notebook
        self.left_out: list[LeftOut] = []
        self._maths, self._path = Maths(), ""
        for name, function in {
            "clean": self._clean_html,
            "code_label": code_label,
            "coloured_only": coloured_only,
            "final_lines": final_lines,
            "folded": folded_html,
            "framed": framed,
            "terminal": terminal_text,
            "alt": _alt,
            "still": _still,
        }.items():
            self.register_filter(name, function)

    @property
    def default_config(self) -> Any:
        config: Any = super().default_config
        config.NbConvertBase.display_data_priority = PRIORITY
        config.CSSHTMLHeaderPreprocessor.enabled = False  # leaves out nbconvert's own style sheet of 100 KB
        return config

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        attachments = context.get("cell", {}).get("attachments")
        return markdown(source, attachments=attachments, path=self._path, maths=self._maths, **self._finding(context))

    @pass_context
    def _clean_html(self, context: Any, html: str) -> str:
        return cleaned_with_pictures(html, self._path, **self._finding(context))

    def _finding(self, context: Any) -> dict[str, Any]:
        cell = number_of(context.get("cell"))
        return {"cell": cell, "found": self.left_out.append}

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        self.left_out, self._maths = [], Maths()
        self.left_out += _never_run(nb)
        nb = _presentable(nb)
        self._path = path = (resources or {}).get("metadata", {}).get("path", "")
        self.left_out += make_charts_live(nb, Path(path) if path else None)
        self.left_out += replace_scripts(nb, allow_scripts=self.allow_scripts)
        self.left_out += convert_types(nb)
        found = page_data(nb)
        self.left_out += found.left_out
        simplify_views(nb)
        title = self.title or _heading(nb) or "Report"
        css = "\n".join([_short(_text("page.css")), *found.styles])
        resources = {**(resources or {}), "csp": CSP, "version": __version__, "title": title, "css": css}
        html, resources = super().from_notebook_node(nb, resources, **kw)
        html = self._maths.with_references(html)
        if "<math" in html:
            html = html.replace("</style>", f"{_short(_text('maths.css'))}</style>", 1)
        # Insert the data last, so that nbconvert's HTML parser does not parse a megabyte of it.
        host = _script(bundle_path("page_host").read_text(encoding="utf-8"))
        host = f"{host}</script>\n{FRAMES}" if 'class="mw-frame"' in html else f"{host}</script>"
        data = f'<script type="application/json" id="mw-page">{_json(found.page)}</script>\n<script>{host}'
        self.left_out.sort(key=lambda item: item.cell)
        return html.replace("<!--mw-footer-->", footer(self.left_out)).replace(
            "<!--mw-data-->", found.templates + data
        ), resources


def export_notebook(
    notebook: str | Path | dict[str, Any],
    out_path: str | Path,
    *,
    title: str | None = None,
    allow_scripts: bool = False,
    beside: str | Path | None = None,
    on_left_out: Callable[[LeftOut], object] | None = None,
) -> Path:
    """Write an executed notebook as one self-contained HTML page.

    Args:
        notebook: an `.ipynb` with its outputs and widget state, as papermill writes it, or a notebook that nbformat has read.
        out_path: the path of the page. It is replaced only when the new page is complete.
        title: the page's title; by default the notebook's first heading.
        allow_scripts: run the scripts of outputs that carry them with them, such as a self-contained plotly figure. Each runs in a
            frame of its own, without a network and without access to the page.
        beside: the folder of the pictures and data files that the notebook names by a relative path; by default its own.
        on_left_out: called for each thing that the notebook showed and the page does not, once the page is written.

    Returns:
        The page's path.

    Raises:
        ExportError: if the notebook cannot be read, or the page cannot be written.
        TypeError: if `notebook` or `out_path` is of another type.
    """
    if not isinstance(notebook, str | Path | dict):  # a notebook node is a dictionary
        raise TypeError(
            "export_notebook takes the path of an executed notebook or a notebook that nbformat has read, "
            f"not {type(notebook).__name__}"
            + ("; export_component takes a component." if isinstance(notebook, DOMWidget) else ".")
        )
    if not isinstance(out_path, str | Path):
        raise TypeError(
            f"export_notebook's out_path is the path of the page, such as 'report.html', not {type(out_path).__name__}."
        )
    resources: dict[str, Any] = {}
    if not isinstance(notebook, dict):
        resources = {"metadata": {"path": str(Path(notebook).resolve().parent), "name": Path(notebook).stem}}
    if beside is not None:
        resources.setdefault("metadata", {})["path"] = str(Path(beside).resolve())
    nb = _read(notebook)
    exporter = PageExporter(title or "", allow_scripts=allow_scripts)
    html, _ = exporter.from_notebook_node(nb, resources)
    out_path = Path(out_path)
    try:
        with replacing(out_path) as part:
            part.write_text(html, encoding="utf-8")
    except OSError as exc:
        raise ExportError(
            f"the page {out_path} cannot be written ({exc.strerror or exc}); give a path in a folder that exists or can be created."
        ) from exc
    if on_left_out:
        for item in exporter.left_out:
            on_left_out(item)
    return out_path


def export_component(component: DOMWidget, out_path: str | Path, *, title: str | None = None) -> Path:
    """Write one component, or a box of components, as one self-contained HTML page, with everything that it is linked to.

    Returns:
        The page's path.

    Raises:
        ExportError: if the page cannot be written.
        TypeError: if `component` is not a widget.
    """
    if not isinstance(component, DOMWidget):
        raise TypeError(
            f"export_component takes a component or a box of them, not {type(component).__name__}; "
            "wrap a chart in ChartView(chart)."
        )
    bundle: Any = component._repr_mimebundle_()
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})  # ipywidgets' own boxes have no metadata
    cell = nbformat.v4.new_code_cell("", outputs=[nbformat.v4.new_output("display_data", data, metadata=metadata)])
    state = dependency_state([component], drop_defaults=False)
    nb = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": {STATE: {"state": state}}})
    return export_notebook(nb, out_path, title=title or type(component).__name__)


def _read(notebook: str | Path | dict[str, Any]) -> NotebookNode:
    if not isinstance(notebook, dict) and not Path(notebook).is_file():
        raise ExportError(f"there is no notebook {notebook}; check the path.")
    try:
        return catalogue.in_memory(notebook) if isinstance(notebook, dict) else catalogue.read(notebook)
    except ReportError as error:
        raise ExportError(str(error)) from None


def _presentable(nb: NotebookNode) -> NotebookNode:
    """Return a copy without the cells and outputs that tags hide."""
    nb = copy.deepcopy(nb)
    for number, cell in enumerate(nb.cells, start=1):
        cell.metadata[_NUMBER] = number  # cells are counted before some are removed
    nb.cells = [cell for cell in nb.cells if not _tagged(cell, "remove-cell")]
    nb.cells += output_cells(nb)
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        if _tagged(cell, "remove-input"):
            cell.source = ""
        if _tagged(cell, "remove-output"):
            cell.outputs = []
    return nb


def _never_run(nb: NotebookNode) -> list[LeftOut]:
    code = [cell for cell in nb.cells if cell.cell_type == "code" and cell.source.strip()]
    if not code or any(cell.outputs or cell.get("execution_count") for cell in code):
        return []
    return [LeftOut(0, "the outputs of its code", "it has none", "run it and save it, or use `metawidgets report`")]


def _tagged(cell: NotebookNode, tag: str) -> bool:
    return bool({tag, tag.replace("-", "_")} & set(cell.metadata.get("tags", [])))


def _heading(nb: NotebookNode) -> str:
    text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    found = re.search(r"^#{1,2}\s+(.+?)\s*#*$", text, re.MULTILINE)
    return re.sub(r"[*_`]", "", found[1]) if found else ""


def _alt(output: NotebookNode) -> str:
    text = output.data.get("text/plain", "")
    return "" if text.startswith("<") else text


def _still(output: NotebookNode) -> dict[str, str]:
    """Return a component's picture and its caption as text, which readers can enlarge and screen readers can read."""
    try:
        png, caption = uncaptioned(base64.b64decode(output.data["image/png"]))
    except (ValueError, OSError):  # not a picture of a component
        return {"png": output.data["image/png"].replace("\n", ""), "caption": ""}
    return {"png": base64.b64encode(png).decode(), "caption": caption and f"{caption}."}


def _json(value: Any) -> str:
    """Return JSON that can stand in a script element: it has no "<", so it cannot end the element."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:  # a browser reads no NaN
        text = json.dumps(finite(value), ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _script(text: str) -> str:
    return text.replace("</script", "<\\/script")


def _short(css: str) -> str:
    """Return a style sheet of ours without comments, and without the spaces that mean nothing."""
    css = re.sub(r"/\*.*?\*/|^\s+|\n$", "", css, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"\s+(?=[{}])|(?<=[{};,:>])\s+", "", css).replace(";}", "}")


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
