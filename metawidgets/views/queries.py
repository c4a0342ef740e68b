"""Columns of queries, grouped by true class: the layout that per-query charts share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
from jaxtyping import Float, Int

from metawidgets.episodes import Episode
from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.images import data_uri
from metawidgets.views.marks import Drawing, colours, inline, shapes, short

__all__ = ["MOST_CELLS", "Columns", "accuracy", "columns", "guesses", "in_order", "in_words", "too_many"]

MOST_CELLS = 2048  # cells that change at every step; Vega draws them in a third of a second

_GAP, _LARGEST, _SMALLEST_IMAGE, _LARGEST_IMAGE = 10.0, 44.0, 14.0, 34.0  # pixels
_MOST_COLUMNS = 128


def guesses(scores: Float[np.ndarray, "step query way"]) -> Int[np.ndarray, "step query"]:
    """Return the class with the largest score; -1 for a tie or if no score is known (all NaN)."""
    known = np.where(np.isnan(scores), -np.inf, scores)
    best = known == known.max(axis=-1, keepdims=True)
    return np.where(best.sum(axis=-1) == 1, best.argmax(axis=-1), -1)


def accuracy(scores: Float[np.ndarray, "step query way"], y: Int[np.ndarray, " query"]) -> Float[np.ndarray, " step"]:
    """Return the fraction of queries whose true class has the largest score; a tie counts as the chance of guessing right."""
    known = np.where(np.isnan(scores), -np.inf, scores)
    best = known == known.max(axis=-1, keepdims=True)  # (step, query, way)
    return (best[:, np.arange(len(y)), y] / best.sum(axis=-1)).mean(axis=-1)


@dataclass(frozen=True, eq=False)
class Columns:
    """The positions of queries.

    Args:
        order: query indices from left to right, sorted by true class.
        left: left edge of each query's column, in pixels, in that order.
        size: width of a column.
        width: width of all columns, with the gaps between classes.
        groups: left and right edge of each class, in the order of labels.
    """

    order: Int[np.ndarray, " query"]
    left: Float[np.ndarray, " query"]
    size: float
    width: float
    groups: Float[np.ndarray, "way 2"]

    def at(self, field: str) -> alt.X:
        """Return the channel for horizontal positions in `field`, in pixels and without an axis."""
        return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0, self.width], nice=False, zero=False), axis=None)

    def fields(self, episode: Episode) -> dict[str, list[Any]]:
        """Return edges, true label and item name of each query, in order: the fields of a chart's rows that do not change."""
        gutter = 1.0 if self.size > 5 else 0.0
        return {
            "x": self.left.tolist(),
            "x2": (self.left + self.size - gutter).tolist(),
            "true": [0] * len(self.order) if episode.is_regression else episode.query_y[self.order].tolist(),
            "query": [str(episode.query_items[i]) for i in self.order],
        }

    def images(self, episode: Episode) -> alt.Chart | None:
        """Return a row of the queries' images, or `None` if the items are not images or the columns are too narrow."""
        if not episode.is_image or self.size < _SMALLEST_IMAGE:
            return None
        side = min(self.size - 1, _LARGEST_IMAGE)
        centres = self.left + (self.size - 1) / 2
        rows = [
            {"x": round(float(x), 1), "url": data_uri(episode.query_x[i]), "query": str(episode.query_items[i])}
            for x, i in zip(centres, self.order, strict=True)
        ]
        return (
            alt.Chart(inline(rows), height=side, width=self.width)
            .mark_image(width=side, height=side, align="center", baseline="middle")
            .encode(x=self.at("x"), y=alt.value(side / 2), url="url:N", tooltip="query:N", description="query:N")
        )

    def names(self, episode: Episode) -> Drawing:
        """Return a row with each class's symbol and name under its queries. Names are slanted if they would overlap.

        A regression has no classes: the row shows the x of as many queries as fit.
        """
        if episode.is_regression:
            return self._numbers(episode)
        shown = [short(name) for name in episode.class_names]
        spans = self.groups[:, 1] - self.groups[:, 0]
        slanted = bool(np.any(spans < [6.2 * len(name) + 18 for name in shown]))
        rows = [
            {"x": round(left, 1), "class": c, "label": shown[c], "name": episode.class_names[c]}
            for c, (left, _) in enumerate(self.groups.tolist())
        ]
        height = 20 + 6.2 * max(map(len, shown)) * 0.65 if slanted else 16
        base = alt.Chart(inline(rows), width=self.width, height=height)
        symbol = base.mark_point(filled=True, size=60, opacity=1, xOffset=5, aria=False).encode(
            x=self.at("x"),
            y=alt.value(8),
            color=alt.Color("class:N", legend=None, scale=colours(len(rows))),
            shape=alt.Shape("class:N", legend=None, scale=shapes(len(rows))),
        )
        text = base.mark_text(
            align="left", baseline="middle", fontSize=11, color=theme.INK, dx=12, angle=40 if slanted else 0
        ).encode(
            x=self.at("x"),
            y=alt.value(8),
            text="label:N",
            tooltip=alt.Tooltip("name:N", title="true class"),
            description="name:N",
        )
        return symbol + text

    def _numbers(self, episode: Episode) -> alt.Chart:
        of_each = self.left + self.size / 2
        labels = in_words(episode.query_x)
        apart = max(1, int(np.ceil((6.2 * max(map(len, labels)) + 8) / self.size)))
        rows = [
            {"x": round(float(x), 1), "label": labels[i]}
            for x, i in zip(of_each[::apart], self.order[::apart], strict=True)
        ]
        base = alt.Chart(inline(rows), width=self.width, height=14)
        title = alt.Axis(
            title=f"query, by {'x' if episode.item_shape == (1,) else 'number'}",
            labels=False,
            ticks=False,
            domain=False,
            grid=False,
        )
        text = base.mark_text(baseline="middle", fontSize=11, color=theme.INK, aria=False)
        return text.encode(x=self.at("x").axis(title), y=alt.value(7), text="label:N")


