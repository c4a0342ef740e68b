"""Prototype distances: how far every query is from every class, as a small heatmap."""

from collections.abc import Sequence

import altair as alt
import numpy as np

from metawidgets.traces import Trace
from metawidgets.views import theme
from metawidgets.views.marks import Drawing, inline, name_of, short
from metawidgets.views.queries import Columns, accuracy, columns, guesses
from metawidgets.views.registry import view
from metawidgets.views.steps import Steps, per_step

__all__ = ["LARGEST", "prototype_distances"]

LARGEST = 32  # cells along a side: beyond, a canvas draws in milliseconds what Vega draws in seconds
_NUMBERED = 32.0  # pixels of column width from which a cell has room for its number
_UNITS = {"squared_euclidean": "squared Euclidean", "euclidean": "Euclidean", "cosine": "1 - cosine"}


def _unless(trace: Trace) -> str | None:
    n_query, n_way = trace["distances"].shape[1:]
    if n_query == 0:
        return "its episode has no queries."
    if max(n_query, n_way) > LARGEST:
        return (
            f"{n_query} queries x {n_way} classes are more than {LARGEST} x {LARGEST} cells; use the component PrototypeHeatmap, "
            "which draws them on a canvas."
        )
    return None


@view(needs=("distances",), unless=_unless)
def prototype_distances(trace: Trace, *, step: int | None = None, width: int = 420) -> Drawing:
    """Distance of every query (a column, under its true class) to every class (a row), in the learner's metric.

    A dot marks the nearest class of a query, a frame its true class: dots outside a frame are mistakes.

    Args:
        step: the step to show; `None` for a slider.
        width: of all columns, in pixels.
    """
    episode = trace.episode
    place = columns(episode, width)
    d = trace["distances"][:, place.order].astype(np.float64)  # (step, query, way)
    y = episode.query_y[place.order]
    names = episode.class_names
    classes = np.broadcast_to(np.arange(len(names)), d.shape)
    steps = Steps(trace, step, load=per_step(d))
    data = inline(steps.rows(place.fields(episode), {"c": classes, "d": d, "g": guesses(-d)}))
    unit = _UNITS.get(str(trace.meta.get("hyper", {}).get("metric", "")), "the learner's metric")

    known = d[np.isfinite(d)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    row_height = min(32, max(16, 300 / len(names)))
    base = alt.Chart(data, width=place.width, height=row_height * len(names))
    cells = _cells(steps, base, names)
    rows = alt.Y("class:O", scale=alt.Scale(domain=list(range(len(names)))), title="distance to class", axis=alt.Axis(
        labelExpr=name_of([short(n) for n in names], "value"), labelLimit=0, ticks=False, domain=False))  # fmt: skip
    layers = [_heat(cells, place, rows, low, high, unit), *_marks(cells, place, rows, (low + high) / 2)]
    panels = [alt.layer(*layers), place.images(episode), place.names(episode)]
    chart = alt.vconcat(*(panel for panel in panels if panel is not None), spacing=6)
    right = accuracy(-d, y)
    score = [f"{100 * r:.0f} % of {len(y)} queries nearest their own class" for r in right]
    nothing = [bool(np.isnan(of_step).all()) for of_step in d]
    titles = [
        f"{steps.when(t)}, {'no distance is known yet' if nothing[t] else score[t]}" for t in range(steps.last + 1)
    ]
    subtitle = (
        "Dot: the nearest class. Frame: the true class. A dot outside its frame is a mistake; grey: no support yet."
    )
    description = f"Distances of {len(y)} queries to {len(names)} classes by {trace.learner}. {steps.course(titles)}"
    return steps.slide(chart.properties(title=steps.title(titles, subtitle, place.width), description=description))


def _cells(steps: Steps, base: alt.Chart, names: Sequence[str]) -> alt.Chart:
    """One row a query and class, with what a tooltip and a screen reader say of it."""
    cells = steps.calculate(base.transform_flatten(["c", "d"]), **{"class": "c", "distance": "d", "nearest": "g"})
    named = cells.transform_calculate(
        name=name_of(names),
        true_name=name_of(names, "true"),
        centre="(datum.x + datum.x2) / 2",
        exact="isValid(datum.distance) ? format(datum.distance, '.4~g') : 'no support yet'",
    )
    return named.transform_calculate(
        said="datum.query + ' of class ' + datum.true_name + ', distance to ' + datum.name + ': ' + datum.exact"
    )


def _told() -> list[alt.Tooltip]:
    # On every mark of a cell: the pointer meets the uppermost one.
    return [
        alt.Tooltip("query:N"),
        alt.Tooltip("true_name:N", title="true class"),
        alt.Tooltip("name:N", title="class"),
        alt.Tooltip("exact:N", title="distance"),
    ]


def _heat(cells: alt.Chart, place: Columns, rows: alt.Y, low: float, high: float, unit: str) -> alt.Chart:
    legend = alt.Legend(
        title=f"distance ({unit})", orient="top", gradientLength=min(220, place.width * 0.6), tickCount=4, titleLimit=0
    )
    scale = alt.Scale(scheme=theme.MAGNITUDE, reverse=True, domain=[low, high])
    # A missing number would take the colour of the scale's lower end, the condition notwithstanding.
    shaded = cells.transform_calculate(shade=f"isValid(datum.distance) ? datum.distance : {low}")
    colour = alt.condition(
        "isValid(datum.distance)", alt.Color("shade:Q", scale=scale, legend=legend), alt.value(theme.ABSENT)
    )
    return shaded.mark_rect().encode(
        x=place.at("x"), x2="x2:Q", y=rows, color=colour, tooltip=_told(), description="said:N"
    )


def _marks(cells: alt.Chart, place: Columns, rows: alt.Y, middle: float) -> list[alt.Chart]:
    """Frames of the true classes, dots at the nearest, and the numbers where there is room."""
    gutter = 1.0
    edges: list[list[float]] = place.groups.tolist()
    spans = [{"x": left, "x2": right - gutter, "class": c} for c, (left, right) in enumerate(edges)]
    frame = alt.Chart(inline(spans)).mark_rect(fill=None, stroke=theme.FRAME, strokeWidth=2.5, aria=False)
    centre = place.at("centre")
    numbered = place.size >= _NUMBERED
    dot = cells.transform_filter("datum.class == datum.nearest").mark_point(
        filled=True, shape="circle", size=50, opacity=1, fill=theme.ON_DARK, stroke=theme.ON_LIGHT, strokeWidth=1.5,
        aria=False, yOffset=-8 if numbered else 0,
    )  # fmt: skip
    marks = [frame.encode(x=place.at("x"), x2="x2:Q", y=rows), dot.encode(x=centre, y=rows, tooltip=_told())]
    if numbered:
        known = cells.transform_filter("isValid(datum.distance)")
        text = known.mark_text(fontSize=10, baseline="top", dy=1, aria=False)
        ink = alt.condition(f"datum.distance < {middle}", alt.value(theme.ON_LIGHT), alt.value(theme.ON_DARK))
        number = alt.Text("distance:Q", format=".3~g")
        marks.append(text.encode(x=centre, y=rows, text=number, color=ink, tooltip=_told()))
    return marks
