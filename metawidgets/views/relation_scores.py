"""Relation scores: a small heatmap of a relation network's score for every query and every class."""

import numpy as np

from metawidgets.records import Trace
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
    """Draw the learned similarity, 0 to 1, of every query (column, grouped by true class) and every class (row).

    A dot marks the class with the highest score, and a frame the true class. A dot outside its frame is a mistake.

    Args:
        step: the step to show; `None` for a slider over all steps.
        width: width of all columns, in pixels.
    """
    episode = trace.episode
    place = columns(episode, width)
    scores = trace["relation_scores"][:, place.order].astype(np.float64)  # (step, query, way)
    y = episode.query_y[place.order]
    steps = Steps(trace, step, load=per_step(scores))
    chart = class_matrix(steps, place, episode, scores, Quantity("relation to", "0 to 1", 0.0, 1.0, nearer=False))
    right, own = accuracy(scores, y), scores[:, np.arange(len(y)), y]
    titles = [f"{steps.when(t)}, {_state(float(right[t]), scores[t], own[t])}" for t in range(steps.last + 1)]
    subtitle = "Dot: the class with the highest score. Frame: the true class. A dot outside its frame is a mistake; grey: no support yet."
    description = f"Relation scores of {len(y)} queries and {len(episode.class_names)} classes by {trace.learner}. {steps.course(titles)}"
    return steps.slide(chart.properties(title=steps.title(titles, subtitle, width), description=description))


def _state(right: float, scores: np.ndarray, own: np.ndarray) -> str:
    """Return a phrase with the accuracy and the mean score of the true class, which is 1 for a perfect network."""
    if np.isnan(scores).all():
        return "no class is known yet"
    known = own[~np.isnan(own)]
    mean = f", mean score of the true class {known.mean():.2f}" if len(known) else ""
    return f"{100 * right:.0f} % of {len(own)} queries right{mean}"
