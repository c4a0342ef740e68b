"""Conversion of a document into the episode that it describes, or into the reason why there is no valid episode."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from metawidgets.episodes import Episode, ItemId
from metawidgets.errors import EpisodeError
from metawidgets.widgets.episode_builder.item_store import ItemStore

__all__ = ["BuildResult", "build_episode", "is_same_episode", "item_id"]


class BuildResult(NamedTuple):
    """The result of building: the episode, or the reason why there is no episode, and notes for readers of results on it.

    The browser computes the same sentences (`js/episode_document/verdict.ts`); a shared fixture checks that both agree.
    """

    episode: Episode | None
    problem: str
    notes: list[str]


def build_episode(document: Mapping[str, Any], rows: ItemStore) -> BuildResult:
    """Build the episode of a document, with items in the order of their ranks."""
    kind, classes = document["kind"], document["classes"]
    sides = {
        side: sorted(
            ((key, item) for key, item in document["items"].items() if item["side"] == side),
            key=lambda pair: (pair[1]["rank"], int(pair[0])),
        )
        for side in ("support", "query")
    }
    ids = {side: [item_id(key, item, rows) for key, item in found] for side, found in sides.items()}
    notes = _notes(document, sides, ids, rows)
    if problem := _problem(document, sides, ids):
        return BuildResult(None, problem, notes)
    label = {c["key"]: k for k, c in enumerate(classes)}
    arrays = []
    for side in ("support", "query"):
        items = [item for _, item in sides[side]]
        data = np.stack([_data(item, rows) for item in items])
        arrays += (
            [data[:, :1], data[:, 1:]] if kind == "curve" else [data, np.array([label[i["class"]] for i in items])]
        )
    draw = rows.draws.get(document["draw"], {})
    pure = (
        bool(draw)
        and kind != "sheet"
        and all(_drawn(item, rows, draw) for found in sides.values() for _, item in found)
    )
    try:
        episode = Episode(
            *arrays,
            class_names=tuple(c["name"] for c in classes),
            support_items=tuple(ids["support"]),
            query_items=tuple(ids["query"]),
            seed=tuple(draw["seed"]) if _unchanged(document, draw, sides) else (),
            task=draw["task"] if pure or _unchanged(document, draw, sides) else {},
            feature_names=tuple(draw.get("feature_names", ())),
        )
    except EpisodeError as error:
        return BuildResult(None, str(error), notes)
    return BuildResult(episode, "", notes)


def item_id(key: str, item: Mapping[str, Any], rows: ItemStore) -> ItemId:
    """Return the provenance of an item: its source, or "placed" if somebody placed or moved it."""
    row = rows.get(item["row"])
    if row is not None and ("at" not in item or item["at"] == row.at):
        return row.item
    return ItemId("placed", "curve" if item["class"] is None else f"class-{item['class']}", key)


def _unchanged(document: Mapping[str, Any], draw: Mapping[str, Any], sides: Mapping[str, Any]) -> bool:
    """Return whether support and query hold exactly the drawn items, under the drawn class names."""
    if not draw or [c["name"] for c in document["classes"]] != draw["names"]:
        return False
    label = {c["key"]: k for k, c in enumerate(document["classes"])}
    return all(
        [[i["row"], label.get(i["class"], -1)] for _, i in sides[side]] == draw[side]
        and all(i.get("at") == draw["at"].get(str(i["row"])) for _, i in sides[side])
        for side in ("support", "query")
    )


def _drawn(item: Mapping[str, Any], rows: ItemStore, draw: Mapping[str, Any]) -> bool:
    row = rows.get(item["row"])
    return row is not None and item["at"] == row.at and str(row.number) in draw["at"]


def _data(item: Mapping[str, Any], rows: ItemStore) -> np.ndarray:
    row = rows.get(item["row"])
    return np.array(item["at"], np.float32) if "at" in item or row is None else row.data


def _problem(document: Mapping[str, Any], sides: Mapping[str, Any], ids: Mapping[str, list[ItemId]]) -> str:
    classes = document["classes"]
    names = [c["name"].strip() for c in classes]
    if document["kind"] != "curve":
        if len(classes) < 2:
            return f"{['There is no class', 'There is one class'][len(classes)]}: nothing to tell apart. Add classes."
        if "" in names:
            return f"Class {names.index('') + 1} has no name. Give it one."
        for name in names:
            if names.count(name) > 1:
                return f"Two classes are called “{name}”. Rename one."
    both = [i for i in ids["support"] if i in set(ids["query"])]
    if both:
        return (
            f"Item {both[0]} is in both support and query: the learner would see a query before the test. Remove one."
        )
    for side, found in ids.items():
        twice = [item for n, item in enumerate(found) if item in found[:n]]
        if twice:
            return f"Item {twice[0]} is in the {side} set twice. Remove one."
    for side, why in (
        ("support", "a learner needs at least one item to learn from"),
        ("query", "there is nothing to predict"),
    ):
        if not sides[side]:
            return f"The {side} set is empty: {why}. Move an item there."
    return ""


def _notes(
    document: Mapping[str, Any], sides: Mapping[str, Any], ids: Mapping[str, list[ItemId]], rows: ItemStore
) -> list[str]:
    notes = []
    for c in document["classes"]:
        n = {side: sum(item["class"] == c["key"] for _, item in found) for side, found in sides.items()}
        if not n["support"]:
            what = (
                "queries but no support: a learner cannot recognise it" if n["query"] else "neither support nor queries"
            )
            notes.append(f"Class “{c['name']}” has {what}.")
    seen: dict[str, ItemId] = {}
    if document["kind"] == "sheet":
        for side in ("support", "query"):
            for (_, item), own in zip(sides[side], ids[side], strict=True):
                row = rows.get(item["row"])
                first = seen.setdefault(row.source if row else "", own)
                if first != own:
                    notes.append(f"{first} and {own} are from one source image: their results are not independent.")
    return notes


def is_same_episode(a: Episode | None, b: Episode | None) -> bool:
    """Return whether two episodes have the same classes, items, arrays and seed, or both are `None`."""
    if a is None or b is None:
        return a is b
    plain = all(getattr(a, n) == getattr(b, n) for n in ("class_names", "support_items", "query_items", "seed"))
    return plain and all(
        np.array_equal(getattr(a, n), getattr(b, n)) for n in ("support_x", "support_y", "query_x", "query_y")
    )
