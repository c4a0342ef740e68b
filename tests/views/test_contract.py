"""The contract of views, run over `views.ALL` and every fixed trace that a view takes."""

import json
import re
from typing import Any

import pytest

from metawidgets import views
from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError, TraceError
from metawidgets.records import Trace
from metawidgets.views import View, theme

from .conftest import DATA, NAMES
from .scenes import colours_used, marks_at, pixels, texts

# Bytes of JSON for the fixed traces, a third above the measured sizes. A view that starts to repeat its data exceeds its limit.
BUDGETS = {
    "learning_curves": 12_000,
    "query_probabilities": 22_000,
    "prototype_distances": 27_000,
    "relation_scores": 18_000,
    "attention_map": 27_000,
    "memory_writes": 8_000,
    "memory_contents": 8_000,
    "memory_reads": 14_000,
    "hidden_state": 8_000,
    "learned_rates": 6_000,
    "embedding_map": 16_000,
    "fitted_curve": 29_000,
    "decision_regions": 42_000,
    "episode_sheet": 15_000,
}


def _subject(view: View, trace: Trace) -> Any:
    return trace.episode if view.subject is Episode else trace


def _cases() -> list[Any]:
    """Return each view with every trace that it takes. Only the first trace of a view is in `make test`."""
    every = {name: Trace.load(DATA / f"{name}.npz") for name in NAMES}
    found = []
    for view in views.ALL.values():
        taken = [name for name, trace in every.items() if view.refuses(_subject(view, trace)) is None]
        for name in taken:
            marks = () if name == taken[0] else pytest.mark.slow
            found.append(pytest.param(view, name, id=f"{view.__name__}-{name}", marks=marks))
    return found


CASES = _cases()
STEPPED = [case for case in CASES if case.values[0].subject is Trace]
each_case = pytest.mark.parametrize(("view", "name"), CASES)
each_stepped = pytest.mark.parametrize(("view", "name"), STEPPED)
each_view = pytest.mark.parametrize("view", views.ALL.values(), ids=views.ALL)


@each_view
def test_every_view_is_drawn_of_some_fixed_trace(view: View) -> None:
    assert view.__name__ in {case.values[0].__name__ for case in CASES}
    assert view.__name__ in BUDGETS


@each_view
def test_a_missing_channel_is_named_before_anything_is_drawn(view: View, traces: dict[str, Trace]) -> None:
    for channel in view.needs:
        trace = next(t for t in traces.values() if view.refuses(t) is None)
        rest = {name: a for name, a in trace.channels.items() if name != channel}
        poorer = Trace(trace.axis, rest, trace.episode, trace.meta, probe=trace.probe)
        with pytest.raises(TraceError, match=rf"'{view.__name__}'.*records no '{channel}'"):
            view(poorer)
        assert channel in str(view.refuses(poorer))


@each_view
def test_what_a_view_does_not_draw_is_refused_in_words(view: View, traces: dict[str, Trace]) -> None:
    for trace in traces.values():
        subject = _subject(view, trace)
        reason = view.refuses(subject)
        assert (view.__name__ in views.fitting(subject)) == (reason is None)
        if reason is not None:
            with pytest.raises((TraceError, EpisodeError), match=re.escape(reason)):
                view(subject)


@each_view
def test_the_wrong_kind_of_thing_is_refused(view: View, prototypes: Trace) -> None:
    wrong = prototypes if view.subject is Episode else prototypes.episode
    with pytest.raises(
        (TraceError, EpisodeError), match=f"it draws a {view.subject.__name__}, not a {type(wrong).__name__}"
    ):
        view(wrong)


@each_case
def test_an_unknown_option_is_a_type_error(view: View, name: str, traces: dict[str, Trace]) -> None:
    with pytest.raises(TypeError, match="colour"):
        view(_subject(view, traces[name]), colour="red")


@each_case
def test_a_view_is_pure(view: View, name: str, traces: dict[str, Trace]) -> None:
    trace = traces[name]
    before = {channel: a.tobytes() for channel, a in trace.channels.items()}
    first = view(_subject(view, trace)).to_dict()
    assert view(_subject(view, trace)).to_dict() == first
    assert {channel: a.tobytes() for channel, a in trace.channels.items()} == before


@each_case
def test_a_specification_stays_small(view: View, name: str, traces: dict[str, Trace]) -> None:
    spec = view(_subject(view, traces[name])).to_dict()  # here Altair checks the chart against Vega-Lite's schema
    size = len(json.dumps(spec, separators=(",", ":")))
    assert size <= BUDGETS[view.__name__]
    if view.subject is Trace:
        still = view(traces[name], step=1).to_dict()
        assert len(json.dumps(still, separators=(",", ":"))) <= size


@each_case
def test_a_chart_says_what_it_shows(view: View, name: str, traces: dict[str, Trace]) -> None:
    chart = view(_subject(view, traces[name]))
    spec = chart.to_dict()
    assert spec["title"]["text"]
    assert spec["title"]["subtitle"]
    assert len(spec["description"]) > 30
    assert views.summary(chart) == spec["description"]


