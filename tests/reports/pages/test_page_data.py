"""The data of an exported page: which widgets it holds, as what, and what it leaves out."""

import json

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook, new_output

from metawidgets.reports.pages.export import PageExporter
from metawidgets.reports.pages.page_data import OUTPUT, output_cells, page_data
from metawidgets.reports.pages.saved_widgets import STATE, VIEW

CORE = "@jupyter-widgets/controls"


def parsed(html):
    """A page in which the contents of templates count like any other: the parser takes their text for no text."""
    return BeautifulSoup(html.replace("<template", "<section").replace("</template>", "</section>"), "html.parser")


def record(name, buffers=(), module=CORE, **state):
    return {"model_name": name, "state": {"_model_module": module, **state}, "buffers": list(buffers)}


def anywidget(esm, name="__main__.Own", **state):
    return record("AnyModel", module="anywidget", _esm=esm, _anywidget_id=name, **state)


def notebook(records, *shown):
    """A notebook that shows each of these widgets in a cell of its own."""
    cells = [
        new_code_cell("x", outputs=[new_output("display_data", {VIEW: {"model_id": each}, "text/plain": "text"})])
        for each in shown or list(records)[:1]
    ]
    for number, cell in enumerate(cells, start=1):
        cell.metadata["metawidgets_cell"] = number
    return new_notebook(cells=cells, metadata={"widgets": {STATE: {"state": records}}})


def box(*children, name="VBoxModel"):
    return record(name, children=[f"IPY_MODEL_{each}" for each in children])


def left_out(records, *shown):
    return [str(each) for each in page_data(notebook(records, *shown)).left_out]


def test_a_mixed_box_keeps_every_child_and_its_look():
    found = page_data(
        notebook(
            {
                "b": box("h", "o", "s"),
                "h": record("HTMLModel", value="<b>x</b>"),
                "o": anywidget("export default {}", "metawidgets.widgets.quiz.Quiz"),
                "s": record("IntSliderModel", value=3, layout="IPY_MODEL_l"),
                "l": record("LayoutModel", module="@jupyter-widgets/base", width="80%"),
                "unseen": record("IntSliderModel"),
            }
        )
    )
    models = found.page["models"]
    assert list(models) == ["b", "h", "o", "s"]
    assert models["s"]["layout"] == {"width": "80%"}
    assert "card" not in models["o"]
    assert found.left_out == []


def test_what_draws_core_widgets_is_on_a_page_only_if_it_shows_one():
    alone = {"b": box("o"), "o": anywidget("export default {}", "metawidgets.widgets.quiz.Quiz")}
    assert "core" not in page_data(notebook(alone)).page
    mixed = page_data(notebook({"b": box("s"), "s": record("IntSliderModel")})).page
    assert "RadioButtons" in mixed["modules"][mixed["core"]]


def test_html_travels_clean_and_once():
    value = "<b onclick='x()'>bold</b><script>bad()</script>" * 20
    found = page_data(notebook({"h": record("HTMLModel", value=value)}))
    assert "bad()" not in found.templates
    assert "onclick" not in found.templates
    assert found.templates.count("<b>bold</b>") == 20
    key = found.page["models"]["h"]["state"]["value"]
    assert f'<template id="{found.page["fragments"][f"html:{key}"]}">' in found.templates
    assert len(key) < 10


def test_linked_html_keeps_the_text_that_the_link_carries():
    records = {
        "b": box("h", "t"),
        "h": record("HTMLModel", value="<i>x</i>"),
        "t": record("TextModel", value=""),
        "link": record("LinkModel", source=["IPY_MODEL_h", "value"], target=["IPY_MODEL_t", "value"]),
        "lost": record("LinkModel", source=["IPY_MODEL_h", "value"], target=["IPY_MODEL_gone", "value"]),
    }
    page = page_data(notebook(records)).page
    assert page["models"]["h"]["state"]["value"] == "<i>x</i>"
    assert page["links"] == [{"source": ["IPY_MODEL_h", "value"], "target": ["IPY_MODEL_t", "value"], "both": True}]


