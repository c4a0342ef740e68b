"""The test cases of the browser's computations for an embedding map (js/embedding_map/space.ts, regions.ts), computed by Python."""

import numpy as np

from metawidgets import analysis
from metawidgets.records import EmbeddedItems
from metawidgets.widgets import EmbeddingMap
from metawidgets.widgets.base.distances import metric_distances
from metawidgets.widgets.embedding_map.points import METRICS, slice_planes
from tests.fixtures import check_fixture
from tests.widgets.made_spaces import moving


def numbers_of(component: EmbeddingMap) -> dict:
    """Return the arrays sent and, for each metric, the nearest items and the shares that Python computes."""
    arrays, config = component.unpack(), component.config
    steps, states = config["steps"], len(arrays["z"])
    nearest = {}
    for metric in METRICS:
        now = [metric_distances(arrays["z"][t % states], arrays["prototypes"][t], metric) for t in range(steps)]
        nearest[metric] = [np.where(np.isnan(d).all(1), -1, np.where(np.isnan(d), np.inf, d).argmin(1)) for d in now]
    names = ("z", "labels", "support", "absorbed", "prototypes")
    return {
        "config": {name: config[name] for name in ("ids", "class_names", "steps", "has_sides")},
        "shapes": {name: arrays[name].shape for name in names},
        "arrays": {name: arrays[name].ravel() for name in names},
        "nearest": nearest,
        "shares": {"euclidean": arrays["around"][:, 3], "cosine": arrays["around"][:, 4]},
    }


def angles(rows: np.ndarray) -> np.ndarray:
    """Return the angles between rows in degrees, computed by NumPy; NaN for a row that is NaN or zero."""
    with np.errstate(invalid="ignore"):
        units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        found = np.degrees(np.arccos(np.clip(units @ units.T, -1, 1)))
    known = np.isfinite(rows).all(1)
    found[np.eye(len(rows), dtype=bool)] = np.where(known, 0, np.nan)
    return found


def only_support() -> EmbeddedItems:
    """Make five items in three classes, all of them support; they are measured like queries. One prototype is zero, one is unknown."""
    rng = np.random.default_rng(3)
    z = rng.normal(size=(5, 4)).astype(np.float32)
    prototypes = rng.normal(size=(3, 4)).astype(np.float32)
    prototypes[1], prototypes[2] = 0, np.nan
    labels, support = np.array([0, 1, 2, 0, 1]), np.ones(5, np.uint8)
    return EmbeddedItems(z, labels, ("a", "b", "c"), None, (), prototypes=prototypes, support=support, learner="Frozen")


def test_the_space_is_what_the_browser_is_tested_with():
    component = EmbeddingMap(moving())
    last = component.unpack()["prototypes"][-1].astype(np.float64)
    matrix = {name: metric_distances(last, last, name) for name in METRICS}
    for distances in matrix.values():
        np.fill_diagonal(distances, 0)  # rounding leaves small cosine distances on the diagonal
    matrix |= {"angle": angles(last), "spread": angles(last - last.mean(0))}
    check_fixture(
        "embedding_map/space",
        {
            "moving": numbers_of(component),
            "only_support": numbers_of(EmbeddingMap(only_support())),
            "matrix": matrix,
            "summary_share": component.summary().split(" % of the queries")[0].rsplit(" ", 1)[-1],
        },
    )


def test_the_regions_are_what_the_browser_is_tested_with():
    rng = np.random.default_rng(1)
    prototypes = rng.normal(size=(1, 6, 9)) + 0.5
    prototypes[0, 4] = np.nan  # a class without support yet
    fitted = analysis.fit_projection(prototypes)
    places = rng.uniform(-3, 3, size=(300, 2))
    points = fitted.mean + places @ fitted.components  # places mapped back into the space
    found = {}
    for metric in ("euclidean", "cosine"):
        distances = metric_distances(points, prototypes[0], metric)
        found[metric] = {
            "planes": slice_planes(fitted, prototypes, metric)[0].ravel(),
            "nearest": np.where(np.isnan(distances), np.inf, distances).argmin(1),
        }
    check_fixture("embedding_map/regions", {"places": places, **found})
