"""Edits of an episode's support set, one example at a time: their checks, and the episode that they make."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import traitlets as t
from jaxtyping import Bool, Int

from metawidgets.episodes import Episode, ItemId
from metawidgets.errors import EpisodeError, did_you_mean

__all__ = ["EditedSupport", "RefusedState", "checked_edits", "edited_episode", "edited_support"]

_OPS = ("drop", "relabel", "add")
MOST = 200


class RefusedState(EpisodeError, t.TraitError):
    """Raised for a state that a component cannot show. It is a `TraitError`, so that traitlets keeps the old state."""


class EditedSupport(NamedTuple):
    """The support after edits.

    Args:
        rows: places of the new support items in the concatenation of support, queries and pool; added items come last.
        labels: labels of these items.
        added: which of these items were not in the support before.
        moved: which queries moved to the support and are no longer queries.
    """

    rows: Int[np.ndarray, " support"]
    labels: Int[np.ndarray, " support"]
    added: Bool[np.ndarray, " support"]
    moved: Bool[np.ndarray, " query"]


def checked_edits(edits: Any, config: Mapping[str, Any], labels: Int[np.ndarray, " support"]) -> list[dict[str, Any]]:
    """Check edits and return them as plain dictionaries.

    Args:
        edits: `{"op": "drop", "item": id}` or `{"op": "relabel", "item": id, "label": k}` for support items, `{"op": "add",
            "item": id, "label": k}` for queries and pool items; at most one for each item. An id is `str(ItemId)`.
        config: with `episode` and `pool`, as `PrototypeHeatmap` sends them.
        labels: the labels of the support before the edits.

    Raises:
        RefusedState: if an edit is invalid, or the edits leave no support item or no query.
    """
    if not isinstance(edits, list | tuple) or len(edits) > MOST:
        raise RefusedState(f"edits={edits!r:.80} is not a list of at most {MOST} edits; give a list of dictionaries.")
    e, pool = config["episode"], set(config["pool"]["ids"])
    label_of, queries, names = (
        dict(zip(e["support_ids"], labels.tolist(), strict=True)),
        set(e["query_ids"]),
        e["class_names"],
    )
    found: dict[str, dict[str, Any]] = {}
    for i, edit in enumerate(edits):
        here = f"edit {i}"
        op, item, label = _fields(edit, here)
        if item in found:
            raise RefusedState(f"{here} is a second edit of item {item!r}; give at most one edit for each item.")
        if op == "add" and item not in queries | pool:
            raise RefusedState(
                f"{here} adds {item!r}, which is neither a query of the episode nor in the pool; give one."
            )
        if op != "add" and item not in label_of:
            raise RefusedState(f"{here} would {op} {item!r}, which is not a support item of the episode; give one.")
        if op != "drop":
            if isinstance(label, bool) or not isinstance(label, int) or not 0 <= label < len(names):
                raise RefusedState(f"{here} has label={label!r}; give a class from 0 to {len(names) - 1}.")
            if op == "relabel" and label == label_of[item]:
                raise RefusedState(
                    f"{here} relabels {item!r} as {names[label]!r}, its class already; give another class."
                )
        found[item] = {"op": op, "item": item} | ({} if op == "drop" else {"label": label})
    ops = [edit["op"] for edit in found.values()]
    if len(label_of) - ops.count("drop") + ops.count("add") < 1:
        raise RefusedState("these edits leave no support example; keep one.")
    if queries and queries <= set(found):
        raise RefusedState("these edits leave no query to ask; keep one.")
    return list(found.values())


def _fields(edit: Any, here: str) -> tuple[str, str, Any]:
    if not isinstance(edit, Mapping) or not isinstance(edit.get("item"), str):
        raise RefusedState(
            f'{here} is {edit!r:.80}; give {{"op": "drop", "item": id}}, with "label" to relabel or add.'
        )
    op = edit.get("op")
    if op not in _OPS:
        raise RefusedState(f"{here} has op={op!r:.40}; {did_you_mean(op, _OPS)}")
    known = {"op", "item"} if op == "drop" else {"op", "item", "label"}
    for name in edit:
        if name not in known:
            raise RefusedState(f"{here} has a key {name!r:.40} that {op} does not take; {did_you_mean(name, known)}")
    return op, edit["item"], edit.get("label")


def edited_support(
    edits: Sequence[Mapping[str, Any]], config: Mapping[str, Any], labels: Int[np.ndarray, " support"]
) -> EditedSupport:
    """Return the support set after valid edits."""
    e = config["episode"]
    every = [*e["support_ids"], *e["query_ids"], *config["pool"]["ids"]]
    place = {item: i for i, item in enumerate(every)}
    n, of = len(labels), {edit["item"]: edit for edit in edits}
    kept = [
        (i, of[item]["label"] if item in of else int(labels[i]))
        for i, item in enumerate(e["support_ids"])
        if of.get(item, {}).get("op") != "drop"
    ]
    added = [(place[edit["item"]], edit["label"]) for edit in edits if edit["op"] == "add"]
    rows = np.array([row for row, _ in kept + added], np.int64)
    moved = np.isin(np.arange(n, n + len(e["query_ids"])), [row for row, _ in added])
    return EditedSupport(rows, np.array([label for _, label in kept + added], np.int64), rows >= n, moved)


def edited_episode(
    episode: Episode, edits: Sequence[Mapping[str, Any]], config: Mapping[str, Any], pool_x: np.ndarray | None
) -> Episode:
    """Return the episode after valid edits: the support in its order with added examples last, and the remaining queries."""
    new = edited_support(edits, config, episode.support_y)
    pool = () if pool_x is None else (pool_x,)
    x = np.concatenate([episode.support_x, episode.query_x, *pool])
    items = [*episode.support_items, *episode.query_items, *(ItemId(*item) for item in config["pool"]["items"])]
    return Episode(
        x[new.rows],
        new.labels,
        episode.query_x[~new.moved],
        episode.query_y[~new.moved],
        class_names=episode.class_names,
        support_items=tuple(items[i] for i in new.rows),
        query_items=tuple(item for item, gone in zip(episode.query_items, new.moved, strict=True) if not gone),
        seed=episode.seed,
        task=episode.task,
        feature_names=episode.feature_names,
    )
