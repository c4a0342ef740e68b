"""A component that shows which tasks are similar: episodes on a map, a matrix of similarities, and two episodes side by side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import traitlets as t
from jaxtyping import Float, Int

from metawidgets.analysis import fit_projection
from metawidgets.episodes import Episode
from metawidgets.errors import TraceError
from metawidgets.records import TaskMap
from metawidgets.widgets.base.card import picture
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.episode_facts import episode_title
from metawidgets.widgets.base.selection import Selection
from metawidgets.widgets.task_map_view.clustering import leaf_order
from metawidgets.widgets.task_map_view.picture import tasks_chart

__all__ = ["TaskMapView"]

_SHOTS = 5  # most support items of a class that an opened episode shows


class TaskMapView(Component):
    """Tasks on two principal axes of their embeddings, and a matrix of the similarities of all pairs.

    The matrix is ordered by average linkage, so that groups of similar tasks form blocks. Pointing at a cell, or moving with the
    arrow keys, opens the two episodes side by side; a click or Enter pins the pair, Escape releases it. Pointing at a task on the
    map opens it beside its nearest task; lists name its nearest and farthest tasks.

    Args:
        tasks: the tasks to show. If they have `episodes`, their support sets can be opened.
        selection: a selection that other components share; a click on a support item selects it.

    Raises:
        TraceError: if `tasks` holds fewer than two tasks, or its arrays do not fit together.
    """

    pair = t.List(t.Int(), help="numbers of the two pinned tasks, [] for none").tag(sync=True, saved=True)
    measure = t.Enum(
        ["similarity", "distance"], "similarity", help="cosine of embeddings, or distance of prototypes"
    ).tag(sync=True, saved=True)
    order = t.Enum(["clustered", "group", "given"], "clustered", help="order of rows and columns").tag(
        sync=True, saved=True
    )
    zoom = t.List(t.Float(), help="[x, y, width]: centre and width of the visible part of the map; [] for all").tag(
        sync=True, saved=True
    )

    def __init__(self, tasks: TaskMap, selection: Selection | None = None, **kwargs: Any) -> None:
        super().__init__(selection=selection, **kwargs)
        _check(tasks)
        fitted = fit_projection(tasks.embeddings)
        arrays: dict[str, np.ndarray] = {
            "places": fitted(tasks.embeddings),
            "similarity": tasks.similarity,
            "order_similarity": leaf_order(1 - _finite(tasks.similarity, 0.0)),
        }
        if tasks.distance is not None:
            arrays["distance"] = tasks.distance
            arrays["order_distance"] = leaf_order(_finite(tasks.distance, 1e9))
        items, listed = _opened(tasks.episodes)
        n, title = len(tasks.names), episode_title(tasks.episodes[0]) if tasks.episodes else ""
        who = f"{tasks.learner}: " if tasks.learner else ""
        self.pack(
            arrays | items,
            names=list(tasks.names),
            groups=list(tasks.groups),
            tasks=listed,
            explained=[float(v) for v in fitted.explained],
            embedding=tasks.embedding,
            label=f"{who}{n} tasks" + (f", each a {title} episode" if title else ""),
        )

    def nearest(self, task: int) -> Int[np.ndarray, " other"]:
        """Return the indices of the other tasks, nearest first, by the measure shown.

        Raises:
            TraceError: if `task` is not the index of a task.
        """
        n = len(self.config["names"])
        if not 0 <= task < n:
            raise TraceError(f"there is no task {task}; give 0 to {n - 1}.")
        row = self._far()[task].copy()
        row[task] = -np.inf
        return np.argsort(row, kind="stable")[1:]

    def _far(self) -> Float[np.ndarray, "task task"]:
        """Return the distance between all tasks in the measure shown; 1 - similarity for similarities."""
        arrays = self.unpack()
        if self.measure == "distance" and "distance" in arrays:
            return arrays["distance"].astype(np.float64)
        return 1 - arrays["similarity"].astype(np.float64)

    @property
    def _measured(self) -> str:
        return "distance" if self.measure == "distance" and "distance" in self.arrays else "similarity"

    def summary(self) -> str:
        """Return the similarity of the tasks, the nearest and farthest pair, and the pinned pair."""
        return "\n".join([f"{self.config['label']}.", *self._readings()])

    def _readings(self) -> list[str]:
        names, far = self.config["names"], self._far()
        values = self.unpack()[self._measured]
        rows, columns = np.triu_indices(len(names), 1)
        apart = far[rows, columns]
        what = "nearest-prototype distance" if self._measured == "distance" else "cosine similarity"
        share = sum(self.config["explained"])
        lines = [
            f"Embedded as the {self.config['embedding']}; two principal axes with {100 * share:.0f} % of the variance."
        ]
        if np.isfinite(apart).any():
            near, most = int(np.nanargmin(apart)), int(np.nanargmax(apart))
            tell = lambda i: f"{names[rows[i]]} and {names[columns[i]]} ({values[rows[i], columns[i]]:.3g})"  # noqa: E731
            lines.append(f"{what[0].upper()}{what[1:]}: nearest {tell(near)}, farthest {tell(most)}.")
        if (alike := self._within_groups(values)) is not None:
            lines.append(f"Mean within a group {alike[0]:.3g}, between groups {alike[1]:.3g}.")
        if len(pair := self._pinned()) == 2:
            a, b = pair
            rank = int(np.flatnonzero(self.nearest(a) == b)[0]) + 1
            lines.append(
                f"Open: {names[a]} and {names[b]}, {what} {values[a, b]:.3g}, its number {rank} of {len(names) - 1} by nearness."
            )
        return lines

    def _within_groups(self, values: Float[np.ndarray, "task task"]) -> tuple[float, float] | None:
        """Return the mean value of pairs within a group, and of pairs across groups; `None` if there are no groups."""
        groups = np.array(self.config["groups"])
        if len(groups) == 0:
            return None
        rows, columns = np.triu_indices(len(groups), 1)
        same, all_ = groups[rows] == groups[columns], values[rows, columns]
        return (
            (float(np.nanmean(all_[same])), float(np.nanmean(all_[~same]))) if same.any() and not same.all() else None
        )

    def _pinned(self) -> list[int]:
        n = len(self.config["names"])
        pair = list(self.pair)
        return pair if len(pair) == 2 and pair[0] != pair[1] and all(0 <= i < n for i in pair) else []

    def rows(self) -> Int[np.ndarray, " task"]:
        """Return the indices of the tasks in the order of the matrix."""
        groups = self.config["groups"]
        if self.order == "clustered":
            return self.unpack()[f"order_{self._measured}"]
        if self.order == "group" and groups:
            return np.argsort(np.array(groups), kind="stable")
        return np.arange(len(self.config["names"]))

    def png(self) -> bytes:
        """Return a PNG of the map and the matrix, side by side."""
        words = [self.config["label"], *self._readings()]
        return picture(tasks_chart(self.unpack(), self.config, self.rows(), self._measured, self._pinned(), words))


def _check(tasks: TaskMap) -> None:
    n = len(tasks.names)
    if n < 2:
        raise TraceError(
            f"a map of tasks compares tasks, but there {'is 1' if n == 1 else 'are none'}; give at least 2."
        )
    if np.shape(tasks.embeddings)[:1] != (n,) or np.ndim(tasks.embeddings) != 2:
        raise TraceError(f"embeddings have shape {np.shape(tasks.embeddings)} for {n} tasks; give ({n}, feature).")
    for name in ("similarity", "distance"):
        value = getattr(tasks, name)
        if value is not None and np.shape(value) != (n, n):
            raise TraceError(f"{name} has shape {np.shape(value)} for {n} tasks; give ({n}, {n}).")
    for name in ("groups", "episodes"):
        if getattr(tasks, name) and len(getattr(tasks, name)) != n:
            raise TraceError(
                f"{name} has {len(getattr(tasks, name))} entries for {n} tasks; give one for each, or none."
            )


def _finite(values: Float[np.ndarray, "task task"], instead: float) -> Float[np.ndarray, "task task"]:
    return np.where(np.isfinite(values), values, instead)


def _opened(episodes: Sequence[Episode]) -> tuple[dict[str, np.ndarray], list[dict[str, Any]]]:
    """Return a few support items of each class of all episodes, concatenated, and the facts shown for each episode."""
    if not episodes or len({(e.item_shape, e.is_regression) for e in episodes}) != 1:
        return {}, []
    x, y, listed, start = [], [], [], 0
    for e in episodes:
        if e.is_regression:
            kept = np.arange(len(e.support_x))
        else:
            kept = np.concatenate([np.flatnonzero(e.support_y == k)[:_SHOTS] for k in range(len(e.class_names))])
        x.append(e.support_x[kept])
        y.append(e.support_y[kept].astype(np.float32).reshape(len(kept), -1)[:, 0])
        listed.append(
            {
                "start": start,
                "count": len(kept),
                "class_names": list(e.class_names),
                "ids": [str(e.support_items[i]) for i in kept],
                "seed": list(e.seed),
                "task": {k: v for k, v in e.task.items() if isinstance(v, int | float)},
                "more": int(len(e.support_x) - len(kept)),
            }
        )
        start += len(kept)
    return {"x": np.concatenate(x), "y": np.concatenate(y)}, listed
