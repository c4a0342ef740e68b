"""What a learner keeps of an episode and where it looks: memory slots, a hidden state, attention, and what comes of them."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import traitlets as t
from jaxtyping import Shaped

from metawidgets.episodes import Episode
from metawidgets.errors import TraceError
from metawidgets.traces import CHANNELS, Trace
from metawidgets.widgets.base import Component
from metawidgets.widgets.episode_state import episode_title
from metawidgets.widgets.memory_reading import items_taken_in
from metawidgets.widgets.selection import Selection
from metawidgets.widgets.trace_state import pack_trace

__all__ = ["MemoryView"]

_NEEDS = ("attention", "write_weights", "hidden")  # one of them at least
_CHANNELS = (
    *("attention", "context_attention", "memory", "usage", "write_weights", "erased", "read_weights", "hidden"),
    *("outputs", "probabilities", "absorbed"),
)
_FRACTIONS = ("attention", "context_attention", "read_weights")  # never above 1: 16 bits hold them closely enough


_MOST = 8_000_000  # numbers of attention and reading that are sent, 16 MB of them


class MemoryView(Component):
    """What a learner keeps of the support set, step by step, and where each query looks.

    Shown is what the trace has: slots of a memory (written, used, read, what stands in them and which item they hold), a hidden
    state, attention by layer and head, always with the prediction of one query as the context grows. Pointing at an item shows
    what it attended to and what attended to it; a click or Enter selects it, for every component that shares the selection.
    Choosing a slot selects the item that it holds most of.

    Args:
        trace: of a learner with a memory, a hidden state or attention.
        selection: shared with other components.

    Raises:
        TraceError: if the trace has none of these; the error names learners that do.
    """

    query = t.Int(-1, help="the query that was asked about last, -1 for the one answered worst").tag(
        sync=True, saved=True
    )
    slot = t.Int(-1, help="the slot looked at, -1 for the one written last").tag(sync=True, saved=True)
    head = t.Unicode("all", help='attention shown: "all", "layer:<i>" or "head:<i>"').tag(sync=True, saved=True)
    shown = t.Unicode("writes", help='what the matrix of slots shows: "writes", "reads" or "usage"').tag(
        sync=True, saved=True
    )
    rows = t.Unicode("heads", help='rows of the matrix of attention: "heads", "queries" or "items"').tag(
        sync=True, saved=True
    )
    order = t.Unicode("change", help='units are sorted by "change", "value" or "number"').tag(sync=True, saved=True)

    js_parts: ClassVar[tuple[str, ...]] = (
        "plot_axes.js",
        "memory_shares.js",
        "memory_heat.js",
        "memory_matrix.js",
        "memory_items.js",
        "memory_slots.js",
        "memory_slot.js",
        "memory_units.js",
        "memory_heads.js",
        "memory_growth.js",
        "memory_detail.js",
    )

    def __init__(self, trace: Trace, selection: Selection | None = None, **kwargs: Any) -> None:
        if not self.shows(trace):
            raise TraceError(_nothing(trace))
        super().__init__(selection=selection, **kwargs)
        n_given = len(trace.episode.query_x)
        trace = _within(trace)
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
            label=f"{trace.learner}: {_what(trace)}, {episode_title(trace.episode)}",
            note=_note(trace, n_given),
            loss_unit=trace.loss_unit,
        )
        if "step" not in kwargs:
            self.step = len(trace) - 1

    @staticmethod
    def shows(trace: Trace) -> bool:
        """Whether the trace has anything of what is shown here: attention, a memory or a hidden state."""
        return any(name in trace for name in _NEEDS)

    def summary(self) -> str:
        """What the step did, and what the query asked about looks at and is answered."""
        from metawidgets.widgets.memory_words import in_words

        return f"{self.config['label']}. {in_words(self)}"

    def png(self) -> bytes:
        from metawidgets.widgets.memory_still import draw_memory  # Pillow's fonts are loaded only by who draws

        return draw_memory(self)


def _nothing(trace: Trace) -> str:
    recorders: Mapping[str, Any] = trace.meta.get("recorders", {})
    others = sorted({learner for name in _NEEDS for learner in recorders.get(name, ())})
    cure = f"Learners that do: {', '.join(others)}." if others else "Trace a learner that records one of them."
    return f"{trace.learner} records no memory, hidden state or attention for a MemoryView to show. {cure}"


def _what(trace: Trace) -> str:
    names = {"write_weights": "memory", "hidden": "hidden state", "attention": "attention"}
    have = [word for name, word in names.items() if name in trace]
    return " and ".join(filter(None, [", ".join(have[:-1]), have[-1]]))


def _note(trace: Trace, n_given: int) -> str:
    """What a reader must know of this trace, in sentences."""
    late = trace.meta.get("hyper", {}).get("label_offset")
    n = len(trace.episode.query_x)
    parts = [
        late and "Labels come one read late: a step reads its item together with the label of the item before.",
        n < n_given and f"{n} of {n_given} queries are shown.",
    ]
    return " ".join(filter(None, parts))


def _within(trace: Trace) -> Trace:
    """The trace with as many queries, of all classes alike, as a page can carry what each of them looked at."""
    per_query = sum(trace[name].size for name in ("attention", "read_weights") if name in trace)
    e, n = trace.episode, len(trace.episode.query_x)
    if per_query <= _MOST or not n:
        return trace
    y = np.zeros(n, int) if e.is_regression else e.query_y
    place = np.array([np.sum(y[:i] == label) for i, label in enumerate(y)])  # among the queries of its class
    keep = np.sort(np.argsort(place, kind="stable")[: max(1, n * _MOST // per_query)])
    episode = Episode(
        *(e.support_x, e.support_y, e.query_x[keep], e.query_y[keep], e.class_names),
        support_items=e.support_items,
        query_items=tuple(e.query_items[i] for i in keep),
        seed=e.seed,
        task=e.task,
    )
    channels = {
        name: np.take(a, keep, 1 + CHANNELS[name].axes.index("query")) if "query" in CHANNELS[name].axes else a
        for name, a in trace.channels.items()
    }
    coords = {axis: names for axis, names in trace.coords.items() if axis != "query"}
    return Trace(trace.axis, channels, episode, trace.meta, coords, trace.probe)


def _short(a: Shaped[np.ndarray, "..."], *, signed: bool) -> tuple[np.ndarray, float]:
    """16-bit whole numbers and the factor that makes them the array again; as it is where it has infinities or NaN."""
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
    """[layer, its heads] as the names tell: "layer 2 head 1" belongs to "layer 2"; other names stand alone."""
    found = [re.fullmatch(r"(layer \d+)\W+head \d+", name) for name in names]
    if not all(found):
        return [[name, [i]] for i, name in enumerate(names)]
    groups: dict[str, list[int]] = {}
    for i, match in enumerate(found):
        groups.setdefault(match[1] if match else "", []).append(i)
    return [[name, heads] for name, heads in groups.items()]


def _hardest(trace: Trace) -> int:
    """The query answered worst in the end."""
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
