"""Episode sheet: everything that stands in an episode, support beside queries, class by class."""

import math
from typing import Any

import altair as alt
import numpy as np

from metawidgets.episodes import Episode
from metawidgets.views import theme
from metawidgets.views.images import data_uri
from metawidgets.views.marks import Drawing, class_channels, colours, inline, name_of, points, shapes, short
from metawidgets.views.registry import view
from metawidgets.views.steps import compact

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
    return chart.properties(title=alt.TitleParams(text=text, subtitle=how), description=f"{text}.")


def _contact_sheet(episode: Episode, width: int) -> Drawing:
    sides = (
        (episode.support_y, episode.support_x, episode.support_items),
        (episode.query_y, episode.query_x, episode.query_items),
    )
    most = [max(1, int(np.bincount(y, minlength=len(episode.class_names)).max(initial=0))) for y, _, _ in sides]
    label = 30 + int(7 * max(len(short(name)) for name in episode.class_names))
    room = width - label - _GUTTER
    # Below 20 pixels lines are broken instead; many classes make small images rather than an endless sheet.
    size = int(np.clip(min(room / sum(most), _TALLEST / len(episode.class_names)), 20, 48))
    fit = max(2, room // size)
    first = min(most[0], max(1, fit - min(most[1], fit // 2)))
    across = (first, min(most[1], fit - first))
    left = (label, label + first * size + _GUTTER)
    rows: list[dict[str, Any]] = []
    names: list[dict[str, Any]] = []
    bands: list[dict[str, Any]] = []
    top = 0
    for c, name in enumerate(episode.class_names):
        members = [np.flatnonzero(y == c) for y, _, _ in sides]
        lines = max(1, *(math.ceil(len(m) / a) for m, a in zip(members, across, strict=True)))
        names.append({"y": top + size // 2, "class": c, "name": name, "label": short(name)})
        for s, (side, m) in enumerate(zip(("support", "query"), members, strict=True)):
            bands.append(
                {"x": left[s], "x2": left[s] + across[s] * size, "y": top, "y2": top + lines * size, "side": side}
            )
            rows += [
                {
                    "x": left[s] + (k % across[s]) * size + size // 2,
                    "y": top + (k // across[s]) * size + size // 2,
                    "url": data_uri(sides[s][1][i]),
                    "name": name,
                    "what": f"{side} {sides[s][2][i]}",
                }
                for k, i in enumerate(m)
            ]
        top += lines * size + _BETWEEN
    total = left[1] + across[1] * size
    headings = [{"x": left[0], "y": -10, "side": "support"}, {"x": left[1], "y": -10, "side": "query"}]
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, total], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[top - _BETWEEN, 0], nice=False), axis=None)
    paper = alt.Scale(domain=["support", "query"], range=["#eaf1f8", "#f3f4f6"])
    marks = [
        alt.Chart(inline(bands)).mark_rect(aria=False).encode(
            x=x, x2="x2:Q", y=y, y2="y2:Q", fill=alt.Fill("side:N", scale=paper, legend=None)
        ),
        alt.Chart(inline(headings)).mark_text(align="left", fontSize=12, color=theme.MUTED, clip=False).encode(x=x, y=y, text="side:N"),
        alt.Chart(inline(rows)).mark_image(width=size - 4, height=size - 4).encode(
            x=x, y=y, url="url:N", tooltip=[alt.Tooltip("what:N", title="item"), alt.Tooltip("name:N", title="class")]
        ),
        alt.Chart(inline(names)).mark_point(filled=True, size=80, opacity=1, xOffset=8, aria=False).encode(
            x=alt.value(0), y=y,
            color=alt.Color("class:N", scale=colours(len(names)), legend=None),
            shape=alt.Shape("class:N", scale=shapes(len(names)), legend=None),
        ),
        alt.Chart(inline(names)).mark_text(align="left", baseline="middle", fontSize=12, dx=20, color=theme.INK).encode(
            x=alt.value(0), y=y, text="label:N", tooltip=alt.Tooltip("name:N", title="class")
        ),
    ]  # fmt: skip
    return alt.layer(*marks).properties(width=total, height=top - _BETWEEN)


def _scatter(episode: Episode, width: int) -> Drawing:
    x = alt.X("x:Q", title="x", scale=alt.Scale(zero=False, padding=16), axis=alt.Axis(tickCount=8))
    y = alt.Y("y:Q", title="y", scale=alt.Scale(zero=False, padding=16), axis=alt.Axis(tickCount=8))
    names = episode.class_names
    layers = []
    for side, filled in (("query", False), ("support", True)):
        at, label, items = (getattr(episode, f"{side}_{part}") for part in ("x", "y", "items"))
        up = label[:, 0] if episode.is_regression else at[:, 1]
        rows = [
            {"x": compact(a), "y": compact(b), "class": 0 if episode.is_regression else int(c), "what": f"{side} {i}"}
            for a, b, c, i in zip(at[:, 0], up, label, items, strict=True)
        ]
        chart = points(alt.Chart(inline(rows)), filled=filled)
        told = [alt.Tooltip("what:N", title="item"), "x:Q", "y:Q"]
        if episode.is_regression:
            layers.append(chart.encode(x=x, y=y, tooltip=told, color=alt.value(theme.INK)))
        else:
            named = chart.transform_calculate(name=name_of(names))
            told.append(alt.Tooltip("name:N", title="class"))
            layers.append(named.encode(x=x, y=y, tooltip=told, **class_channels(names, width=width)))
    return alt.layer(*layers).properties(width=width, height=0.6 * width)