def test_a_widget_that_is_not_seen_carries_a_value_from_link_to_link():
    records = {
        "b": box("p", "s"),
        "p": record("PlayModel", value=0),
        "s": record("IntSliderModel", value=0),
        "between": record("IntTextModel", value=0),
        "end": record("IntTextModel", value=0),
        "l1": record("LinkModel", source=["IPY_MODEL_p", "value"], target=["IPY_MODEL_between", "value"]),
        "l2": record("DirectionalLinkModel", source=["IPY_MODEL_between", "value"], target=["IPY_MODEL_s", "value"]),
        "l3": record("DirectionalLinkModel", source=["IPY_MODEL_s", "value"], target=["IPY_MODEL_end", "value"]),
        "l4": record("LinkModel", source="text", target=None),
    }
    page = page_data(notebook(records)).page
    assert list(page["models"]) == ["b", "p", "s", "between"]
    assert [(link["source"][0], link["both"]) for link in page["links"]] == [
        ("IPY_MODEL_p", True),
        ("IPY_MODEL_between", False),
    ]


def test_html_that_is_all_script_says_so_and_numbers_that_json_lacks_do_not_break_the_page():
    records = {
        "b": box("h", "v", "n"),
        "h": record("HTMLModel", value="<div><script src='x'></script></div>"),
        "v": record("HTMLModel", value="a film: <video src='x'></video>"),
        "n": record("FloatTextModel", value=float("nan")),
    }
    exporter = PageExporter("t")
    html, _ = exporter.from_notebook_node(notebook(records))
    assert parsed(html).find("section", id="mw-fragment-0").get_text() == (  # pyright: ignore[reportOptionalMemberAccess]
        "<script> of this widget is not shown: a page runs no scripts of HTML."
    )
    assert parsed(html).find("section", id="mw-fragment-1").get_text() == "a film: "  # pyright: ignore[reportOptionalMemberAccess]
    assert [each.what for each in exporter.left_out] == ["<script> in the widget HTML", "<video> in the widget HTML"]
    data = html.split('id="mw-page">')[1].split("</script>")[0]
    assert json.loads(data, parse_constant=pytest.fail)["models"]["n"]["state"]["value"] is None


def test_a_style_of_a_widget_cannot_end_the_pages_own():
    found = page_data(notebook({"a": anywidget("export default {}", _css="</style><b>out</b>")}))
    assert found.styles == ["<\\/style><b>out<\\/b>"]


def test_maths_is_mathml_and_other_text_stays_text():
    found = page_data(
        notebook(
            {
                "b": box("l", "m", "s"),
                "l": record("LabelModel", value=r"<x> is $\frac{1}{2}$, costs \$3"),
                "m": record("HTMLMathModel", value=r"<b>a</b> \(x^2\) <code>$y$</code>"),
                "s": record("IntSliderModel", description="plain"),
            }
        )
    )
    soup = parsed(found.templates)
    label, maths = soup.find_all("section")
    assert label.get_text().startswith("<x> is ")
    assert label.get_text().endswith(", costs $3")
    assert label.find("mfrac") is not None
    assert maths.find("msup") is not None
    assert maths.code is not None
    assert maths.code.get_text() == "$y$"
    assert not any("plain" in key for key in found.page["fragments"])


def test_state_that_jupyterlab_saved_without_defaults_is_whole_again():
    lab = {"model_name": "FloatLogSliderModel", "model_module": CORE, "model_module_version": "2.0.0"}
    records = {
        "b": {**lab, "model_name": "VBoxModel", "state": {"children": ["IPY_MODEL_s", "IPY_MODEL_t"]}},
        "s": {**lab, "state": {"max": 2}},
        "t": {**lab, "model_name": "IntTextModel", "state": {}},
        "own": {**lab, "model_name": "AnyModel", "model_module": "anywidget", "state": {"_esm": "export default {}"}},
    }
    found = page_data(notebook(records, "b", "own"))
    assert found.left_out == []
    models = found.page["models"]
    assert models["s"]["state"] == {"value": 1, "min": 0, "max": 2, "step": 0.1, "base": 10, "readout_format": ".3g"}
    assert models["t"]["state"]["value"] == 0
    assert models["own"]["card"] == {"title": "Any (anywidget 2.0.0)"}