@pytest.mark.quick_cases("learning_curves", "query_probabilities", "embedding_map", "attention_map")
@each_stepped
def test_the_slider_reaches_every_step(view: View, name: str, traces: dict[str, Trace]) -> None:
    trace = traces[name]
    (step,) = [p for p in view(trace).to_dict()["params"] if p["name"] == "step"]
    assert step["value"] == len(trace) - 1
    assert (step["bind"]["min"], step["bind"]["max"], step["bind"]["step"]) == (0, len(trace) - 1, 1)
    assert step["bind"]["input"] == "range"
    assert not [p for p in view(trace, step=0).to_dict().get("params", []) if p["name"] == "step"]


@pytest.mark.quick_cases("learning_curves", "query_probabilities", "embedding_map", "attention_map")
@each_stepped
def test_the_slider_shows_what_the_still_shows(view: View, name: str, traces: dict[str, Trace]) -> None:
    trace = traces[name]
    wide = 640  # wide enough that no title is wrapped, since all of a slider's titles have the height of the highest
    spec = view(trace, width=wide).to_dict()
    for step in (0, 2, len(trace) - 1):
        slid, still = marks_at(spec, step), marks_at(view(trace, step=step, width=wide).to_dict())
        assert texts(slid) == texts(still)
        assert [_drawn(m) for m in slid] == [_drawn(m) for m in still]


def _drawn(mark: dict[str, Any]) -> list[Any]:
    """Return the position, colour and shape of a mark's items."""
    keys = ("x", "y", "x2", "y2", "width", "height", "fill", "stroke", "shape", "opacity", "text", "url")
    return [mark.get("marktype"), [{k: item[k] for k in keys if k in item} for item in mark["items"]]]


@pytest.mark.quick_cases("learning_curves", "query_probabilities", "embedding_map", "attention_map")
@each_stepped
def test_the_chart_changes_with_the_step(view: View, name: str, traces: dict[str, Trace]) -> None:
    spec = view(traces[name]).to_dict()
    assert [_drawn(m) for m in marks_at(spec, 0)] != [_drawn(m) for m in marks_at(spec, len(traces[name]) - 1)]


@pytest.mark.parametrize("step", [-1, 7, 1.0, True, "2"])
def test_a_step_that_does_not_exist_is_refused(step: Any, prototypes: Trace) -> None:
    with pytest.raises(TraceError, match=rf"step={step!r} is not one of this trace's steps 0 to 6"):
        views.learning_curves(prototypes, step=step)


@pytest.mark.quick_cases("learning_curves", "query_probabilities", "embedding_map", "episode_sheet")
@each_case
def test_a_picture_is_drawn_and_fits(view: View, name: str, traces: dict[str, Trace]) -> None:
    for width in (300, 480):
        png = views.png(view(_subject(view, traces[name]), width=width), scale=1)
        picture = pixels(png)
        assert (
            picture.shape[1] <= max(width, 320) + 130
        )  # room for the axis, margins, and a title that cannot be wrapped further
        assert (picture != 255).any(axis=-1).mean() > 0.01
        assert colours_used(png) > 12
        edges = (picture[0], picture[-1], picture[:, 0], picture[:, -1])
        assert all((edge == 255).all() for edge in edges), "something touches the border, so it may be cut"


@each_case
def test_every_axis_with_numbers_has_a_title(view: View, name: str, traces: dict[str, Trace]) -> None:
    marks = marks_at(view(_subject(view, traces[name])).to_dict())
    groups = [m for m in marks if m.get("role") == "axis"]
    for group in groups:
        roles = {child.get("role") for item in group["items"] for child in item["items"]}
        assert "axis-label" not in roles or "axis-title" in roles or _labels_only_repeat(group, groups)


def _labels_only_repeat(group: dict[str, Any], groups: list[dict[str, Any]]) -> bool:
    """Return whether another axis has the same labels, as in stacked panels. Then only one of them needs a title."""

    def labels(axis: dict[str, Any]) -> list[str]:
        children = [child for item in axis["items"] for child in item["items"] if child.get("role") == "axis-label"]
        return [item.get("text", "") for child in children for item in child["items"]]

    return not any(labels(group)) or sum(labels(other) == labels(group) for other in groups) > 1


# Marks without a class: losses, the slots of a memory, parameters.
CLASSLESS = (views.learning_curves, views.memory_contents, views.learned_rates)


@pytest.mark.parametrize(
    ("view", "name"), [c for c in CASES if c.values[1] != "curve" and c.values[0] not in CLASSLESS]
)
def test_classes_differ_by_more_than_colour(view: View, name: str, traces: dict[str, Trace]) -> None:
    episode = traces[name].episode
    marks = marks_at(view(_subject(view, traces[name])).to_dict())
    symbols = [item for m in marks if m.get("marktype") == "symbol" for item in m["items"]]
    shapes = {item.get("shape") for item in symbols}
    assert {theme.class_shape(c) for c in range(len(episode.class_names))} <= shapes
    assert set(episode.class_names) <= set(texts(marks))


@each_case
def test_marks_are_named_for_screen_readers_without_pixels(view: View, name: str, traces: dict[str, Trace]) -> None:
    marks = marks_at(view(_subject(view, traces[name])).to_dict())
    named = [i["description"] for m in marks if m.get("role") == "mark" for i in m["items"] if i.get("description")]
    assert named
    assert not [text for text in named if re.match(r"(x|y|middle|centre|t): ", text)]


def test_all_lists_the_public_views() -> None:
    assert set(views.ALL) <= set(views.__all__)
    assert all(getattr(views, name) is view for name, view in views.ALL.items())
    assert all(view.__doc__ for view in views.ALL.values())
