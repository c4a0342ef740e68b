"""Hidden state: the units of a recurrent learner over the steps."""

import altair as alt
import numpy as np

from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.marks import Drawing
from metawidgets.views.reads import MOST_CELLS, over_steps, too_long
from metawidgets.views.registry import view
from metawidgets.views.steps import Steps

__all__ = ["hidden_state"]

_MOST_UNITS = 64


@view(needs=("hidden",), unless=too_long)
def hidden_state(trace: Trace, *, step: int | None = None, width: int = 420) -> Drawing:
    """Draw units (rows) over steps (columns), sorted by their last value, with a frame at the current step.

    If there are more units than fit, the units that change most are shown.

    Args:
        step: the step to frame; `None` for a slider over all steps.
        width: width of the plot, in pixels.
    """
    steps = Steps(trace, step)
    state = trace["hidden"].astype(np.float64)  # (step, unit)
    n = state.shape[1]
    most = min(n, _MOST_UNITS, MOST_CELLS // len(trace))
    most_changed = np.argsort(-np.ptp(state, axis=0), kind="stable")[:most]
    order = most_changed[np.argsort(-state[-1, most_changed], kind="stable")]
    reach = float(np.abs(state[:, order]).max()) or 1.0
    chart = over_steps(
        trace, steps, state[:, order], [str(i) for i in order],
        what="unit, by its last value", quantity="activation", unit="1",
        scale=alt.Scale(scheme=theme.DIVERGING, domain=[-reach, reach]), width=width,
    )  # fmt: skip
    moved = np.linalg.norm(np.diff(state, axis=0), axis=1)  # change by each step
    texts = [f"{steps.when(t)}, {_state(t, moved)}" for t in range(steps.last + 1)]
    which = f"All {n} units." if most == n else f"The {most} of {n} units that change most."
    symbols = "" if trace.episode.is_regression else " Symbols: the class of the item that each step read."
    subtitle = f"{which} The frame is the current step.{symbols}"
    description = f"Hidden state of {trace.learner}, {n} units over {steps.last} {steps.counted}. {steps.course(texts)}"
    return steps.slide(chart.properties(title=steps.title(texts, subtitle, width), description=description))


def _state(t: int, moved: np.ndarray) -> str:
    return f"the last one changed the state by {moved[t - 1]:.3g}" if t else "the initial state"
