"""The data that an embedding map sends: places of items on fixed axes, decision borders, and measures of the space."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from metawidgets.analysis import Projection, class_geometry, class_means, fit_projection
from metawidgets.episodes import ItemId
from metawidgets.errors import TraceError
from metawidgets.records import AXES, EmbeddedItems, Trace
from metawidgets.widgets.base.distances import METRIC_NAMES, metric_distances
from metawidgets.widgets.base.episode_facts import episode_title
from metawidgets.widgets.base.packed_trace import step_names

__all__ = ["METRICS", "Points", "pack_points", "points_of", "slice_planes"]

METRICS = {name: METRIC_NAMES[name] for name in ("squared_euclidean", "euclidean", "cosine")}


@dataclass(frozen=True, eq=False)
class Points:
    """The content of a map: embedded items in one or several states.

    Args:
        z: `(state, item, feature)`; one state if no step moves the items, or one state for each step.
        labels, support: `(item,)`; the class, and whether the item is in the support set.
        absorbed: `(step, item)`; whether the learner has read the item by this step.
        x: the items, for display.
        prototypes: `(step, way, feature)`, NaN for a class without support.
        features: names of the two axes if the space is the plane of the data itself; empty if it is not.
        decides: whether the learner assigns an item to its nearest prototype. If not, the prototypes are class means.
    """

    z: Float[np.ndarray, "state item feature"]
    labels: Int[np.ndarray, " item"]
    support: Shaped[np.ndarray, " item"]
    absorbed: Shaped[np.ndarray, "step item"]
    x: Shaped[np.ndarray, "item *shape"] | None
    items: tuple[ItemId, ...]
    class_names: tuple[str, ...]
    prototypes: Float[np.ndarray, "step way feature"]
    decides: bool
    metric: str
    step_names: list[str]
    axis_label: str
    learner: str
    title: str
    features: tuple[str, ...] = ()

    @property
    def steps(self) -> int:
        return len(self.step_names)


def points_of(source: Trace | EmbeddedItems) -> Points:
    """Return the points to map from a trace or from embedded items.

    Raises:
        TraceError: if the trace records no embeddings or is of a regression, or if the items' arrays do not fit together.
    """
    return _of_trace(source) if isinstance(source, Trace) else _of_items(source)


def _of_trace(trace: Trace) -> Points:
    e = trace.episode
    queries = _flat(trace["embeddings"])  # a trace without embeddings raises an error that explains it
    if e.is_regression:
        raise TraceError(
            "an EmbeddingMap shows classes, and this trace's episode is a regression; use InnerLoopSlider."
        )
    z = np.concatenate([_flat(trace["support_embeddings"]), queries], 1)
    if all(np.array_equal(z[0], now, equal_nan=True) for now in z[1:]):
        z = z[:1]
    n_support, n_query = len(e.support_y), len(e.query_y)
    taken = trace["absorbed"] if "absorbed" in trace else np.ones((len(trace), n_support), np.uint8)
    own = "prototypes" in trace
    prototypes = (
        _flat(trace["prototypes"])
        if own
        else _means_of_counted(z[:, :n_support], e.support_y, taken, len(e.class_names))
    )
    return Points(
        z=z,
        labels=np.concatenate([e.support_y, e.query_y]),
        support=np.repeat(np.array([1, 0], np.uint8), [n_support, n_query]),
        absorbed=np.concatenate([taken, np.ones((len(trace), n_query), np.uint8)], 1),
        x=np.concatenate([e.support_x, e.query_x]),
        items=e.support_items + e.query_items,
        class_names=e.class_names,
        prototypes=prototypes,
        decides=own,
        metric=_metric(trace),
        step_names=step_names(trace),
        axis_label=AXES[trace.axis],
        learner=trace.learner,
        title=f"{trace.learner}: embeddings of a {episode_title(e)} episode",
        features=_features(z, np.concatenate([e.support_x, e.query_x]), e.feature_names),
    )


def _of_items(items: EmbeddedItems) -> Points:
    z, labels = np.asarray(items.embeddings, np.float32), np.asarray(items.labels)
    n, way = len(z), len(items.class_names)
    if z.ndim != 2 or n == 0:
        raise TraceError(f"embeddings have shape {z.shape}; give (item, feature) with at least one item.")
    for name, value in (("labels", labels), ("x", items.x), ("support", items.support), ("items", items.items or None)):
        if value is not None and len(value) != n:
            raise TraceError(f"{name} has {len(value)} entries for {n} embeddings; give one for each.")
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= way:
        raise TraceError(f"labels must be whole numbers from 0 to {way - 1}, the {way} class_names; give such labels.")
    if items.metric not in METRICS:
        raise TraceError(f"metric={items.metric!r} is unknown; give one of {', '.join(METRICS)}.")
    prototypes = items.prototypes
    if prototypes is None:
        counted = np.ones(n, bool) if items.support is None else np.asarray(items.support, bool)
        prototypes = _means_of_counted(z[None], labels, counted[None].astype(np.uint8), way)[0]
    if np.shape(prototypes) != (way, z.shape[1]):
        raise TraceError(f"prototypes have shape {np.shape(prototypes)}; give {(way, z.shape[1])}, one for each class.")
    support = np.zeros(n, np.uint8) if items.support is None else np.asarray(items.support, np.uint8)
    who = f"{items.learner}: " if items.learner else ""
    return Points(
        z=z[None],
        labels=labels,
        support=support,
        absorbed=np.ones((1, n), np.uint8),
        x=items.x,
        items=items.items or tuple(ItemId("item", items.class_names[c], str(i)) for i, c in enumerate(labels)),
        class_names=tuple(map(str, items.class_names)),
        prototypes=np.asarray(prototypes, np.float32)[None],
        decides=items.prototypes is not None or not items.learner,
        metric=items.metric,
        step_names=["after adaptation" if support.any() else "as recorded"],
        axis_label="state",
        learner=items.learner,
        title=f"{who}embeddings of {n:,} items in {way} classes",
        features=_features(z[None], items.x),
    )


def pack_points(points: Points) -> tuple[dict[str, Shaped[np.ndarray, "..."]], dict[str, Any]]:
    """Return the arrays to send, and a JSON-able dictionary of the other values."""
    p = points
    fitted = fit_projection(np.concatenate([_rows(p.z), _rows(p.prototypes)]))
    if p.features:
        fitted = _plane_axes(fitted, _rows(p.z))
    arrays: dict[str, np.ndarray] = {
        "z": p.z.astype(np.float32),
        "labels": p.labels,
        "support": p.support,
        "absorbed": p.absorbed,
        "prototypes": p.prototypes,
        "pca": fitted(p.z),
        "pca_prototypes": fitted(p.prototypes),
        "geometry": np.stack([_geometry(z, p.labels) for z in p.z]),  # (state, 4)
    }
    if p.x is not None:
        arrays["x"] = p.x
    if p.decides:
        arrays["planes_euclidean"] = slice_planes(fitted, p.prototypes, "euclidean")
        arrays["planes_cosine"] = slice_planes(fitted, p.prototypes, "cosine")
    judged = ~p.support.astype(bool) if (p.support == 0).any() else np.ones(len(p.labels), bool)
    around = [_around(p.z[t % len(p.z)][judged], p.labels[judged], p.prototypes[t]) for t in range(p.steps)]
    arrays["around"] = np.stack(around)  # (step, 5)
    config = {
        "ids": list(map(str, p.items)),
        "class_names": list(p.class_names),
        "step_names": p.step_names,
        "axis_label": p.axis_label,
        "steps": p.steps,
        "learner": p.learner,
        "label": p.title,
        "learner_metric": p.metric,
        "explained": [float(v) for v in fitted.explained],
        "axes": list(p.features),
        "has_sides": bool(p.support.any()),
        "decides": p.decides,
        "noun": "prototype" if p.decides else "class mean",
    }
    return arrays, config


def _features(
    z: Float[np.ndarray, "state item feature"], x: Shaped[np.ndarray, "item *shape"] | None, names: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the names of the data's two features if the space is the plane of the data itself, or () if it is not."""
    if x is None or len(z) > 1 or x.shape != z[0].shape or x.shape[1:] != (2,):
        return ()
    if not np.allclose(z[0], x, rtol=1e-5, atol=1e-6):
        return ()
    return names or ("x", "y")


