"""The picture of a meta-training: its curves up to the step shown, and the adaptation to the held-out episode at that step."""

from typing import Any

import altair as alt
import numpy as np

from metawidgets.analysis import within_bounds
from metawidgets.views import marks, theme
from metawidgets.views.steps import compact
from metawidgets.widgets.base.card import headed
from metawidgets.widgets.outer_loop_monitor.history import running_mean
from metawidgets.widgets.outer_loop_monitor.state import MonitorState
from metawidgets.widgets.outer_loop_monitor.words import adaptation_shown, progress_words

__all__ = ["monitor_chart"]

_LEFT, _RIGHT = 380, 250  # pixels


def monitor_chart(state: MonitorState) -> Any:
    """Return the chart: on the left curves over the outer steps, on the right the held-out episode, if there is one."""
    at = adaptation_shown(state.arrays, state.shown)
    columns = [_curves(state)] if len(state.points["last"]) or at is None else []
    if at is not None:
        panels = [_fit(state, at)] if "held.fit" in state.arrays else []
        columns.append(alt.vconcat(*panels, _inner(state, at), spacing=14))
    chart = alt.hconcat(*columns, spacing=28).resolve_scale(color="independent", strokeDash="independent")
    return chart.properties(title=headed(state.config["label"], [progress_words(state)], _LEFT + _RIGHT))


def _curves(state: MonitorState) -> Any:
    """Draw loss, validation and gradient norm below each other. Values that are not finite leave a gap."""
    p, unit, percent = state.points, state.config["loss_unit"], state.config["metric"] == "accuracy"
    found = [(v[0], v[1], v[2] or 0) for v in state.validations if np.isfinite(v[1])]
    t, mean, half = np.array(found, float).reshape(-1, 3).T
    low, high = within_bounds(state.config["metric"], mean - half, mean + half)
    mean, low, high = (100 * values if percent else values for values in (mean, low, high))
    panels = {
        f"loss, smoothed, and its range ({unit})": (p["last"], running_mean(p["loss"]), p["loss_low"], p["loss_high"]),
        f"validation {'accuracy (%)' if percent else 'squared error'} with 95 % interval": (t, mean, low, high),
        "gradient norm, and its range": (p["last"], p["norm"], p["norm_low"], p["norm_high"]),
    }  # fmt: skip
    rows: list[dict[str, Any]] = [
        dict(zip(("panel", "t", "y", "low", "high"), [name, *map(compact, row)], strict=True))
        for name, columns in panels.items()
        for row in zip(*(np.asarray(column).tolist() for column in columns), strict=True)
        if row[0] <= max(state.shown, 1)
    ]
    base = alt.Chart(marks.inline(rows), width=_LEFT, height=100)
    span = alt.Scale(domain=[0, max(state.figures["step"], 1)], nice=False)
    x = alt.X("t:Q", title="outer step", scale=span, axis=alt.Axis(format=",d", tickMinStep=1, grid=False))
    y, low = (
        alt.Y(f"{f}:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4)) for f in ("y", "low")
    )
    colour = alt.Color(
        "panel:N", scale=alt.Scale(domain=list(panels), range=list(theme.CLASS_COLOURS[:3])), legend=None
    )
    few = len(p["last"]) < 3
    layers = [
        base.mark_rule(opacity=0.35, strokeWidth=1.5).encode(x=x, y=low, y2="high:Q", color=colour),
        base.mark_line(strokeWidth=2, point=few).encode(x=x, y=y, color=colour),
        base.mark_rule(color=theme.MUTED).encode(x=alt.datum(state.shown)),
    ]
    header = alt.Header(title=None, labelOrient="top", labelAnchor="start", labelFontSize=12)
    shown = [name for name in panels if any(row["panel"] == name for row in rows)]
    return (
        alt.layer(*layers)
        .facet(row=alt.Row("panel:N", header=header, sort=shown), spacing=8)
        .resolve_scale(y="independent")
    )


def _fit(state: MonitorState, at: int) -> Any:
    """Draw the fitted curve of the held-out episode before and after adaptation, with the support points."""
    arrays, blue = state.arrays, theme.CLASS_COLOURS[0]
    curves = {"before": arrays["held.fit"][at, 0], "after": arrays["held.fit"][at, -1]}
    curves = ({"truth": arrays["truth"]} if "truth" in arrays else {}) | curves
    looks = {"truth": (theme.MUTED, [1, 0]), "before": (blue, [4, 3]), "after": (blue, [1, 0])}
    colours, dashes = (alt.Scale(domain=list(curves), range=[looks[name][i] for name in curves]) for i in (0, 1))
    rows = [
        {"x": compact(x), "y": compact(y), "curve": name}
        for name, values in curves.items()
        for x, y in zip(arrays["probe"], values, strict=True)
    ]
    support = [
        {"x": compact(x), "y": compact(y)}
        for x, y in zip(arrays["support_x"][:, 0], arrays["support_y"][:, 0], strict=True)
    ]
    x = alt.X("x:Q", title="x", scale=alt.Scale(nice=False), axis=alt.Axis(grid=False, tickCount=6))
    y = alt.Y("y:Q", title="y", axis=alt.Axis(tickCount=5))
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolSize=400)
    look = {
        "color": alt.Color("curve:N", scale=colours, legend=legend),
        "strokeDash": alt.StrokeDash("curve:N", scale=dashes, legend=legend),
    }
    chart = alt.layer(
        alt.Chart(marks.inline(rows)).mark_line(strokeWidth=2).encode(x=x, y=y, **look),
        alt.Chart(marks.inline(support)).mark_point(filled=True, size=60, opacity=1, color=theme.INK).encode(x=x, y=y),
    )  # fmt: skip
    return chart.properties(
        width=_RIGHT, height=150, title=_small_title("held-out episode, support as dots", state, at)
    )


def _inner(state: MonitorState, at: int) -> Any:
    """Draw loss or accuracy after each inner step, for every adaptation up to the one shown. Earlier ones are paler."""
    accurate = "held.query_accuracy" in state.arrays
    values = state.arrays["held.query_accuracy" if accurate else "held.query_loss"] * (100 if accurate else 1)
    rows = [
        {"t": t, "y": compact(y), "of": i, "opacity": 1 if i == at else 0.15 + 0.5 * i / at}
        for i in range(at + 1)
        for t, y in zip(state.config["held"]["inner"], values[i].tolist(), strict=True)
    ]
    x = alt.X("t:Q", title="inner step", scale=alt.Scale(nice=False), axis=alt.Axis(tickMinStep=1, grid=False))
    y = alt.Y("y:Q", title="%" if accurate else state.config["loss_unit"], axis=alt.Axis(tickCount=4))
    lines = alt.Chart(marks.inline(rows), width=_RIGHT, height=150).mark_line(strokeWidth=2, point=values.shape[1] < 2)
    what = f"query {'accuracy' if accurate else 'loss'} of the held-out episode, earlier ones paler"
    chart = lines.encode(x=x, y=y, detail="of:N", opacity=alt.Opacity("opacity:Q", scale=None))
    return chart.properties(title=_small_title(what, state, at))


def _small_title(text: str, state: MonitorState, at: int) -> Any:
    title = headed(f"{text}, outer step {state.arrays['held.meta_step'][at]:,}", [], _RIGHT)
    title.fontSize, title.fontWeight = 12, "normal"
    return title
