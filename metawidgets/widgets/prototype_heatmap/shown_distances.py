"""The distances that a `PrototypeHeatmap` shows at one step, before and after edits, and a summary of them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from metawidgets.widgets.base.distances import METRIC_NAMES
from metawidgets.widgets.prototype_heatmap.edits import EditedSupport, edited_support
from metawidgets.widgets.prototype_heatmap.metrics import Absorbed, Space, nearest_prototypes, rows_in_order

__all__ = ["ShownDistances"]


class ShownDistances:
    """The distances at one step in one metric.

    Args:
        arrays, config: as `PrototypeHeatmap` sends them.
        step: the index of a recorded state.
        metric: a key of `METRIC_NAMES`, or "" for the learner's own distance.
        edits: valid edits, see `checked_edits`.
    """

    def __init__(
        self,
        arrays: Mapping[str, np.ndarray],
        config: Mapping[str, Any],
        step: int,
        metric: str = "",
        edits: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.arrays, self.config, self.step, self.edits = arrays, config, step, edits
        self.metric = "" if metric == config["own"] or "space.support" not in arrays else metric
        self.labels: Int[np.ndarray, " query"] = arrays["query_y"]
        self.names: list[str] = config["episode"]["class_names"]

    @property
    def metric_name(self) -> str:
        return METRIC_NAMES.get(self.metric) or str(self.config["metric"])

    @cached_property
    def changed(self) -> EditedSupport:
        return edited_support(self.edits, self.config, self.arrays["support_y"])

    def _present(self, of: str) -> Any:
        """Return which support items the learner has read by each step; `of` is "space" before the edits and "edited" after them."""
        a = self.arrays
        return Absorbed(a[f"{of}.since"]) if f"{of}.since" in a else a[f"{of}.present"] > 0

    @property
    def _before(self) -> Space:
        a = self.arrays
        return Space(a["space.queries"], a["space.support"], a["support_y"], self._present("space"), len(self.names))

    @property
    def _after(self) -> Space:
        a, new = self.arrays, self.changed
        if "edited.support" in a:
            return Space(a["edited.queries"], a["edited.support"], new.labels, self._present("edited"), len(self.names))
        every = [a["space.support"], a["space.queries"], *([a["space.pool"]] if "space.pool" in a else [])]
        n, last, before = len(a["support_y"]), self.config["steps"] - 1, self._present("space")
        own = np.minimum(new.rows, n - 1)
        if isinstance(before, Absorbed):
            present: Any = Absorbed(np.where(new.added, last, before.since[own]))
        else:
            present = np.where(new.added, np.arange(last + 1)[:, None] == last, before[:, own])
        queries = np.where(new.moved[:, None], np.nan, a["space.queries"])
        return Space(queries, np.concatenate(every)[new.rows], new.labels, present, len(self.names))

    @cached_property
    def old(self) -> Float[np.ndarray, "query way"]:
        """The distances before any edit."""
        recorded = "distances" in self.arrays
        # After edits, compute the old distances in the same way as the new ones, so that they are comparable.
        if self.metric == "" and recorded and not (self.edits and self.config["local"]):
            return self.arrays["distances"][self.step]
        return self._before.distances(self.step, self.metric or self.config["own"])

    @cached_property
    def new(self) -> Float[np.ndarray, "query way"]:
        """The distances after the edits; NaN for a query that was moved to the support."""
        if not self.edits:
            return self.old
        if self.metric == "" and "edited.distances" in self.arrays:
            return self.arrays["edited.distances"][self.step]
        return self._after.distances(self.step, self.metric or self.config["own"])

    def right(self, distances: Float[np.ndarray, "query way"]) -> int:
        """Return the number of remaining queries that are nearest to their own class."""
        return int(((nearest_prototypes(distances).first == self.labels) & ~self.changed.moved).sum())

    def shown(self, compare: str) -> Float[np.ndarray, "query way"]:
        """Return the values that the matrix shows: "new", "old" or their "difference"."""
        return {"new": self.new, "old": self.old}[compare] if compare != "difference" else self.new - self.old

    def groups(self, sort: str, compare: str = "new") -> list[tuple[str, list[int]]]:
        """Return the matrix's rows in groups, see `rows_in_order`."""
        return rows_in_order(sort, self.old if compare == "old" else self.new, self.labels, self.names)

    def text(self, sort: str = "class", compare: str = "new") -> str:
        """Return a sentence about mistakes and the smallest margin, and one about the effect of the edits."""
        distances = self.old if compare == "old" else self.new
        near, asked = nearest_prototypes(distances), len(self.labels)
        when = self.config["step_names"][self.step]
        head = f"{when[0].upper()}{when[1:]}, {self.metric_name}:"
        if (near.first < 0).all():
            return f"{head} no class has support yet.{self._of_edits()}"
        wrong = int(((near.first != self.labels) & (near.first >= 0)).sum())
        asked -= int(self.changed.moved.sum()) if compare != "old" else 0
        text = f"{head} {wrong} of {asked} queries {'is' if wrong == 1 else 'are'} nearest to a wrong prototype"
        if np.isnan(near.margin).all():
            text += "."
        else:
            q = int(np.nanargmin(near.margin))
            pair = f"{self.names[near.first[q]]} before {self.names[near.second[q]]}"
            text += f"; smallest margin {near.margin[q]:.3g} (query {q}: {pair})."
        order = {"margin": " Rows by margin, the smallest first.", "error": " Rows by error, the worst first."}
        return text + order.get(sort, "") + self._of_edits()

    def _of_edits(self) -> str:
        if not self.edits:
            return ""
        each = []
        for edit in self.edits:
            name = self.names[edit["label"]] if "label" in edit else ""
            each.append(f"{edit['op']} {edit['item']}{f' as {name}' if name else ''}")
        asked = int((~self.changed.moved).sum())
        before, after = nearest_prototypes(self.old).first, nearest_prototypes(self.new).first
        flipped = int(((before != after) & ~self.changed.moved).sum())
        return (
            f" Support edited ({'; '.join(each)}): right {self.right(self.new)} of {asked}, before {self.right(self.old)};"
            f" {flipped} {'decision' if flipped == 1 else 'decisions'} changed."
        )
