"""Fitted curve: a learner's prediction over the whole range, with support points, queries and the true function."""

import altair as alt
import numpy as np

from metawidgets.episodes import Episode
from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.items import axis_titles, curve_items
from metawidgets.views.marks import Drawing, inline
from metawidgets.views.registry import view
from metawidgets.views.steps import Steps

__all__ = ["fitted_curve"]

_TRUTH, _START, _NOW = "truth", "start", "now"
_LINES: dict[str, tuple[str, str, list[int], float]] = {  # field: name, colour, dash, width
    _TRUTH: ("truth", theme.MUTED, [2, 3], 2.0),
    _START: ("before adaptation", "#d55e00", [6, 4], 1.5),
    _NOW: ("prediction", "#0072b2", [1, 0], 3.0),
}


def _kind(episode: Episode) -> str | None:
    if not episode.is_regression or episode.item_shape != (1,) or episode.output_dim != 1:
        return (
            f"it draws regression of one number on one number, and this episode has items of shape {episode.item_shape} and "
            f"{'classes' if episode.n_way else f'{episode.output_dim} targets'}; try query_probabilities or decision_regions."
        )
    return None


def _unless(trace: Trace) -> str | None:
    return "it has no probe grid; trace with a probe." if trace.probe is None else None


@view(needs=("probe_outputs", "query_loss"), kind=_kind, unless=_unless)
def fitted_curve(trace: Trace, *, step: int | None = None, width: int = 480) -> Drawing:
    """Draw the prediction on the probe grid at the current step and before adaptation, all items, and the true function if known.

    Args:
        step: the step to show; `None` for a slider over all steps.
        width: width of the plot, in pixels.
    """
    steps, episode = Steps(trace, step, load=trace["probe_outputs"][0].size), trace.episode
    assert trace.probe is not None
    grid = trace.probe[:, 0]
    predicted = trace["probe_outputs"][..., 0]  # (step, probe)
    truth = _truth(episode, grid)
    lines = {_TRUTH: truth, _START: predicted[0], _NOW: predicted[-1]}
    shown = [name for name in _LINES if lines[name] is not None and not (name == _START and steps.last == 0)]
    box = _limits(episode, [line for line in lines.values() if line is not None])
    across, up = axis_titles(episode)
    x = alt.X("x:Q", title=across, scale=alt.Scale(domain=[float(grid[0]), float(grid[-1])], nice=False, zero=False))
    y = alt.Y("y:Q", title=up, scale=alt.Scale(domain=box, nice=False, zero=False))
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolSize=500, symbolStrokeWidth=2.5, offset=4)
    names, colours, dashes, _ = zip(*(_LINES[name] for name in shown), strict=True)
    look = {
        "color": alt.Color("line:N", scale=alt.Scale(domain=names, range=colours), legend=legend),
        "strokeDash": alt.StrokeDash("line:N", scale=alt.Scale(domain=names, range=dashes), legend=legend),
    }

    still = {name: np.asarray(lines[name]).tolist() for name in shown if name != _NOW}
    base = alt.Chart(inline(steps.rows({"x": grid.tolist(), **still}, {_NOW: predicted})))

    def line(name: str) -> alt.Chart:
        drawn = steps.calculate(base, y=name).transform_calculate(line=f"'{_LINES[name][0]}'")
        return drawn.mark_line(clip=True, strokeWidth=_LINES[name][3]).encode(
            x=x,
            y=y,
            tooltip=[
                alt.Tooltip("line:N"),
                alt.Tooltip("x:Q", title=across, format=".4~g"),
                alt.Tooltip("y:Q", title=up, format=".4~g"),
            ],
            description="line:N",
            **look,
        )

    loss = trace["query_loss"]
    titles = [f"{steps.when(t)}, mean squared error {loss[t]:.3g}" for t in range(steps.last + 1)]
    subtitle = (
        f"Filled: the {len(episode.support_x)} support points that the learner adapts to. "
        f"Hollow: the {len(episode.query_x)} queries that the learner is scored on."
    )
    description = f"Curve fitted by {trace.learner} to {len(episode.support_x)} support points. {steps.course(titles)}"
    chart = alt.layer(*map(line, shown), *curve_items(episode, x, y))
    chart = chart.properties(
        width=width, height=0.55 * width, title=steps.title(titles, subtitle, width), description=description
    )
    return steps.slide(chart)


def _truth(episode: Episode, x: np.ndarray) -> np.ndarray | None:
    """Return the episode's sinusoid at `x`; `None` for another function."""
    if not {"amplitude", "phase"} <= episode.task.keys():
        return None
    return episode.task["amplitude"] * np.sin(x - episode.task["phase"])


def _limits(episode: Episode, lines: list[np.ndarray]) -> list[float]:
    """Return limits of y that contain truth, targets and the first and last prediction. If predictions diverge, they are clipped."""
    targets = np.concatenate([episode.support_y, episode.query_y])
    spare = 3 * max(float(np.ptp(targets)), 1e-6)
    every = np.concatenate([np.ravel(v) for v in (*lines, targets)])
    every = np.clip(every[np.isfinite(every)], targets.min() - spare, targets.max() + spare)
    low, high = float(every.min()), float(every.max())
    margin = 0.08 * max(high - low, 1e-6)
    return [low - margin, high + margin]
