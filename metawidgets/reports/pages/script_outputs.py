"""Outputs that scripts draw: plotly, bokeh, maps, animations, frames. A page runs no script that it did not bring itself.

With `allow_scripts`, an output that carries its scripts with it runs in a frame of its own, without a network and without access
to the page. Otherwise the page shows the picture that was stored with the output, or says what is missing.
"""

import re
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Comment
from nbformat import NotebookNode

from metawidgets.reports.pages.left_out import LeftOut, add_note, number_of

__all__ = ["FRAME", "FRAMES", "framed", "replace_scripts"]

FRAME = "metawidgets_frame"
"""The metadata of an output with the document that the page runs in a frame."""

_PICTURES = ("image/svg+xml", "image/png", "image/jpeg")
_SCRIPTED = re.compile(r"<(script|iframe|object|embed|canvas)\b", re.IGNORECASE)
_ELSEWHERE = re.compile(r"<script[^>]+\bsrc\s*=|\bimport\b[^;]*[\"']https?:|\brequire(?:js)?\s*[(.]", re.IGNORECASE)


@dataclass(frozen=True)
class _Maker:
    """A library whose outputs can be recognised.

    Attributes:
        name: the output as a noun.
        sign: a pattern that its HTML, scripts or MIME types contain.
        carries: a pattern that its HTML contains if the library itself is inside.
        cure: how to store what a page can show.
    """

    name: str
    sign: str
    carries: str
    cure: str


_MAKERS = (
    _Maker("a plotly figure", "plotly", r"plotly\.js v", 'call fig.show("png"), which stores a picture'),
    _Maker("a bokeh figure", "bokeh", r"BokehJS library", "display the picture that bokeh.io.export_png makes"),
    _Maker("a folium map", "leaflet|folium", r"Leaflet \d", "display a picture of the map"),
    _Maker("an interactive table of itables", "itables|ITable", r"_itables_\d+ =", "display the data frame itself"),
    _Maker("an animation of matplotlib", r"new Animation\(", r"function Animation", "display HTML(animation.to_html5_video())"),
    _Maker("a diagram of mermaid", "mermaid", r"mermaid\.initialize", "display a picture of the diagram"),
)  # fmt: skip
_ANY = _Maker("an HTML output that scripts draw", "", r"", "store a picture with it")
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; "
    "media-src data: blob:"
)
# Tell the page the height, since only the frame knows it, and show in the frame why a script failed.
_INSIDE = """<script>
addEventListener("error", (event) => {
  if (!event.message) return;
  const note = document.createElement("p");
  note.textContent = `This output could not run here: ${event.message}`;
  document.body.append(note);
});
addEventListener("load", () => {
  const tell = () => parent.postMessage({ metawidgetsHeight: document.documentElement.offsetHeight }, "*");
  new ResizeObserver(tell).observe(document.documentElement);
  tell();
});
</script>"""
FRAMES = """<script>
addEventListener("message", ({ data, source }) => {
  const height = Number(data?.metawidgetsHeight);
  const frame = [...document.querySelectorAll(".mw-frame")].find((each) => each.contentWindow === source);
  if (frame && height > 0) frame.style.height = `${Math.min(height + 8, 4000)}px`;
});
</script>"""
"""The script of a page with frames: it gives each the height that its document has."""

_CURE = "export with --allow-scripts (in Python: allow_scripts=True)"


def replace_scripts(nb: NotebookNode, *, allow_scripts: bool = False) -> list[LeftOut]:
    """Make every output that scripts draw show a frame, a picture or a note, in place; return what cannot be shown."""
    left_out = []
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            data = output.get("data")
            item = _item_of(output, number_of(cell), allow_scripts) if data else None
            if item and item not in left_out:
                left_out.append(item)
                add_note(output, item)
    return left_out


def _item_of(output: NotebookNode, cell: int, allow_scripts: bool) -> LeftOut | None:
    data = output.data
    html = data.get("text/html", "")
    scripts = [mime for mime in data if re.search(r"javascript|plotly|bokeh|holoviews", mime)]
    if not scripts and not (isinstance(html, str) and (_SCRIPTED.search(html) or "bk-notebook-logo" in html)):
        if "data-root-id" in html and not _visible(html):  # where a bokeh figure would stand; its script comes next
            del data["text/html"]
        return None
    if "bk-notebook-logo" in html or "application/vnd.bokehjs_load.v0+json" in data or "sk-top-container" in html:
        return _without(data, [] if "sk-top-container" in html else ["text/html"], scripts)
    if any(picture in data for picture in _PICTURES):
        return _without(data, ["text/html"], scripts)
    text = html or " ".join(str(data[mime]) for mime in scripts) + " ".join(scripts)
    maker = next((each for each in _MAKERS if re.search(each.sign, text, re.IGNORECASE)), _ANY)
    soup = BeautifulSoup(html, "html.parser") if html else None
    if soup is not None and not scripts:
        if frame := _framed_address(soup):
            return LeftOut(cell, f"a frame with {frame}", "it is on the network; its place has a link")
        if not soup.find(lambda tag: tag.name not in ("script", "style", "link", "meta", "noscript")):
            shown = maker is _ANY  # a library that is loaded shows nothing by itself
            _without(data, ["text/html", "text/plain"], [])
            return LeftOut(cell, "a script", "a page does not run it") if shown else None
        whole = re.search(maker.carries, html) is not None and not _ELSEWHERE.search(_inner(soup))
        if whole and allow_scripts:
            output.setdefault("metadata", {})[FRAME] = html
            return _without(data, [], [])
        cure = f"{maker.cure}, or {_CURE}" if whole else maker.cure
        if maker is not _ANY:
            _without(data, ["text/html"], [])
        why = "a page runs no scripts of outputs"
        if not whole:
            why += ", and this one loads a library from elsewhere"
        _clear_repr(data)
        return LeftOut(cell, maker.name, why, cure)
    _without(data, ["text/html"], scripts)
    _clear_repr(data)
    what = maker.name if maker is not _ANY else "an output in JavaScript"
    return LeftOut(cell, what, "a page runs no scripts of outputs", maker.cure)


def _without(data: Any, mimes: list[str], scripts: list[str]) -> None:
    for mime in [*mimes, *scripts]:
        data.pop(mime, None)


def _clear_repr(data: Any) -> None:
    """Remove a text that only names the object, such as "<IPython.core.display.HTML object>"."""
    if str(data.get("text/plain", "<")).lstrip().startswith(("<", "Figure(")):
        data.pop("text/plain", None)


def _framed_address(soup: BeautifulSoup) -> str:
    frame = soup.find(("iframe", "object", "embed"))
    address = str(frame.get("src") or frame.get("data") or "") if frame else ""
    return address if re.match(r"(https?:)?//", address) else ""


def _inner(soup: BeautifulSoup) -> str:
    """Return the HTML with the documents of its frames."""
    return str(soup) + "".join(str(frame.get("srcdoc", "")) for frame in soup.find_all("iframe"))


def _visible(html: str) -> bool:
    soup = BeautifulSoup(html, "html.parser")
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    return bool(soup.get_text(strip=True) or soup.find(("img", "svg", "table", "canvas")))


def framed(html: str) -> str:
    """Return the document of a frame in which an output's scripts run without a network."""
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}"><base target="_blank">'
    )
    return f"<!DOCTYPE html>{head}<style>html,body{{height:auto;margin:0;background:white}}</style>{_INSIDE}{html}"
