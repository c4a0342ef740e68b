"""Outputs of other libraries, as they write them into a notebook, shortened by hand. docs/exports.md lists them."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg=="
_DATA = {"values": [{"x": i, "y": i * i % 7, "c": "ab"[i % 2]} for i in range(12)]}
_ENCODING = {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}}
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.4.1.json"
_UNIT = {"mark": "point", "encoding": _ENCODING}
_BRUSH = {"name": "brush", "select": {"type": "interval"}}
_CUT = {"name": "cut", "value": 2.5, "bind": {"input": "range", "min": 0, "max": 7, "step": 0.5, "name": "Cut "}}


def spec(**parts: Any) -> dict[str, Any]:
    return {"$schema": _SCHEMA, "data": _DATA, **parts}


def altair_html(chart: dict[str, Any]) -> str:
    """Return a chart in the form of Altair's default renderer."""
    return (
        '<div id="altair-viz-1"></div>\n<script type="text/javascript">\n  var VEGA_DEBUG = {};\n  (function(spec, embedOpt){\n'
        '    const paths = {"vega": "https://cdn.example.com/vega@6"};\n'
        "    function displayChart(vegaEmbed) { vegaEmbed(outputDiv, spec, embedOpt); }\n"
        f'  }})({json.dumps(chart)}, {{"mode": "vega-lite"}});\n</script>'
    )


@dataclass(frozen=True)
class Kind:
    """One kind of output.

    Attributes:
        shows: what the page shows: "alive", "still", "shown", "folded", "frame" (with `allow_scripts`), "note" or "nothing".
        data: the outputs' MIME bundles.
        sign: a CSS selector of an element that the page then has.
        says: a part of what the page says that it leaves out.
        text: Markdown instead of outputs.
    """

    shows: str
    data: list[dict[str, Any]] = field(default_factory=list)
    sign: str = ""
    says: str = ""
    text: str = ""


def _altair(chart: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"text/html": altair_html(chart), "text/plain": "alt.Chart(...)"}]


def _html(html: str) -> list[dict[str, Any]]:
    return [{"text/html": html, "text/plain": "<IPython.core.display.HTML object>"}]


_PLOTLY = '<div id="p" class="plotly-graph-div"></div><script>Plotly.newPlot("p", [{"y": [1, 2]}])</script>'
_LIBRARY = "/* plotly.js v3.0.0 */ var Plotly = {newPlot(id) {document.getElementById(id).textContent = 'drawn'}}"
_WHOLE_PLOTLY = f"<div><script>{_LIBRARY}</script>{_PLOTLY}</div>"
_ANIMATION = '<script>function Animation(frames) {}; new Animation([])</script><img id="a"><button>play</button>'
_WAV = "data:audio/wav;base64," + base64.b64encode(b"RIFF$\0\0\0WAVEfmt ").decode()
_STYLED = '<style>#T_1_row0_col0 {background-color: gold}</style><table id="T_1"><tr><td id="T_1_row0_col0">1.5</td></tr></table>'
_FRAME = '<iframe width="300" height="200" src="https://{}"></iframe>'

