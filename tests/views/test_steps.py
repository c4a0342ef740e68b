"""The slider of a chart, and the data of the steps."""

import dataclasses
from typing import Any

import altair as alt
import numpy as np
import pytest

from metawidgets.errors import TraceError
from metawidgets.records import Trace
from metawidgets.views.steps import BUDGET, Steps, compact, per_step

from .scenes import items, marks_at, texts


@pytest.mark.parametrize(
    ("value", "short"),
    [
        (np.float32(0.123456), 0.1235),
        (1234.56, 1235),
        (3.0, 3),
        (np.nan, None),
        (-np.inf, None),
        (np.int64(7), 7),
        (np.True_, True),
        ("alef", "alef"),
        ([0.5, np.nan], [0.5, None]),
    ],
)
def test_compact(value: Any, short: Any) -> None:
    assert compact(value) == short
    assert type(compact(value)) is type(short)


def test_rows_hold_a_list_over_steps_only_where_something_moves(curve: Trace) -> None:
    steps = Steps(curve, None)
    moving = np.zeros((11, 2))
    moving[:, 1] = np.arange(11)
    rows = steps.rows({"name": ["a", "b"]}, {"v": moving})
    assert rows == [{"name": "a", "v": 0}, {"name": "b", "v": list(range(11))}]


def test_a_still_holds_its_step_alone(curve: Trace) -> None:
    rows = Steps(curve, 4).rows({}, {"v": np.arange(11.0)[:, None], "parts": np.arange(22.0).reshape(11, 1, 2)})
    assert rows == [{"v": 4, "parts": [8, 9]}]


def test_parts_of_a_row_are_told_apart(curve: Trace) -> None:
    values = np.stack([np.zeros(11), np.arange(11.0)], axis=-1)[:, None]  # (step, row, part)
    assert Steps(curve, None).rows({}, {"v": values}) == [{"v": [0, list(range(11))]}]


def test_nan_at_every_step_does_not_count_as_moving() -> None:
    assert per_step(np.full((5, 3), np.nan), np.zeros((5, 2)), np.arange(20).reshape(5, 2, 2)) == 4


@pytest.mark.parametrize(
    ("load", "shown"),
    [
        (0, range(11)),
        (BUDGET // 11, range(11)),
        (BUDGET // 8, range(0, 11, 2)),
        (BUDGET // 3, range(0, 11, 5)),
        (BUDGET // 2, range(0, 11, 10)),
    ],
)
def test_a_slider_over_too_much_moves_by_several_steps(load: int, shown: range, curve: Trace) -> None:
    steps = Steps(curve, None, load)
    assert steps.shown == shown
    assert len(steps.shown) * load <= BUDGET
    assert steps.shown[-1] == 10


def test_a_stride_that_misses_step_0_still_ends_at_the_last(prototypes: Trace) -> None:
    longer = _with_steps(prototypes, 12)  # 11 is prime, so no stride from 2 to 10 reaches both ends
    steps = Steps(longer, None, BUDGET // 5)
    assert steps.shown == range(2, 12, 3)


def test_too_much_for_any_slider_names_the_ways_out(curve: Trace) -> None:
    with pytest.raises(TraceError, match="step=<int> for a single step, or use the component InnerLoopSlider"):
        Steps(curve, None, BUDGET // 2 + 1)
    assert Steps(curve, 3, BUDGET).fixed == 3


def test_a_chart_with_a_stride_shows_the_nearest_step_below(curve: Trace) -> None:
    steps = Steps(curve, None, BUDGET // 5)
    data = alt.InlineData(values=steps.rows({}, {"v": np.arange(11.0)[:, None]}))
    chart = steps.calculate(alt.Chart(data), value="v").mark_text().encode(text="value:Q")
    chart = chart.properties(title=steps.title([f"step {t}" for t in range(11)], "A subtitle.", 400))
    spec = steps.slide(chart).to_dict()
    assert spec["params"][0]["bind"] == {"input": "range", "min": 0, "max": 10, "step": 5, "name": "inner-loop step "}
    for step, seen in ((0, "0"), (3, "0"), (5, "5"), (9, "5"), (10, "10")):
        marks = marks_at(spec, step)
        assert [item["text"] for item in items(marks, "text")] == [seen]
        assert f"step {seen}" in texts(marks)
        assert "A subtitle. The slider moves by 5 steps." in texts(marks)


def test_a_trace_of_one_state_needs_no_slider(regions: Trace) -> None:
    single = _with_steps(regions, 1)
    steps = Steps(single, None)
    assert steps.fixed == 0
    assert "params" not in steps.slide(alt.Chart(alt.InlineData(values=[{}])).mark_point()).to_dict()
    assert steps.when(0) == "Without any step"


def test_the_step_in_words(curve: Trace, prototypes: Trace) -> None:
    assert Steps(curve, None).when(0) == "Before any of 10 inner-loop steps"
    assert Steps(prototypes, None).when(2) == "After 2 of 6 support examples"
    assert Steps(_with_steps(curve, 2), None).when(1) == "After the inner-loop step"


def test_descriptions_tell_the_course_or_the_still(curve: Trace) -> None:
    said = [f"error {t}" for t in range(11)]
    assert Steps(curve, None).course(said) == "error 0. error 10."
    assert Steps(curve, 4).course(said) == "error 4."


def test_titles_keep_their_height(curve: Trace) -> None:
    title = Steps(curve, None).title(
        ["short", *["so long that it has to be broken into several lines"] * 10], "How.", 100
    )
    text = title.to_dict()["text"]["expr"]
    assert '["short", "", ""]' in text


def _with_steps(trace: Trace, n: int) -> Trace:
    channels = {name: np.resize(a, (n, *a.shape[1:])) for name, a in trace.channels.items()}
    return dataclasses.replace(trace, channels=channels)
