"""Relation scores: how alike a relation network finds every query and every class, as a small heatmap."""

import numpy as np

from metawidgets.traces import Trace
from metawidgets.views.class_matrix import Quantity, class_matrix
from metawidgets.views.marks import Drawing
from metawidgets.views.queries import accuracy, columns, too_many
from metawidgets.views.registry import view
from metawidgets.views.steps import Steps, per_step

__all__ = ["relation_scores"]


def _unless(trace: Trace) -> str | None:
    return too_many(trace, trace["relation_scores"].shape[-1], "classes")


@view(needs=("relation_scores",), unless=_unless)
def relation_scores(trace: Trace, *, step: int | None = None, width: int = 420) -> Drawing:
    """Learned likeness, 0 to 1, of every query (a column, under its true class) to every class (a row).

    A dot marks the class that a query is most like, a frame its true class: dots outside a frame are mistakes.

    Args:
        step: the step to show; `None` for a slider.
        width: of all columns, in pixels.
    """
    episode = trace.episode
    place = columns(episode, width)
    scores = trace["relation_scores"][:, place.order].astype(np.float64)  # (step, query, way)
    y = episode.query_y[place.order]
    steps = Steps(trace, step, load=per_step(scores))
    chart = class_matrix(steps, place, episode, scores, Quantity("relation to", "0 to 1", 0.0, 1.0, nearer=False))
    right, own = accuracy(scores, y), scores[:, np.arange(len(y)), y]
    titles = [f"{steps.when(t)}, {_state(float(right[t]), scores[t], own[t])}" for t in range(steps.last + 1)]
    subtitle = "Dot: the class that it is most like. Frame: the true class. A dot outside its frame is a mistake; grey: no support yet."
    description = f"Relation scores of {len(y)} queries and {len(episode.class_names)} classes by {trace.learner}. {steps.course(titles)}"
    return steps.slide(chart.properties(title=steps.title(titles, subtitle, width), description=description))


def _state(right: float, scores: np.ndarray, own: np.ndarray) -> str:
    """Accuracy, and the mean score of true classes, which is 1 for a perfect network."""
    if np.isnan(scores).all():
        return "no class is known yet"
    known = own[~np.isnan(own)]
    mean = f", mean score of the true class {known.mean():.2f}" if len(known) else ""
    return f"{100 * right:.0f} % of {len(own)} queries right{mean}"
