"""An episode as a document to edit."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError
from metawidgets.widgets.builder_document import MOST_ITEMS
from metawidgets.widgets.builder_rows import Row, Rows

__all__ = ["add_item", "kind_of", "started"]


def kind_of(e: Episode) -> str:
    """ "sheet" of images or vectors, "points" in the plane, or a "curve".

    Raises:
        EpisodeError: for a regression that is no curve.
    """
    if e.is_regression:
        if e.item_shape == (1,) and e.output_dim == 1:
            return "curve"
        raise EpisodeError(
            f"an EpisodeBuilder edits classes, or curves of one number, not a regression of items {e.item_shape}; use EpisodeView."
        )
    return "points" if e.item_shape == (2,) else "sheet"


def started(
    e: Episode,
    rows: Rows,
    settings: Mapping[str, Any],
    origin: Mapping[str, str] | None = None,
    origins: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The document of an episode as it is; `origin` (dataset, split) says where its classes have more items, `origins` which class a
    rotated class is made from."""
    origins = origins or {}
    kind, numbers = kind_of(e), {}
    for side in ("support", "query"):
        x, y = getattr(e, f"{side}_x"), getattr(e, f"{side}_y")
        data = np.concatenate([x, y], 1) if kind == "curve" else x
        found = [
            rows.add(kind, d, item, f"{item.dataset}/{origins.get(item.class_id, item.class_id)}/{item.item}")
            for d, item in zip(data, getattr(e, f"{side}_items"), strict=True)
        ]
        numbers[side] = [[row.number, -1 if kind == "curve" else int(k)] for row, k in zip(found, y, strict=True)]
    plotted = [n for side in numbers.values() for n, _ in side] if kind != "sheet" else []
    at = {str(n): row.at for n in plotted if (row := rows.get(n))}
    draw = rows.draw(
        seed=list(e.seed), task=dict(e.task), names=list(e.class_names), at=at, settings=dict(settings), **numbers
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


def add_item(document: dict[str, Any], row: Row | None, key: int | None, side: str) -> None:
    """Put a row behind the last item of a side."""
    if len(document["items"]) >= MOST_ITEMS or row is None:
        raise EpisodeError(f"an episode built by hand holds at most {MOST_ITEMS} items, pool included; remove some.")
    rank = max((i["rank"] for i in document["items"].values() if i["side"] == side), default=-1) + 1
    item = {"row": row.number, "class": key, "side": side, "rank": int(rank), "locked": False}
    if document["kind"] != "sheet":
        item["at"] = row.at
    document["items"][str(document["next"])] = item
    document["next"] += 1
