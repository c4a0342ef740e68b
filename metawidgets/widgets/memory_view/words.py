"""The summary of a `MemoryView` in sentences, for places that run no JavaScript and for the view's picture."""

from typing import Any

import numpy as np

from metawidgets.widgets.memory_view.attribution import (
    chosen_heads,
    empty_slots,
    read_shares,
    slot_contents,
    slot_item_weights,
)
from metawidgets.widgets.memory_view.state import MemoryState

__all__ = ["in_words", "item_words"]


def item_words(config: dict[str, Any], arrays: dict[str, np.ndarray], i: int) -> str:
    names = config["episode"]["class_names"]
    return f"item {i} ({names[arrays['support_y'][i]]})" if names else f"item {i}"


def in_words(state: MemoryState) -> str:
    """Describe the step: the item read, the content of the slot shown, and the query's attention and prediction."""
    arrays, config, step = state.arrays, state.config, state.step
    when = config["step_names"][step]
    parts = [f"{when[0].upper()}{when[1:]}."]
    taken = config["taken"][step]
    if taken >= 0:
        parts.append(f"This step read {item_words(config, arrays, taken)}.")
    if "write_weights" in arrays and step:
        parts.append(_slot(state))
    if "hidden" in arrays and step:
        moved = np.linalg.norm(arrays["hidden"][step] - arrays["hidden"][step - 1])
        parts.append(f"The hidden state changed by {moved:.3g}.")
    if (q := state.query) >= 0:
        looks, answer = _looks(state), _answer(config, arrays, step, q)
        parts += [looks, answer] if looks else [f"Query {q}: {answer[:1].lower()}{answer[1:]}" if answer else ""]
    return " ".join(filter(None, parts))


def _slot(state: MemoryState) -> str:
    arrays, config, step = state.arrays, state.config, state.step
    writes = arrays["write_weights"]
    slot = state.slot if 0 <= state.slot < writes.shape[1] else int(writes[step].argmax())
    holding = slot_item_weights(
        writes, arrays.get("erased", np.zeros_like(writes)), config["taken"], len(arrays["support_y"])
    )[step]
    parts_of = holding.max(-1) / np.maximum(holding.sum(-1), 1e-12)
    n_whole = int((~empty_slots(holding, writes) & (parts_of > 0.5)).sum())
    if empty_slots(holding, writes)[slot]:
        text = f"Slot {slot} is empty"
    else:
        parts = [(item_words(config, arrays, i), part) for i, part in slot_contents(holding[slot])]
        text = f"Slot {slot} holds " + ", ".join(f"{100 * part:.0f} % {name}" for name, part in parts if part >= 0.05)
    return f"{text}; {n_whole} of {writes.shape[1]} slots hold mostly one item."


def _looks(state: MemoryState) -> str:
    arrays, config, q = state.arrays, state.config, state.query
    shares = read_shares(arrays, config, state.step, q, state.head)
    if shares is None:
        return ""
    verb = "attends to" if "attention" in arrays else "reads from"
    best = [i for i in np.argsort(-shares.items, kind="stable")[:3] if shares.items[i] >= 0.005]
    named = [f"{item_words(config, arrays, int(i))} {100 * shares.items[i]:.0f} %" for i in best]
    named += [
        f"{name} {100 * v:.0f} %"
        for name, v in (("itself", shares.itself), ("empty slots", shares.empty))
        if v >= 0.005
    ]
    if not named:
        return f"Query {q} {verb} nothing yet."
    heads, n = chosen_heads(config, state.head), len(config["head_names"])
    which = (
        "" if n < 2 else f" ({config['head_names'][heads[0]]})" if len(heads) == 1 else f" (mean of {len(heads)} heads)"
    )
    return f"Query {q} {verb}{which} {', '.join(named)}."


def _answer(config: dict[str, Any], arrays: dict[str, np.ndarray], step: int, q: int) -> str:
    names = config["episode"]["class_names"]
    if "probabilities" in arrays:
        p = arrays["probabilities"][step, q]
        if np.isnan(p).any():
            return "No class has a probability that is a number."
        best, true = int(p.argmax()), int(arrays["query_y"][q])
        said = f"Predicted {names[best]} {100 * p[best]:.0f} %"
        return (
            f"{said}, which is right." if best == true else f"{said}, true class {names[true]} {100 * p[true]:.0f} %."
        )
    if "outputs" in arrays and not names:
        said, target = arrays["outputs"][step, q], arrays["query_y"][q]
        return f"Predicted {', '.join(f'{v:.3g}' for v in said)}, target {', '.join(f'{v:.3g}' for v in target)}."
    return ""
