"""What a page shows of other libraries' outputs, and that it says what it leaves out. docs/exports.md is the table of them."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from metawidgets.reports.pages.export import export_notebook
from tests.reports.pages.foreign_outputs import KINDS, altair_html, notebook_of, spec

TABLE = Path(__file__).parents[3] / "docs" / "exports.md"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """All kinds on one page: its cells by name, and what it leaves out by name. Exported once without and once with scripts."""
    made = {}
    for allow_scripts in (False, True):
        left_out = []
        path = tmp_path_factory.mktemp("kinds") / "page.html"
        export_notebook(notebook_of(KINDS), path, allow_scripts=allow_scripts, on_left_out=left_out.append)
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        cells = dict(zip(KINDS, page.select("main > section.cell"), strict=True))
        said = {name: [item for item in left_out if item.cell == n] for n, name in enumerate(KINDS, start=1)}
        made[allow_scripts] = (page, cells, said)
    return made


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_of_output(name, exported):
    kind = KINDS[name]
    _, cells, said = exported[False]
    cell, left_out = cells[name], said[name]
    if kind.shows in ("note", "frame"):
        assert len(left_out) == 1
        assert left_out[0].what.startswith(kind.says)
        assert cell.select(".mw-left-out, .mw-missing, code.tex, a[href$='.png']")
    else:
        assert left_out == []
        assert not cell.select(".mw-left-out")
    if kind.shows == "alive":
        assert len(cell.select(".mw-view[data-model-id] img")) == 1
    assert not kind.sign or cell.select(kind.sign)
    assert not cell.select("script, iframe")
    assert "object at" not in cell.get_text()
    _, cells, said = exported[True]
    frames = cells[name].select("iframe[sandbox='allow-scripts'][srcdoc]")
    assert len(frames) == (kind.shows == "frame")
    assert kind.shows != "frame" or said[name] == []


def test_the_footer_lists_what_is_left_out(exported):
    page, _, said = exported[False]
    items = [item for each in said.values() for item in each]
    assert [row.get_text() for row in page.select("footer li")] == [str(item) for item in items]
    assert f"{len(items)} things are not shown" in page.footer.get_text()


def test_every_kind_is_in_the_table_and_every_named_test_exists():
    rows = re.findall(
        r"^\| `([\w-]+)` \|.*\| (\w+) \| [^|]+ \| `(\w+)` \|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {name: shows for name, shows, _ in rows if name in KINDS} == {
        name: kind.shows for name, kind in KINDS.items()
    }
    tests = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[2].rglob("test_*.py"))
    assert [test for _, _, test in rows if f"def {test}(" not in tests] == []
    assert len(rows) >= 40


def test_data_files_of_the_notebooks_folder_are_put_into_the_chart(tmp_path):
    (tmp_path / "near.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    nb = notebook_of({})
    chart = {**spec(mark="point"), "data": {"url": "near.csv"}}
    outside = {**spec(mark="point"), "data": {"url": "../far.csv"}}
    nb.cells = notebook_of({"a": KINDS["altair-plain"], "b": KINDS["altair-plain"]}).cells
    for cell, each in zip(nb.cells, (chart, outside), strict=True):
        cell.outputs[0].data["text/html"] = altair_html(each)
    nbformat.write(nb, tmp_path / "a.ipynb")
    left_out = []
    page = export_notebook(tmp_path / "a.ipynb", tmp_path / "a.html", on_left_out=left_out.append).read_text()
    assert '"values":"x,y\\n1,2\\n"' in page
    assert [(item.cell, "../far.csv" in item.why) for item in left_out] == [(2, True)]


def test_a_jupyter_chart_is_drawn_by_our_vega(tmp_path):
    state = {
        "_anywidget_id": "altair.jupyter.jupyter_chart.JupyterChart",
        "_esm": "import 'https://esm.sh/x'",
        "spec": spec(mark="point"),
    }
    nb = notebook_of({"a": KINDS["json"]})
    nb.cells[0].outputs[0].data = {
        "application/vnd.jupyter.widget-view+json": {"model_id": "m1"},
        "text/plain": "JupyterChart()",
    }
    record = {"model_name": "AnyModel", "model_module": "anywidget", "state": state}
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"m1": record}}}
    page = export_notebook(nb, tmp_path / "a.html").read_text()
    assert "esm.sh" not in page
    assert '"runtime":"anywidget:metawidgets-vega-runtime"' in page


def test_notebooks_of_every_format_are_read(tmp_path):
    """Formats 2 and 3, a later one, a byte-order mark, and a chart under the type that Altair gives it."""
    code = {"cell_type": "code", "input": "1", "language": "python", "metadata": {}, "collapsed": False}
    old = [{"output_type": "pyout", "prompt_number": 1, "text": "one", "metadata": {}}]
    sheet = {"cells": [{**code, "prompt_number": 1, "outputs": old}], "metadata": {}}
    chart = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"application/vnd.vegalite.v6.json": spec(mark="point")},
    }
    new = {"cell_type": "code", "id": "a", "source": "1", "metadata": {}, "execution_count": 1, "outputs": [chart]}
    head = {"metadata": {"name": ""}, "nbformat_minor": 0}
    formats = {
        "two": ({**head, "nbformat": 2, "worksheets": [sheet]}, '<pre class="text">one</pre>'),
        "three": ({**head, "nbformat": 3, "worksheets": [sheet]}, '<pre class="text">one</pre>'),
        "later": ({"metadata": {}, "nbformat": 5, "nbformat_minor": 1, "cells": [new]}, 'class="mw-view"'),
    }
    for name, (raw, shown) in formats.items():
        path = tmp_path / f"{name}.ipynb"
        path.write_text(json.dumps(raw), encoding="utf-8-sig")
        assert shown in export_notebook(path, tmp_path / "a.html").read_text(encoding="utf-8")
