"""What a memory or an attention says of items: which item a slot holds, and where a query's reading falls."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

__all__ = ["Shares", "chosen_heads", "empty_slots", "held", "items_taken_in", "shares_of", "slot_contents"]

# A slot that holds less than this part of the largest write counts as empty: soft writes leave a trace of every item everywhere.
_TRACE_OF = 0.02


class Shares(NamedTuple):
    """Where one query's attention or reading falls: on the support items, on the query itself, on slots that hold nothing."""

    items: Float[np.ndarray, " support"]
    itself: float
    empty: float


def items_taken_in(absorbed: Int[np.ndarray, "step support"] | None, n_steps: int, n_support: int) -> list[int]:
    """The support item that each step took in, -1 where that is none or several. Without a record: one after the other."""
    if absorbed is None:
        return [t - 1 if t and n_steps == n_support + 1 else -1 for t in range(n_steps)]
    new = np.diff(absorbed.astype(int), axis=0) > 0
    return [-1, *(int(row.argmax()) if row.sum() == 1 else -1 for row in new)]


def held(
    write_weights: Float[np.ndarray, "step slot"],
    erased: Float[np.ndarray, "step slot"],
    taken: Sequence[int],
    n_support: int,
) -> Float[np.ndarray, "step slot support"]:
    """How much of each support item was written to each slot and is still there.

    A memory is written by `M = (1 - erased) M_before + write_weights key` (Santoro 2016, eq. 8, where `erased` are the least used
    slots): linear in the keys, so that the weight with which an item's key stands in a slot follows the same recursion.
    """
    out = np.zeros((*write_weights.shape, n_support))
    for t in range(1, len(write_weights)):
        out[t] = out[t - 1] * (1 - erased[t])[:, None]
        if taken[t] >= 0:
            out[t, :, taken[t]] += write_weights[t]
    return out


def empty_slots(
    holding: Float[np.ndarray, "slot support"], write_weights: Float[np.ndarray, "step slot"]
) -> Bool[np.ndarray, " slot"]:
    """Slots that hold no more than a trace: less than 2 % of the largest single write of the episode."""
    return holding.sum(-1) < _TRACE_OF * max(float(write_weights.max()), 1e-12)


def slot_contents(holding: Float[np.ndarray, " support"], most: int = 3) -> list[tuple[int, float]]:
    """The items that a slot holds most of, with their parts of it."""
    total = float(holding.sum()) or 1.0
    return [(int(i), float(holding[i]) / total) for i in np.argsort(-holding, kind="stable")[:most] if holding[i] > 0]


def shares_of(
    arrays: Mapping[str, np.ndarray], config: Mapping[str, Any], step: int, query: int, head: str
) -> Shares | None:
    """Where the attention (mean of the chosen heads) or the memory reading of a query falls; `None` where neither is recorded.

    The reading of a slot is divided among the items in it as they are held. To be asked, a query is first written itself: the
    least used slots are emptied for it, and what it reads there is itself.
    """
    scales, n_support = config["scales"], len(arrays["support_y"])
    if "attention" in arrays:
        weights = arrays["attention"][step, chosen_heads(config, head), query].mean(0) * scales["attention"]
        total = float(weights.sum())
        return Shares(weights, max(0.0, 1 - total) if total else 0.0, 0.0)
    if "read_weights" not in arrays or "write_weights" not in arrays:
        return None
    reads = arrays["read_weights"][step, query] * scales["read_weights"]
    erased = arrays.get("erased", np.zeros_like(arrays["write_weights"]))
    holding = held(arrays["write_weights"], erased, config["taken"], n_support)[step]
    own = np.zeros(len(reads), bool)
    if config["n_erased"] and "usage" in arrays:
        own[np.argsort(arrays["usage"][step], kind="stable")[: config["n_erased"]]] = True
    empty = empty_slots(holding, arrays["write_weights"]) & ~own
    there = ~own & ~empty
    parts = holding[there] / np.maximum(holding[there].sum(-1, keepdims=True), 1e-12)
    return Shares(reads[there] @ parts, float(reads[own].sum()), float(reads[empty].sum()))


def chosen_heads(config: Mapping[str, Any], head: str) -> Int[np.ndarray, " head"]:
    """The heads that a choice means: "all", "layer:<i>" or "head:<i>"; all of them for anything else."""
    groups, n = config["head_groups"], len(config["head_names"])
    kind, _, number = head.partition(":")
    i = int(number) if number.isascii() and number.isdigit() else -1
    if kind == "layer" and 0 <= i < len(groups):
        return np.array(groups[i][1])
    return np.array([i]) if kind == "head" and 0 <= i < n else np.arange(n)
