"""An executed notebook, or one component, as one HTML file that still moves and asks nothing of a network."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import nbformat
from ipywidgets import DOMWidget
from ipywidgets.embed import dependency_state
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from metawidgets import __version__
from metawidgets.errors import ExportError
from metawidgets.npz import replacing

__all__ = ["export_component", "export_notebook"]

_HERE = Path(__file__).parent
_STATE = "application/vnd.jupyter.widget-state+json"
_VIEW = "application/vnd.jupyter.widget-view+json"
CSP = (
    "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)


class PageExporter(HTMLExporter):
    """nbconvert's HTML exporter with our own page around it: no CDN, no MathJax, no require.js; widgets run from the page."""

    def __init__(self, title: str, **kwargs: Any) -> None:
        super().__init__(
            raw_template=(_HERE / "template.html.j2").read_text(encoding="utf-8"),
            exclude_anchor_links=True,
            **kwargs,
        )
        self.title = title
        self.register_filter("code_label", lambda source: "Code")
        self.register_filter("alt", lambda output: output.data.get("text/plain", ""))

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict]:
        widgets = nb.metadata.get("widgets", {}).get(_STATE, {}).get("state", {})
        page, styles = _page(widgets)
        css = "\n".join([(_HERE / "page.css").read_text(encoding="utf-8"), *styles])
        resources = {**(resources or {}), "csp": CSP, "version": __version__, "title": self.title, "css": css}
        html, resources = super().from_notebook_node(nb, resources, **kw)
        host = (_HERE / "host.js").read_text(encoding="utf-8")
        data = f'<script type="application/json" id="mw-page">{_json(page)}</script>\n<script>{_script(host)}</script>'
        return html.replace("<!--mw-data-->", data if widgets else ""), resources


def export_notebook(notebook: str | Path | NotebookNode, out_path: str | Path, *, title: str | None = None) -> Path:
    """Write an executed notebook as one self-contained HTML page. Returns its path."""
    nb = notebook if isinstance(notebook, NotebookNode) else nbformat.read(notebook, as_version=4)
    html, _ = PageExporter(title or "Report").from_notebook_node(nb)
    try:
        with replacing(out_path) as part:
            part.write_text(html, encoding="utf-8")
    except OSError as exc:
        raise ExportError(
            f"{out_path} cannot be written ({exc.strerror}); give a path in a folder you may write to."
        ) from exc
    return Path(out_path)


def export_component(component: DOMWidget, out_path: str | Path, *, title: str | None = None) -> Path:
    """Write one component, with all it is linked to, as one self-contained HTML page. Returns its path."""
    bundle: Any = component._repr_mimebundle_()
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})  # ipywidgets' own boxes have no metadata
    cell = nbformat.v4.new_code_cell("", outputs=[nbformat.v4.new_output("display_data", data, metadata=metadata)])
    state = dependency_state([component], drop_defaults=False)
    nb = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": {_STATE: {"state": state}}})
    return export_notebook(nb, out_path, title=title or type(component).__name__)


def _page(widgets: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What the host needs: models, each ES module once, links; and each style once."""
    models, modules, styles, links = {}, {}, {}, []
    for model_id, record in widgets.items():
        state = dict(record["state"])
        name = record["model_name"]
        if name in ("LinkModel", "DirectionalLinkModel"):
            links.append({"source": state["source"], "target": state["target"], "both": name == "LinkModel"})
            continue
        if name in ("LayoutModel",):
            continue
        entry: dict[str, Any] = {"name": name}
        if "_esm" in state:
            text = state.pop("_esm")
            entry["module"] = hashlib.sha256(text.encode()).hexdigest()
            modules[entry["module"]] = text
        if css := state.pop("_css", None):
            styles[hashlib.sha256(css.encode()).hexdigest()] = css
        entry["state"] = {k: v for k, v in state.items() if not k.startswith("_") or k == "_dom_classes"}
        entry["buffers"] = record.get("buffers", [])
        models[model_id] = entry
    return {"models": models, "modules": modules, "links": links}, list(styles.values())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _script(text: str) -> str:
    return text.replace("</script", "<\\/script")
