"""Marks that several views share: items in the colour and shape of their class, with a legend."""

import json
from collections.abc import Sequence
from typing import Any

import altair as alt

from metawidgets.views import theme

__all__ = ["Drawing", "class_channels", "colours", "crosses", "inline", "name_of", "points", "shapes", "short"]

# The return types of Altair's functions: a layer of charts may be faceted.
Drawing = alt.Chart | alt.LayerChart | alt.VConcatChart | alt.FacetChart


def inline(rows: list[dict[str, Any]]) -> alt.InlineData:
    """Return the rows as inline data. Altair stores them once for all layers that use them."""
    return alt.InlineData(values=rows)


def name_of(names: Sequence[str], field: str = "class") -> str:
    """Return the Vega expression that turns a label in `field` into the name of its class."""
    return f"{json.dumps(list(names))}[datum.{field}]"


def short(name: str, most: int = 15) -> str:
    """Shorten a name by cutting its middle, since names such as "Tifinagh-character12" differ only at their ends."""
    head, tail = (most - 1) // 2, most // 2
    return name if len(name) <= most else f"{name[:head]}…{name[-tail:]}"


def colours(n_way: int) -> alt.Scale:
    """Return the scale from labels to the colours of classes."""
    return alt.Scale(domain=list(range(n_way)), range=[theme.class_colour(c) for c in range(n_way)])


def shapes(n_way: int) -> alt.Scale:
    """Return the scale from labels to the symbols of classes."""
    return alt.Scale(domain=list(range(n_way)), range=[theme.class_shape(c) for c in range(n_way)])


def class_channels(names: Sequence[str], *, width: float, field: str = "class", title: str = "class") -> dict[str, Any]:
    """Return the colour and shape channels of a label in `field`, with one legend for both below the chart."""
    shown = [short(name) for name in names]
    legend = alt.Legend(
        title=title,
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
    """Draw items in the shapes of their classes: filled (for support), with a rim against the background, or hollow (for queries).

    Args:
        on_tint: true if the background has tints of the same colours. Then the rim is dark, and hollow shapes are white inside.
    """
    if filled:
        rim = theme.ON_LIGHT if on_tint else theme.BACKGROUND
        return chart.mark_point(filled=True, size=110, opacity=1, stroke=rim, strokeWidth=1)
    if on_tint:
        return chart.mark_point(filled=False, fill=theme.ON_DARK, size=70, opacity=1, strokeWidth=2)
    return chart.mark_point(filled=False, size=70, opacity=1, strokeWidth=1.6)


def crosses(chart: alt.Chart) -> tuple[alt.Chart, alt.Chart]:
    """Draw prototypes as crosses in the colour of their class, each on a wider pale cross against the points below."""
    halo = chart.mark_point(
        filled=False, size=320, strokeWidth=4, opacity=1, shape=theme.PROTOTYPE, color=theme.BACKGROUND, aria=False
    )
    return halo, chart.mark_point(filled=False, size=320, strokeWidth=2, opacity=1, shape=theme.PROTOTYPE)
