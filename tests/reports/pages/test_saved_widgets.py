"""Saved widget state, read without trust."""

import base64
import re
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from metawidgets.reports.pages.saved_widgets import DRAWN, STATE, VIEW, look_of, read_widgets, shown_views

CORE = "@jupyter-widgets/controls"


def read(records):
    return read_widgets(new_notebook(metadata={"widgets": {STATE: {"state": records}}}))[0]


def record(name="LabelModel", buffers=(), **state):
    return {"model_name": name, "state": {"_model_module": CORE, **state}, "buffers": list(buffers)}


@pytest.mark.parametrize("saved", ["text", {STATE: "text"}, {STATE: {"state": ["a"]}}])
def test_state_of_another_shape_is_a_fault_of_the_whole(saved):
    widgets, fault = read_widgets(new_notebook(metadata={"widgets": saved}))
    assert widgets == {}
    assert fault


@pytest.mark.parametrize("metadata", [{}, {"widgets": {}}, {"widgets": {"application/other": {}}}])
def test_no_state_is_no_fault(metadata):
    assert read_widgets(new_notebook(metadata=metadata)) == ({}, "")


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ({"state": {}}, "'model_name' is missing"),
        ({"model_name": "LabelModel", "state": "text"}, "no mapping"),
        ("text", "no mapping"),
        (record(buffers=["text"]), "bytes cannot be read"),
        (record(buffers=[{"path": ["value"], "data": "?"}]), "bytes cannot be read"),
        (record(buffers=[{"path": [], "data": "AQ=="}]), "bytes cannot be read"),
        (record(buffers=[{"path": "value", "data": "AQ=="}]), "bytes cannot be read"),
        (record(buffers=[{"path": ["value"], "data": None}]), "bytes cannot be read"),
    ],
)
def test_a_damaged_record_has_a_fault_and_leaves_the_others(broken, fault):
    widgets = read({"a": broken, "b": record(value="fine")})
    assert fault in widgets["a"].fault
    assert widgets["b"].fault == ""


def test_bytes_in_hexadecimal_are_read_too():
    widget = read({"a": record(buffers=[{"path": ["value"], "data": "0102", "encoding": "hex"}])})["a"]
    assert widget.buffers == ({"path": ["value"], "data": "AQI="},)


def test_a_widget_is_known_by_its_class_or_its_module():
    widgets = read(
        {
            "core": record("IntSliderModel"),
            "own": record("AnyModel", _model_module="anywidget", _esm="x", _anywidget_id="__main__.Counter"),
            "other": record("AnyModel", _model_module="anywidget", _esm="x", _anywidget_id="ipyniivue.widget.NiiVue"),
            "ours": record(
                "AnyModel", _model_module="anywidget", _esm="x", _anywidget_id="metawidgets.widgets.quiz.Quiz"
            ),
            "map": record("LeafletMapModel", _model_module="jupyter-leaflet", _model_module_version="^0.19"),
        }
    )
    assert {key: each.title for key, each in widgets.items()} == {
        "core": "IntSlider (@jupyter-widgets/controls)",
        "own": "Counter",
        "other": "NiiVue (ipyniivue)",
        "ours": "Quiz (metawidgets)",
        "map": "LeafletMap (jupyter-leaflet 0.19)",
    }
    assert [key for key, each in widgets.items() if each.is_ours] == ["ours"]
    assert [key for key, each in widgets.items() if each.is_core] == ["core"]


def test_the_look_is_what_the_user_set():
    widgets = read(
        {
            "a": record("LabelModel", layout="IPY_MODEL_l", style="IPY_MODEL_s"),
            "b": record("LabelModel", layout="IPY_MODEL_gone"),
            "l": record("LayoutModel", width="50%", height=None, position="fixed", flex="1 1 0", _view_count=3),
            "s": record("LabelStyleModel", text_color="red", font_size=""),
        }
    )
    assert look_of(widgets["a"], widgets) == {
        "layout": {"width": "50%", "flex": "1 1 0"},
        "style": {"text_color": "red"},
    }
    assert look_of(widgets["b"], widgets) == {}


def test_a_picture_is_found_in_text_and_in_bytes():
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()
    widgets = read(
        {
            "ipympl": record("MPLCanvasModel", _data_url=f"data:image/png;base64,{png}"),
            "ipycanvas": record("CanvasModel", buffers=[{"path": ["image_data"], "data": png}]),
            "hostile": record("CanvasModel", _data_url="data:image/png;base64,x' onerror='x"),
            "script": record("CanvasModel", _data_url="data:text/html;base64,AQI="),
        }
    )
    pictures = {key: each.picture for key, each in widgets.items()}
    assert pictures["ipympl"] == pictures["ipycanvas"] == f"data:image/png;base64,{png}"
    assert pictures["hostile"] == pictures["script"] == ""


def test_views_are_listed_with_their_cells_and_damaged_ones_without_an_id():
    shown = [new_output("display_data", {VIEW: view}) for view in ({"model_id": "a"}, {"model_id": 3}, "text")]
    nb = new_notebook(cells=[new_code_cell("", outputs=shown, metadata={"metawidgets_cell": 4})])
    assert list(shown_views(nb)) == [(4, "a"), (4, ""), (4, "")]


def test_the_browser_draws_what_python_says_that_it_draws(root):
    source = (Path(root) / "js" / "page_widgets" / "index.ts").read_text(encoding="utf-8")
    table = source.split("const DRAWERS")[1].split("};")[0]
    assert set(re.findall(r"^  (\w+):", table, re.M)) == DRAWN


def test_every_widget_of_ipywidgets_is_drawn():
    import ipywidgets

    classes = [
        each for each in vars(ipywidgets).values() if isinstance(each, type) and issubclass(each, ipywidgets.DOMWidget)
    ]
    names = {each._model_name.default_value for each in classes if each._view_name.default_value}
    assert {name.removesuffix("Model") for name in names} - DRAWN == set()
    assert len(names) > 40
