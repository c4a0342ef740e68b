"""The picture of a hand-built episode, or of an unfinished one with the reason why it is not an episode yet."""

from collections.abc import Mapping
from typing import Any

from metawidgets.widgets.base.card import card
from metawidgets.widgets.episode_builder.build import BuildResult
from metawidgets.widgets.episode_builder.document import SIDES
from metawidgets.widgets.episode_builder.item_store import ItemStore
from metawidgets.widgets.episode_view.component import episode_picture

__all__ = ["built_picture"]


def built_picture(found: BuildResult, document: Mapping[str, Any], rows: ItemStore, summary: str) -> bytes:
    """Return a PNG of the built episode, or of a card with its problem. `summary` is the component's summary."""
    if found.episode is not None:
        return episode_picture(found.episode, summary)
    counts, images = [], []
    for c in document["classes"] or [{"key": None, "name": "Samples"}]:
        mine = [
            [i for i in document["items"].values() if (i["class"], i["side"]) == (c["key"], side)] for side in SIDES
        ]
        counts.append(
            f"{c['name']}: " + ", ".join(f"{len(items)} {side}" for items, side in zip(mine, SIDES, strict=True))
        )
        if len(document["shape"]) == 3:
            held = [rows.get(item["row"]) for items in mine for item in sorted(items, key=lambda item: item["rank"])]
            images.append((c["name"], [row.data for row in held if row is not None]))
    return card("No episode", "\n".join([found.problem, "", *counts]), images)
