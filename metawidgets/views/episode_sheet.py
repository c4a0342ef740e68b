"""Episode sheet: everything that stands in an episode, support beside queries, class by class."""

import math
from dataclasses import dataclass, field
from typing import Any

import altair as alt
import numpy as np

from metawidgets.episodes import Episode
from metawidgets.views import theme
from metawidgets.views.images import data_uri
from metawidgets.views.items import curve_items, plane_items
from metawidgets.views.marks import Drawing, colours, inline, shapes, short
from metawidgets.views.registry import view
from metawidgets.views.titles import heading

__all__ = ["episode_sheet"]

_MOST_IMAGES = 500
_GUTTER, _BETWEEN, _TALLEST = 22, 4, 640  # pixels: support | query, class and class, all lines


def _kind(episode: Episode) -> str | None:
    if episode.is_image:
        n = len(episode.support_x) + len(episode.query_x)
        if episode.is_regression:
            return "it sorts images by class, and this episode has regression targets."
        return f"{n} images are more than {_MOST_IMAGES}; use the component EpisodeView." if n > _MOST_IMAGES else None
    wanted = (1,) if episode.is_regression else (2,)
    if episode.item_shape != wanted or (episode.is_regression and episode.output_dim != 1):
        return (
            f"it draws images, 2-D points of classes and curves of one number, not items of shape {episode.item_shape}."
        )
    return None


@view(subject=Episode, kind=_kind)
def episode_sheet(episode: Episode, *, width: int = 600) -> Drawing:
    """A contact sheet of images, one line a class with support left and queries right; points and curves as scatter.

    Args:
        width: of the plot, in pixels.
    """
    chart = _contact_sheet(episode, width) if episode.is_image else _scatter(episode, width)
    source, n_query = episode.support_items[0].dataset, len(episode.query_x)
    if episode.is_regression:
        text = f"Episode of {source}: {len(episode.support_x)} support points, {n_query} queries"
    else:
        shots = "/".join(map(str, sorted(set(episode.shots.tolist()))))
        text = f"Episode of {source}: {episode.n_way}-way, {shots}-shot, {n_query} queries"
    labels = "targets" if episode.is_regression else "labels"
    which = ("Support", "queries") if episode.is_image else ("Filled: support", "hollow: queries")
    how = f"{which[0]}, which the learner sees with its {labels}; {which[1]}, whose {labels} it is asked for."
    return chart.properties(title=heading(text, how, width), description=f"{text}.")


@dataclass
class _Sheet:
    """Where everything on a contact sheet stands, in pixels: rows of data for images, class names and bands of paper."""

    size: int  # of a cell
    left: tuple[int, int]  # of support and queries
    width: int
    height: int = 0
    images: list[dict[str, Any]] = field(default_factory=list)
    names: list[dict[str, Any]] = field(default_factory=list)
    bands: list[dict[str, Any]] = field(default_factory=list)


def _laid_out(episode: Episode, width: int) -> _Sheet:
    """One line a class, or several where its images do not fit side by side."""
    sides = (
        ("support", episode.support_y, episode.support_x, episode.support_items),
        ("query", episode.query_y, episode.query_x, episode.query_items),
    )
    n_way = len(episode.class_names)
    most = [max(1, int(np.bincount(y, minlength=n_way).max(initial=0))) for _, y, _, _ in sides]
    label = 30 + 7 * max(len(short(name)) for name in episode.class_names)
    room = width - label - _GUTTER
    # Below 20 pixels lines are broken instead; many classes make small images rather than an endless sheet.
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
                sheet.images.append({**at, "url": data_uri(x[i]), "name": name, "what": f"{side} {items[i]}"})
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
    x = alt.X("x:Q", title="x", scale=alt.Scale(zero=False, padding=16), axis=alt.Axis(tickCount=8))
    y = alt.Y("y:Q", title="y", scale=alt.Scale(zero=False, padding=16), axis=alt.Axis(tickCount=8))
    layers = curve_items(episode, x, y) if episode.is_regression else plane_items(episode, x, y, width)
    return alt.layer(*layers).properties(width=width, height=0.6 * width)
