"""The picture of the distance matrix. A view draws it from a trace that is made of the arrays that the component sends."""

from dataclasses import replace

import numpy as np

from metawidgets.records import Trace
from metawidgets.widgets.base.card import card, headed, picture
from metawidgets.widgets.base.packed_trace import unpack_trace
from metawidgets.widgets.prototype_heatmap.edits import edited_episode
from metawidgets.widgets.prototype_heatmap.sent_pictures import stand_in
from metawidgets.widgets.prototype_heatmap.shown_distances import ShownDistances

__all__ = ["matrix_picture"]

_MOST_CELLS, _MOST_CLASSES = 1600, 40  # the most that are drawn within about a second


def matrix_picture(reading: ShownDistances, sort: str, compare: str) -> bytes:
    """Return a PNG of the distances that `compare` names, with the queries of each class in the order of `sort`.

    For a large matrix, draw only the first queries of each class in that order, as many as fit.
    """
    label, text = reading.config["label"], reading.text("class", compare)
    way = len(reading.names)
    if not 0 < way <= _MOST_CLASSES or not len(reading.labels):
        return card(label, text)
    trace, asked = shown_trace(reading, compare)
    y, step = trace.episode.query_y, min(reading.step, len(trace) - 1)
    from metawidgets.views.prototype_distances import distance_matrix  # altair loads slowly

    place = np.cumsum(asked) - 1  # a query's place among the remaining queries
    order = [int(place[q]) for _, group in reading.groups(sort, compare) for q in group if asked[q]]
    most = max(1, _MOST_CELLS // way**2)
    kept = [q for i, q in enumerate(order) if sum(y[p] == y[q] for p in order[:i]) < most]
    how = "Dot: the nearest class; frame: the true one; grey: no distance."
    if len(kept) < len(order):
        how += f" Shown: {len(kept)} of {len(order)} queries."
    if sort != "class":
        how += f" Within each class the {'smallest margin' if sort == 'margin' else 'farthest off'} first."
    change = None
    if compare == "difference":
        change = np.full(trace["distances"].shape, np.nan)
        change[step] = (reading.new - reading.old)[asked]
    width = float(np.clip(8 * len(kept), 460, 800))
    chart = distance_matrix(trace, step=step, width=width, order=kept, change=change)
    return picture(chart.properties(title=headed(label, [text, how], width)))


def shown_trace(reading: ShownDistances, compare: str = "new") -> tuple[Trace, np.ndarray]:
    """Return a trace with the distances that the matrix shows at its step, and a mask of the remaining queries.

    The trace has only one state if the distances of all states were too large to send.
    """
    arrays, config = reading.arrays, reading.config
    if "support_x" not in arrays:
        arrays = {**arrays, **stand_in(arrays, config)}
    if "distances" not in arrays:
        states = {"recorded": [reading.step], "of": config["steps"] - 1}
        config = {**config, "meta": {**config["meta"], "states": states}}
        arrays = {**arrays, "distances": reading.old[None]}
    trace = unpack_trace(arrays, config)
    after = bool(reading.edits) and compare != "old"
    asked = ~reading.changed.moved if after else np.ones(len(reading.labels), bool)
    episode = trace.episode
    if after:
        episode = edited_episode(episode, reading.edits, config, arrays.get("pool_x"))
    distances = trace["distances"][:, asked].astype(np.float64)
    if reading.metric:  # in another metric, only this step is computed
        distances[:] = np.nan
    distances[min(reading.step, len(trace) - 1)] = (reading.new if after else reading.old)[asked]
    meta = {**trace.meta, "distance_rule": {"metric": reading.metric}} if reading.metric else trace.meta
    return replace(trace, channels={"distances": distances}, episode=episode, meta=meta, coords={}, probe=None), asked
