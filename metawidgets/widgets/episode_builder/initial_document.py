"""Conversion of an episode into a document to edit."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError
from metawidgets.widgets.episode_builder.document import MOST_ITEMS
from metawidgets.widgets.episode_builder.draw_settings import checked_settings
from metawidgets.widgets.episode_builder.item_source import ItemSource
from metawidgets.widgets.episode_builder.item_store import ItemStore, StoredItem

__all__ = ["add_item", "document_of", "given_document", "kind_of"]


def kind_of(e: Episode) -> str:
    """Return "sheet" for images or vectors, "points" for points in the plane, or "curve".

    Raises:
        EpisodeError: for a regression that is not a curve.
    """
    if e.is_regression:
        if e.item_shape == (1,) and e.output_dim == 1:
            return "curve"
        raise EpisodeError(
            f"an EpisodeBuilder edits classes, or curves of one number, not a regression of items {e.item_shape}; use EpisodeView."
        )
    return "points" if e.item_shape == (2,) else "sheet"


def document_of(
    e: Episode,
    rows: ItemStore,
    settings: Mapping[str, Any],
    origin: Mapping[str, str] | None = None,
    origins: Mapping[str, str] | None = None,
    *,
    sampled: bool = False,
) -> dict[str, Any]:
    """Return the document of an episode, and store the episode's items in `rows`.

    Args:
        origin: dataset and split that have further items of the classes.
        origins: by the id of a class, the id of the class that it was made from (by rotation).
        sampled: whether a sampler with these settings drew the episode.
    """
    origins = origins or {}
    home = (origin["dataset"], origin["split"]) if origin else ()
    kind, numbers = kind_of(e), {}
    for side in ("support", "query"):
        x, y = getattr(e, f"{side}_x"), getattr(e, f"{side}_y")
        data = np.concatenate([x, y], 1) if kind == "curve" else x
        found = [
            rows.add(kind, d, item, f"{item.dataset}/{origins.get(item.class_id, item.class_id)}/{item.item}", home)
            for d, item in zip(data, getattr(e, f"{side}_items"), strict=True)
        ]
        numbers[side] = [[row.number, -1 if kind == "curve" else int(k)] for row, k in zip(found, y, strict=True)]
    plotted = [n for side in numbers.values() for n, _ in side] if kind != "sheet" else []
    at = {str(n): row.at for n in plotted if (row := rows.get(n))}
    named = {"feature_names": list(e.feature_names)} if e.feature_names else {}
    draw = rows.draw(
        seed=list(e.seed),
        task=dict(e.task),
        names=list(e.class_names),
        at=at,
        settings=dict(settings),
        sampled=sampled,
        **numbers,
        **named,
    )
    owners = (
        {
            int(y): i.class_id
            for y, i in zip(np.r_[e.support_y, e.query_y], e.support_items + e.query_items, strict=True)
        }
        if kind != "curve"
        else {}
    )
    classes = [
        {
            "key": k,
            "name": name,
            "locked": False,
            "origin": {**origin, "class": owners.get(k, ""), "draw": draw, "label": k}
            if origin and k in owners
            else None,
        }
        for k, name in enumerate(e.class_names)
    ]
    document: dict[str, Any] = {
        "kind": kind,
        "shape": list(e.item_shape),
        "draw": draw,
        "settings": dict(settings),
        "next": len(classes),
        "classes": classes,
        "items": {},
    }
    for side in ("support", "query"):
        for number, k in numbers[side]:
            add_item(document, rows.get(number), None if k < 0 else k, side)
    return document


def given_document(episode: Episode, items: ItemSource, dataset: str | None, split: str, seed: int) -> dict[str, Any]:
    """Return the document of a given episode, with the origin of further items.

    Args:
        dataset: the dataset of further items. By default, it is the dataset in `items` that contains the episode's items, if any.

    Raises:
        EpisodeError: if the episode cannot be edited.
    """
    kind_of(episode)  # raises if the episode cannot be edited
    size = {"k_shot": max(1, int(episode.shots.max())), "n_query": max(1, int(episode.queries.max(initial=0)))}
    origin = {"dataset": dataset, "split": split} if dataset else items.home(episode, split)
    home = origin or {"dataset": "", "split": split}
    settings = checked_settings(**home, n_way=episode.n_way, **size, seed=seed, index=0)
    return document_of(episode, items.rows, settings, origin)


def add_item(document: dict[str, Any], row: StoredItem | None, key: int | None, side: str) -> None:
    """Add a row as the last item of a side."""
    if len(document["items"]) >= MOST_ITEMS or row is None:
        raise EpisodeError(f"an episode built by hand holds at most {MOST_ITEMS} items, pool included; remove some.")
    rank = max((i["rank"] for i in document["items"].values() if i["side"] == side), default=-1) + 1
    item = {"row": row.number, "class": key, "side": side, "rank": int(rank), "locked": False}
    if document["kind"] != "sheet":
        item["at"] = row.at
    document["items"][str(document["next"])] = item
    document["next"] += 1
