"""A component that shows a learner's memory, hidden state or attention, and its prediction for a query, step by step."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets as t
from jaxtyping import Shaped

from metawidgets.errors import TraceError
from metawidgets.records import Trace
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.episode_facts import episode_title
from metawidgets.widgets.base.packed_trace import pack_trace
from metawidgets.widgets.base.selection import Selection
from metawidgets.widgets.memory_view.attribution import items_taken_in
from metawidgets.widgets.memory_view.fewer_queries import with_fewer_queries
from metawidgets.widgets.memory_view.picture import memory_picture
from metawidgets.widgets.memory_view.state import MemoryState, query_shown
from metawidgets.widgets.memory_view.words import in_words

__all__ = ["MemoryView"]

_NEEDS = ("attention", "write_weights", "hidden")  # a trace needs at least one of them
_CHANNELS = (
    *("attention", "context_attention", "memory", "usage", "write_weights", "erased", "read_weights", "hidden"),
    *("outputs", "probabilities", "absorbed"),
)
_FRACTIONS = ("attention", "context_attention", "read_weights")  # at most 1, so 16 bits are precise enough


_MOST = 8_000_000  # most numbers of attention and reading that are sent, 16 MB


class MemoryView(Component):
    """A learner's memory of the support set, step by step, and each query's reads or attention.

    Depending on the trace, it shows the slots of a memory (writes, usage, reads, contents and the items in them), a hidden state,
    or attention by layer and head. It always shows the prediction for one query as the context grows. Pointing at an item shows
    its attention to others and theirs to it. A click or Enter selects the item in every component that shares the selection. A
    click on a slot selects the item with the largest share of the slot.

    Args:
        trace: a trace of a learner with a memory, a hidden state or attention.
        selection: a selection that other components share.

    Raises:
        TraceError: if the trace has none of these. The error names learners that record them.
    """

    query = t.Int(-1, help="the query selected last, -1 for the query with the worst prediction").tag(
        sync=True, saved=True
    )
    slot = t.Int(-1, help="the slot shown, -1 for the slot written last").tag(sync=True, saved=True)
    head = t.Unicode("all", help='attention shown: "all", "layer:<i>" or "head:<i>"').tag(sync=True, saved=True)
    shown = t.Unicode("writes", help='what the matrix of slots shows: "writes", "reads" or "usage"').tag(
        sync=True, saved=True
    )
    rows = t.Unicode("heads", help='rows of the matrix of attention: "heads", "queries" or "items"').tag(
        sync=True, saved=True
    )
    order = t.Unicode("change", help='units are sorted by "change", "value" or "number"').tag(sync=True, saved=True)

    def __init__(self, trace: Trace, selection: Selection | None = None, **kwargs: Any) -> None:
        if not self.shows(trace):
            raise TraceError(_nothing_to_show(trace))
        super().__init__(selection=selection, **kwargs)
        n_given = len(trace.episode.query_x)
        trace = _within_budget(trace)
        arrays, config = pack_trace(trace, _CHANNELS)
        scales = {}
        for name in (*_FRACTIONS, "memory"):
            if name in arrays:
                arrays[name], scales[name] = _short(arrays[name], signed=name == "memory")
        n_support = len(trace.episode.support_x)
        heads = _head_names(trace)
        self.pack(
            arrays,
            **config,
            scales=scales,
            taken=items_taken_in(arrays.get("absorbed"), len(trace), n_support),
            n_erased=int(arrays["erased"].sum(-1).max()) if "erased" in arrays else 0,
            head_names=heads,
            head_groups=_head_groups(heads),
            hardest=_hardest(trace),
            label=f"{trace.learner}: {_recorded_parts(trace)}, {episode_title(trace.episode)}",
            note=_note(trace, n_given),
            loss_unit=trace.loss_unit,
        )
        if "step" not in kwargs:
            self.step = len(trace) - 1

    @staticmethod
    def shows(trace: Trace) -> bool:
        """Return whether the trace has attention, a memory or a hidden state."""
        return any(name in trace for name in _NEEDS)

    def summary(self) -> str:
        """Return a description of the step: the item read, the slot written, and the query's attention and prediction."""
        return f"{self.config['label']}. {in_words(self._state())}"

    def png(self) -> bytes:
        return memory_picture(self._state())

    def _state(self) -> MemoryState:
        config = self.config
        selection: Any = self.selection
        return MemoryState(
            self.unpack(),
            config,
            step=min(max(self.step, 0), config["steps"] - 1),
            query=query_shown(config, selection.selected if selection else "", self.query),
            slot=self.slot,
            head=self.head,
            shown=self.shown,
            order=self.order,
        )


