"""A component that shows the distances of queries to prototypes as a matrix and lets a reader edit the support set."""

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets as t

from metawidgets.episodes import Episode
from metawidgets.errors import TraceError, did_you_mean
from metawidgets.records import Trace
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.distances import METRIC_NAMES
from metawidgets.widgets.base.episode_facts import episode_title
from metawidgets.widgets.base.packed_episode import unpack_episode
from metawidgets.widgets.base.packed_trace import names_of_states, pack_trace
from metawidgets.widgets.base.selection import Selection
from metawidgets.widgets.prototype_heatmap.edits import RefusedState, checked_edits, edited_episode, edited_support
from metawidgets.widgets.prototype_heatmap.metrics import Nearest, nearest_prototypes
from metawidgets.widgets.prototype_heatmap.picture import matrix_picture
from metawidgets.widgets.prototype_heatmap.sent_arrays import (
    decision_rule,
    embedding_arrays,
    fewer_states,
    retraced_arrays,
    retraced_space,
    space_present,
    steps_computed,
)
from metawidgets.widgets.prototype_heatmap.sent_pictures import MOST_PICTURES, item_arrays, shrunk_items
from metawidgets.widgets.prototype_heatmap.shown_distances import ShownDistances

__all__ = ["Nearest", "PrototypeHeatmap", "nearest_prototypes"]

_OWN = ("metric", "sort", "compare", "edits")