def test_secrets_and_contents_of_files_do_not_travel():
    page = page_data(
        notebook(
            {
                "b": box("p", "f"),
                "p": record("PasswordModel", value="hunter2"),
                "f": record("FileUploadModel", value=[{"name": "a.csv", "content": None}]),
            }
        )
    ).page
    assert page["models"]["p"]["state"]["value"] == "\u2022" * 8
    assert page["models"]["f"]["state"]["value"] == ["a.csv"]


def test_outputs_of_an_output_widget_are_those_of_a_cell_with_the_number_of_the_cell_that_shows_it():
    records = {
        "b": box("o"),
        "o": record(
            "OutputModel",
            module="@jupyter-widgets/output",
            outputs=[
                {"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]},
                {
                    "output_type": "display_data",
                    "data": {"text/html": "<u>u</u>", VIEW: {"model_id": "inner"}},
                    "metadata": {},
                },
                {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["E: v"]},
                "damaged",
                {"output_type": "odd"},
            ],
        ),
        "inner": box("again"),
        "again": record("OutputModel", module="@jupyter-widgets/output", outputs=[]),
    }
    cells = output_cells(notebook(records, "gone", "b"))
    assert [(cell.metadata[OUTPUT], cell.metadata["metawidgets_cell"]) for cell in cells] == [("o", 2), ("again", 2)]
    assert [output.output_type for output in cells[0].outputs] == ["stream", "display_data", "error"]
    html, _ = PageExporter("t").from_notebook_node(notebook(records, "b"))
    template = parsed(html).find("section", id="mw-output-o")
    assert template is not None
    assert template.select_one("pre.text").get_text() == "a\nb"  # pyright: ignore[reportOptionalMemberAccess]
    assert template.select_one(".mw-view")["data-model-id"] == "inner"  # pyright: ignore[reportOptionalSubscript]
    nbformat.validate(new_notebook(cells=cells))


SAVE = "Save Widget State Automatically"


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ({"b": box("gone"), "x": box()}, "cell 1: a part of VBox: the notebook holds no saved state of it"),
        ({"b": box("c"), "c": box("b")}, "cell 1: a part of VBox: it contains itself"),
        ({"b": box("b")}, "cell 1: a part of VBox: it contains itself"),
        ({"b": {"state": {}}}, "cell 1: a widget: its saved state is damaged: 'model_name' is missing"),
        ({"b": box("c"), "c": "text"}, "cell 1: a widget: its saved state is damaged: it is no mapping"),
        (
            {"b": record("LabelModel", layout="IPY_MODEL_gone")},
            "cell 1: the look of Label: the notebook holds no saved",
        ),
        (
            {"b": record("NewKindModel", _view_name="NewKindView")},
            "cell 1: the widget NewKind (@jupyter-widgets/controls): the page does not know it",
        ),
        ({"b": record("ImageModel", format="url")}, "cell 1: Image from an address: a page needs no network"),
        (
            {"b": record("MapModel", module="jupyter-leaflet")},
            "cell 1: the widget Map (jupyter-leaflet): a page cannot run",
        ),
        (
            {"b": anywidget('import x from "https://esm.sh/x"')},
            "cell 1: the widget Own: its code loads more code from the network",
        ),
        (
            {"b": anywidget("const x = await import(`//cdn.example/x`)")},
            "its code loads more code from the network (//cdn.ex",
        ),
        (
            {"b": anywidget('fetch("https://a.example/data.json")')},
            "its code loads data from the network (https://a.example",
        ),
        ({"b": anywidget("new Function('x', 'y')")}, "its code uses eval, which the page does not allow"),
    ],
)
def test_what_a_page_cannot_show_is_said_with_its_cell(records, said):
    found = left_out(records)
    assert [said in each for each in found if "no mapping" in each or "no mapping" not in said] == [True]
    PageExporter("t").from_notebook_node(notebook(records))  # and is no error


