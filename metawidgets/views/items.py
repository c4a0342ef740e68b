"""Marks for the items of an episode of 2-D points or of a curve: filled support above hollow queries."""

import altair as alt

from metawidgets.episodes import Episode
from metawidgets.views import theme
from metawidgets.views.marks import class_channels, inline, name_of, points, short
from metawidgets.views.steps import compact

__all__ = ["axis_titles", "curve_items", "plane_items"]

_SAID = "datum.what + ' at ' + datum.x + ', ' + datum.y"


def axis_titles(episode: Episode) -> tuple[str, str]:
    """Return the titles of the axes: the names of the first two features, or "x" and "y". A curve's y axis shows targets: "y"."""
    x, y = (*(short(name, 40) for name in episode.feature_names[:2]), *("x", "y")[len(episode.feature_names) :])
    return x, y


def plane_items(episode: Episode, x: alt.X, y: alt.Y, width: float, *, on_tint: bool = False) -> list[alt.Chart]:
    """Draw 2-D points in the colour and shape of their class, with a legend at most `width` wide; `on_tint` as in `points`."""
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
        told = [alt.Tooltip("what:N", title="item"), alt.Tooltip("name:N", title="class"), *_places(episode)]
        charts.append(
            points(chart, filled=filled, on_tint=on_tint).encode(x=x, y=y, tooltip=told, description="said:N", **look)
        )
    return charts


def curve_items(episode: Episode, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Draw the points of a curve, in the text colour, since the lines have colours."""
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
        told = [alt.Tooltip("what:N", title="item"), *_places(episode)]
        charts.append(dots.encode(x=x, y=y, tooltip=told, description="said:N"))
    return charts


def _places(episode: Episode) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{field}:Q", title=title) for field, title in zip("xy", axis_titles(episode), strict=True)]