def _plane_axes(fitted: Projection, z: Float[np.ndarray, "item 2"]) -> Projection:
    """Return the plane's own axes as a projection. They have names, which principal axes would not."""
    spread = z[np.isfinite(z).all(1)].astype(np.float64).var(0)
    return Projection(fitted.mean, np.eye(2), spread / (spread.sum() or 1.0))


def slice_planes(
    fitted: Projection, prototypes: Float[np.ndarray, "step way feature"], metric: str
) -> Float[np.ndarray, "step way 3"]:
    """Return `(a, b, c)` for each class: at the map's place `(u, v)`, the nearest prototype has the largest `a u + b v + c`.

    The place `(u, v)` is the point `mean + u axis1 + v axis2` of the whole space. Its squared distance to a prototype is a
    term that all classes share, minus a term linear in `(u, v)`. Its cosine is linear too, up to the point's own length, which
    all classes share. So the regions are convex polygons with straight borders.
    """
    p = np.asarray(prototypes, np.float64)
    if metric == "cosine":
        length = np.linalg.norm(p, axis=-1, keepdims=True)
        units = np.divide(p, length, out=np.full_like(p, np.nan), where=length > 0)
        return np.concatenate([units @ fitted.components.T, (units @ fitted.mean)[..., None]], -1)
    arrows = p - fitted.mean
    return np.concatenate([2 * arrows @ fitted.components.T, -(arrows**2).sum(-1, keepdims=True)], -1)


