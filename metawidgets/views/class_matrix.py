"""A small heatmap of queries x classes, shared by the views of distances and of relation scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np
from jaxtyping import Float, Int

from metawidgets.episodes import Episode
from metawidgets.views import theme
from metawidgets.views.marks import Drawing, inline, name_of, short
from metawidgets.views.queries import Columns, guesses
from metawidgets.views.steps import Steps

__all__ = ["Quantity", "class_matrix"]

_NUMBERED = 32.0  # pixels of column width from which a cell has room for its number


@dataclass(frozen=True)
class Quantity:
    """The quantity that the cells show.

    Args:
        name: name for use in a sentence, such as "distance to".
        unit: unit for the legend.
        low, high: ends of the colour scale.
        nearer: true if small values mean a likely class, as for distances. Likely classes have the bright end of the scale.
        signed: true for differences, on a scale with 0 in its middle.
    """

    name: str
    unit: str
    low: float
    high: float
    nearer: bool
    signed: bool = False


def class_matrix(
    steps: Steps,
    place: Columns,
    episode: Episode,
    values: Float[np.ndarray, "step query way"],
    quantity: Quantity,
    best: Int[np.ndarray, "step query"] | None = None,
) -> alt.VConcatChart:
    """Draw the values as cells, queries in the order of `place`, with dots at each query's `best` class and frames at the true one."""
    names = episode.class_names
    classes = np.broadcast_to(np.arange(len(names)), values.shape)
    best = guesses(-values if quantity.nearer else values) if best is None else best
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
    """Return a chart with one record for each cell (a query and a class), with the texts for tooltips and screen readers."""
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


def _tooltips(quantity: Quantity) -> list[alt.Tooltip]:
    # Every mark of a cell needs these tooltips, since the pointer meets the uppermost mark.
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
    scheme = theme.DIVERGING if quantity.signed else theme.MAGNITUDE
    reverse = quantity.nearer and not quantity.signed
    scale = alt.Scale(scheme=scheme, reverse=reverse, domain=[quantity.low, quantity.high])
    # Vega gives a missing number the colour of the scale's lower end in spite of the condition.
    shaded = cells.transform_calculate(shade=f"isValid(datum.value) ? datum.value : {quantity.low}")
    colour = alt.condition(
        "isValid(datum.value)", alt.Color("shade:Q", scale=scale, legend=legend), alt.value(theme.ABSENT)
    )
    return shaded.mark_rect().encode(
        x=place.at("x"), x2="x2:Q", y=rows, color=colour, tooltip=_tooltips(quantity), description="said:N"
    )


def _marks(cells: alt.Chart, place: Columns, rows: alt.Y, quantity: Quantity) -> list[Drawing]:
    """Return frames of the true classes, dots at the best classes, and the numbers if there is room."""
    gutter = 1.0
    edges: list[list[float]] = place.groups.tolist()
    spans = [{"x": left, "x2": right - gutter, "class": c} for c, (left, right) in enumerate(edges)]
    frame = alt.Chart(inline(spans)).mark_rect(fill=None, stroke=theme.FRAME, strokeWidth=2.5, aria=False)
    centre = place.at("centre")
    numbered = place.size >= _NUMBERED and not quantity.signed
    dot = cells.transform_filter("datum.class == datum.best").mark_point(
        filled=True, shape="circle", size=min(50, max(9, (place.size - 2) ** 2)), opacity=1, fill=theme.ON_DARK,
        stroke=theme.ON_LIGHT, strokeWidth=1.5 if place.size > 8 else 1, aria=False, yOffset=-8 if numbered else 0,
    )  # fmt: skip
    tooltips = _tooltips(quantity)
    marks: list[Drawing] = [
        frame.encode(x=place.at("x"), x2="x2:Q", y=rows),
        dot.encode(x=centre, y=rows, tooltip=tooltips),
    ]
    if numbered:
        known = cells.transform_filter("isValid(datum.value)")
        text = known.mark_text(fontSize=10, baseline="top", dy=1, aria=False)
        dark_side = "<" if quantity.nearer else ">"  # the bright end, which needs dark text
        middle = (quantity.low + quantity.high) / 2
        ink = alt.condition(f"datum.value {dark_side} {middle}", alt.value(theme.ON_LIGHT), alt.value(theme.ON_DARK))
        number = alt.Text("value:Q", format=".3~g")
        marks.append(text.encode(x=centre, y=rows, text=number, color=ink, tooltip=tooltips))
    return marks
