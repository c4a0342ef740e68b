"""Reduction of a trace to some of its queries, if all of them do not fit into a page or a picture."""

import numpy as np

from metawidgets.episodes import Episode
from metawidgets.records import CHANNELS, Trace

__all__ = ["with_fewer_queries"]


def with_fewer_queries(trace: Trace, most: int, always: int = -1) -> Trace:
    """Return the trace with at most `most` queries, spread over all classes. The query `always` is kept."""
    e, n = trace.episode, len(trace.episode.query_x)
    if n <= most:
        return trace
    y = np.zeros(n, int) if e.is_regression else e.query_y
    place = np.array([np.sum(y[:i] == label) for i, label in enumerate(y)])  # a query's number within its class
    place[always if always >= 0 else 0] = -1
    keep = np.sort(np.argsort(place, kind="stable")[: max(1, most)])
    episode = Episode(
        *(e.support_x, e.support_y, e.query_x[keep], e.query_y[keep], e.class_names),
        support_items=e.support_items,
        query_items=tuple(e.query_items[i] for i in keep),
        seed=e.seed,
        task=e.task,
        feature_names=e.feature_names,
    )
    channels = {
        name: np.take(a, keep, 1 + CHANNELS[name].axes.index("query")) if "query" in CHANNELS[name].axes else a
        for name, a in trace.channels.items()
    }
    coords = {axis: names for axis, names in trace.coords.items() if axis != "query"}
    return Trace(trace.axis, channels, episode, trace.meta, coords, trace.probe)
