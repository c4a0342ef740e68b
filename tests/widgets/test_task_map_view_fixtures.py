"""The test cases of the browser's computations for a map of tasks (js/task_map_view/likeness.ts), computed by Python."""

from dataclasses import replace
from typing import Any

import numpy as np

from metawidgets.records import TaskMap
from metawidgets.widgets import TaskMapView
from tests.fixtures import check_fixture
from tests.widgets.examples import task_map


def scattered() -> TaskMap:
    """Make nine tasks in three groups, with names that languages sort in different orders. Two tasks have no similarity."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(9, 3))
    units = x / np.linalg.norm(x, axis=1, keepdims=True)
    similarity, distance = units @ units.T, np.linalg.norm(x[:, None] - x, axis=-1)
    for values in (similarity, distance):
        values[2, 7] = values[7, 2] = np.nan
    groups = ("\U0001f600 face", "\uff5e wave", "B", "a") * 2 + ("a b",)
    names = tuple(f"task {i}" for i in range(9))
    return TaskMap(names, x, similarity, distance, groups, (), "ProtoNet")


def told(component: TaskMapView, measure: str) -> dict[str, Any]:
    component.measure = measure
    rows = {}
    for order in ("clustered", "group", "given"):
        component.order = order
        rows[order] = component.rows()
    n = len(component.config["names"])
    far = component._far()[(pairs := np.triu_indices(n, 1))]
    nearest = int(np.nanargmin(far))
    return {
        "ranked": [component.nearest(i) for i in range(n)],
        "rows": rows,
        "means": component._within_groups(component.unpack()[measure]),
        "nearest": [int(pairs[0][nearest]), int(pairs[1][nearest])],
    }


def numbers_of(tasks: TaskMap) -> dict[str, Any]:
    component = TaskMapView(tasks)
    arrays = component.unpack()
    names = ("similarity", "distance", "order_similarity", "order_distance")
    return {
        "names": component.config["names"],
        "groups": component.config["groups"],
        "arrays": {name: arrays[name].ravel() for name in names},
        "told": {measure: told(component, measure) for measure in ("similarity", "distance")},
    }


def test_likeness_is_what_the_browser_is_tested_with():
    check_fixture(
        "task_map_view/likeness",
        {
            "on_a_line": numbers_of(task_map(6)),
            "scattered": numbers_of(scattered()),
            "without_groups": numbers_of(replace(scattered(), groups=())),
            "in_one_group": numbers_of(replace(scattered(), groups=("same",) * 9)),
        },
    )