@pytest.mark.parametrize(
    "esm",
    [
        "// import x from 'https://esm.sh/x'\nexport default {}",
        "/* eval(x) */ export default { render({el}) { el.innerHTML = '<a href=\"https://a.example\">a</a>' } }",
        "var root = Function('return this')(); model.eval(x); retrieval(x)",
    ],
)
def test_harmless_code_is_not_suspected(esm):
    assert left_out({"a": anywidget(esm)}) == []


def test_a_widget_without_saved_state_is_said_once_a_cell_with_the_line_that_saves_it():
    nb = notebook({}, "gone")
    nb.cells[0].outputs *= 3
    (found,) = page_data(nb).left_out
    assert found.cell == 1
    assert SAVE in found.cure
    html, _ = PageExporter("t").from_notebook_node(nb)
    assert "text" in parsed(html).select_one(".mw-view").get_text()  # pyright: ignore[reportOptionalMemberAccess]


def test_a_widget_that_alone_has_no_saved_state_was_closed_or_is_of_another_run():
    (found,) = page_data(notebook({"a": record("LabelModel")}, "a", "closed")).left_out
    assert found.cell == 2
    assert found.why == "the program closed it, or it is from another run than the saved state"


@pytest.mark.parametrize("view", ["text", {}, {"model_id": 3}])
def test_a_damaged_view_is_said_on_the_page_too(view):
    nb = notebook({})
    nb.cells.append(new_code_cell("x", outputs=[new_output("display_data", {VIEW: view})]))
    exporter = PageExporter("t")
    html, _ = exporter.from_notebook_node(nb)
    assert "[a widget whose record is damaged]" in html
    assert [each.what for each in exporter.left_out] == ["a widget"]


def test_what_is_not_made_to_be_seen_is_no_loss():
    view = anywidget("export default {}", "metawidgets.widgets.quiz.Quiz", selection="IPY_MODEL_s")
    found = page_data(notebook({"a": view, "s": record("WidgetModel", module="@jupyter-widgets/base", selected="q1")}))
    assert found.page["models"]["s"]["state"] == {"selected": "q1"}
    assert "core" not in found.page
    assert found.left_out == []


def test_state_damaged_as_a_whole_is_said_of_the_notebook():
    nb = notebook({}, "gone")
    nb.metadata.widgets = {STATE: "text"}
    assert str(page_data(nb).left_out[0]).startswith(
        "the notebook: the saved widget state: it is damaged: it is no mapping"
    )


def test_the_last_picture_of_a_foreign_widget_is_no_loss():
    picture = "data:image/png;base64,AQID"
    found = page_data(
        notebook({"a": record("MPLCanvasModel", module="jupyter-matplotlib", _data_url=picture, other=1)})
    )
    assert found.page["models"]["a"]["card"]["picture"] == picture
    assert found.page["models"]["a"]["state"] == {}
    assert found.left_out == []


def test_a_picture_in_the_output_of_a_widget_that_cannot_run_is_no_loss():
    nb = notebook({"a": anywidget('import x from "https://esm.sh/x"')})
    assert len(page_data(nb).left_out) == 1
    nb.cells[0].outputs[0].data["image/png"] = "AQID"
    assert page_data(nb).left_out == []


def test_state_of_ipywidgets_7_is_drawn_too():
    found = page_data(
        notebook({"t": {**record("TabModel", children=[], _titles={"0": "One"}), "model_module_version": "1.5.0"}})
    )
    assert found.page["models"]["t"]["state"]["_titles"] == {"0": "One"}
