"""Memory reads: the weight with which every query reads each slot."""

import altair as alt
import numpy as np

from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.marks import Drawing, inline, name_of
from metawidgets.views.queries import MOST_CELLS, columns, too_many
from metawidgets.views.registry import view
from metawidgets.views.slots import slots_of
from metawidgets.views.steps import Steps, per_step

__all__ = ["memory_reads"]

_FEWEST = 8  # slots needed for a useful chart


def _unless(trace: Trace) -> str | None:
    return too_many(trace, min(_FEWEST, trace["read_weights"].shape[-1]), "slots")


@view(needs=("read_weights", "write_weights"), unless=_unless)
def memory_reads(trace: Trace, *, step: int | None = None, width: int = 420) -> Drawing:
    """Draw the read weight of every query (column, grouped by true class) on each slot (row), in per cent.

    Args:
        step: the step to show; `None` for a slider over all steps.
        width: width of all columns, in pixels.
    """
    episode = trace.episode
    place = columns(episode, width)
    slots = slots_of(trace, MOST_CELLS // len(place.order))
    weights = np.round(100 * trace["read_weights"].astype(np.float64), 2)
    shown = weights[:, place.order][..., slots.shown]  # (step, query, slot)
    steps = Steps(trace, step, load=per_step(shown))
    still = {**place.fields(episode), "s": [slots.shown.tolist()] * len(place.order)}
    size = min(20, max(7, 320 // len(slots.shown)))
    data = inline(steps.rows(still, {"r": shown}))
    base = alt.Chart(data, width=place.width, height=size * len(slots.shown)).transform_flatten(["s", "r"])
    cells = steps.calculate(base, read="r").transform_calculate(true_name=name_of(episode.class_names or ("",), "true"))
    of_class = "" if episode.is_regression else " + ' of class ' + datum.true_name"
    said = cells.transform_calculate(
        said=f"datum.query{of_class} + ' reads slot ' + datum.s + ': ' + datum.read + ' %'"
    )
    told = [alt.Tooltip("query:N"), alt.Tooltip("s:N", title="slot"), alt.Tooltip("read:Q", title="read weight (%)")]
    if not episode.is_regression:
        told.insert(1, alt.Tooltip("true_name:N", title="true class"))
    room = min(220, place.width * 0.6)
    legend = alt.Legend(title="read weight (%)", orient="top", gradientLength=room, tickCount=4, titleLimit=0)
    scale = alt.Scale(scheme=theme.MAGNITUDE, domain=[0, max(float(shown.max()), 1e-3)])
    axis = alt.Axis(title="slot", ticks=False, domain=False)
    heat = said.mark_rect().encode(
        x=place.at("x"), x2="x2:Q", y=alt.Y("s:O", scale=alt.Scale(domain=slots.shown.tolist()), axis=axis),
        color=alt.Color("read:Q", scale=scale, legend=legend), tooltip=told, description="said:N",
    )  # fmt: skip
    panels = [heat, place.images(episode), place.names(episode)]
    chart = alt.vconcat(*(panel for panel in panels if panel is not None), spacing=6)
    texts = [f"{steps.when(t)}, {_state(weights[t])}" for t in range(steps.last + 1)]
    description = f"Reads of {len(place.order)} queries in the memory of {trace.learner}. {steps.course(texts)}"
    subtitle = f"{slots.sentence} One column per query."
    return steps.slide(chart.properties(title=steps.title(texts, subtitle, width), description=description))


def _state(weights: np.ndarray) -> str:
    """Return a phrase that names the most read slot, or says that all slots are read equally or that nothing is read."""
    mean = weights.mean(axis=0)
    if not mean.any():
        return "nothing is read"
    if np.ptp(mean) < 0.1:
        return "all slots are read equally"
    return f"slot {mean.argmax()} is read most, {mean.max():.0f} % of all reading"
