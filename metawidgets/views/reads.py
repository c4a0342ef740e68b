"""Heatmaps over steps: one column per step, with the class of the item that the step read below it."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
from jaxtyping import Float

from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.marks import Drawing, class_channels, inline, name_of
from metawidgets.views.steps import Steps, compact

__all__ = ["MOST_CELLS", "over_steps", "too_long"]

MOST_CELLS = 3072  # cells are drawn once: only the frame around the current step moves
_SMALLEST, _LARGEST = 6, 22  # limits of a row's height in pixels
_MOST_STEPS = 160


def too_long(trace: Trace) -> str | None:
    """Return why a trace has too many states for columns, or `None` if it fits."""
    if len(trace) > _MOST_STEPS:
        return f"{len(trace)} states are too many columns, at most {_MOST_STEPS} can be drawn."
    return None


def over_steps(
    trace: Trace,
    steps: Steps,
    values: Float[np.ndarray, "step row"],
    names: Sequence[str],
    *,
    what: str,
    quantity: str,
    unit: str,
    scale: alt.Scale,
    width: float,
) -> alt.VConcatChart:
    """Draw rows x steps as cells, with a frame at the current step and the class of each step's support item below.

    Args:
        names: names of the rows, from top to bottom.
        what: title of the row axis, such as "slot".
        quantity, unit: name and unit of the values.
        scale: colour scale of the values.
    """
    size = int(np.clip(320 / len(names), _SMALLEST, _LARGEST))
    width = max(3, width // (steps.last + 1)) * (
        steps.last + 1
    )  # whole pixels per cell: otherwise gaps would show between cells
    first = alt.Axis(title=what, ticks=False, domain=False, labelPadding=4, labelSeparation=3)
    y = alt.Y("row:O", scale=alt.Scale(domain=list(names)), axis=first)
    x = _across(steps, axis=None)
    rows = [
        {"row": name, "v": [compact(float(v)) for v in values[:, i]], "t": list(range(steps.last + 1))}
        for i, name in enumerate(names)
    ]
    cells = alt.Chart(inline(rows), width=width, height=size * len(names)).transform_flatten(["v", "t"])
    said = cells.transform_calculate(
        said=f"'{what.split(',')[0]} ' + datum.row + ' at step ' + datum.t + ': ' + datum.v"
    )
    legend = alt.Legend(
        title=f"{quantity} ({unit})",
        orient="top",
        gradientLength=min(220, width * 0.6),
        tickCount=4,
        titleLimit=0,
    )
    told = [
        alt.Tooltip("row:N", title=what.split(",")[0]),
        alt.Tooltip("t:O", title="step"),
        alt.Tooltip("v:Q", title=quantity),
    ]
    heat = said.mark_rect().encode(
        x=x,
        y=y,
        fill=alt.Fill("v:Q", scale=scale, legend=legend),
        tooltip=told,
        description="said:N",
    )
    now = alt.Chart(inline([{"t": t} for t in range(steps.last + 1)])).transform_filter(steps.is_now("t"))
    frame = now.mark_rect(fill=None, stroke=theme.FRAME, strokeWidth=2.5, aria=False).encode(x=x)
    panels = [alt.layer(heat, frame), _taken(trace, steps, width)]
    return alt.vconcat(*panels, spacing=4)


def _across(steps: Steps, axis: alt.Axis | None) -> alt.X:
    scale = alt.Scale(domain=list(range(steps.last + 1)), paddingInner=0, paddingOuter=0)
    return alt.X("t:O", scale=scale, axis=axis)


def _taken(trace: Trace, steps: Steps, width: float) -> Drawing:
    """Return the axis of steps. Above each step's number is the class symbol of the support item that the step read."""
    episode, n = trace.episode, min(steps.last, len(trace.episode.support_x))
    apart = int(np.ceil((steps.last + 1) * 18 / width))
    axis = alt.Axis(
        title=f"step ({steps.one})",
        values=list(range(0, steps.last + 1, apart)),
        labelAngle=0,
        ticks=False,
        domain=False,
    )
    x = _across(steps, axis)
    by_item = trace.axis != "inner_step" and not episode.is_regression
    every = alt.Chart(inline([{"t": t} for t in range(steps.last + 1)]), width=width, height=14 if by_item else 1)
    ground = every.mark_rect(opacity=0, aria=False).encode(x=x)
    if not by_item:
        return ground
    taken: list[dict[str, Any]] = [
        {"t": t + 1, "class": int(episode.support_y[t]), "item": str(episode.support_items[t])} for t in range(n)
    ]
    side = min(11.0, width / (steps.last + 1) - 1)
    told = [
        alt.Tooltip("t:O", title="step"),
        alt.Tooltip("item:N", title="support item"),
        alt.Tooltip("name:N", title="class"),
    ]
    symbols = (
        alt.Chart(inline(taken))
        .transform_calculate(name=name_of(episode.class_names))
        .transform_calculate(said="'step ' + datum.t + ' takes ' + datum.item + ' of class ' + datum.name")
        .mark_point(filled=True, size=max(6.0, 0.7 * side**2), opacity=1)
        .encode(
            x=x, y=alt.value(8), tooltip=told, description="said:N", **class_channels(episode.class_names, width=width)
        )
    )
    return alt.layer(ground, symbols)
