"""The picture of an embedding map: the regions, items and prototypes that the component shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
from jaxtyping import Float

from metawidgets.views import marks, theme
from metawidgets.views.images import data_uri, ground
from metawidgets.widgets.base.card import headed

__all__ = ["map_chart"]

_WIDTH, _HEIGHT = 620, 430
_NAMED, _IMAGES = 20, 150  # most classes with names and a legend; most images drawn


def map_chart(
    arrays: Mapping[str, np.ndarray],
    config: Mapping[str, Any],
    step: int,
    items: Float[np.ndarray, "item 2"],
    prototypes: Float[np.ndarray, "way 2"],
    words: Sequence[str],
    look: Mapping[str, Any],
) -> Any:
    """Return the chart of an embedding map.

    Args:
        arrays, config: as `EmbeddingMap` sends them.
        items, prototypes: their places on the map.
        words: the title, then the lines below it.
        look: marks, planes (the array that gives the borders, "" for none), zoom, lasso, selected, and the axes' variance.
    """
    names, labels = config["class_names"], arrays["labels"]
    low, high = _window(np.concatenate([items, prototypes]), look["zoom"])
    named = config.get("axes") or [f"principal axis {i + 1}" for i in range(2)]
    titles = [f"{named[i]} ({100 * part:.0f} % of variance)" for i, part in enumerate(look["axes"])] or [
        None,
        None,
    ]
    x, y = (
        channel(f"{field}:Q", title=title, scale=alt.Scale(domain=[a, b], nice=False), axis=alt.Axis(labels=False, ticks=False, grid=False))
        for channel, field, title, a, b in zip((alt.X, alt.Y), "xy", titles, low, high, strict=True)
    )  # fmt: skip
    of_class = marks.class_channels(names, width=_WIDTH)
    if len(names) > _NAMED:
        of_class = {"color": alt.Color("class:N", scale=marks.colours(len(names)), legend=None),
                    "shape": alt.Shape("class:N", scale=marks.shapes(len(names)), legend=None)}  # fmt: skip

    seen = np.asarray(np.isfinite(items).all(1) & (items >= low).all(1) & (items <= high).all(1))
    support, absorbed = arrays["support"].astype(bool), arrays["absorbed"][step].astype(bool)
    many, pixel = len(labels) > 400, float((high - low)[0]) / _WIDTH
    size = 19 if many else 26
    pictured = np.zeros(len(labels), bool)
    if "x" in arrays and arrays["x"].ndim == 4 and look["marks"] != "dots":
        pictured = _with_room(items, seen, (size + 6) * pixel, look["marks"] == "images")
    rows = []
    for i in np.flatnonzero(seen).tolist():
        pale = (look["lasso"] and config["ids"][i] not in look["lasso"]) or (support[i] and not absorbed[i])
        corner = pixel * size / 2 if pictured[i] else 0  # the sign of the class is drawn at the corner of an image
        rows.append({"x": float(items[i, 0]) - corner, "y": float(items[i, 1]) + corner, "class": int(labels[i]),
                     "filled": bool(support[i] or not config["has_sides"]), "opacity": 0.3 if pale else 1})  # fmt: skip
    images = [
        {"x": float(items[i, 0]), "y": float(items[i, 1]), "url": data_uri(arrays["x"][i], rim=theme.class_colour(int(labels[i])))}
        for i in np.flatnonzero(pictured).tolist()
    ]  # fmt: skip
    chosen = [i for i in np.flatnonzero(seen).tolist() if config["ids"][i] == look["selected"]]
    ring = [{"x": float(items[i, 0]), "y": float(items[i, 1])} for i in chosen]
    at: dict[str, Any] = {"x": x, "y": y}
    pale_or_not = alt.Opacity("opacity:Q", scale=None)

    def signs(shown: np.ndarray, size: int) -> list[alt.Chart]:
        base = alt.Chart(marks.inline([row for row, wanted in zip(rows, shown[seen], strict=True) if wanted]))
        sides = [
            base.transform_filter("!datum.filled").mark_point(filled=False, size=size, fill="white", strokeWidth=1.5),
            base.transform_filter("datum.filled").mark_point(filled=True, size=size, stroke="white", strokeWidth=0.5),
        ]
        return [side.encode(**at, **of_class, opacity=pale_or_not) for side in sides]

    layers = [ground(_regions(arrays[look["planes"]][step], low, high), _WIDTH, _HEIGHT)] if look["planes"] else []
    layers += [
        *signs(~pictured, 30 if many else 80),
        alt.Chart(marks.inline(images), width=_WIDTH, height=_HEIGHT).mark_image(width=size, height=size).encode(**at, url="url:N"),
        *signs(pictured, 40),
        alt.Chart(marks.inline(ring)).mark_point(size=4 * size**2, filled=False, color=theme.INK, opacity=1).encode(**at),
    ]  # fmt: skip
    known = np.isfinite(prototypes).all(1) & (prototypes >= low).all(1) & (prototypes <= high).all(1)
    middles = [
        {"x": float(prototypes[k, 0]), "y": float(prototypes[k, 1]), "class": k, "name": marks.short(names[k])}
        for k in np.flatnonzero(known).tolist()
    ]
    centres = alt.Chart(marks.inline(middles))
    halo, cross = marks.crosses(centres)
    layers += [halo.encode(**at), cross.encode(**at, color=of_class["color"])]
    if len(names) <= _NAMED:
        rim = centres.mark_text(align="left", dx=11, stroke=theme.BACKGROUND, strokeWidth=3)
        text = centres.mark_text(align="left", dx=11, color=theme.INK)
        layers += [letters.encode(**at, text="name:N") for letters in (rim, text)]
    how = f"{'Filled: support; hollow: query. ' if config['has_sides'] else ''}Cross: {config['noun']}."
    return alt.layer(*layers).properties(title=headed(words[0], [*words[1:], how], _WIDTH))


def _window(places: np.ndarray, zoom: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper limits of both axes. Both have the same scale, as in the browser."""
    places = places[np.isfinite(places).all(1)].astype(float)
    low, high = (places.min(0), places.max(0)) if len(places) else (np.full(2, -1.0), np.full(2, 1.0))
    span = np.maximum(high - low, 1e-6) + 0.12 * max(float((high - low).max()), 1e-6)
    middle, pixel = (low + high) / 2, float(max(span[0] / _WIDTH, span[1] / _HEIGHT))
    if len(zoom) == 3 and zoom[2] > 0 and np.isfinite(zoom).all():
        middle, pixel = np.array(zoom[:2], float), zoom[2] / _WIDTH
    half = np.array([_WIDTH, _HEIGHT]) * pixel / 2
    return middle - half, middle + half


