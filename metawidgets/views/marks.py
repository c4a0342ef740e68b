"""Marks that several views share: items in their class's colour and shape, and the legend that explains them."""

import json
from collections.abc import Sequence
from typing import Any

import altair as alt

from metawidgets.views import theme

__all__ = ["Drawing", "class_channels", "colours", "crosses", "inline", "name_of", "points", "shapes", "short"]

# What Altair's functions say they return: a layer of charts may be a faceted one.
Drawing = alt.Chart | alt.LayerChart | alt.VConcatChart | alt.FacetChart


def inline(rows: list[dict[str, Any]]) -> alt.InlineData:
    """Rows as a chart's own data, which Altair stores once however many layers draw them."""
    return alt.InlineData(values=rows)


def name_of(names: Sequence[str], field: str = "class") -> str:
    """The expression that turns a label in `field` into its class's name."""
    return f"{json.dumps(list(names))}[datum.{field}]"


def short(name: str, most: int = 15) -> str:
    """A name cut in its middle: what tells "Tifinagh-character12" from its neighbours stands at its end."""
    head, tail = (most - 1) // 2, most // 2
    return name if len(name) <= most else f"{name[:head]}…{name[-tail:]}"


def colours(n_way: int) -> alt.Scale:
    """From labels to the classes' colours."""
    return alt.Scale(domain=list(range(n_way)), range=[theme.class_colour(c) for c in range(n_way)])


def shapes(n_way: int) -> alt.Scale:
    """From labels to the classes' symbols."""
    return alt.Scale(domain=list(range(n_way)), range=[theme.class_shape(c) for c in range(n_way)])


def class_channels(names: Sequence[str], *, width: float, field: str = "class") -> dict[str, Any]:
    """Colour and shape of a label in `field`, with one legend below the chart for both."""
    shown = [short(name) for name in names]
    legend = alt.Legend(
        title="class",
        orient="bottom",
        offset=8,
        columns=max(1, min(len(names), int(width // (40 + 6.5 * max(map(len, shown)))))),
        labelExpr=name_of(shown, "value"),
        symbolStrokeWidth=1.5,
    )
    return {
        "color": alt.Color(f"{field}:N", scale=colours(len(names)), legend=legend),
        "shape": alt.Shape(f"{field}:N", scale=shapes(len(names)), legend=legend),
    }


def points(chart: alt.Chart, *, filled: bool, on_tint: bool = False) -> alt.Chart:
    """Items as class shapes: support filled, with a rim that parts it from what lies beneath, query hollow.

    Args:
        on_tint: the ground has tints of the same colours; a dark rim, and white inside the hollow ones, part them from it.
    """
    if filled:
        rim = theme.ON_LIGHT if on_tint else theme.BACKGROUND
        return chart.mark_point(filled=True, size=110, opacity=1, stroke=rim, strokeWidth=1)
    if on_tint:
        return chart.mark_point(filled=False, fill=theme.ON_DARK, size=70, opacity=1, strokeWidth=2)
    return chart.mark_point(filled=False, size=70, opacity=1, strokeWidth=1.6)


def crosses(chart: alt.Chart) -> tuple[alt.Chart, alt.Chart]:
    """Prototypes as x in their class's colour, on a pale x that keeps them apart from the points beneath."""
    halo = chart.mark_point(
        filled=False, size=320, strokeWidth=4, opacity=1, shape=theme.PROTOTYPE, color=theme.BACKGROUND, aria=False
    )
    return halo, chart.mark_point(filled=False, size=320, strokeWidth=2, opacity=1, shape=theme.PROTOTYPE)
