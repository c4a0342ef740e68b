"""The exporter, without a browser: the contents of the page."""

import hashlib
import json
import re
from html.parser import HTMLParser

import nbformat
import pytest
from ipywidgets import HBox, IntSlider, VBox, jslink
from ipywidgets.embed import dependency_state
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from metawidgets.errors import ExportError
from metawidgets.reports.pages.export import CSP, export_component, export_notebook
from metawidgets.widgets import ChartView, EpisodeView, Selection
from tests.widgets.examples import HOSTILE, chart, sheet

STATE = "application/vnd.jupyter.widget-state+json"


class Page(HTMLParser):
    """A parser that collects every element of a page as (tag, attributes), and the text of scripts, titles and headings."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._open = tag
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        self._open = ""

    def handle_data(self, data):
        if self._open:
            self.texts[self._open][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def data(self) -> dict:
        return json.loads(self.texts["script"][0])


def notebook(*cells, shown=(), state=()):
    """Make a notebook of these cells, then one cell per shown widget; `state` holds further widgets of the kernel that no cell shows."""
    cells = list(cells)
    for widget in shown:
        bundle = widget._repr_mimebundle_()
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        cells.append(new_code_cell("widget", outputs=[new_output("display_data", data)]))
    records = dependency_state([*shown, *state], drop_defaults=False) if shown or state else {}
    return new_notebook(cells=cells, metadata={"widgets": {STATE: {"state": records}}})


def outputs(**data):
    return new_code_cell("1", outputs=[new_output("display_data", {k.replace("__", "/"): v for k, v in data.items()})])


@pytest.fixture
def page(tmp_path):
    return lambda nb, **options: Page(export_notebook(nb, tmp_path / "page.html", **options).read_text())


def test_the_policy_comes_first_and_nothing_is_fetched(page):
    built = page(notebook(new_markdown_cell("# Title"), shown=[EpisodeView(sheet()), chart()]))
    metas = [e for e in built.elements if e[0] in ("meta", "script", "style", "link")]
    assert metas[1][1] == {"http-equiv": "Content-Security-Policy", "content": CSP}
    assert built.all("link") == []
    assert all("src" not in script for script in built.all("script"))
    assert all(str(image["src"]).startswith("data:") for image in built.all("img"))
    assert "connect-src" not in CSP
    assert "default-src 'none'" in CSP
    assert "unsafe-eval" not in CSP


def test_each_module_is_stored_once_under_its_digest(page):
    views = [EpisodeView(sheet()), EpisodeView(sheet()), chart(), chart()]
    data = page(notebook(shown=views)).data
    assert len(data["modules"]) == 3  # the modules of the episode sheet, the chart, and the widget with Vega
    for digest, text in data["modules"].items():
        assert hashlib.sha256(text.encode()).hexdigest() == digest
    assert {data["models"][v.model_id]["module"] for v in views[:2]} == {
        hashlib.sha256(str(views[0]._esm).encode()).hexdigest()
    }
    sent = [b["path"] for record in data["models"].values() for b in record["buffers"]]
    assert sent.count(["source"]) == 1  # Vega itself


def test_only_what_is_shown_travels_with_what_it_refers_to(page):
    selection, hidden = Selection(), EpisodeView(sheet())
    shown = [EpisodeView(sheet(), selection=selection), ChartView(_squares())]
    models = page(notebook(shown=shown, state=[hidden])).data["models"]
    assert set(models) == {shown[0].model_id, selection.model_id, shown[1].model_id, shown[1].runtime.model_id}


def test_links_travel(page):
    one, two = ChartView(_squares()), ChartView(_squares())
    link = jslink((one, "step"), (two, "step"))
    assert page(notebook(shown=[one, two], state=[link])).data["links"] == [
        {"source": [f"IPY_MODEL_{one.model_id}", "step"], "target": [f"IPY_MODEL_{two.model_id}", "step"], "both": True}
    ]


def test_hostile_text_is_text_wherever_it_stands(page, tmp_path):
    view = EpisodeView(sheet())
    built = page(notebook(shown=[view]), title=HOSTILE)
    assert built.texts["title"] == [HOSTILE]
    assert len(built.all("script")) == 2  # the data and the host
    assert built.data["models"][view.model_id]["state"]["config"]["episode"]["class_names"][2] == HOSTILE
    assert [image for image in built.all("img") if "onerror" in image] == []
    assert "</script" not in built.texts["script"][0].lower()


def test_a_picture_stands_where_a_component_will(page):
    view = EpisodeView(sheet())
    built = page(notebook(shown=[view]))
    place = next(a for a in built.all("div") if a.get("class") == "mw-view")
    assert place["data-model-id"] == view.model_id
    picture = built.all("img")[0]
    assert str(picture["src"]).startswith("data:image/png;base64,iVBOR")
    assert picture["alt"] == view.summary()
    # If a notebook was saved without the state of its widgets, the page shows the picture.
    bare = notebook(shown=[view])
    bare.metadata.pop("widgets")
    assert page(bare).all("img")[0]["src"] == picture["src"]


def test_boxes_and_foreign_widgets(page, tmp_path):
    inner = EpisodeView(sheet())
    box = VBox([HBox([inner]), IntSlider(3)])
    built = Page(export_component(box, tmp_path / "box.html").read_text())
    assert {record["name"] for record in built.data["models"].values()} >= {
        "VBoxModel",
        "HBoxModel",
        "IntSliderModel",
        "AnyModel",
    }


def test_code_is_folded_under_its_first_comment(page):
    built = page(notebook(new_code_cell("# Draw one <episode>\nx = 1"), new_code_cell("y = 2"), new_code_cell("")))
    assert [a.get("open") for a in built.all("details") if a.get("class") == "source"] == [None, None]
    assert built.texts["summary"][:2] == ["Code: Draw one <episode>", "Code"]


def test_tags_hide_cells_inputs_and_outputs(page):
    printed = lambda text: [new_output("stream", text=text)]  # noqa: E731
    cells = [
        new_code_cell("a", outputs=printed("gone"), metadata={"tags": ["remove-cell"]}),
        new_code_cell("b", outputs=printed("kept"), metadata={"tags": ["remove_input"]}),
        new_code_cell("c", outputs=printed("away"), metadata={"tags": ["remove-output"]}),
    ]
    built = page(notebook(*cells))
    everything = " ".join(text for texts in built.texts.values() for text in texts)
    assert "kept" in everything
    assert "gone" not in everything
    assert "away" not in everything
    assert [a.get("class") for a in built.all("details")] == ["source"]


@pytest.mark.parametrize(
    ("nb", "title"),
    [
        (notebook(new_markdown_cell("Some text\n\n# Five *characters* `a`\n\n# Later")), "Five characters a"),
        (notebook(new_markdown_cell("no heading")), "Report"),
    ],
)
def test_the_title_is_the_first_heading(page, nb, title):
    assert page(nb).texts["title"] == [title]


def test_outputs_of_every_kind(page):
    failed = new_code_cell(
        "1/0",
        outputs=[
            new_output(
                "error", ename="ZeroDivisionError", evalue="no", traceback=["\x1b[31mZeroDivisionError\x1b[0m: <no>"]
            )
        ],
    )
    stream = new_code_cell("p", outputs=[new_output("stream", name="stderr", text=" 10%\r 50%\r100%\nend\n")])
    built = page(
        notebook(
            failed, stream,
            outputs(text__html="<table><tr><td onclick='x()'>1</td></tr></table><script>bad()</script>", text__plain="t"),
            outputs(**{"image__svg+xml": "<svg><script>bad()</script></svg>", "text__plain": "a <drawing>"}),
            outputs(text__latex=r"$$\frac{1}{2}$$", text__plain="1/2"),
            outputs(application__javascript="bad()", text__plain="js"),
            outputs(**{"application__x-odd": "?"}),
        )
    )  # fmt: skip
    assert len(built.all("script")) == 2
    assert built.all("td") == [{}]
    assert [a["class"] for a in built.all("pre") if "error" in str(a.get("class"))] == ["text error"]
    texts = "".join(built.texts["pre"])
    assert "100%\nend" in texts
    assert "10%" not in texts
    notes = [text for text in built.texts["p"] if text.startswith("Not shown")]
    assert notes == [
        "Not shown: an HTML output that scripts draw. A page runs no scripts of outputs. To show it, store a picture with it, or "
        "export with --allow-scripts (in Python: allow_scripts=True).",
        "Not shown: an output in JavaScript. A page runs no scripts of outputs. To show it, store a picture with it.",
        "Not shown: an output of type application/x-odd. A page cannot show this type.",
    ]
    assert "js" in built.texts["pre"]
    assert built.all("mfrac")
    svg = built.all("img")[0]
    assert str(svg["src"]).startswith("data:image/svg+xml;base64,")  # as an image, where scripts do not run
    assert svg["alt"] == "a <drawing>"


def test_pictures_of_the_notebooks_folder_are_embedded_and_others_linked(tmp_path):
    (tmp_path / "near.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    nb = notebook(new_markdown_cell("![near](near.png) ![far](https://e.com/far.png) ![gone](gone.png)"))
    nbformat.write(nb, tmp_path / "report.ipynb")
    built = Page(export_notebook(tmp_path / "report.ipynb", tmp_path / "page.html").read_text())
    assert [str(i["src"])[:22] for i in built.all("img")] == ["data:image/png;base64,"]
    assert [a["href"] for a in built.all("a")] == ["https://e.com/far.png"]
    assert "gone (missing picture: gone.png)" in built.texts["span"]


def test_pictures_may_be_beside_another_notebook(tmp_path):
    """A report's notebook is written elsewhere than the one that was run, which has its pictures beside it."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "near.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    nbformat.write(notebook(new_markdown_cell("![near](near.svg)")), tmp_path / "report.ipynb")
    page = export_notebook(tmp_path / "report.ipynb", tmp_path / "page.html", beside=tmp_path / "source")
    assert [str(i["src"])[:26] for i in Page(page.read_text()).all("img")] == ["data:image/svg+xml;base64,"]


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(
        ExportError,
        match=r"the page .*file/sub/page\.html cannot be written \(Not a directory\); give a path in a folder",
    ):
        export_notebook(notebook(), tmp_path / "file" / "sub" / "page.html")


