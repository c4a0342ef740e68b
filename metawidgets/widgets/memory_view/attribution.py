"""Attribution of memory and attention to items: the items in each slot, and the items that a query reads or attends to."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

__all__ = [
    "Shares",
    "chosen_heads",
    "empty_slots",
    "items_taken_in",
    "read_shares",
    "slot_contents",
    "slot_item_weights",
]

# A slot counts as empty below this share of the largest write, because soft writes put a little of every item into every slot.
_EMPTY_BELOW = 0.02


class Shares(NamedTuple):
    """The shares of one query's attention or reading that go to each support item, to the query itself, and to empty slots."""

    items: Float[np.ndarray, " support"]
    itself: float
    empty: float


def items_taken_in(absorbed: Int[np.ndarray, "step support"] | None, n_steps: int, n_support: int) -> list[int]:
    """Return the support item that the learner read in the step before each state; -1 if it read no item or several.

    If `absorbed` is `None` and there are as many steps as items, assume one item per step. Otherwise return -1 for all states.
    """
    if absorbed is None:
        return [t - 1 if t and n_steps == n_support + 1 else -1 for t in range(n_steps)]
    new = np.diff(absorbed.astype(int), axis=0) > 0
    return [-1, *(int(row.argmax()) if row.sum() == 1 else -1 for row in new)]


def slot_item_weights(
    write_weights: Float[np.ndarray, "step slot"],
    erased: Float[np.ndarray, "step slot"],
    taken: Sequence[int],
    n_support: int,
) -> Float[np.ndarray, "step slot support"]:
    """Return how much of each support item is in each slot after each step.

    A memory is written by `M = (1 - erased) M_before + write_weights key` (Santoro 2016, eq. 8, where `erased` marks the least
    used slots). This is linear in the keys, so the weight of an item's key in a slot follows the same recursion.
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
    """Return which slots are empty: those with less than 2 % of the largest single write of the episode."""
    return holding.sum(-1) < _EMPTY_BELOW * max(float(write_weights.max()), 1e-12)


def slot_contents(holding: Float[np.ndarray, " support"], most: int = 3) -> list[tuple[int, float]]:
    """Return the `most` items with the largest shares of a slot's content, with these shares."""
    total = float(holding.sum()) or 1.0
    return [(int(i), float(holding[i]) / total) for i in np.argsort(-holding, kind="stable")[:most] if holding[i] > 0]


def read_shares(
    arrays: Mapping[str, np.ndarray], config: Mapping[str, Any], step: int, query: int, head: str
) -> Shares | None:
    """Return how a query's attention (mean of the chosen heads) or memory reading is distributed; `None` if neither is recorded.

    The reading of a slot is divided among the items in proportion to their shares of the slot. The learner first writes the
    query itself into the least used slots, which are erased for it, so a reading from these slots counts as the query itself.
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
    holding = slot_item_weights(arrays["write_weights"], erased, config["taken"], n_support)[step]
    own = np.zeros(len(reads), bool)
    if config["n_erased"] and "usage" in arrays:
        own[np.argsort(arrays["usage"][step], kind="stable")[: config["n_erased"]]] = True
    empty = empty_slots(holding, arrays["write_weights"]) & ~own
    there = ~own & ~empty
    parts = holding[there] / np.maximum(holding[there].sum(-1, keepdims=True), 1e-12)
    return Shares(reads[there] @ parts, float(reads[own].sum()), float(reads[empty].sum()))


def chosen_heads(config: Mapping[str, Any], head: str) -> Int[np.ndarray, " head"]:
    """Return the heads that `head` means: "all", "layer:<i>" or "head:<i>". Any other text means all heads."""
    groups, n = config["head_groups"], len(config["head_names"])
    kind, _, number = head.partition(":")
    i = int(number) if number.isascii() and number.isdigit() else -1
    if kind == "layer" and 0 <= i < len(groups):
        return np.array(groups[i][1])
    return np.array([i]) if kind == "head" and 0 <= i < n else np.arange(n)
