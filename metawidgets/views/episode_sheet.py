"""Episode sheet: all items of an episode, support beside queries, class by class."""

import math
from dataclasses import dataclass, field
from typing import Any

import altair as alt
import numpy as np

from metawidgets.episodes import Episode
from metawidgets.views import theme
from metawidgets.views.images import bars, data_uri
from metawidgets.views.items import axis_titles, curve_items, plane_items
from metawidgets.views.marks import Drawing, colours, inline, shapes, short
from metawidgets.views.registry import view
from metawidgets.views.titles import heading

__all__ = ["episode_sheet"]

_MOST_IMAGES = 500
_GUTTER, _BETWEEN, _TALLEST = 22, 4, 640  # pixels: between support and queries, between classes, height of all lines


def _kind(episode: Episode) -> str | None:
    if _is_sheet(episode):
        n = len(episode.support_x) + len(episode.query_x)
        if episode.is_regression:
            return "it sorts images by class, and this episode has regression targets."
        return f"{n} images are more than {_MOST_IMAGES}; use the component EpisodeView." if n > _MOST_IMAGES else None
    if episode.is_regression and (episode.item_shape, episode.output_dim) == ((1,), 1):
        return None
    if len(episode.item_shape) != 1 or episode.is_regression:
        return f"it draws images, vectors with class labels and curves of one number, not items of shape {episode.item_shape}."
    return None


def _is_sheet(episode: Episode) -> bool:
    """Return True for an episode drawn as lines of items, False for a scatter plot."""
    return episode.is_image or (
        not episode.is_regression and len(episode.item_shape) == 1 and episode.item_shape != (2,)
    )


@view(subject=Episode, kind=_kind)
def episode_sheet(episode: Episode, *, width: int = 600) -> Drawing:
    """Draw the items of an episode.

    Images, and vectors as bars, form a contact sheet: one line per class, support left and queries right. Points of the plane
    and curves form a scatter plot.

    Args:
        width: width of the plot, in pixels.
    """
    chart = _contact_sheet(episode, width) if _is_sheet(episode) else _scatter(episode, width)
    source, n_query = episode.support_items[0].dataset, len(episode.query_x)
    if episode.is_regression:
        text = f"Episode of {source}: {len(episode.support_x)} support points, {n_query} queries"
    else:
        shots = "/".join(map(str, sorted(set(episode.shots.tolist()))))
        text = f"Episode of {source}: {episode.n_way}-way, {shots}-shot, {n_query} queries"
    labels = "targets" if episode.is_regression else "labels"
    which = ("Support", "Queries") if _is_sheet(episode) else ("Support (filled)", "Queries (hollow)")
    how = f"{which[0]}: the learner sees its {labels}. {which[1]}: the learner predicts their {labels}."
    return chart.properties(title=heading(text, how, width), description=f"{text}.")


@dataclass
class _Sheet:
    """Layout of a contact sheet, in pixels: rows of data for images, class names and background bands."""

    size: int  # of a cell
    left: tuple[int, int]  # of support and queries
    width: int
    height: int = 0
    images: list[dict[str, Any]] = field(default_factory=list)
    names: list[dict[str, Any]] = field(default_factory=list)
    bands: list[dict[str, Any]] = field(default_factory=list)


