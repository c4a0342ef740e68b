"""Memory contents: the numbers in each slot, and the usage of the slot."""

import altair as alt
import numpy as np

from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.marks import Drawing, inline
from metawidgets.views.queries import MOST_CELLS
from metawidgets.views.registry import view
from metawidgets.views.slots import Slots, slots_of
from metawidgets.views.steps import Steps, per_step

__all__ = ["memory_contents"]

_FEWEST = 8  # slots needed for a useful chart


def _unless(trace: Trace) -> str | None:
    n = trace["memory"].shape[-1]
    if n * _FEWEST > MOST_CELLS:
        return f"slots of {n} numbers are too wide, at most {MOST_CELLS // _FEWEST} numbers can be drawn."
    return None


@view(needs=("memory", "usage", "write_weights"), unless=_unless)
def memory_contents(trace: Trace, *, step: int | None = None, width: int = 460) -> Drawing:
    """Draw a learner's memory: a row for each slot, a column for each number in a slot, and a bar for the slot's usage.

    Args:
        step: the step to show; `None` for a slider over all steps.
        width: width of both panels together, in pixels.
    """
    n_content = trace["memory"].shape[-1]
    slots = slots_of(trace, MOST_CELLS // n_content)
    content = np.round(trace["memory"][..., slots.shown, :].astype(np.float64), 3)  # (step, slot, content)
    usage = trace["usage"][:, slots.shown].astype(np.float64)
    steps = Steps(trace, step, load=per_step(content, usage))
    data = inline(steps.rows({"s": slots.shown.tolist()}, {"m": content, "u": usage}))
    size = min(20, max(9, 320 // len(slots.shown)))
    bars = round(0.22 * width)
    across = (
        max(3, (width - bars - 12) // n_content) * n_content
    )  # whole pixels per cell: otherwise gaps would show between cells
    heat = _heat(steps, alt.Chart(data, width=across, height=size * len(slots.shown)), slots, content)
    beside = _usage(steps, alt.Chart(data, width=bars, height=size * len(slots.shown)), slots, usage)
    chart = alt.hconcat(heat, beside, spacing=12)
    n = trace["memory"].shape[1]
    least = trace["usage"].argmin(axis=1)  # the first slot wins a tie, as in the memory itself
    texts = [f"{steps.when(t)}, slot {least[t]} is the least used" for t in range(steps.last + 1)]
    subtitle = f"{slots.sentence} Bars: usage; the least used is overwritten next."
    description = f"Memory of {trace.learner}, {n} slots of {n_content} numbers. {steps.course(texts)}"
    return steps.slide(chart.properties(title=steps.title(texts, subtitle, width), description=description))


def _rows(slots: Slots, axis: alt.Axis | None) -> alt.Y:
    return alt.Y("s:O", scale=alt.Scale(domain=slots.shown.tolist()), axis=axis)


def _heat(steps: Steps, base: alt.Chart, slots: Slots, content: np.ndarray) -> alt.Chart:
    n = content.shape[-1]
    cells = base.transform_flatten(["m"]).transform_window(k="row_number()", groupby=["s"])
    numbered = steps.calculate(cells, content="m").transform_calculate(i="datum.k - 1")
    said = numbered.transform_calculate(said="'slot ' + datum.s + ', number ' + datum.i + ': ' + datum.content")
    reach = float(np.abs(content).max()) or 1.0
    apart = max(1, int(np.ceil(n / 8 / 5)) * 5) if n > 8 else 1
    across = alt.X("i:O", title="number in the slot", scale=alt.Scale(domain=list(range(n))), axis=alt.Axis(
        values=list(range(0, n, apart)), labelAngle=0, ticks=False, domain=False))  # fmt: skip
    legend = alt.Legend(title="content (1)", orient="top", gradientLength=160, tickCount=4, titleLimit=0)
    scale = alt.Scale(scheme=theme.DIVERGING, domain=[-reach, reach])
    told = [alt.Tooltip("s:N", title="slot"), alt.Tooltip("i:N", title="number"), alt.Tooltip("content:Q")]
    return said.mark_rect().encode(
        x=across, y=_rows(slots, alt.Axis(title="slot", ticks=False, domain=False)),
        fill=alt.Fill("content:Q", scale=scale, legend=legend), tooltip=told, description="said:N",
    )  # fmt: skip


def _usage(steps: Steps, base: alt.Chart, slots: Slots, usage: np.ndarray) -> alt.Chart:
    now = steps.calculate(base, usage="u").transform_calculate(
        said="'slot ' + datum.s + ', usage ' + format(datum.usage, '.3~g')"
    )
    scale = alt.Scale(domain=[0, float(usage.max()) or 1.0], nice=False)
    told = [alt.Tooltip("s:N", title="slot"), alt.Tooltip("usage:Q", format=".4~g")]
    return now.mark_bar(color=theme.SERIES["query"][0]).encode(
        x=alt.X("usage:Q", title="usage (1)", scale=scale, axis=alt.Axis(tickCount=3, grid=True)),
        y=_rows(slots, None), tooltip=told, description="said:N",
    )  # fmt: skip
