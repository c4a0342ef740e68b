"""Pictures without a browser or a network."""

import base64
import json
import subprocess
import sys

import altair as alt
import pytest

from metawidgets import views
from metawidgets.errors import ExportError
from metawidgets.records import Trace
from metawidgets.views import render
from metawidgets.views.marks import name_of

from .scenes import pixels


def test_png_has_the_scale_asked_for(curve: Trace) -> None:
    chart = views.fitted_curve(curve, step=3)
    once, twice = (pixels(views.png(chart, scale)) for scale in (1.0, 2.0))
    assert twice.shape[:2] == (2 * once.shape[0], 2 * once.shape[1])


def test_png_of_a_slider_shows_the_last_step(curve: Trace) -> None:
    slider, last, first = (pixels(views.png(views.fitted_curve(curve, step=s), 1.0)) for s in (None, 10, 0))
    assert (slider == last).all()
    assert not (slider == first).all()


def test_svg_holds_text_and_the_description(prototypes: Trace) -> None:
    drawn = views.svg(views.prototype_distances(prototypes))
    assert drawn.startswith("<svg")
    assert "gimel" in drawn
    assert 'role="img" aria-label="Distances of 16 queries to 4 classes by ProtoNet' in drawn


def test_mimebundle_shows_everywhere(prototypes: Trace) -> None:
    chart = views.learning_curves(prototypes)
    bundle = views.mimebundle(chart)
    assert set(bundle) == {"image/png", "text/plain", "application/vnd.vegalite.v6+json"}
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert "query loss" in bundle["text/plain"]
    assert json.loads(json.dumps(bundle["application/vnd.vegalite.v6+json"])) == chart.to_dict()


def test_summary_falls_back_on_the_title() -> None:
    bare = alt.Chart(alt.InlineData(values=[{"a": 1}])).mark_point()
    assert render.summary(bare) == "A chart."
    assert render.summary(bare.properties(title="Points")) == "Points"
    assert render.summary(bare.properties(title=alt.TitleParams(text=["Two", "lines"]))) == "Two lines"
    assert render.summary(bare.properties(title="Points", description="One point.")) == "One point."


def test_what_cannot_be_drawn_is_an_export_error() -> None:
    broken = alt.Chart(alt.InlineData(values=[{"a": 1}])).transform_filter("datum.a ===").mark_point()
    with pytest.raises(ExportError, match="cannot be drawn as png"):
        views.png(broken)


def test_views_load_neither_torch_nor_components() -> None:
    code = "import sys, metawidgets.views, metawidgets.analysis; print({'torch', 'metawidgets.widgets'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_characters_that_no_picture_has_do_not_end_the_process() -> None:
    """Such characters make vl-convert abort the process. Here they are in data, in expressions and in a title."""
    names = [
        "nul \0",
        "behind a backslash \\\0\x08",
        "half \ud800",
        "escape \x1b\f",
        "\ufffe\uffff",
        "smile \U0001f600",
    ]
    rows = [{"class": i, "name": name} for i, name in enumerate(names)]
    base = alt.Chart(alt.InlineData(values=rows), title=names).transform_calculate(again=name_of(names)).mark_text()
    drawn = views.svg(base.encode(y="name:N", text="again:N"))
    assert drawn.count("\U0001f600") >= 3
    assert drawn.count("nul \ufffd") >= 3
    assert "\0" not in drawn
