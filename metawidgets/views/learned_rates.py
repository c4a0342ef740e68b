"""Learned rates: the inner rate of each parameter tensor at each step."""

import altair as alt
import numpy as np

from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.marks import Drawing, inline
from metawidgets.views.registry import view
from metawidgets.views.steps import Steps, compact

__all__ = ["learned_rates"]

_MOST_LAYERS = 64


def _unless(trace: Trace) -> str | None:
    n = trace["learned_rates"].shape[-1]
    if n > _MOST_LAYERS:
        return f"{n} parameter tensors are too many rows, at most {_MOST_LAYERS} can be drawn."
    return None


@view(needs=("learned_rates",), unless=_unless)
def learned_rates(trace: Trace, *, step: int | None = None, width: int = 460) -> Drawing:
    """Draw the mean inner rate of each parameter tensor (row): a dot for the next step, strokes for all steps.

    A dashed line marks the initial rate, if it is known. A negative rate ascends the loss.

    Args:
        step: the state whose next step is marked; `None` for a slider over all steps.
        width: approximate width of the chart with its names, in pixels.
    """
    steps = Steps(trace, step)
    rates = trace["learned_rates"].astype(np.float64)  # (step, layer)
    n = rates.shape[1]
    names = list(trace.coords.get("layer", [f"tensor {i + 1}" for i in range(n)]))
    plot = max(140.0, width - 6.0 * max(map(len, names)))
    taken = rates[: max(steps.last, 1)]  # without the rates of the last state, whose step was not taken
    rows = steps.rows(
        {"layer": names, "every": [sorted({compact(v) for v in taken[:, i]}) for i in range(n)]}, {"r": rates}
    )
    base = alt.Chart(inline(rows), width=plot, height=min(22, max(14, 300 / n)) * n)
    first = trace.meta.get("hyper", {}).get("inner_lr")
    ends = [*rates.ravel(), *([float(first)] if first is not None else [])]
    # The domain spans at least 10 % of the largest rate, because untrained rates differ only by rounding.
    margin = 0.06 * max(max(ends) - min(ends), 0.1 * abs(max(ends)) or 1.0)
    domain = [min(ends) - margin, max(ends) + margin]
    x = alt.X("rate:Q", title="mean inner rate (1)", scale=alt.Scale(domain=domain, nice=False, zero=False),
              axis=alt.Axis(tickCount=5, format="~g"))  # fmt: skip
    y = alt.Y("layer:N", title="parameter tensor", sort=None, scale=alt.Scale(domain=names), axis=alt.Axis(
        labelLimit=0, ticks=False, domain=False, grid=True))  # fmt: skip
    layers: list[Drawing] = []
    lines = [(0.0, [1, 0])] if domain[0] < 0 < domain[1] else []
    lines += [(float(first), [5, 3])] if first is not None else []
    for at, dash in lines:
        rule = alt.Chart(inline([{"rate": compact(at)}])).mark_rule(color=theme.MUTED, strokeDash=dash, aria=False)
        layers.append(rule.encode(x=x))
    strokes = base.transform_flatten(["every"]).transform_calculate(rate="datum.every")
    layers.append(
        strokes.mark_tick(color=theme.MUTED, thickness=1.5, size=11, orient="vertical", aria=False).encode(x=x, y=y)
    )
    now = steps.calculate(base, rate="r").transform_calculate(said="datum.layer + ': ' + format(datum.rate, '.4~g')")
    told = [alt.Tooltip("layer:N", title="parameter tensor"), alt.Tooltip("rate:Q", title="mean rate", format=".4~g")]
    dots = now.mark_point(
        filled=True, size=70, opacity=1, color=theme.SERIES["query"][0], stroke=theme.BACKGROUND, strokeWidth=1
    )
    layers.append(dots.encode(x=x, y=y, tooltip=told, description="said:N"))
    texts = [f"{steps.when(t)}, {_state(rates[t], last=t == steps.last)}" for t in range(steps.last + 1)]
    subtitle = "Dot: mean rate of the next step. Strokes: mean rates of all steps."
    if first is not None:
        subtitle += f" Dashed: the initial rate, {first:.3g}."
    description = f"Learned inner rates of {n} parameter tensors of {trace.learner}. {steps.course(texts)}"
    chart = alt.layer(*layers).properties(title=steps.title(texts, subtitle, width), description=description)
    return steps.slide(chart)


def _state(rates: np.ndarray, *, last: bool) -> str:
    low, high = f"{rates.min():.3g}", f"{rates.max():.3g}"
    span = f"rate {low} for all" if low == high else f"rates from {low} to {high}"
    return f"a further one would have {span}" if last else f"the next one has {span}"