def _nothing_to_show(trace: Trace) -> str:
    recorders: Mapping[str, Any] = trace.meta.get("recorders", {})
    others = sorted({learner for name in _NEEDS for learner in recorders.get(name, ())})
    cure = f"Learners that do: {', '.join(others)}." if others else "Trace a learner that records one of them."
    return f"{trace.learner} records no memory, hidden state or attention for a MemoryView to show. {cure}"


def _recorded_parts(trace: Trace) -> str:
    names = {"write_weights": "memory", "hidden": "hidden state", "attention": "attention"}
    have = [word for name, word in names.items() if name in trace]
    return " and ".join(filter(None, [", ".join(have[:-1]), have[-1]]))


def _note(trace: Trace, n_given: int) -> str:
    """Return notes on this trace for readers, in sentences."""
    late = trace.meta.get("hyper", {}).get("label_offset")
    n = len(trace.episode.query_x)
    parts = [
        late and "Labels come one read late: a step reads its item together with the label of the item before.",
        n < n_given and f"{n} of {n_given} queries are shown.",
    ]
    return " ".join(filter(None, parts))


def _within_budget(trace: Trace) -> Trace:
    """Return the trace with as many queries, spread over all classes, as the page's limit on attention and reads allows."""
    per_query = sum(trace[name].size for name in ("attention", "read_weights") if name in trace)
    n = len(trace.episode.query_x)
    if per_query <= _MOST or not n:
        return trace
    return with_fewer_queries(trace, max(1, n * _MOST // per_query))


def _short(a: Shaped[np.ndarray, "..."], *, signed: bool) -> tuple[np.ndarray, float]:
    """Return the array as 16-bit integers, and the factor that restores it. An array with infinities or NaN is returned unchanged."""
    if not np.isfinite(a).all():
        return a, 1.0
    kind = np.int16 if signed else np.uint16
    scale = max(float(np.abs(a).max(initial=0.0)), 1e-12) / np.iinfo(kind).max
    return np.round(a / scale).astype(kind), scale


def _head_names(trace: Trace) -> list[str]:
    if "attention" not in trace:
        return []
    n = trace["attention"].shape[1]
    return list(trace.coords.get("head", ())) or (["attention"] if n == 1 else [f"head {i + 1}" for i in range(n)])


def _head_groups(names: list[str]) -> list[list[Any]]:
    """Return [layer, its heads] from the heads' names: "layer 2 head 1" belongs to "layer 2"; other names are groups of one."""
    found = [re.fullmatch(r"(layer \d+)\W+head \d+", name) for name in names]
    if not all(found):
        return [[name, [i]] for i, name in enumerate(names)]
    groups: dict[str, list[int]] = {}
    for i, match in enumerate(found):
        groups.setdefault(match[1] if match else "", []).append(i)
    return [[name, heads] for name, heads in groups.items()]


def _hardest(trace: Trace) -> int:
    """Return the query with the worst prediction after the last step, or -1 without queries."""
    e = trace.episode
    if not len(e.query_x):
        return -1
    if "probabilities" in trace and not e.is_regression:
        badness = -trace["probabilities"][-1][np.arange(len(e.query_y)), e.query_y]
    elif "outputs" in trace and e.is_regression:
        badness = np.abs(trace["outputs"][-1] - e.query_y).sum(-1)
    else:
        return 0
    return int(np.where(np.isnan(badness), np.inf, badness).argmax())