KINDS: dict[str, Kind] = {
    "altair-plain": Kind("alive", _altair(spec(**_UNIT))),
    "altair-layered": Kind("alive", _altair(spec(layer=[_UNIT, {"mark": {"type": "line", "color": "black"}, "encoding": _ENCODING}]))),
    "altair-selection": Kind("alive", _altair(spec(**_UNIT, params=[_BRUSH]))),
    "altair-parameter": Kind("alive", _altair(spec(**_UNIT, params=[_CUT], transform=[{"filter": "datum.y > cut"}]))),
    "altair-concatenated": Kind("alive", _altair(spec(hconcat=[_UNIT, {"mark": "bar", "encoding": _ENCODING}]))),
    "altair-facets": Kind(
        "alive", _altair(spec(mark="point", encoding={**_ENCODING, "column": {"field": "c", "type": "nominal"}}))
    ),
    "altair-mimetype": Kind(
        "alive", [{"application/vnd.vegalite.v6+json": spec(**_UNIT), "text/plain": "<VegaLite 6 object>"}]
    ),
    "altair-of-an-older-version": Kind(
        "alive", [{"application/vnd.vegalite.v5+json": spec(**_UNIT), "text/plain": "<VegaLite 5 object>"}]
    ),
    "altair-png": Kind("still", [{"image/png": PNG, "text/plain": "alt.Chart(...)"}], "img"),
    "altair-data-of-an-address": Kind(
        "note", _altair(spec(**{**_UNIT, "data": {"url": "https://example.com/cars.json"}})), says="a chart"
    ),
    "vega": Kind(
        "alive",
        [{"application/vnd.vega.v5+json": {"$schema": "https://vega.github.io/schema/vega/v5.json", "width": 20, "height": 20,
          "marks": [{"type": "rect", "encode": {"enter": {"width": {"value": 9}, "height": {"value": 9}}}}]}}],
    ),
    "plotly": Kind("note", [{"application/vnd.plotly.v1+json": {"data": []}}], says="a plotly figure"),
    "plotly-with-a-picture": Kind("still", [{"application/vnd.plotly.v1+json": {"data": []}, "image/png": PNG}], "img"),
    "plotly-html": Kind("note", _html(_PLOTLY), says="a plotly figure"),
    "plotly-self-contained": Kind("frame", _html(_WHOLE_PLOTLY), says="a plotly figure"),
    "bokeh-loader": Kind("nothing", [{"application/vnd.bokehjs_load.v0+json": "", "application/javascript": "load()"}]),
    "bokeh": Kind(
        "note",
        [{"text/html": '<div id="b" data-root-id="p1"></div>'},
         {"application/javascript": "root.Bokeh.embed()", "application/vnd.bokehjs_exec.v0+json": ""}],
        says="a bokeh figure",
    ),
    "matplotlib": Kind("still", [{"image/png": PNG, "text/plain": "<Figure size 640x480 with 1 Axes>"}], "img"),
    "matplotlib-svg": Kind("still", [{"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'/>"}], "img"),
    "matplotlib-animation": Kind("frame", _html(_ANIMATION), says="an animation of matplotlib"),
    "folium": Kind("note", _html('<iframe srcdoc="&lt;script src=&quot;https://e.com/leaflet.js&quot;&gt;"></iframe>'),
                   says="a folium map"),
    "frame-of-an-address": Kind("note", _html(_FRAME.format("example.com/a")), 'a[href="https://example.com/a"]', "a frame"),
    "youtube": Kind("note", _html(_FRAME.format("www.youtube.com/embed/x")), "a[href*=youtube]", "a frame"),
    "audio": Kind("shown", _html(f'<audio controls><source src="{_WAV}" type="audio/wav"></audio>'), "audio source[src]"),
    "video": Kind("shown", _html('<video controls src="data:video/mp4;base64,AAAA"></video>'), "video[src][controls]"),
    "gif": Kind("shown", [{"image/gif": "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"}], 'img[src^="data:image/gif"]'),
    "javascript": Kind("note", [{"application/javascript": "alert(1)"}], says="an output in JavaScript"),
    "script-alone": Kind("note", _html("<script>x()</script>"), says="a script"),
    "json": Kind("shown", [{"application/json": {"a": [1]}, "text/plain": "<JSON>"}], "pre.text"),
    "unknown-type": Kind("note", [{"application/x-odd": "?"}], says="an output of type application/x-odd"),
    "pandas": Kind("shown", _html('<table class="dataframe"><tr><th>0</th><td>1</td></tr></table>'), "table.dataframe"),
    "pandas-styled": Kind("shown", _html(_STYLED), ".mw-own table"),
    "polars": Kind("shown", _html("<div><style>.dataframe > tbody {text-align: right}</style><small>shape: (1, 1)</small>"
                                  '<table class="dataframe"><tr><td>1</td></tr></table></div>'), "table.dataframe"),
    "scikit-learn": Kind("shown", _html('<div class="sk-top-container"><pre>LogisticRegression()</pre></div><script>x()</script>'),
                         ".sk-top-container"),
    "itables": Kind("note", _html("<table hidden></table><script>new ITable()</script>"), says="an interactive table"),
    "style-of-the-page": Kind("shown", _html("<style>body {background: red}</style><p>red</p>"), ".mw-own"),
    "long-text": Kind("folded", [{"text/plain": "\n".join(f"line {i}" for i in range(20_000))}], "details.long"),
    "long-table": Kind("folded", _html(f"<table>{'<tr><td>1</td></tr>' * 5000}</table>"), "details.long"),
    "latex": Kind("shown", [{"text/latex": r"$\displaystyle \frac{1}{2}$", "text/plain": "1/2"}], "mfrac"),
    "markdown": Kind("shown", text="A **word**, a foot[^1].\n\n[^1]: Note.\n\n- [x] done\n\n|a|b|\n|-|-|\n|1|2|", sign=".footnotes"),
    "maths": Kind("shown", text=r"$$\begin{aligned} a &= b \\ c &= d \end{aligned}$$", sign="mtable"),
    "maths-unknown": Kind("note", text=r"$\notacommand{x}$", sign="code.tex", says=r"the formula \notacommand{x}"),
    "mermaid": Kind("note", text="```mermaid\ngraph TD; A-->B\n```", sign="pre", says="a diagram of mermaid"),
    "picture-missing": Kind("note", text="![a plot](gone.png)", sign=".mw-missing", says="the picture gone.png"),
    "picture-of-an-address": Kind("note", text="![a](https://example.com/a.png)", sign="a[href$='.png']", says="the picture https"),
}  # fmt: skip


def notebook_of(kinds: dict[str, Kind]) -> NotebookNode:
    """Return a notebook with one cell for each kind."""
    cells = []
    for name, kind in kinds.items():
        outputs = [new_output("display_data", data) for data in kind.data]
        cells.append(new_markdown_cell(kind.text) if kind.text else new_code_cell(f"# {name}", outputs=outputs))
    return new_notebook(cells=cells)
