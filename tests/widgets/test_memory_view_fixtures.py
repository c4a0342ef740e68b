"""The test cases of the browser's computations for a MemoryView (js/memory_view/record), computed by Python."""

from typing import Any

import numpy as np

from metawidgets.records import Trace
from metawidgets.widgets import MemoryView
from metawidgets.widgets.memory_view.attribution import (
    chosen_heads,
    empty_slots,
    read_shares,
    slot_contents,
    slot_item_weights,
)
from tests.fixtures import check_fixture
from tests.widgets.made_memory import large_attention, large_memory, made, memory, remembered

_SENT = ("write_weights", "erased", "usage", "read_weights", "attention", "context_attention", "support_y", "query_y")
_CONFIG = ("scales", "taken", "n_erased", "head_names", "head_groups")
_QUERIES = range(4)


def sent(view: MemoryView) -> dict[str, Any]:
    """Return the arrays and the configuration that these computations use, as the browser gets them."""
    arrays = {name: a for name, a in view.unpack().items() if name in _SENT}
    return {
        "arrays": {
            name: {"dtype": a.dtype.name, "shape": list(a.shape), "data": a.ravel()} for name, a in arrays.items()
        },
        "config": {name: view.config[name] for name in _CONFIG},
    }


def shares_of(view: MemoryView, head: str) -> list[dict[str, Any]]:
    arrays = view.unpack()
    out = []
    for step in range(0, view.config["steps"], 2):
        for query in _QUERIES:
            shares = read_shares(arrays, view.config, step, query, head)
            assert shares is not None
            out.append({"step": step, "query": query} | shares._asdict())
    return out


def slots_of(view: MemoryView) -> dict[str, Any]:
    arrays, taken = view.unpack(), view.config["taken"]
    writes = arrays["write_weights"].astype(np.float64)
    weights = slot_item_weights(writes, arrays.get("erased", np.zeros_like(writes)), taken, len(arrays["support_y"]))
    empty = np.array([empty_slots(each, writes) for each in weights])
    contents = [
        [[] if empty[t, s] else slot_contents(weights[t, s]) for s in range(writes.shape[1])]
        for t in range(len(writes))
    ]
    return sent(view) | {"weights": weights, "contents": contents, "shares": shares_of(view, "all")}


def out_of_order() -> Trace:
    """Make a trace that reads the items from the last to the first, with one step that reads no item."""
    given = large_memory(8, 6, 3, way=3)
    read = np.arange(6) >= 6 - np.array([0, 1, 2, 2, 3, 4, 5])[:, None]
    channels = dict(given.channels) | {"absorbed": read.astype(np.uint8)}
    return Trace(given.axis, channels, given.episode, given.meta)


def never_emptied() -> Trace:
    return made({name: a for name, a in remembered().items() if name != "erased"})


def test_what_slots_hold_is_what_the_browser_is_tested_with():
    traces = {"by_hand": memory(), "out_of_order": out_of_order(), "never_emptied": never_emptied()}
    check_fixture("memory_view/slots", {name: slots_of(MemoryView(trace)) for name, trace in traces.items()})


def test_attention_is_what_the_browser_is_tested_with():
    view = MemoryView(large_attention(4, 6, 2, way=3))
    choices = [
        {"head": head, "heads": chosen_heads(view.config, head), "shares": shares_of(view, head)}
        for head in ("all", "layer:1", "head:2", "head:9", "layer:-1", "head:1_0", "head:1:2", "<b>", "")
    ]
    check_fixture("memory_view/attention", sent(view) | {"choices": choices})
