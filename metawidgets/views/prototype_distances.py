"""Prototype distances: a small heatmap of the distance of every query to every class."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from metawidgets.records import Trace
from metawidgets.views.class_matrix import Quantity, class_matrix
from metawidgets.views.marks import Drawing
from metawidgets.views.queries import accuracy, columns, guesses
from metawidgets.views.registry import view
from metawidgets.views.steps import Steps, per_step

__all__ = ["LARGEST", "distance_matrix", "prototype_distances"]

LARGEST = 32  # cells along a side; for more cells Vega takes seconds, a canvas milliseconds
_UNITS = {
    "squared_euclidean": "squared Euclidean",
    "euclidean": "Euclidean",
    "cosine": "1 - cosine",
    "manhattan": "Manhattan",
}


def _unless(trace: Trace) -> str | None:
    n_query, n_way = trace["distances"].shape[1:]
    if n_query == 0:
        return "its episode has no queries."
    if max(n_query, n_way) > LARGEST:
        return (
            f"{n_query} queries x {n_way} classes are more than {LARGEST} x {LARGEST} cells; use the component PrototypeHeatmap, "
            "which draws them on a canvas."
        )
    return None


@view(needs=("distances",), unless=_unless)
def prototype_distances(trace: Trace, *, step: int | None = None, width: int = 420) -> Drawing:
    """Draw the distance of every query (column, grouped by true class) to every class (row), in the learner's metric.

    A dot marks the nearest class of a query, and a frame its true class. A dot outside its frame is a mistake.

    Args:
        step: the step to show; `None` for a slider over all steps.
        width: width of all columns, in pixels.
    """
    return distance_matrix(trace, step=step, width=width)


def distance_matrix(
    trace: Trace,
    *,
    step: int | None,
    width: float,
    order: Sequence[int] = (),
    change: Float[np.ndarray, "step query way"] | None = None,
) -> Drawing:
    """Draw the matrix of `prototype_distances` without its limit on size.

    Args:
        step, width: as in `prototype_distances`.
        order: the queries to show, in their order within each class; by default all.
        change: changes of the distances, to be shown in the cells instead of the distances. Dots still mark the nearest class.
    """
    episode = trace.episode
    place = columns(episode, width, order)
    d = trace["distances"][:, place.order].astype(np.float64)  # (step, query, way)
    y = episode.query_y[place.order]
    shown = d if change is None else change[:, place.order].astype(np.float64)
    steps = Steps(trace, step, load=per_step(shown))
    unit = _UNITS.get(trace.distance_rule.metric if trace.distance_rule else "", "the learner's metric")
    known = shown[np.isfinite(shown)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if change is not None:
        high = max(-low, high) or 1.0
        low = -high
    name = "distance to" if change is None else "change of distance to"
    quantity = Quantity(name, unit, low, high, nearer=True, signed=change is not None)
    chart = class_matrix(steps, place, episode, shown, quantity, guesses(-d))
    right = accuracy(-d, y)
    score = [f"{100 * r:.0f} % of {len(y)} queries nearest their own class" for r in right]
    nothing = [bool(np.isnan(of_step).all()) for of_step in d]
    titles = [
        f"{steps.when(t)}, {'no distance is known yet' if nothing[t] else score[t]}" for t in range(steps.last + 1)
    ]
    subtitle = (
        "Dot: the nearest class. Frame: the true class. A dot outside its frame is a mistake; grey: no support yet."
    )
    description = f"Distances of {len(y)} queries to {len(episode.class_names)} classes by {trace.learner}. {steps.course(titles)}"
    return steps.slide(chart.properties(title=steps.title(titles, subtitle, place.width), description=description))
