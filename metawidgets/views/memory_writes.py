"""Memory writes: the weight with which each step writes to each slot."""

import altair as alt
import numpy as np

from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.marks import Drawing
from metawidgets.views.reads import MOST_CELLS, over_steps, too_long
from metawidgets.views.registry import view
from metawidgets.views.slots import slots_of
from metawidgets.views.steps import Steps

__all__ = ["memory_writes"]


@view(needs=("write_weights",), unless=too_long)
def memory_writes(trace: Trace, *, step: int | None = None, width: int = 420) -> Drawing:
    """Draw write weights: slots (rows) over steps (columns), with a frame at the current step.

    Args:
        step: the step to frame; `None` for a slider over all steps.
        width: width of the plot, in pixels.
    """
    steps = Steps(trace, step)
    slots = slots_of(trace, MOST_CELLS // len(trace))
    weights = 100 * trace["write_weights"].astype(np.float64)  # (step, slot)
    shown = weights[:, slots.shown]
    chart = over_steps(
        trace, steps, shown, slots.names, what="slot", quantity="write weight", unit="%",
        scale=alt.Scale(scheme=theme.MAGNITUDE, domain=[0, max(float(shown.max()), 1e-3)]), width=width,
    )  # fmt: skip
    texts = [f"{steps.when(t)}, {_state(weights[t])}" for t in range(steps.last + 1)]
    symbols = "" if trace.episode.is_regression else " Symbols: the class of the item that each step read."
    subtitle = f"{slots.sentence} The frame is the current step.{symbols}"
    description = f"Writes of {trace.learner} to its memory over {steps.last} {steps.counted}. {steps.course(texts)}"
    return steps.slide(chart.properties(title=steps.title(texts, subtitle, width), description=description))


def _state(weights: np.ndarray) -> str:
    if not weights.any():
        return "nothing is written"
    return f"the last one wrote most to slot {weights.argmax()}, {weights.max():.0f} % of its weight"
