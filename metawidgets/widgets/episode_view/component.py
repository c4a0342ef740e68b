"""A component that shows the support and query set of one episode."""

from typing import Any

import numpy as np

from metawidgets.episodes import Episode
from metawidgets.widgets.base.card import card, picture
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.episode_facts import episode_title
from metawidgets.widgets.base.packed_episode import pack_episode, unpack_episode
from metawidgets.widgets.base.selection import Selection

__all__ = ["EpisodeView", "episode_picture"]


class EpisodeView(Component):
    """A contact sheet of an episode with a row for each class, support beside query. 2-D points and curves are plotted.

    Pointing at an item or moving to it with the arrow keys shows its provenance. A click or Enter selects it in every component
    that shares the selection; Escape releases it.

    Args:
        episode: the episode to show.
        selection: a selection that other components share; its `selected` is the `str(ItemId)` of an item.

    Raises:
        TypeError: if `episode` is not an `Episode`.
    """

    def __init__(self, episode: Episode, *, selection: Selection | None = None, **kwargs: Any) -> None:
        if not isinstance(episode, Episode):
            hint = "; give its .episode" if hasattr(episode, "episode") else ""
            raise TypeError(f"EpisodeView shows an Episode, not {type(episode).__name__}{hint}.")
        super().__init__(selection=selection, **kwargs)
        arrays, plain = pack_episode(episode)
        self.pack(arrays, episode=plain, kind=_kind(episode), title=episode_title(episode), subtitle=_subtitle(episode))

    @property
    def episode(self) -> Episode:
        """The episode shown."""
        return unpack_episode(self.unpack(), self.config["episode"])

    def png(self) -> bytes:
        return episode_picture(self.episode, self.summary())

    def summary(self) -> str:
        """Return a line for the episode, and a line for each class with its counts (for regression: the ranges of values)."""
        e = self.episode
        lines = [f"Episode, {episode_title(e)}: {_subtitle(e)}"]
        if e.is_regression:
            sides = {"targets": np.concatenate([e.support_y, e.query_y])}
            if not e.is_image:
                sides = {"inputs": np.concatenate([e.support_x, e.query_x])} | sides
            return "\n".join(
                lines + [f"  {name} from {values.min():.3g} to {values.max():.3g}" for name, values in sides.items()]
            )
        width = max(map(len, e.class_names))
        lines += [
            f"  {name:<{width}}  {shots} support, {queries} query"
            for name, shots, queries in zip(e.class_names, e.shots, e.queries, strict=True)
        ]
        return "\n".join(lines)


def episode_picture(e: Episode, summary: str) -> bytes:
    """Return a PNG of an episode's sheet, or of a card with `summary` and the first items if `episode_sheet` refuses the episode."""
    from metawidgets.views import episode_sheet  # altair loads slowly

    if episode_sheet.refuses(e) is None:
        return picture(episode_sheet(e))
    title, *lines = summary.split("\n")
    sides: list[tuple[str, Any]] = [("support", e.support_x), ("query", e.query_x)]
    if not e.is_regression:
        first = [
            np.concatenate([x[y == k] for x, y in ((e.support_x, e.support_y), (e.query_x, e.query_y))])
            for k in range(len(e.class_names))
        ]
        sides = list(zip(e.class_names, first, strict=True))
    return card(title, "\n".join(lines), sides if e.is_image else [])


def _kind(e: Episode) -> str:
    """Return how the browser draws the episode: "sheet" for images or vectors, "points" for points in the plane, or "curve"."""
    if not e.is_image and e.is_regression and e.item_shape == (1,) and e.support_y.shape[1] == 1:
        return "curve"
    return "points" if not e.is_image and not e.is_regression and e.item_shape == (2,) else "sheet"


def _subtitle(e: Episode) -> str:
    low, high = int(e.queries.min()), int(e.queries.max())
    count = f"{low}" if low == high else f"{low} to {high}"
    per = "" if e.is_regression else " per class"
    noun = "query" if count == "1" else "queries"
    parts = [f"{count} {noun}{per}", " and ".join(sorted({i.dataset for i in e.support_items}))]
    parts += [
        f"{name} {value:.3g}"
        for name, value in e.task.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    if e.seed:
        parts.append(f"seed {', '.join(map(str, e.seed))}")
    return " · ".join(parts)