def in_order(x: np.ndarray, y: np.ndarray, *, is_regression: bool) -> Int[np.ndarray, " item"]:
    """Return the order of items: by class, or by value for regression on one number; other items keep their order."""
    if not is_regression:
        return np.argsort(y, kind="stable")
    return np.argsort(x[:, 0], kind="stable") if x.shape[1:] == (1,) else np.arange(len(x))


def in_words(x: np.ndarray) -> list[str]:
    """Return names for items without a class. A number is named by its value, any other item by its index from 1."""
    return [f"{v:.2g}" for v in x[:, 0]] if x.shape[1:] == (1,) else [str(i + 1) for i in range(len(x))]


def too_many(trace: Trace, n_rows: int, what: str) -> str | None:
    """Return why a chart of queries x rows cannot be drawn, or `None` if it can."""
    n_query = len(trace.episode.query_x)
    if n_query == 0:
        return "its episode has no queries."
    if n_query > _MOST_COLUMNS or n_query * n_rows > MOST_CELLS:
        return (
            f"{n_query} queries x {n_rows} {what} are too many cells, at most {_MOST_COLUMNS} queries and {MOST_CELLS} cells "
            "can be drawn; trace an episode with fewer queries."
        )
    return None


def columns(episode: Episode, width: float, first: Sequence[int] = ()) -> Columns:
    """Place the queries in at most `width` pixels. A class without queries has an empty column; a regression has one group.

    Args:
        first: the queries to place, in their order within each class; by default all, in the order of the episode.
    """
    if episode.is_regression:
        n = len(episode.query_x)
        size = min(_LARGEST, width / n)
        order = in_order(episode.query_x, episode.query_y, is_regression=True)
        return Columns(order, size * np.arange(n), size, size * n, np.array([[0.0, size * n]]))
    given = np.array(first if len(first) else range(len(episode.query_y)), int)
    order = given[np.argsort(episode.query_y[given], kind="stable")]
    slots = np.maximum(np.bincount(episode.query_y[order], minlength=len(episode.class_names)), 1)
    gap = min(_GAP, width / (2 * len(slots)))
    size = min(_LARGEST, (width - gap * (len(slots) - 1)) / slots.sum())
    starts = np.concatenate([[0.0], np.cumsum(slots * size + gap)])
    groups = np.stack([starts[:-1], starts[:-1] + slots * size], axis=1)
    y = episode.query_y[order]
    within = np.arange(len(y)) - np.searchsorted(y, y)  # position of a query among those of its class
    return Columns(order, starts[y] + within * size, size, float(groups[-1, 1]), groups)
