"""The source of further items of a class, or of further samples of a curve."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from metawidgets.datasets import SPLITS, Dataset
from metawidgets.episodes import ClassPool, Episode, ItemId, TaskSource
from metawidgets.errors import DatasetError, EpisodeError, did_you_mean
from metawidgets.widgets.episode_builder.item_store import ItemStore, StoredItem

__all__ = ["ItemSource"]


class ItemSource:
    """A source of further items, drawn from the datasets that a document's items come from.

    Args:
        datasets: the datasets, by name.
        rows: the store of items' data, to which further items are added.
    """

    def __init__(self, datasets: Mapping[str, Dataset], rows: ItemStore) -> None:
        self.datasets, self.rows = dict(datasets), rows

    def source(self, dataset: Any, split: Any) -> TaskSource:
        """Return the source of tasks for a dataset and split.

        Raises:
            DatasetError: if the dataset or the split is unknown, or the dataset's files are missing.
        """
        if dataset not in self.datasets:
            raise DatasetError(f"there is no dataset {dataset!r} here; {did_you_mean(dataset, self.datasets)}")
        if split not in SPLITS:
            raise DatasetError(f"split={split!r} is unknown; {did_you_mean(split, SPLITS)}")
        return self.datasets[dataset].source(split)

    def home(self, episode: Episode, split: str) -> dict[str, str] | None:
        """Return the dataset and split that contain all items of an image episode unchanged, or `None`. Try `split` first."""
        ids = episode.support_items + episode.query_items
        named = [name for name, d in self.datasets.items() if {i.dataset for i in ids} == {d.name}]
        for name in named if episode.is_image else []:
            for part in dict.fromkeys((split, *SPLITS)):
                try:
                    pool = self.source(name, part)
                    if not isinstance(pool, ClassPool):
                        break
                    found = pool.take(*map(str, ids)).x
                except (DatasetError, EpisodeError):
                    continue
                if np.array_equal(found, np.concatenate([episode.support_x, episode.query_x])):
                    return {"dataset": name, "split": part}
        return None

    def further(
        self, document: Mapping[str, Any], c: Mapping[str, Any] | None, count: int, rng: np.random.Generator
    ) -> list[StoredItem]:
        """Return up to `count` new items of class `c` (`None`: samples of the curve) that the document does not contain."""
        origin = (
            c["origin"] if c else {"draw": document["draw"], "label": 0, "dataset": document["settings"]["dataset"]}
        )
        if origin is None or origin["dataset"] not in self.datasets or count < 1:
            return []
        pool = self.source(origin["dataset"], origin["split"]) if c else None
        if document["kind"] == "sheet" or isinstance(pool, ClassPool):
            used = {i["row"] for i in document["items"].values()}
            found = self._of_pool(document["kind"], pool, origin, used, count, rng)
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

    def _note(self, origin: Mapping[str, Any], found: list[StoredItem]) -> None:
        """Record the places of these points in the draw that they belong to, to recognise points that were moved later."""
        for row in found:
            self.rows.draws[origin["draw"]]["at"][str(row.number)] = row.at

    def _of_pool(
        self,
        kind: str,
        pool: TaskSource | None,
        origin: Mapping[str, Any],
        used: set[int],
        count: int,
        rng: np.random.Generator,
    ) -> list[StoredItem]:
        if not isinstance(pool, ClassPool) or origin["class"] not in pool.class_ids:
            return []
        n = pool.class_ids.index(origin["class"])
        low, high = int(pool.offsets[n]), int(pool.offsets[n + 1])
        found: list[StoredItem] = []
        for r in low + rng.permutation(high - low):
            if len(found) == count:
                break
            item = pool.item_id(int(r))
            home = (origin["dataset"], origin["split"])
            row = self.rows.add(kind, pool.items[r], item, f"{item.dataset}/{pool.origins[n]}/{item.item}", home)
            if row.number not in used:
                found.append(row)
        return found


def _points(
    task: Mapping[str, Any], label: int, kind: str, count: int, rng: np.random.Generator
) -> Float[np.ndarray, "point 2"]:
    """Draw further points of a cloud or samples of a curve; none if the task does not say how they were made."""
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
