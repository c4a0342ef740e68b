"""Marks that several views share: items in their class's colour and shape, and the legend that explains them."""

import json
from collections.abc import Sequence
from typing import Any

import altair as alt

from metawidgets.views import theme

__all__ = ["Drawing", "class_channels", "crosses", "inline", "name_of", "points"]

# What Altair's functions say they return: a layer of charts may be a faceted one.
Drawing = alt.Chart | alt.LayerChart | alt.VConcatChart | alt.FacetChart


def inline(rows: list[dict[str, Any]]) -> alt.Data:
    """Rows as a chart's own data."""
    return alt.Data(values=rows)


def name_of(names: Sequence[str], field: str = "class") -> str:
    """The expression that turns a label in `field` into its class's name."""
    return f"{json.dumps(list(names), ensure_ascii=False)}[datum.{field}]"


def class_channels(names: Sequence[str], *, width: float, field: str = "class") -> dict[str, Any]:
    """Colour and shape of a label in `field`, with one legend below the chart for both."""
    labels = list(range(len(names)))
    legend = alt.Legend(
        title="class",
        orient="bottom",
        offset=8,
        columns=max(1, min(len(names), int(width // (40 + 6.5 * max(map(len, names)))))),
        labelExpr=name_of(names, "value"),
        symbolStrokeWidth=1.5,
    )
    colours = alt.Scale(domain=labels, range=[theme.class_colour(c) for c in labels])
    shapes = alt.Scale(domain=labels, range=[theme.class_shape(c) for c in labels])
    return {
        "color": alt.Color(f"{field}:N", scale=colours, legend=legend),
        "shape": alt.Shape(f"{field}:N", scale=shapes, legend=legend),
    }


def points(chart: alt.Chart, *, filled: bool) -> alt.Chart:
    """Items as class shapes: support filled, with a rim that parts it from what lies beneath, query hollow."""
    if filled:
        return chart.mark_point(filled=True, size=110, opacity=1, stroke=theme.BACKGROUND, strokeWidth=1)
    return chart.mark_point(filled=False, size=70, opacity=1, strokeWidth=1.6)


def crosses(chart: alt.Chart) -> tuple[alt.Chart, alt.Chart]:
    """Prototypes as x in their class's colour, on a pale x that keeps them apart from the points beneath."""
    halo = chart.mark_point(
        filled=False, size=260, strokeWidth=5, opacity=1, shape=theme.PROTOTYPE, color=theme.BACKGROUND
    )
    return halo, chart.mark_point(filled=False, size=260, strokeWidth=2.5, opacity=1, shape=theme.PROTOTYPE)