def _laid_out(episode: Episode, width: int) -> _Sheet:
    """Return the layout: one line per class, or several if a class's images do not fit side by side."""
    sides = (
        ("support", episode.support_y, episode.support_x, episode.support_items),
        ("query", episode.query_y, episode.query_x, episode.query_items),
    )
    n_way = len(episode.class_names)
    limit = max(1e-12, *(float(np.abs(x).max(initial=0)) for _, _, x, _ in sides))
    most = [max(1, int(np.bincount(y, minlength=n_way).max(initial=0))) for _, y, _, _ in sides]
    label = 30 + 7 * max(len(short(name)) for name in episode.class_names)
    room = width - label - _GUTTER
    # Images get smaller for many classes, to limit the height, but not below 20 pixels; then lines are broken instead.
    size = int(np.clip(min(room / sum(most), _TALLEST / n_way), 20, 48))
    fit = max(2, room // size)
    first = min(most[0], max(1, fit - min(most[1], fit // 2)))
    across = (first, min(most[1], fit - first))
    left = (label, label + first * size + _GUTTER)
    sheet = _Sheet(size, left, left[1] + across[1] * size)
    for c, name in enumerate(episode.class_names):
        members = [np.flatnonzero(y == c) for _, y, _, _ in sides]
        lines = max(1, *(math.ceil(len(m) / a) for m, a in zip(members, across, strict=True)))
        top, bottom = sheet.height, sheet.height + lines * size
        sheet.names.append({"y": top + size // 2, "class": c, "name": name, "label": short(name)})
        for (side, _, x, items), m, start, n in zip(sides, members, left, across, strict=True):
            sheet.bands.append({"x": start, "x2": start + n * size, "y": top, "y2": bottom, "side": side})
            for k, i in enumerate(m):
                at = {"x": start + (k % n) * size + size // 2, "y": top + (k // n) * size + size // 2}
                sheet.images.append(
                    {
                        **at,
                        "url": data_uri(x[i] if episode.is_image else bars(x[i], limit)),
                        "name": name,
                        "what": f"{side} {items[i]}",
                    }
                )
        sheet.height = bottom + _BETWEEN
    sheet.height -= _BETWEEN
    return sheet


def _contact_sheet(episode: Episode, width: int) -> Drawing:
    sheet = _laid_out(episode, width)
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, sheet.width], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[sheet.height, 0], nice=False), axis=None)
    paper = alt.Scale(domain=["support", "query"], range=["#eaf1f8", "#f3f4f6"])
    bands = alt.Chart(inline(sheet.bands)).mark_rect(aria=False)
    headings = [
        {"x": start, "y": -10, "side": side} for start, side in zip(sheet.left, ("support", "query"), strict=True)
    ]
    side = sheet.size - 4
    symbols = alt.Chart(inline(sheet.names)).mark_point(filled=True, size=80, opacity=1, xOffset=8, aria=False)
    names = alt.Chart(inline(sheet.names)).mark_text(
        align="left", baseline="middle", fontSize=12, dx=20, color=theme.INK
    )
    n_way = len(sheet.names)
    marks = [
        bands.encode(x=x, x2="x2:Q", y=y, y2="y2:Q", fill=alt.Fill("side:N", scale=paper, legend=None)),
        alt.Chart(inline(headings))
        .mark_text(align="left", fontSize=12, color=theme.MUTED, aria=False)
        .encode(x=x, y=y, text="side:N"),
        alt.Chart(inline(sheet.images))
        .transform_calculate(said="datum.what + ', class ' + datum.name")
        .mark_image(width=side, height=side)
        .encode(
            x=x,
            y=y,
            url="url:N",
            tooltip=[alt.Tooltip("what:N", title="item"), alt.Tooltip("name:N", title="class")],
            description="said:N",
        ),
        symbols.encode(
            x=alt.value(0),
            y=y,
            color=alt.Color("class:N", scale=colours(n_way), legend=None),
            shape=alt.Shape("class:N", scale=shapes(n_way), legend=None),
        ),
        names.encode(
            x=alt.value(0), y=y, text="label:N", tooltip=alt.Tooltip("name:N", title="class"), description="name:N"
        ),
    ]
    return alt.layer(*marks).properties(width=sheet.width, height=sheet.height)


def _scatter(episode: Episode, width: int) -> Drawing:
    across, up = axis_titles(episode)
    x = alt.X("x:Q", title=across, scale=alt.Scale(zero=False, padding=16), axis=alt.Axis(tickCount=8))
    y = alt.Y("y:Q", title=up, scale=alt.Scale(zero=False, padding=16), axis=alt.Axis(tickCount=8))
    layers = curve_items(episode, x, y) if episode.is_regression else plane_items(episode, x, y, width)
    return alt.layer(*layers).properties(width=width, height=0.6 * width)
