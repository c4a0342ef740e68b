"""Which prototype is each query nearest to, and by how much: a matrix of distances to look into."""

from typing import Any, ClassVar, NamedTuple

import numpy as np
import traitlets as t
from jaxtyping import Float, Int

from metawidgets.errors import TraceError
from metawidgets.traces import Trace
from metawidgets.widgets.base import Component
from metawidgets.widgets.episode_state import episode_title
from metawidgets.widgets.selection import Selection
from metawidgets.widgets.trace_state import pack_trace

__all__ = ["Nearest", "PrototypeHeatmap", "nearest_prototypes"]

_METRICS = {
    "squared_euclidean": "squared Euclidean distance",
    "euclidean": "Euclidean distance",
    "cosine": "cosine distance",
}


class Nearest(NamedTuple):
    """For each query the nearest and second nearest class (-1: none) and the difference of their distances (NaN: no two)."""

    first: Int[np.ndarray, " query"]
    second: Int[np.ndarray, " query"]
    margin: Float[np.ndarray, " query"]


def nearest_prototypes(distances: Float[np.ndarray, "query way"]) -> Nearest:
    """Read one step's distances; a class with NaN (no support yet) is nobody's nearest. Of equals, the first class wins."""
    filled = np.where(np.isnan(distances), np.inf, distances)
    order = np.argsort(filled, axis=1, kind="stable")[:, :2]  # (query, 2)
    two = np.take_along_axis(filled, order, 1)
    known = np.isfinite(two)
    margin = np.where(known.all(1), two[:, 1] - np.where(known[:, 0], two[:, 0], 0), np.nan)
    first, second = np.where(known, order, -1).T
    return Nearest(first, second, margin)


class PrototypeHeatmap(Component):
    """Query x class distances of a trace as a matrix, step by step.

    Rows are queries, grouped by their true class; columns are classes, shown by their first support example. The nearest
    prototype of each query carries a dot, or a cross where it belongs to a wrong class. Pointing at a cell or moving with the
    arrow keys shows both images, the runner-up and the margin; a click or Enter pins the cell, Escape lets go.

    Args:
        trace: a trace with `distances`, and `probabilities` if margins are wanted in probability too.
        selection: shared with other components; a pinned cell selects its query.

    Raises:
        TraceError: if the trace has no distances, or its episode no classes.
    """

    cell = t.List(t.Int(), help="[query, class] of the pinned cell, [] for none").tag(sync=True, saved=True)

    js_parts: ClassVar[tuple[str, ...]] = ("scroll_canvas.js", "prototype_matrix.js", "prototype_detail.js")

    def __init__(self, trace: Trace, selection: Selection | None = None, **kwargs: Any) -> None:
        super().__init__(selection=selection, **kwargs)
        e = trace.episode
        trace["distances"]  # a trace without them explains itself
        if e.is_regression:
            raise TraceError(
                "a PrototypeHeatmap compares classes, but this trace's episode is a regression; use InnerLoopSlider."
            )
        arrays, config = pack_trace(trace, ("distances", "probabilities"))
        # Of each class's support the first item stands for its prototype, -1 if it has none.
        shown = [int(np.flatnonzero(e.support_y == k)[0]) if n else -1 for k, n in enumerate(e.shots)]
        metric = trace.meta.get("hyper", {}).get("metric", "")
        label = f"{trace.learner}: distances to prototypes, {episode_title(e)}"
        self.pack(arrays, **config, shown=shown, metric=_METRICS.get(metric, "distance"), label=label)
        if "step" not in kwargs:
            self.step = len(trace) - 1

    def summary(self) -> str:
        """How many queries are nearest to a wrong prototype at this step, and the closest call."""
        return f"{self.config['label']}. {self._reading()}"

    @property
    def _shown(self) -> int:
        """The step as the browser shows it: within what was recorded."""
        return min(max(self.step, 0), self.config["steps"] - 1)

    def _reading(self) -> str:
        arrays, names = self.unpack(), self.config["episode"]["class_names"]
        y, near = arrays["query_y"], nearest_prototypes(arrays["distances"][self._shown])
        when = self.config["step_names"][self._shown]
        head = f"{when[0].upper()}{when[1:]}, {self.config['metric']}:"
        if (near.first < 0).all():
            return f"{head} no class has support yet."
        wrong = int(((near.first != y) & (near.first >= 0)).sum())
        text = f"{head} {wrong} of {len(y)} queries {'is' if wrong == 1 else 'are'} nearest to a wrong prototype"
        if np.isnan(near.margin).all():
            return f"{text}."
        q = int(np.nanargmin(near.margin))
        pair = f"{names[near.first[q]]} before {names[near.second[q]]}"
        return f"{text}; smallest margin {near.margin[q]:.3g} (query {q}: {pair})."

    def png(self) -> bytes:
        from metawidgets.widgets.prototype_still import draw_matrix  # Pillow's fonts are loaded only by who draws

        return draw_matrix(self.unpack(), self.config, self._shown, self._reading())
