"""Queries x classes as a small heatmap: the ground that distances and relation scores share."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np
from jaxtyping import Float

from metawidgets.episodes import Episode
from metawidgets.views import theme
from metawidgets.views.marks import Drawing, inline, name_of, short
from metawidgets.views.queries import Columns, guesses
from metawidgets.views.steps import Steps

__all__ = ["Quantity", "class_matrix"]

_NUMBERED = 32.0  # pixels of column width from which a cell has room for its number


@dataclass(frozen=True)
class Quantity:
    """What the cells hold.

    Args:
        name: in a sentence: "distance to".
        unit: of the legend.
        low, high: ends of the colour scale.
        nearer: whether small values speak for a class, as distances do; the scale's bright end is where a class is likely.
    """

    name: str
    unit: str
    low: float
    high: float
    nearer: bool


def class_matrix(
    steps: Steps,
    place: Columns,
    episode: Episode,
    values: Float[np.ndarray, "step query way"],
    quantity: Quantity,
) -> alt.VConcatChart:
    """Cells of the queries in `place`'s order; dots at each query's best class, frames around the true one."""
    names = episode.class_names
    classes = np.broadcast_to(np.arange(len(names)), values.shape)
    best = guesses(-values if quantity.nearer else values)
    data = inline(steps.rows(place.fields(episode), {"c": classes, "v": values, "g": best}))
    row_height = min(32, max(16, 300 / len(names)))
    base = alt.Chart(data, width=place.width, height=row_height * len(names))
    cells = _cells(steps, base, names, quantity)
    rows = alt.Y("class:O", scale=alt.Scale(domain=list(range(len(names)))), title=f"{quantity.name} class", axis=alt.Axis(
        labelExpr=name_of([short(n) for n in names], "value"), labelLimit=0, labelPadding=6, ticks=False, domain=False))  # fmt: skip
    panels = [
        alt.layer(_heat(cells, place, rows, quantity), *_marks(cells, place, rows, quantity)),
        place.images(episode),
        place.names(episode),
    ]
    return alt.vconcat(*(panel for panel in panels if panel is not None), spacing=6)


def _cells(steps: Steps, base: alt.Chart, names: Sequence[str], quantity: Quantity) -> alt.Chart:
    """One row a query and class, with what a tooltip and a screen reader say of it."""
    cells = steps.calculate(base.transform_flatten(["c", "v"]), **{"class": "c", "value": "v", "best": "g"})
    named = cells.transform_calculate(
        name=name_of(names),
        true_name=name_of(names, "true"),
        centre="(datum.x + datum.x2) / 2",
        exact="isValid(datum.value) ? format(datum.value, '.4~g') : 'no support yet'",
    )
    return named.transform_calculate(
        said=f"datum.query + ' of class ' + datum.true_name + ', {quantity.name} ' + datum.name + ': ' + datum.exact"
    )


def _told(quantity: Quantity) -> list[alt.Tooltip]:
    # On every mark of a cell: the pointer meets the uppermost one.
    return [
        alt.Tooltip("query:N"),
        alt.Tooltip("true_name:N", title="true class"),
        alt.Tooltip("name:N", title="class"),
        alt.Tooltip("exact:N", title=_noun(quantity)),
    ]


def _noun(quantity: Quantity) -> str:
    return quantity.name.rsplit(" ", 1)[0]


def _heat(cells: alt.Chart, place: Columns, rows: alt.Y, quantity: Quantity) -> alt.Chart:
    legend = alt.Legend(
        title=f"{_noun(quantity)} ({quantity.unit})", orient="top", gradientLength=min(220, place.width * 0.6), tickCount=4,
        titleLimit=0,
    )  # fmt: skip
    scale = alt.Scale(scheme=theme.MAGNITUDE, reverse=quantity.nearer, domain=[quantity.low, quantity.high])
    # A missing number would take the colour of the scale's lower end, the condition notwithstanding.
    shaded = cells.transform_calculate(shade=f"isValid(datum.value) ? datum.value : {quantity.low}")
    colour = alt.condition(
        "isValid(datum.value)", alt.Color("shade:Q", scale=scale, legend=legend), alt.value(theme.ABSENT)
    )
    return shaded.mark_rect().encode(
        x=place.at("x"), x2="x2:Q", y=rows, color=colour, tooltip=_told(quantity), description="said:N"
    )


def _marks(cells: alt.Chart, place: Columns, rows: alt.Y, quantity: Quantity) -> list[Drawing]:
    """Frames of the true classes, dots at the best, and the numbers where there is room."""
    gutter = 1.0
    edges: list[list[float]] = place.groups.tolist()
    spans = [{"x": left, "x2": right - gutter, "class": c} for c, (left, right) in enumerate(edges)]
    frame = alt.Chart(inline(spans)).mark_rect(fill=None, stroke=theme.FRAME, strokeWidth=2.5, aria=False)
    centre = place.at("centre")
    numbered = place.size >= _NUMBERED
    dot = cells.transform_filter("datum.class == datum.best").mark_point(
        filled=True, shape="circle", size=min(50, max(9, (place.size - 2) ** 2)), opacity=1, fill=theme.ON_DARK,
        stroke=theme.ON_LIGHT, strokeWidth=1.5 if place.size > 8 else 1, aria=False, yOffset=-8 if numbered else 0,
    )  # fmt: skip
    told = _told(quantity)
    marks: list[Drawing] = [
        frame.encode(x=place.at("x"), x2="x2:Q", y=rows),
        dot.encode(x=centre, y=rows, tooltip=told),
    ]
    if numbered:
        known = cells.transform_filter("isValid(datum.value)")
        text = known.mark_text(fontSize=10, baseline="top", dy=1, aria=False)
        dark_side = "<" if quantity.nearer else ">"  # the bright end, which takes dark ink
        middle = (quantity.low + quantity.high) / 2
        ink = alt.condition(f"datum.value {dark_side} {middle}", alt.value(theme.ON_LIGHT), alt.value(theme.ON_DARK))
        number = alt.Text("value:Q", format=".3~g")
        marks.append(text.encode(x=centre, y=rows, text=number, color=ink, tooltip=told))
    return marks
