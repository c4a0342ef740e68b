"""The picture of a loss landscape: bands of loss, the inner-loop paths of all tasks, and the meta-gradients."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np

from metawidgets.views import theme
from metawidgets.views.images import ground
from metawidgets.views.marks import class_channels, inline
from metawidgets.widgets.base.card import headed
from metawidgets.widgets.loss_landscape.interpolation import bilinear
from metawidgets.widgets.loss_landscape.words import METHODS

__all__ = ["landscape_chart"]

_SIDE, _FINE = 400, 2  # side of the plot in pixels; pixels of the losses' picture for each pixel of the plot
_LOW, _HIGH = np.array([249, 250, 252]), np.array([118, 140, 172])  # the browser's colours in the light theme
_LINES, _OTHER_LINES, _UNKNOWN = (72, 92, 122), (138, 62, 8), (87, 96, 106)
_SIDES = {"query": ("query",), "support": ("support",), "both": ("query", "support"), "overlay": ("query",)}


def landscape_chart(
    arrays: Mapping[str, np.ndarray],
    config: Mapping[str, Any],
    task: int,
    surface: str,
    step: int,
    arrows: bool,
    text: str,
) -> Any:
    """Return the chart of a `LossLandscape`. `text` is the component's summary."""
    sides = _SIDES[surface]
    maps = [_map(arrays, config, task, side, surface == "overlay", step, arrows) for side in sides]
    title = headed(config["label"], text.splitlines(), len(maps) * (_SIDE + 40) + 120)
    return alt.hconcat(*maps, spacing=24).resolve_scale(fill="independent").properties(title=title)


def _map(
    arrays: Mapping[str, np.ndarray],
    config: Mapping[str, Any],
    task: int,
    side: str,
    overlay: bool,
    step: int,
    arrows: bool,
) -> Any:
    pixels, key = _bands(arrays, config, side, task, overlay), _key(config, _levels(config, side, task))
    layers = [ground(pixels, _SIDE, _SIDE), *key, *_paths(arrays, config, task, step)]
    if arrows:
        layers += _arrows(arrays, config, task)
    known = f"{side}_loss.{task}" in arrays
    what = f"{side} loss of {config['titles'][task]}" + ("" if known else ", not computed yet")
    what += "; brown lines: support loss" if overlay else ""
    title = headed(what, [], _SIDE)
    title.fontSize, title.fontWeight = 12, "normal"
    return alt.layer(*layers).properties(width=_SIDE, height=_SIDE, title=title)


def _bands(
    arrays: Mapping[str, np.ndarray], config: Mapping[str, Any], side: str, task: int, overlay: bool
) -> np.ndarray:
    """Draw a task's loss with its contours: hatched where the loss is not finite, grey where it is not computed yet."""
    n, pixels = _SIDE * _FINE, np.full((_SIDE * _FINE, _SIDE * _FINE, 3), 235, np.uint8)
    for name, ink in ((side, _LINES), *([("support", _OTHER_LINES)] if overlay else [])):
        grid, levels = arrays.get(f"{name}_loss.{task}"), _levels(config, name, task)
        if grid is None:
            continue
        field = bilinear(grid.astype(float), n, n)[::-1]
        known = np.isfinite(field)
        band = np.searchsorted(levels, np.where(known, field, np.inf))
        if name == side:
            pixels[:] = _LOW + (band / max(1, len(levels)))[..., None] * (_HIGH - _LOW)
            rows, columns = np.indices(field.shape)
            pixels[~known & ((rows + columns) % 12 < 2)] = _UNKNOWN
        edge = np.zeros(band.shape, bool)
        edge[:-1] |= band[:-1] != band[1:]
        edge[:, :-1] |= band[:, :-1] != band[:, 1:]
        pixels[edge] = ink
    return pixels


def _levels(config: Mapping[str, Any], side: str, task: int) -> list[float]:
    return (config["levels"][task] or {}).get(side, [])


def _key(config: Mapping[str, Any], levels: list[float]) -> list[Any]:
    """Return the legend of the bands: an invisible mark for each band, since Vega makes legends only for marks."""
    if not levels:
        return []
    shades = [f"rgb{tuple(int(c) for c in _LOW + i / len(levels) * (_HIGH - _LOW))}" for i in range(len(levels) + 1)]
    named = [
        f"below {levels[0]:g}",
        *(f"{a:g} to {b:g}" for a, b in pairwise(levels)),
        f"above {levels[-1]:g}",
    ]
    legend = alt.Legend(title=f"loss ({config['loss_unit']})", symbolType="square", symbolSize=160, symbolStrokeWidth=0)
    fill = alt.Fill("band:N", scale=alt.Scale(domain=named[::-1], range=shades[::-1]), legend=legend)
    rows = inline([{"band": name} for name in named])
    return [alt.Chart(rows).mark_square(opacity=0).encode(x=alt.value(0), y=alt.value(0), fill=fill)]