class PrototypeHeatmap(Component):
    """A query x class matrix of a trace's distances, step by step, in any metric, before and after edits of the support set.

    Rows are queries, sorted by true class, margin or error. Columns are classes, each shown by its first support example. A dot
    marks the nearest prototype of each query, or a cross if its class is wrong. Pointing at a cell or moving with the arrow keys
    shows both images, the second nearest class and the margin; a click or Enter pins the cell, Escape releases it. A pinned cell
    also shows how the decision changes without each support example.

    If the trace has embeddings (at most 3 MB), the browser computes distances to class means in every metric, and support
    examples can be dropped, added and relabelled there. A learner that does not decide by class means, or whose embeddings
    depend on the other items (`statistics` "support_stats" or "transductive"), must be traced again after edits (see `retrace`).

    Large episodes are reduced. Distances of more than 5 MB are not sent if the browser can compute them from class means; otherwise
    only as many states are sent as fit. If the items take more than 3 MB, small pictures are sent, at first of each class's first
    item and of the queries; Python sends the others when they become visible.

    Args:
        trace: a trace with `distances`, and with `probabilities` to show margins as probabilities too.
        selection: a selection that other components share; a pinned cell selects its query.
        retrace: `retrace(episode)` returns the learner's trace of an episode. It is called after edits.
        pool: a trace by the same learner of an episode whose items may be added to the support.

    Raises:
        TraceError: if the trace has no distances, its episode has no classes, or the pool has items of another kind.
        RefusedState: if `metric`, `sort`, `compare` or `edits` has an invalid value, or the learner cannot take the edited
            episode. The component keeps its state. This is an `EpisodeError`.
    """

    cell = t.List(t.Int(), help="[query, class] of the pinned cell, [] for none").tag(sync=True, saved=True)
    metric = t.Unicode("", help='a key of METRIC_NAMES, or "" for the learner\'s own distance').tag(
        sync=True, saved=True
    )
    sort = t.Unicode("class", help='order of the rows: "class", "margin" or "error"').tag(sync=True, saved=True)
    compare = t.Unicode("new", help='after edits show the "new" distances, the "old" or the "difference"').tag(
        sync=True, saved=True
    )
    edits = t.List(
        help="edits of the support: [{op: drop, relabel or add, item: id, label: class}], at most one for each item"
    ).tag(sync=True, saved=True)

    # Pictures on demand, by place in the concatenation of support, queries and pool. They are not saved: Python can send them again.
    _wanted = t.List(t.Int()).tag(sync=True)
    _pixels = t.Bytes().tag(sync=True)
    _pixels_of = t.List(t.Int()).tag(sync=True)

    actions = ("edit",)
    _retrace: Callable[[Episode], Trace] | None = None
    _trace: Trace | None = None
    _items: "tuple[Episode, np.ndarray | None] | None" = None  # episode and pool, if not all pictures were sent

    def __init__(
        self,
        trace: Trace,
        selection: Selection | None = None,
        *,
        retrace: Callable[[Episode], Trace] | None = None,
        pool: Trace | None = None,
        **kwargs: Any,
    ) -> None:
        own = {name: kwargs.pop(name) for name in _OWN if name in kwargs}
        super().__init__(selection=selection, **kwargs)
        e = trace.episode
        trace["distances"]  # a trace without distances raises an error that explains it
        if e.is_regression:
            raise TraceError(
                "a PrototypeHeatmap compares classes, but this trace's episode is a regression; use InnerLoopSlider."
            )
        trace = self._pack(trace, pool)
        if retrace is not None:
            self._retrace, self._trace, self.able = retrace, trace, [*self.able, "edit"]
        if "step" not in kwargs:
            self.step = self.config["steps"] - 1
        for name, value in own.items():
            setattr(self, name, value)

    def _pack(self, trace: Trace, pool: Trace | None) -> Trace:
        """Send the arrays that the browser needs, and return the trace with only the states that the browser shows."""
        e = trace.episode
        more, table = _of_pool(e, pool)
        space, off = embedding_arrays(trace, pool)
        if "space.pool" in space:
            space["space.pool"] = space["space.pool"][more["keep"]]
        more.pop("keep", None)
        rule = decision_rule(trace, space)
        computed = steps_computed(trace, rule)
        if not computed and len(shorter := fewer_states(trace)) < len(trace):
            trace, space = shorter, space | ({"space.present": space_present(shorter)} if space else {})
        arrays, config = pack_trace(trace, () if computed else ("distances", "probabilities"))
        if computed:
            del space["space.present"]
            space["space.since"] = np.arange(1, trace.n_steps + 1)
            config["steps"] = trace.n_steps + 1
            config["step_names"] = names_of_states(trace.axis, range(trace.n_steps + 1), trace.n_steps)
        small = item_arrays(e, more.get("pool_x"), table["labels"])
        if small is not None:
            self._items = e, more.pop("pool_x", None)
            arrays = {name: a for name, a in arrays.items() if name not in ("support_x", "query_x")} | small
            self.able = ["pictures"] if "pictures" in small else []
        named = METRIC_NAMES.get(trace.distance_rule.metric if trace.distance_rule else "", "distance")
        # The first support item of each class represents its prototype; -1 for a class without support.
        shown = [int(np.flatnonzero(e.support_y == k)[0]) if n else -1 for k, n in enumerate(e.shots)]
        statistics = str(trace.meta.get("statistics", "none"))
        fixed = statistics not in ("support_stats", "transductive")
        complete = pool is None or "space.pool" in space
        self.pack(
            arrays | space | more,
            **config,
            **rule,
            off=off,
            local=bool(rule["own"] and fixed and complete),
            fixed=fixed,
            statistics=statistics,
            pool=table,
            shown=shown,
            metric=named,
            edited=[],
            label=f"{trace.learner}: distances to prototypes, {episode_title(e)}",
        )
        return trace

    # -- checks of traits ---------------------------------------------------------------------------------------------------

    @t.validate("metric")
    def _known_metric(self, proposal: Any) -> str:
        return self._one_of("metric", proposal["value"], ["", *METRIC_NAMES])

    @t.validate("sort")
    def _known_sort(self, proposal: Any) -> str:
        return self._one_of("sort", proposal["value"], ["class", "margin", "error"])

    @t.validate("compare")
    def _known_compare(self, proposal: Any) -> str:
        return self._one_of("compare", proposal["value"], ["new", "old", "difference"])

    def _one_of(self, name: str, value: str, known: list[str]) -> str:
        if value not in known:
            raise RefusedState(f"unknown {name}={value!r:.40}; {did_you_mean(value, [each for each in known if each])}")
        if name == "metric" and value and self.config and self.config["off"]:
            raise RefusedState(f"metric={value!r} cannot be shown here: {self.config['off']}; leave it at ''.")
        return value

    @t.validate("edits")
    def _valid_edits(self, proposal: Any) -> list[dict[str, Any]]:
        if not self.config:
            return proposal["value"]
        edits = checked_edits(proposal["value"], self.config, self.unpack()["support_y"])
        if edits and not self.config["local"] and edits != self.config["edited"]:
            try:
                self._trace_again(edits)
            except Exception as exc:  # anyone's learner may raise anything, and the state must stay as it was
                raise RefusedState(str(exc) or type(exc).__name__) from exc
        return edits

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take state from the browser. If it is refused, reset the browser to Python's state."""
        try:
            super().set_state(sync_data)
        except Exception:
            self.send_state([name for name in sync_data if name in _OWN])
            raise

    # -- the learner --------------------------------------------------------------------------------------------------------

    def do_edit(self, edits: Any) -> None:
        """Apply edits that need the learner, at the browser's request."""
        self.edits = checked_edits(edits, self.config, self.unpack()["support_y"])

    @t.validate("_wanted")
    def _valid_places(self, proposal: Any) -> list[int]:
        n = sum(map(len, self._all_items)) if self._items else 0
        places = proposal["value"]
        if len(places) > MOST_PICTURES or not all(0 <= place < n for place in places):
            raise RefusedState(
                f"{places!r:.80} are not places of items; give at most {MOST_PICTURES} numbers below {n} at once."
            )
        return places

    @t.observe("_wanted")
    def _send_pictures(self, change: Any) -> None:
        if change["new"]:
            with self.hold_sync():
                self._pixels = shrunk_items(self._all_items, change["new"]).tobytes()
                self._pixels_of = change["new"]

    @property
    def _all_items(self) -> list[np.ndarray]:
        e, pool_x = self._items or (self.episode, None)
        return [e.support_x, e.query_x, *([] if pool_x is None else [pool_x])]

    def _trace_again(self, edits: list[dict[str, Any]]) -> None:
        if self._retrace is None or self._trace is None:
            raise RefusedState(
                "these edits need the learner, but this component was made without it; make it with "
                "instruments.prototype_heatmap(learner, episode)."
            )
        new = self._retrace(self._edited(edits))
        support = edited_support(edits, self.config, self.unpack()["support_y"])
        arrays = {name: a for name, a in self.unpack().items() if not name.startswith("edited.")}
        if "distances" in arrays:
            found = retraced_arrays(self._trace, new, support)
        else:
            found = retraced_space(new, support, self.config["steps"] - 1)
        self.pack(arrays | found, **self.config | {"edited": edits})

    def _edited(self, edits: list[dict[str, Any]]) -> Episode:
        pool_x = self._items[1] if self._items else self.unpack().get("pool_x")
        return edited_episode(self.episode, edits, self.config, pool_x)

    @property
    def episode(self) -> Episode:
        """The episode before any edit.

        Raises:
            RefusedState: if the component was restored from a page that does not hold all items.
        """
        if self._items is not None:
            return self._items[0]
        arrays = self.unpack()
        if "support_x" not in arrays:
            raise RefusedState("this component was restored without some of its items; make it again from its trace.")
        return unpack_episode(arrays, self.config["episode"])

    @property
    def edited_episode(self) -> Episode:
        """The episode after the edits: the support in its order with added examples last, and the remaining queries."""
        return self._edited(self.edits)

    # -- outside the notebook -----------------------------------------------------------------------------------------------

    def summary(self) -> str:
        """Return a text with the number of queries nearest to a wrong prototype, the smallest margin, and the effect of the edits."""
        return f"{self.config['label']}. {self.reading.text(self.sort, self.compare)}"

    @property
    def reading(self) -> ShownDistances:
        """The distances at the current step and metric, before and after the edits, computed in Python."""
        step = min(max(self.step, 0), self.config["steps"] - 1)  # the browser limits it to the recorded states too
        return ShownDistances(self.unpack(), self.config, step, self.metric, self.edits)

    def png(self) -> bytes:
        return matrix_picture(self.reading, self.sort, self.compare)


def _of_pool(e: Episode, pool: Trace | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the pool's items that may be added: their arrays, with their places in the pool as "keep", and their table."""
    if pool is None:
        return {}, {"ids": [], "items": [], "labels": []}
    p = pool.episode
    if p.is_regression or p.item_shape != e.item_shape or p.support_x.dtype != e.support_x.dtype:
        raise TraceError(
            f"the pool's items are {p.support_x.dtype} {p.item_shape}, the episode's {e.support_x.dtype} {e.item_shape}; "
            "give a trace of an episode of the same kind."
        )
    here = {*e.support_items, *e.query_items}
    items = [*p.support_items, *p.query_items]
    keep = [i for i, item in enumerate(items) if item not in here]
    labels = np.concatenate([p.support_y, p.query_y])
    classes = {name: k for k, name in enumerate(e.class_names)}
    return {"pool_x": np.concatenate([p.support_x, p.query_x])[keep], "keep": keep}, {
        "ids": [str(items[i]) for i in keep],
        "items": [list(items[i]) for i in keep],
        "labels": [classes.get(p.class_names[labels[i]], -1) for i in keep],
    }
