"""Rows of support items, grouped by class: the items that queries attend to."""

from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
from jaxtyping import Float, Int

from metawidgets.episodes import Episode
from metawidgets.views import theme
from metawidgets.views.images import data_uri
from metawidgets.views.marks import Drawing, colours, inline, shapes, short
from metawidgets.views.queries import in_order, in_words

__all__ = ["Rows", "rows"]

_GAP, _SMALLEST, _LARGEST, _ALL, _SMALLEST_IMAGE = 6.0, 7.0, 30.0, 300.0, 14.0  # pixels
_SYMBOL, _LINE = 16.0, 12.0  # width of a symbol, height of a line of text


@dataclass(frozen=True, eq=False)
class Rows:
    """The positions of support items.

    Args:
        order: support indices from top to bottom, sorted by class, or by x.
        top: upper edge of each item's row, in pixels, in that order.
        size: height of a row.
        height: height of all rows, with the gaps between classes.
        groups: upper and lower edge of each class, in the order of labels; a regression has one group of all rows.
        margin: width of the names and images on the left, in pixels.
        with_images: true if there are images on the left.
    """

    order: Int[np.ndarray, " support"]
    top: Float[np.ndarray, " support"]
    size: float
    height: float
    groups: Float[np.ndarray, "way 2"]
    margin: float
    with_images: bool

    def at(self, field: str) -> alt.Y:
        """Return the channel for vertical positions in `field`, in pixels from the top; its axis has only a title."""
        axis = alt.Axis(
            title="support item",
            labels=False,
            ticks=False,
            domain=False,
            grid=False,
            titlePadding=round(self.margin) + 6,
        )
        scale = alt.Scale(domain=[0, self.height], nice=False, zero=False, reverse=True)
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    def legend(self, episode: Episode) -> list[Drawing]:
        """Return the marks left of the rows: images if there is room, and names and symbols of classes (or each x)."""
        layers: list[Drawing] = []
        middles = self.top + (self.size - 1) / 2
        beyond = 4.0
        if self.with_images:
            side = self.size - 1
            beyond += side + 4
            urls = [
                {"y": round(float(y), 1), "url": data_uri(episode.support_x[i]), "item": str(episode.support_items[i])}
                for y, i in zip(middles, self.order, strict=True)
            ]
            images = alt.Chart(inline(urls)).mark_image(width=side, height=side, align="center", baseline="middle")
            layers.append(
                images.encode(
                    x=alt.value(-4 - side / 2), y=self.at("y"), url="url:N", tooltip="item:N", description="item:N"
                )
            )
        if episode.is_regression:
            named = in_words(episode.support_x)
            apart = max(1, int(np.ceil(_LINE / self.size)))
            labels: list[dict[str, Any]] = [
                {"y": round(float(y), 1), "label": named[i]}
                for y, i in zip(middles[::apart], self.order[::apart], strict=True)
            ]
        else:
            labels = [
                {"y": round(float(edges.mean()), 1), "class": c, "label": short(episode.class_names[c])}
                for c, edges in enumerate(self.groups)
            ]
        base = alt.Chart(inline(labels))
        if not episode.is_regression:
            n_way = len(labels)
            symbol = base.mark_point(filled=True, size=60, opacity=1, aria=False).encode(
                x=alt.value(-beyond - 6),
                y=self.at("y"),
                color=alt.Color("class:N", legend=None, scale=colours(n_way)),
                shape=alt.Shape("class:N", legend=None, scale=shapes(n_way)),
            )
            layers.append(symbol)
            beyond += _SYMBOL
        text = base.mark_text(align="right", baseline="middle", fontSize=11, color=theme.INK, aria=False)
        return [*layers, text.encode(x=alt.value(-beyond), y=self.at("y"), text="label:N")]


def rows(episode: Episode) -> Rows:
    """Place the support items. A class without items has an empty row, so that its name can be seen."""
    order = in_order(episode.support_x, episode.support_y, is_regression=episode.is_regression)
    n = len(order)
    if episode.is_regression:
        slots, within, of = np.array([n]), np.arange(n), np.zeros(n, int)
        names = in_words(episode.support_x)
    else:
        y = episode.support_y[order]
        slots, within, of = np.maximum(episode.shots, 1), np.arange(n) - np.searchsorted(y, y), y
        names = [short(name) for name in episode.class_names]
    size = float(np.clip(_ALL / slots.sum(), _SMALLEST, _LARGEST))
    gap = max(_GAP, _LINE - size * slots.min()) if len(slots) > 1 else 0.0  # names of neighbours must not overlap
    starts = np.concatenate([[0.0], np.cumsum(slots * size + gap)])
    groups = np.stack([starts[:-1], starts[:-1] + slots * size], axis=1)
    with_images = episode.is_image and size >= _SMALLEST_IMAGE
    symbol = 0.0 if episode.is_regression else _SYMBOL
    margin = 4 + (size + 3 if with_images else 0) + symbol + 6.2 * max(map(len, names), default=0)
    return Rows(order, starts[of] + within * size, size, float(groups[-1, 1]), groups, margin, with_images)
