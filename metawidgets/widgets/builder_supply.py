"""Further items of a class, or samples of a curve, from where its first ones came."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from metawidgets.datasets import SPLITS, Dataset
from metawidgets.episodes import ItemId
from metawidgets.errors import DatasetError, did_you_mean
from metawidgets.sampling import ClassPool, TaskSource
from metawidgets.widgets.builder_rows import Row, Rows

__all__ = ["Supply"]


class Supply:
    """Where items come from.

    Args:
        datasets: by name. rows: what was taken so far; further ones are added.
    """

    def __init__(self, datasets: Mapping[str, Dataset], rows: Rows) -> None:
        self.datasets, self.rows = dict(datasets), rows

    def source(self, dataset: Any, split: Any) -> TaskSource:
        """Where tasks are drawn from.

        Raises:
            DatasetError: if there is no such dataset or split, or its files are missing.
        """
        if dataset not in self.datasets:
            raise DatasetError(f"there is no dataset {dataset!r} here; {did_you_mean(dataset, self.datasets)}")
        if split not in SPLITS:
            raise DatasetError(f"split={split!r} is none of a dataset's parts: {did_you_mean(split, SPLITS)}")
        return self.datasets[dataset].source(split)

    def further(
        self, document: Mapping[str, Any], c: Mapping[str, Any] | None, count: int, rng: np.random.Generator
    ) -> list[Row]:
        """Up to `count` items of class `c` (`None`: samples of the curve) that the document does not hold."""
        origin = (
            c["origin"] if c else {"draw": document["draw"], "label": 0, "dataset": document["settings"]["dataset"]}
        )
        if origin is None or origin["dataset"] not in self.datasets or count < 1:
            return []
        pool = self.source(origin["dataset"], origin["split"]) if c else None
        if document["kind"] == "sheet" or isinstance(pool, ClassPool):
            used = {i["row"] for i in document["items"].values()}
            found = self._of_pool(document["kind"], pool, origin["class"], used, count, rng)
            if document["kind"] == "points":
                self._note(origin, found)
            return found
        task = self.rows.draws.get(origin["draw"], {}).get("task", {})
        data = _points(task, origin["label"], document["kind"], count, rng)
        names = [f"more-{origin['draw']}-{document['next'] + i}" for i in range(count)]
        owner = c["origin"]["class"] if c else "curve"
        found = [
            self.rows.add(document["kind"], d, ItemId(origin["dataset"], owner, name))
            for d, name in zip(data, names, strict=False)
        ]
        self._note(origin, found)
        return found

    def _note(self, origin: Mapping[str, Any], found: list[Row]) -> None:
        """Where these points lie in the plot of the draw that they belong to."""
        for row in found:
            self.rows.draws[origin["draw"]]["at"][str(row.number)] = row.at

    def _of_pool(
        self, kind: str, pool: TaskSource | None, class_id: str, used: set[int], count: int, rng: np.random.Generator
    ) -> list[Row]:
        if not isinstance(pool, ClassPool) or class_id not in pool.class_ids:
            return []
        n = pool.class_ids.index(class_id)
        low, high = int(pool.offsets[n]), int(pool.offsets[n + 1])
        found: list[Row] = []
        for r in low + rng.permutation(high - low):
            if len(found) == count:
                break
            item = pool.item_id(int(r))
            row = self.rows.add(kind, pool.items[r], item, f"{item.dataset}/{pool.origins[n]}/{item.item}")
            if row.number not in used:
                found.append(row)
        return found


def _points(
    task: Mapping[str, Any], label: int, kind: str, count: int, rng: np.random.Generator
) -> Float[np.ndarray, "point 2"]:
    """Further points of a cloud or samples of a curve, as far as its task tells how it was made."""
    if kind == "points" and {"means", "covariances"} <= set(task) and label < len(task["means"]):
        cloud = rng.integers(len(task["means"][label]), size=count)
        factors = np.linalg.cholesky(np.array(task["covariances"][label]))[cloud]
        noise = rng.standard_normal((count, 2, 1))
        return (np.array(task["means"][label])[cloud] + (factors @ noise)[..., 0]).astype(np.float32)
    if kind == "curve" and {"amplitude", "phase", "x_low", "x_high", "noise"} <= set(task):
        x = rng.uniform(task["x_low"], task["x_high"], count).astype(np.float32)
        y = task["amplitude"] * np.sin(x - task["phase"]) + task["noise"] * rng.standard_normal(count)
        return np.stack([x, y], 1).astype(np.float32)
    if kind == "curve" and "weights" in task:
        x = rng.standard_normal(count).astype(np.float32)
        y = x * task["weights"][0] + task["noise"] * rng.standard_normal(count)
        return np.stack([x, y], 1).astype(np.float32)
    return np.empty((0, 2), np.float32)
