"""Which prototype is each query nearest to, and by how much: a matrix of distances to look into, and a support set to change."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import traitlets as t

from metawidgets.episodes import Episode
from metawidgets.errors import TraceError, did_you_mean
from metawidgets.traces import Trace
from metawidgets.widgets.base import Component
from metawidgets.widgets.episode_state import episode_title, unpack_episode
from metawidgets.widgets.prototype_edits import RefusedState, checked_edits, edited_episode, edited_support
from metawidgets.widgets.prototype_metrics import METRICS, Nearest, nearest_prototypes
from metawidgets.widgets.prototype_reading import PrototypeReading, embedded, retraced, rule_of
from metawidgets.widgets.selection import Selection
from metawidgets.widgets.trace_state import pack_trace

__all__ = ["Nearest", "PrototypeHeatmap", "nearest_prototypes"]

_OWN = ("metric", "sort", "compare", "edits")


class PrototypeHeatmap(Component):
    """Query x class distances of a trace as a matrix, step by step, in a metric of choice, before and after edits of the support.

    Rows are queries, by their true class, their margin or their error; columns are classes, shown by their first support
    example. The nearest prototype of each query carries a dot, or a cross where it belongs to a wrong class. Pointing at a cell
    or moving with the arrow keys shows both images, the runner-up and the margin; a click or Enter pins the cell, Escape lets
    go. A pinned cell also shows what the decision would be without each support example.

    Where the trace holds embeddings (of at most 2 MB), distances to class means in every metric are computed in the browser, and
    support examples can be dropped, added and relabelled there. A learner that decides otherwise than by class means, or whose
    embeddings depend on the other items (`statistics` "support_stats" or "transductive"), has to be asked again: `retrace`.

    Args:
        trace: a trace with `distances`, and `probabilities` if margins are wanted in probability too.
        selection: shared with other components; a pinned cell selects its query.
        retrace: the learner's trace of another episode, to ask it again after edits.
        pool: a trace by the same learner of an episode whose items may be added to the support.

    Raises:
        TraceError: if the trace has no distances, its episode no classes, or the pool is of other items.
        RefusedState: if `metric`, `sort`, `compare` or `edits` are given or set to what cannot be shown, or the learner cannot
            take the edited episode; the component stays as it was. It is an `EpisodeError`.
    """

    cell = t.List(t.Int(), help="[query, class] of the pinned cell, [] for none").tag(sync=True, saved=True)
    metric = t.Unicode("", help='a key of METRICS, or "" for the learner\'s own distance').tag(sync=True, saved=True)
    sort = t.Unicode("class", help='order of the rows: "class", "margin" or "error"').tag(sync=True, saved=True)
    compare = t.Unicode("new", help='after edits show the "new" distances, the "old" or the "difference"').tag(
        sync=True, saved=True
    )
    edits = t.List(
        help="changes of the support: [{op: drop, relabel or add, item: id, label: class}], one an item"
    ).tag(sync=True, saved=True)

    actions = ("edit",)
    js_parts: ClassVar[tuple[str, ...]] = (
        "scroll_canvas.js",
        "prototype_space.js",
        "prototype_colours.js",
        "prototype_matrix.js",
        "prototype_detail.js",
        "prototype_metrics.js",
        "prototype_without.js",
        "prototype_edit.js",
    )
    _retrace: Callable[[Episode], Trace] | None = None
    _trace: Trace | None = None

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
        trace["distances"]  # a trace without them explains itself
        if e.is_regression:
            raise TraceError(
                "a PrototypeHeatmap compares classes, but this trace's episode is a regression; use InnerLoopSlider."
            )
        arrays, config = pack_trace(trace, ("distances", "probabilities"))
        self._pack(trace, pool, arrays, config)
        if retrace is not None:
            self._retrace, self._trace, self.able = retrace, trace, ["edit"]
        if "step" not in kwargs:
            self.step = len(trace) - 1
        for name, value in own.items():
            setattr(self, name, value)

    def _pack(self, trace: Trace, pool: Trace | None, arrays: dict[str, np.ndarray], config: dict[str, Any]) -> None:
        e = trace.episode
        more, table = _of_pool(e, pool)
        space, off = embedded(trace, pool)
        if "space.pool" in space:
            space["space.pool"] = space["space.pool"][more.pop("keep")]
        more.pop("keep", None)
        rule = rule_of(trace, space)
        named = METRICS.get(rule["own"] or trace.meta.get("hyper", {}).get("metric", ""), "distance")
        # Of each class's support the first item stands for its prototype, -1 if it has none.
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

    # -- what may be set ----------------------------------------------------------------------------------------------------

    @t.validate("metric")
    def _known_metric(self, proposal: Any) -> str:
        return self._one_of("metric", proposal["value"], ["", *METRICS])

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
                self._ask_again(edits)
            except Exception as exc:  # whatever a learner of somebody's raises, the state has to stay as it was
                raise RefusedState(str(exc) or type(exc).__name__) from exc
        return edits

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """State arriving from the browser; what is refused is taken back there too."""
        try:
            super().set_state(sync_data)
        except Exception:
            self.send_state([name for name in sync_data if name in _OWN])
            raise

    # -- the learner --------------------------------------------------------------------------------------------------------

    def do_edit(self, edits: Any) -> None:
        """The browser's wish to edit, where the learner has to be asked."""
        self.edits = edits

    def _ask_again(self, edits: list[dict[str, Any]]) -> None:
        if self._retrace is None or self._trace is None:
            raise RefusedState(
                "these edits need the learner, which this component was made without; make it by "
                "instruments.prototype_heatmap(learner, episode)."
            )
        new = self._retrace(self._edited(edits))
        support = edited_support(edits, self.config, self.unpack()["support_y"])
        arrays = {name: a for name, a in self.unpack().items() if not name.startswith("edited.")}
        self.pack(arrays | retraced(self._trace, new, support), **self.config | {"edited": edits})

    def _edited(self, edits: list[dict[str, Any]]) -> Episode:
        return edited_episode(self.episode, edits, self.config, self.unpack().get("pool_x"))

    @property
    def episode(self) -> Episode:
        """The episode before any edit."""
        return unpack_episode(self.unpack(), self.config["episode"])

    @property
    def edited_episode(self) -> Episode:
        """The episode that the edits make: support in its order with added examples last, and the queries still asked."""
        return self._edited(self.edits)

    # -- outside the notebook -----------------------------------------------------------------------------------------------

    def summary(self) -> str:
        """How many queries are nearest to a wrong prototype at this step, the closest call, and what the edits changed."""
        return f"{self.config['label']}. {self.reading.text(self.sort, self.compare)}"

    @property
    def reading(self) -> PrototypeReading:
        """Distances at this step, in this metric, before and after the edits, in Python."""
        step = min(max(self.step, 0), self.config["steps"] - 1)  # as the browser shows it: within what was recorded
        return PrototypeReading(self.unpack(), self.config, step, self.metric, self.edits)

    def png(self) -> bytes:
        from metawidgets.widgets.prototype_still import draw_matrix  # Pillow's fonts are loaded only by who draws

        return draw_matrix(self.reading, self.sort, self.compare)


def _of_pool(e: Episode, pool: Trace | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays and table of the items that may be added, and under "keep" which of the pool's they are."""
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
