"""What a learner is given and what it is asked: support and query of one episode."""

from typing import Any, ClassVar

import numpy as np

from metawidgets.episodes import Episode
from metawidgets.widgets.base import Component
from metawidgets.widgets.episode_state import episode_title, pack_episode, unpack_episode
from metawidgets.widgets.selection import Selection

__all__ = ["EpisodeView"]


class EpisodeView(Component):
    """A contact sheet of an episode: a row for each class, support beside query; 2-D points and curves as a plot.

    Pointing at an item or moving to it with the arrow keys says where it came from; a click or Enter selects it, in every
    component that shares the selection, and Escape lets go.

    Args:
        episode: the episode to show.
        selection: shared with other components; its `selected` is the `str(ItemId)` of an item.

    Raises:
        TypeError: if `episode` is no `Episode`.
    """

    js_parts: ClassVar[tuple[str, ...]] = (
        "item_pictures.js",
        "episode_items.js",
        "episode_sheet.js",
        "episode_plot.js",
    )

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
        if self.config["kind"] == "sheet":
            from metawidgets.widgets.episode_still import draw_sheet  # Pillow's fonts are loaded only by who draws

            return draw_sheet(self.episode, self.config["title"], self.config["subtitle"])
        from metawidgets.views import episode_sheet, png  # so is altair, which takes seconds

        return png(episode_sheet(self.episode))

    def summary(self) -> str:
        """One line for the episode, and one for each class with its counts and where its items came from."""
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


def _kind(e: Episode) -> str:
    """How the browser draws it: "sheet" of images or vectors, "points" in the plane, or a "curve"."""
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