def _place(config: Mapping[str, Any], suffix: str = "") -> dict[str, Any]:
    """Return the x and y channels of the plane."""
    return {
        name: channel(
            f"{name}{suffix}:Q",
            title=title,
            scale=alt.Scale(domain=config["range"][name], nice=False),
            axis=alt.Axis(grid=False, tickCount=6),
        )
        for name, channel, title in zip("xy", (alt.X, alt.Y), config["axes"], strict=True)
    }


def _paths(arrays: Mapping[str, np.ndarray], config: Mapping[str, Any], task: int, step: int) -> list[Any]:
    """Draw every task's inner-loop path, the task shown on top with its step marked, and the initialisation."""
    at = _place(config)
    shown = min(max(step, 0), config["steps"] - 1)
    rows = [
        {"task": k, "t": t, "x": float(x), "y": float(y)}
        for k in sorted(range(len(config["titles"])), key=lambda k: k == task)
        for t, (x, y) in enumerate(arrays["path"][k])
        if np.isfinite([x, y]).all()
    ]
    look = class_channels(config["titles"], width=_SIDE, field="task", title="inner loop of")
    base = alt.Chart(inline(rows))
    line = {**at, "detail": "task:N", "order": alt.Order("t:Q")}
    taken = base.transform_filter("datum.t > 0").mark_point(
        filled=True, clip=True, opacity=1, stroke="white", strokeWidth=1
    )
    now = f"datum.task == {task} && datum.t == {shown}"
    size = alt.condition(now, alt.value(170), alt.value(60))
    start = base.transform_filter("datum.t == 0").transform_filter(f"datum.task == {task}")
    return [
        base.mark_line(clip=True, strokeWidth=4, color="white").encode(**line),
        base.mark_line(clip=True, strokeWidth=2).encode(**line, color=look["color"]),
        taken.encode(**at, **look, size=size),
        start.mark_point(filled=True, size=170, color="white", opacity=1).encode(**at),
        start.mark_point(filled=False, size=130, color=theme.INK, opacity=1, strokeWidth=2).encode(**at),
    ]


def _arrows(arrays: Mapping[str, np.ndarray], config: Mapping[str, Any], task: int) -> list[Any]:
    """Draw the descent directions at the initialisation. An arrow's length is proportional to the gradient's share in the plane."""
    share, way = arrays["gradient_share"][task], -arrays["gradients"][task].astype(float)
    longest = float(np.nanmax(share)) if np.isfinite(share).any() else 0.0
    start, across = arrays["path"][task, 0].astype(float), np.ptp(config["range"]["x"])
    rows = []
    for name, part, arrow in zip(config["gradients"]["names"], share, way, strict=True):
        norm = float(np.linalg.norm(arrow))
        if norm > 0 and longest > 0 and np.isfinite(part) and np.isfinite(start).all():
            u, v = arrow / norm
            x, y = start + max(0.02, 0.22 * float(part) / longest) * across * np.array([u, v])
            rows.append({"method": METHODS.get(name, name), "x0": float(start[0]), "y0": float(start[1]), "x": float(x), "y": float(y),
                         "turn": float(np.degrees(np.arctan2(u, v)))})  # fmt: skip
    if not rows:
        return []
    at, names = _place(config), [row["method"] for row in rows]
    dashes = [[1, 0], [6, 3], [2, 2], [8, 2, 2, 2], [4, 6]]
    legend = alt.Legend(title="meta-gradient", symbolType="stroke", symbolSize=400, labelLimit=200)
    dash = alt.StrokeDash(
        "method:N", scale=alt.Scale(domain=names, range=[dashes[i % 5] for i in range(len(names))]), legend=legend
    )
    base = alt.Chart(inline(rows))
    tip = base.mark_point(filled=True, shape="triangle-up", size=70, color=theme.INK, opacity=1, clip=True)
    return [
        base.mark_rule(strokeWidth=1.75, color=theme.INK, clip=True).encode(
            **_place(config, "0"), x2="x:Q", y2="y:Q", strokeDash=dash
        ),
        tip.encode(**at, angle=alt.Angle("turn:Q", scale=None)),
    ]
