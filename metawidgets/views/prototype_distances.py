"""Prototype distances: how far every query is from every class, as a small heatmap."""

import numpy as np

from metawidgets.traces import Trace
from metawidgets.views.class_matrix import Quantity, class_matrix
from metawidgets.views.marks import Drawing
from metawidgets.views.queries import accuracy, columns
from metawidgets.views.registry import view
from metawidgets.views.steps import Steps, per_step

__all__ = ["LARGEST", "prototype_distances"]

LARGEST = 32  # cells along a side: beyond, a canvas draws in milliseconds what Vega draws in seconds
_UNITS = {"squared_euclidean": "squared Euclidean", "euclidean": "Euclidean", "cosine": "1 - cosine"}


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
    """Distance of every query (a column, under its true class) to every class (a row), in the learner's metric.

    A dot marks the nearest class of a query, a frame its true class: dots outside a frame are mistakes.

    Args:
        step: the step to show; `None` for a slider.
        width: of all columns, in pixels.
    """
    episode = trace.episode
    place = columns(episode, width)
    d = trace["distances"][:, place.order].astype(np.float64)  # (step, query, way)
    y = episode.query_y[place.order]
    steps = Steps(trace, step, load=per_step(d))
    unit = _UNITS.get(str(trace.meta.get("hyper", {}).get("metric", "")), "the learner's metric")
    known = d[np.isfinite(d)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    chart = class_matrix(steps, place, episode, d, Quantity("distance to", unit, low, high, nearer=True))
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