def test_a_failed_export_leaves_the_older_page(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    path.write_text("older")
    monkeypatch.setattr(
        "pathlib.Path.write_text", lambda *a, **k: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(ExportError, match=r"cannot be written \(No space left on device\)"):
        export_notebook(notebook(), path)
    monkeypatch.undo()
    assert path.read_text() == "older"
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


def test_what_is_no_notebook_is_refused(tmp_path):
    with pytest.raises(ExportError, match=r"there is no notebook .*missing\.ipynb; check the path"):
        export_notebook(tmp_path / "missing.ipynb", tmp_path / "page.html")
    (tmp_path / "bad.ipynb").write_text("not json")
    with pytest.raises(ExportError, match=r"bad\.ipynb is not a notebook \(JSONDecodeError\); give an \.ipynb file"):
        export_notebook(tmp_path / "bad.ipynb", tmp_path / "page.html")


def test_what_is_no_component_is_refused(tmp_path):
    with pytest.raises(TypeError, match=r"not Chart; wrap a chart in ChartView\(chart\)"):
        export_component(_squares(), tmp_path / "page.html")  # pyright: ignore[reportArgumentType]


def test_exporting_changes_nothing_and_twice_gives_the_same(tmp_path):
    nb = notebook(new_code_cell("x", metadata={"tags": ["remove-cell"]}), shown=[EpisodeView(sheet())])
    before = json.dumps(nb)
    first = export_notebook(nb, tmp_path / "a.html").read_bytes()
    assert export_notebook(nb, tmp_path / "b.html").read_bytes() == first
    assert json.dumps(nb) == before


def _squares():
    import altair as alt

    step = alt.param("step", value=0, bind=alt.binding_range(min=0, max=3, step=1))
    return alt.Chart(alt.Data(values=[{"x": 1}])).mark_point().encode(x="x:Q").add_params(step)


@pytest.mark.parametrize(
    ("notebook", "said"),
    [
        (None, "the path of an executed notebook or a notebook that nbformat has read, not NoneType"),
        (3, "not int"),
        (IntSlider(), "not IntSlider; export_component takes a component"),
    ],
)
def test_an_export_of_something_else_says_what_it_takes(notebook, said, tmp_path):
    with pytest.raises(TypeError, match=re.escape(said)):
        export_notebook(notebook, tmp_path / "page.html")


@pytest.mark.parametrize(
    "notebook", [{}, {"cells": [{"cell_type": "code"}]}, {"cells": 3}, nbformat.from_dict({"a": object()})]
)
def test_a_dictionary_that_holds_no_notebook_is_refused_in_one_sentence(notebook, tmp_path):
    with pytest.raises(ExportError, match=r"is not a notebook \(\w+\); nbformat.read reads one from a file"):
        export_notebook(notebook, tmp_path / "page.html")
    assert not list(tmp_path.iterdir())


def test_an_export_needs_the_path_of_its_page():
    with pytest.raises(TypeError, match=r"out_path is the path of the page, such as 'report.html', not NoneType"):
        export_notebook(new_notebook(), None)  # type: ignore[arg-type]


def test_a_plain_dictionary_and_an_old_format_are_exported(tmp_path):
    old = nbformat.v3.new_notebook(
        worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_text_cell("markdown", "# Old one")])]
    )
    plain = json.loads(nbformat.writes(new_notebook(cells=[new_markdown_cell("# A plain one")])))
    assert "A plain one" in export_notebook(plain, tmp_path / "plain.html").read_text()
    assert "Old one" in export_notebook(old, tmp_path / "old.html").read_text()
