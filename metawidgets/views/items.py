"""The items of an episode of points or of a curve as marks: support filled, drawn above hollow queries."""

import altair as alt

from metawidgets.episodes import Episode
from metawidgets.views import theme
from metawidgets.views.marks import class_channels, inline, name_of, points
from metawidgets.views.steps import compact

__all__ = ["curve_items", "plane_items"]

_SAID = "datum.what + ' at ' + datum.x + ', ' + datum.y"


def plane_items(episode: Episode, x: alt.X, y: alt.Y, width: float, *, on_tint: bool = False) -> list[alt.Chart]:
    """2-D points in colour and shape of their class, with the legend; `width` is what the legend may take, `on_tint` as for `points`."""
    charts = []
    look = class_channels(episode.class_names, width=width)
    for side, filled in (("query", False), ("support", True)):
        at, label, items = (getattr(episode, f"{side}_{part}") for part in ("x", "y", "items"))
        rows = [
            {"x": compact(a), "y": compact(b), "class": int(c), "what": f"{side} {item}"}
            for (a, b), c, item in zip(at, label, items, strict=True)
        ]
        named = alt.Chart(inline(rows)).transform_calculate(name=name_of(episode.class_names))
        chart = named.transform_calculate(said=f"{_SAID} + ', class ' + datum.name")
        told = [alt.Tooltip("what:N", title="item"), alt.Tooltip("name:N", title="class"), "x:Q", "y:Q"]
        charts.append(
            points(chart, filled=filled, on_tint=on_tint).encode(x=x, y=y, tooltip=told, description="said:N", **look)
        )
    return charts


def curve_items(episode: Episode, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Points of a curve, in ink: the lines have the colours."""
    charts = []
    for side in ("query", "support"):
        at, values, items = (getattr(episode, f"{side}_{part}") for part in ("x", "y", "items"))
        rows = [
            {"x": compact(a), "y": compact(b), "what": f"{side} {item}"}
            for a, b, item in zip(at[:, 0], values[:, 0], items, strict=True)
        ]
        chart = alt.Chart(inline(rows)).transform_calculate(said=_SAID)
        if side == "support":
            dots = chart.mark_point(
                filled=True, size=80, opacity=1, color=theme.INK, stroke=theme.BACKGROUND, strokeWidth=1
            )
        else:
            dots = chart.mark_point(filled=False, size=40, opacity=0.9, color=theme.INK, strokeWidth=1.2)
        told = [alt.Tooltip("what:N", title="item"), "x:Q", "y:Q"]
        charts.append(dots.encode(x=x, y=y, tooltip=told, description="said:N"))
    return charts
