"""The picture of a `MemoryView`: its sentences on a card, and below it the views of the trace at the current step."""

from dataclasses import replace

import numpy as np

from metawidgets.records import Trace
from metawidgets.widgets.base.card import card, pasted, picture
from metawidgets.widgets.base.packed_trace import unpack_trace
from metawidgets.widgets.memory_view.attribution import chosen_heads
from metawidgets.widgets.memory_view.fewer_queries import with_fewer_queries
from metawidgets.widgets.memory_view.state import MemoryState
from metawidgets.widgets.memory_view.words import in_words

__all__ = ["memory_picture", "shown_trace"]

_SLOTS = {"reads": "memory_reads", "usage": "memory_contents"}  # by what the matrix of slots shows
_MOST_CELLS, _MOST_SLOTS = 1500, 32


def memory_picture(state: MemoryState) -> bytes:
    """Return a PNG of the memory view. A view that refuses the trace (for too many steps, for example) is left out."""
    from metawidgets import views  # altair loads slowly

    trace = shown_trace(state)
    slots = _SLOTS.get(state.shown, "memory_writes")
    wanted = [views.ALL[name] for name in (slots, "attention_map", "hidden_state")]
    drawn = [picture(view(trace, step=state.step)) for view in wanted if view.refuses(trace) is None]
    return pasted([[card(state.config["label"], in_words(state)), *drawn]])


def shown_trace(state: MemoryState) -> Trace:
    """Return a trace that the views can draw: with the mean of the chosen heads, and with only as many queries as fit."""
    config, arrays = state.config, dict(state.arrays)
    for name, scale in config["scales"].items():
        arrays[name] = arrays[name].astype(np.float32) * scale
    rows, coords = _MOST_SLOTS, dict(config["coords"])
    if "attention" in arrays:
        heads = chosen_heads(config, state.head)
        arrays["attention"] = arrays["attention"][:, heads].mean(1, keepdims=True)
        names = config["head_names"]
        coords["head"] = [names[heads[0]] if len(heads) == 1 else f"the mean of {len(heads)} heads"]
        rows = arrays["attention"].shape[-1]
    arrays.pop("context_attention", None)  # attention between support items, which no view draws
    trace = unpack_trace(arrays, {**config, "coords": coords})
    finite = {name: np.nan_to_num(a, posinf=0.0, neginf=0.0) for name, a in trace.channels.items()}
    return with_fewer_queries(replace(trace, channels=finite), _MOST_CELLS // max(1, rows), state.query)
