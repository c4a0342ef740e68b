"""Learning curves: loss and accuracy of support and queries over the steps of one adaptation."""

import math
from typing import Any

import altair as alt
import numpy as np

from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.marks import Drawing, inline
from metawidgets.views.registry import view
from metawidgets.views.steps import Steps, compact

__all__ = ["learning_curves"]


@view(needs=("query_loss",))
def learning_curves(trace: Trace, *, step: int | None = None, width: int = 440) -> Drawing:
    """Draw support and query loss (nats, or squared error) and accuracy over steps, with a mark at the current step.

    Args:
        step: the step to mark; `None` for a slider over all steps.
        width: width of the plot, in pixels.
    """
    steps = Steps(trace, step)
    quantities = ["loss", "accuracy"] if "query_accuracy" in trace else ["loss"]
    panels = [_panel(trace, steps, quantity, width, is_last=quantity == quantities[-1]) for quantity in quantities]
    chart = panels[0] if len(panels) == 1 else alt.vconcat(*panels, spacing=14)
    titles = [f"{steps.when(t)}, {_state(trace, t)}" for t in range(steps.last + 1)]
    description = f"Learning curves of {trace.learner} over {steps.last} {steps.counted}. {steps.course(titles)}"
    return steps.slide(chart.properties(title=steps.title(titles, _subtitle(trace), width), description=description))


def _panel(trace: Trace, steps: Steps, quantity: str, width: int, *, is_last: bool) -> Drawing:
    sides = [side for side in ("query", "support") if f"{side}_{quantity}" in trace]
    scale = 100 if quantity == "accuracy" else 1
    rows: list[dict[str, Any]] = [
        {"t": t, "series": side, "value": compact(scale * value)}
        for side in sides
        for t, value in enumerate(trace[f"{side}_{quantity}"])
    ]
    unit = "%" if quantity == "accuracy" else trace.loss_unit
    said = f"datum.series + ' {quantity} at step ' + datum.t + ': ' + datum.value + ' {unit}'"
    base = alt.Chart(inline(rows), width=width, height=120 if quantity == "accuracy" else 170)
    x = alt.X(
        "t:Q",
        title=f"step ({steps.one})" if is_last else None,
        scale=alt.Scale(domain=[0, max(steps.last, 1)], nice=False),
        axis=alt.Axis(
            values=list(range(0, steps.last + 1, math.ceil((steps.last + 1) / 13))),
            format="d",
            labels=is_last,
            grid=False,
        ),
    )
    vertical = _vertical([row["value"] for row in rows], quantity)
    y = alt.Y(
        "value:Q", title=f"{quantity} ({unit}{', log scale' if vertical['scale']['type'] == 'log' else ''})", **vertical
    )
    legend = alt.Legend(
        title=None,
        orient="top",
        direction="horizontal",
        symbolType="stroke",
        symbolSize=500,
        symbolStrokeWidth=2.5,
        offset=4,
    )
    colours, dashes = zip(*(theme.SERIES[side] for side in sides), strict=True)
    colour = alt.Color("series:N", scale=alt.Scale(domain=sides, range=list(colours)), legend=legend)
    dash = alt.StrokeDash("series:N", scale=alt.Scale(domain=sides, range=list(dashes)), legend=legend)
    tooltip = [
        alt.Tooltip("t:Q", title="step"),
        alt.Tooltip("series:N", title="set"),
        alt.Tooltip("value:Q", title=f"{quantity} ({unit})"),
    ]
    now = base.transform_filter(steps.is_now("t"))
    return alt.layer(
        now.transform_filter("datum.series == 'query'")
        .mark_rule(color=theme.MUTED, strokeWidth=1, aria=False)
        .encode(x=x),
        base.mark_line(strokeWidth=2.5, aria=False).encode(x=x, y=y, color=colour, strokeDash=dash),
        base.transform_calculate(said=said)
        .mark_point(filled=True, size=26 if steps.last <= 30 else 6, opacity=1)
        .encode(x=x, y=y, color=colour, tooltip=tooltip, description="said:N"),
        now.mark_point(filled=False, size=110, strokeWidth=2, opacity=1, aria=False).encode(
            x=x, y=y, color=colour, tooltip=tooltip
        ),
    )


def _vertical(values: list[float | None], quantity: str) -> dict[str, Any]:
    """Return the scale and the axis: in per cent, from zero, or logarithmic for losses over several orders of magnitude."""
    if quantity == "accuracy":
        return {
            "scale": alt.Scale(type="linear", domain=[0, 100], nice=False),
            "axis": alt.Axis(values=[0, 25, 50, 75, 100]),
        }
    finite = [v for v in values if v is not None] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    if low > 0 and high > 30 * low:
        decades = math.log10(high / low)
        stride = math.ceil(decades / 5)  # as many labels as the panel has room for
        ticks = [m * 10.0**e for e in range(-60, 60, stride) for m in ((1, 3) if decades < 3 else (1,))]
        ticks = [t for t in ticks if low / 1.3 <= t <= high * 1.3]
        return {
            "scale": alt.Scale(type="log", domain=[low / 1.3, high * 1.3], nice=False),
            "axis": alt.Axis(values=ticks, format="~g"),
        }
    return {
        "scale": alt.Scale(type="linear", domain=[0, 1.06 * high or 1], nice=False),
        "axis": alt.Axis(tickCount=5, format="~g"),
    }


def _state(trace: Trace, t: int) -> str:
    loss = float(trace["query_loss"][t])
    text = f"query loss {loss:.3g}" if np.isfinite(loss) else "query loss infinite"
    return text + (f", {100 * trace['query_accuracy'][t]:.0f} % right" if "query_accuracy" in trace else "")


def _subtitle(trace: Trace) -> str:
    episode = trace.episode
    task = "a regression episode" if episode.is_regression else f"a {episode.n_way}-way episode"
    text = f"{trace.learner} on {task} of {episode.support_items[0].dataset}."
    if not np.isfinite(trace["query_loss"]).all():
        text += " A gap: the loss is infinite while a query's class has no support."
    return text
