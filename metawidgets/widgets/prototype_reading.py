"""What a `PrototypeHeatmap` shows at one step: distances before and after edits, in the metric chosen, and what they say."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from metawidgets.traces import Trace
from metawidgets.widgets.prototype_edits import EditedSupport, edited_support
from metawidgets.widgets.prototype_metrics import (
    METRICS,
    Space,
    nearest_prototypes,
    own_metric,
    own_scale,
    rows_in_order,
)

__all__ = ["MOST_BYTES", "PrototypeReading", "embedded", "retraced", "rule_of"]

MOST_BYTES = 2**21
"""Of embeddings that are sent to the browser, so that it can compare them itself."""


def embedded(trace: Trace, pool: Trace | None) -> tuple[dict[str, np.ndarray], str]:
    """The embeddings to send, and why there are none."""
    wanted = ("embeddings", "support_embeddings")
    if not all(name in trace for name in wanted):
        return {}, f"{trace.learner} records no embeddings"
    if any(not np.array_equal(trace[name][0], trace[name][-1], equal_nan=True) for name in wanted):
        return {}, f"the embeddings of {trace.learner} change from step to step"
    arrays = {"space.queries": trace["embeddings"][-1], "space.support": trace["support_embeddings"][-1]}
    if pool is not None and all(name in pool for name in wanted):
        arrays["space.pool"] = np.concatenate([pool[name][-1] for name in reversed(wanted)])
    size = sum(4 * a.size for a in arrays.values())
    if size > MOST_BYTES:
        return {}, f"the embeddings take {size / 2**20:.1f} MB, and no more than {MOST_BYTES // 2**20} MB are sent"
    if not all(np.isfinite(a).all() for a in arrays.values()):
        return {}, "some embeddings are not finite"
    arrays["space.present"] = _present(trace)
    return arrays, ""


def _present(trace: Trace) -> np.ndarray:
    n = len(trace.episode.support_y)
    return trace["absorbed"].astype(np.uint8) if "absorbed" in trace else np.ones((len(trace), n), np.uint8)


def rule_of(trace: Trace, arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """How the learner itself decides, as far as class means reproduce it: its metric, and the softmax's factor on distances."""
    if "space.support" not in arrays:
        return {"own": "", "scale": None}
    e = trace.episode
    space = Space(
        arrays["space.queries"], arrays["space.support"], e.support_y, arrays["space.present"] > 0, e.output_dim
    )
    own = own_metric(trace["distances"], space)
    scales = [1.0, *([float(s)] if isinstance(s := trace.meta.get("hyper", {}).get("scale"), int | float) else [])]
    known = own and "probabilities" in trace
    return {
        "own": own,
        "scale": own_scale(trace["probabilities"][-1], trace["distances"][-1], scales) if known else None,
    }


def retraced(old: Trace, new: Trace, edits: EditedSupport) -> dict[str, np.ndarray]:
    """What to send of a learner's trace of the edited episode: in the steps and queries of the old one, NaN where it has none."""
    steps = _steps(len(old), len(new), old, edits)
    arrays: dict[str, np.ndarray] = {}
    for name in ("distances", "probabilities"):
        if name in new:
            full = np.full(old[name].shape, np.nan, np.float32)
            full[:, ~edits.moved] = new[name][steps]
            arrays[f"edited.{name}"] = full
    found, _ = embedded(new, None)
    if found:
        queries = np.full((len(edits.moved), found["space.queries"].shape[1]), np.nan, np.float32)
        queries[~edits.moved] = found["space.queries"]
        arrays |= {"edited.queries": queries, "edited.support": found["space.support"]}
        arrays["edited.present"] = found["space.present"][steps]
    return arrays


def _steps(n_old: int, n_new: int, old: Trace, edits: EditedSupport) -> list[int]:
    """For each step of the old trace the new one's: as many of the examples that both have; added ones come with the last."""
    size = len(old.episode.support_y)
    kept = np.isin(np.arange(size), edits.rows)
    one_each = n_old == size + 1 and n_new == len(edits.rows) + 1
    steps = [int(kept[:t].sum()) if one_each else min(t, n_new - 1) for t in range(n_old)]
    return [*steps[:-1], n_new - 1]


class PrototypeReading:
    """One step in one metric.

    Args:
        arrays, config: as `PrototypeHeatmap` sends them.
        step: within what was recorded.
        metric: a key of `METRICS`, or "" for the learner's own distance.
        edits: valid ones.
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
        return METRICS.get(self.metric) or str(self.config["metric"])

    @cached_property
    def changed(self) -> EditedSupport:
        return edited_support(self.edits, self.config, self.arrays["support_y"])

    @property
    def _before(self) -> Space:
        a = self.arrays
        return Space(a["space.queries"], a["space.support"], a["support_y"], a["space.present"] > 0, len(self.names))

    @property
    def _after(self) -> Space:
        a, new = self.arrays, self.changed
        if "edited.support" in a:
            return Space(a["edited.queries"], a["edited.support"], new.labels, a["edited.present"] > 0, len(self.names))
        every = [a["space.support"], a["space.queries"], *([a["space.pool"]] if "space.pool" in a else [])]
        n, last = len(a["support_y"]), len(a["space.present"]) - 1
        steps = np.arange(last + 1)[:, None]
        present = np.where(new.added, steps == last, a["space.present"][:, np.minimum(new.rows, n - 1)] > 0)
        queries = np.where(new.moved[:, None], np.nan, a["space.queries"])
        return Space(queries, np.concatenate(every)[new.rows], new.labels, present, len(self.names))

    @cached_property
    def old(self) -> Float[np.ndarray, "query way"]:
        """Distances before any edit."""
        if self.metric == "" and not (self.edits and self.config["local"]):  # to be compared, both are computed alike
            return self.arrays["distances"][self.step]
        return self._before.distances(self.step, self.metric or self.config["own"])

    @cached_property
    def new(self) -> Float[np.ndarray, "query way"]:
        """Distances after the edits; NaN for a query that was moved to the support."""
        if not self.edits:
            return self.old
        if self.metric == "" and "edited.distances" in self.arrays:
            return self.arrays["edited.distances"][self.step]
        return self._after.distances(self.step, self.metric or self.config["own"])

    def right(self, distances: Float[np.ndarray, "query way"]) -> int:
        """How many of the queries that are still asked are nearest to their own class."""
        return int(((nearest_prototypes(distances).first == self.labels) & ~self.changed.moved).sum())

    def shown(self, compare: str) -> Float[np.ndarray, "query way"]:
        """What the matrix colours: "new", "old" or their "difference"."""
        return {"new": self.new, "old": self.old}[compare] if compare != "difference" else self.new - self.old

    def groups(self, sort: str, compare: str = "new") -> list[tuple[str, list[int]]]:
        """The matrix's rows in their groups."""
        return rows_in_order(sort, self.old if compare == "old" else self.new, self.labels, self.names)

    def text(self, sort: str = "class", compare: str = "new") -> str:
        """Mistakes and the closest call, in a sentence; what the edits changed, in another."""
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