def _metric(trace: Trace) -> str:
    """Return the metric that the learner declares, or "euclidean" if it declares none in `METRICS`."""
    rule = trace.distance_rule
    return rule.metric if rule and rule.metric in METRICS else "euclidean"


def _means_of_counted(
    z: Float[np.ndarray, "state item feature"],
    labels: Int[np.ndarray, " item"],
    counted: Shaped[np.ndarray, "step item"],
    way: int,
) -> Float[np.ndarray, "step way feature"]:
    """Return each class's mean at each step, over the items for which `counted` is true; NaN for a class without such items."""
    means = np.full((len(counted), way, z.shape[-1]), np.nan, np.float32)
    for t, now in enumerate(counted.astype(bool)):
        if now.any():
            means[t, np.unique(labels[now])] = class_means(z[t % len(z)][now], labels[now])
    return means


def _geometry(z: Float[np.ndarray, "item feature"], labels: Int[np.ndarray, " item"]) -> Float[np.ndarray, " 4"]:
    """Return the scatter within and between classes, their ratio, and the silhouette; NaN where they are undefined."""
    try:
        g = class_geometry(z, labels)
    except TraceError:
        return np.full(4, np.nan)
    return np.array([g.within, g.between, g.ratio, g.silhouette])


def _around(
    z: Float[np.ndarray, "item feature"], labels: Int[np.ndarray, " item"], prototypes: Float[np.ndarray, "way feature"]
) -> Float[np.ndarray, " 5"]:
    """Return five measures of items around their prototypes.

    They are the mean squared distance of the items to their own prototypes, the mean squared distance of the prototypes to their
    mean, the ratio of the second to the first, and the shares of items nearest to their own prototype by Euclidean and by cosine
    distance.
    """
    p = np.asarray(prototypes, np.float64)
    known = np.asarray(np.isfinite(p).all(1))
    mine = known[labels]
    if not mine.any():
        return np.full(5, np.nan)
    within = float(((z[mine] - p[labels[mine]]) ** 2).sum(1).mean())
    between = float(((p[known] - p[known].mean(0)) ** 2).sum(1).mean())
    ratio = between / within if within > 0 else np.nan
    shares = []
    for metric in ("squared_euclidean", "cosine"):
        d = metric_distances(z, p, metric)
        shares.append(float((np.where(np.isnan(d), np.inf, d).argmin(1) == labels).mean()))
    return np.array([within, between, ratio, *shares])


def _flat(points: Shaped[np.ndarray, "step item *feature"]) -> Float[np.ndarray, "step item feature"]:
    """Flatten the features to one axis: some learners (a linear probe) embed items as feature maps."""
    return points.reshape(*points.shape[:2], -1)


def _rows(points: Shaped[np.ndarray, "... feature"]) -> Float[np.ndarray, "point feature"]:
    return points.reshape(-1, points.shape[-1])