def _with_room(items: np.ndarray, seen: np.ndarray, apart: float, every: bool) -> np.ndarray:
    """Return which items are drawn as images: all visible items with `every`, or only those that overlap no earlier one."""
    shown = np.zeros(len(items), bool)
    for i in np.flatnonzero(seen):
        if shown.sum() < _IMAGES:
            shown[i] = every or not (np.abs(items[shown] - items[i]) < apart).all(1).any()
    return shown


def _regions(planes: Float[np.ndarray, "way 3"], low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Draw the classes' regions in pale colours with a line between them, from the same planes as in the browser."""
    u = low[0] + (np.arange(_WIDTH) + 0.5) / _WIDTH * (high - low)[0]
    v = high[1] - (np.arange(_HEIGHT) + 0.5) / _HEIGHT * (high - low)[1]
    planes = np.where(np.isfinite(planes), planes, [0, 0, -np.inf]).astype(float)
    pixels = np.full((len(v), len(u), 3), 255.0)
    if not np.isfinite(planes).all(1).any():
        return pixels.astype(np.uint8)
    best = (u[None, :, None] * planes[:, 0] + v[:, None, None] * planes[:, 1] + planes[:, 2]).argmax(-1)
    colours = [[int(theme.class_colour(k)[i : i + 2], 16) for i in (1, 3, 5)] for k in range(len(planes))]
    pixels -= (255 - np.array(colours)[best]) * 0.09
    edge = np.zeros(best.shape, bool)
    edge[:, 1:] |= best[:, 1:] != best[:, :-1]
    edge[1:] |= best[1:] != best[:-1]
    pixels[edge] = (165, 170, 176)
    return pixels.astype(np.uint8)
