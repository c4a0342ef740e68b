"""A picture of an embedding map for readers without scripts: the same regions, items and prototypes as in the browser."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from metawidgets.widgets.paper import INK, LINE, MUTED, Paper, cut, text_width, wrapped

__all__ = ["class_colour", "draw_map", "draw_shape"]

# As in shared/theme.js and shared/marks.js.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#f0e442")
_SHAPES: tuple[list[tuple[float, float]], ...] = (
    [],
    [(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)],
    [(0, -1.2), (1.1, 0.75), (-1.1, 0.75)],
    [(0, -1.25), (1.1, 0), (0, 1.25), (-1.1, 0)],
    [(0, 1.2), (1.1, -0.75), (-1.1, -0.75)],
    [
        ((0.55 if i % 2 else 1.35) * float(np.sin(i * np.pi / 5)), -(0.55 if i % 2 else 1.35) * float(np.cos(i * np.pi / 5)))
        for i in range(10)
    ],
    [
        (-0.4, -1.15), (0.4, -1.15), (0.4, -0.4), (1.15, -0.4), (1.15, 0.4), (0.4, 0.4),
        (0.4, 1.15), (-0.4, 1.15), (-0.4, 0.4), (-1.15, 0.4), (-1.15, -0.4), (-0.4, -0.4),
    ],
)  # fmt: skip
_WIDTH, _HEIGHT, _MARGIN = 760, 520, 12


def draw_map(
    arrays: Mapping[str, np.ndarray],
    config: Mapping[str, Any],
    step: int,
    items: Float[np.ndarray, "item 2"],
    prototypes: Float[np.ndarray, "way 2"],
    words: Sequence[str],
    look: Mapping[str, Any],
) -> bytes:
    """The map as PNG, on white.

    Args:
        arrays, config: as `EmbeddingMap` sends them. items, prototypes: where they lie. words: the title, then lines under it.
        look: marks, planes (the array that gives the borders, "" for none), zoom, lasso, selected, and the axes' variance.
    """
    title, *lines = words
    lines = [part for line in lines for part in wrapped(line, _WIDTH - 2 * _MARGIN)]
    names, labels = config["class_names"], arrays["labels"]
    top = 36 + 16 * len(lines) + 6
    paper = Paper(_WIDTH, top + _HEIGHT + 62)
    seen = _Window(items, prototypes, look["zoom"])
    at = seen.pixels(items) + np.array([_MARGIN, top])
    if look["planes"]:
        _regions(paper, arrays[look["planes"]][step], seen, top)
    support, absorbed = arrays["support"].astype(bool), arrays["absorbed"][step].astype(bool)
    sides = config["has_sides"]
    pictures = "x" in arrays and arrays["x"].ndim == 4 and look["marks"] != "dots"
    size = 24.0 if len(labels) <= 400 else 18.0
    shown = _room(at, size + 3, look["marks"]) if pictures else np.zeros(len(labels), bool)
    inside = _within(at, top)
    radius = 3.2 if len(labels) > 500 else 4.5
    for i in np.flatnonzero(inside & ~shown).tolist():
        pale = (bool(look["lasso"]) and config["ids"][i] not in look["lasso"]) or (
            sides and support[i] and not absorbed[i]
        )
        x, y = at[i].tolist()
        draw_shape(paper, int(labels[i]), x, y, radius, filled=bool(support[i]) or not sides, pale=pale)
    for i in np.flatnonzero(inside & shown).tolist():
        x, y = (at[i] - size / 2).tolist()
        colour = class_colour(int(labels[i]))
        rim = 2.0 if sides and support[i] else 1.0
        paper.box(x - rim, y - rim, size + 2 * rim, size + 2 * rim, colour)
        paper.image(arrays["x"][i], x, y, size, (255, 255, 255))
        draw_shape(paper, int(labels[i]), x, y, 3.5)
    if look["selected"] in config["ids"] and inside[i := config["ids"].index(look["selected"])]:
        x, y = at[i].tolist()
        paper.dot(x, y, size if shown[i] else 9, outline=INK, width=1.5)
    _prototypes(paper, seen.pixels(prototypes) + np.array([_MARGIN, top]), names, top)
    # What reaches over the edges is covered: nothing is cut there by itself.
    for box in (
        (0, 0, _WIDTH, top - 0.5),
        (0, top + _HEIGHT, _WIDTH, 80),
        (0, 0, _MARGIN, 2000),
        (_WIDTH - _MARGIN, 0, 80, 2000),
    ):
        paper.box(*box, (255, 255, 255))
    for a, b in (((0, 0), (1, 0)), ((1, 0), (1, 1)), ((1, 1), (0, 1)), ((0, 1), (0, 0))):
        corner = [(_MARGIN + (_WIDTH - 2 * _MARGIN) * x, top + _HEIGHT * y) for x, y in (a, b)]
        paper.line(*corner, fill=LINE)
    paper.text(_MARGIN, _MARGIN, cut(title, _WIDTH - 2 * _MARGIN, 15), size=15)
    for i, line in enumerate(lines):
        paper.text(_MARGIN, 34 + 16 * i, line, fill=MUTED)
    if look["axes"]:
        across, up = (f"principal axis {i + 1}: {100 * part:.0f} % of variance" for i, part in enumerate(look["axes"]))
        paper.text(_MARGIN, top + _HEIGHT + 8, f"Across: {across}. Up: {up}.", size=11, fill=MUTED)
    _legend(paper, names, top + _HEIGHT + 30)
    return paper.png()


class _Window:
    """One scale for both axes, as the camera in the browser has it."""

    def __init__(self, items: np.ndarray, prototypes: np.ndarray, zoom: Sequence[float]) -> None:
        both = np.concatenate([items, prototypes])
        both = both[np.isfinite(both).all(1)]
        low, high = (both.min(0), both.max(0)) if len(both) else (np.full(2, -1.0), np.full(2, 1.0))
        span = np.maximum(high - low, 1e-6) + 0.12 * max(float((high - low).max()), 1e-6)
        self.middle = (low + high) / 2
        self.scale = min((_WIDTH - 2 * _MARGIN) / span[0], _HEIGHT / span[1])
        if len(zoom) == 3 and zoom[2] > 0 and np.isfinite(zoom).all():
            self.middle, self.scale = np.array(zoom[:2]), (_WIDTH - 2 * _MARGIN) / zoom[2]

    def pixels(self, places: Float[np.ndarray, "point 2"]) -> Float[np.ndarray, "point 2"]:
        return ((places - self.middle) * (1, -1)) * self.scale + ((_WIDTH - 2 * _MARGIN) / 2, _HEIGHT / 2)

    def grid(self, columns: int, rows: int) -> Float[np.ndarray, "row column 2"]:
        """Places at the middles of a grid of cells over the window."""
        u = (np.arange(columns) + 0.5) / columns * (_WIDTH - 2 * _MARGIN)
        v = (np.arange(rows) + 0.5) / rows * _HEIGHT
        pixels = np.stack(np.meshgrid(u, v), -1) - ((_WIDTH - 2 * _MARGIN) / 2, _HEIGHT / 2)
        return pixels / self.scale * (1, -1) + self.middle


def _regions(paper: Paper, planes: Float[np.ndarray, "way 3"], seen: _Window, top: float) -> None:
    """Pale areas of the classes, from the same planes as in the browser, with a line where the highest changes."""
    from PIL import Image

    columns, rows = (_WIDTH - 2 * _MARGIN), _HEIGHT
    if not np.isfinite(planes[:, 0]).any():
        return
    places = seen.grid(columns, rows)
    height = places @ planes[:, :2].T.astype(np.float64) + planes[:, 2]
    best = np.where(np.isnan(height), -np.inf, height).argmax(-1)
    colours = np.array([_rgb(k) for k in range(len(planes))])
    pixels = 255 - (255 - colours[best]) * 0.09
    edge = np.zeros(best.shape, bool)
    edge[:, 1:] |= best[:, 1:] != best[:, :-1]
    edge[1:] |= best[1:] != best[:-1]
    pixels[edge] = (165, 170, 176)
    picture = Image.fromarray(pixels.astype(np.uint8)).resize((2 * columns, 2 * rows), Image.Resampling.NEAREST)
    paper.sheet.paste(picture, (round(2 * _MARGIN), round(2 * top)))


def _room(at: Float[np.ndarray, "item 2"], size: float, marks: str) -> np.ndarray:
    """Which items' images have room, the first ones first."""
    shown = np.zeros(len(at), bool)
    if marks == "images":
        return ~shown
    for i, place in enumerate(at):
        if np.isfinite(place).all():
            shown[i] = not (np.abs(at[shown] - place) < size).all(1).any()
    return shown


def _within(at: Float[np.ndarray, "item 2"], top: float) -> np.ndarray:
    x, y = at.T
    return (x > _MARGIN - 15) & (x < _WIDTH - _MARGIN + 15) & (y > top - 15) & (y < top + _HEIGHT + 15)


def _prototypes(paper: Paper, at: Float[np.ndarray, "way 2"], names: Sequence[str], top: float) -> None:
    known = np.isfinite(at).all(1)
    inside = np.zeros(len(at), bool)
    inside[known] = _within(at[known], top)
    for k in np.flatnonzero(inside).tolist():
        x, y = at[k].tolist()
        for fill, width in (((255, 255, 255), 5.0), (class_colour(k), 2.5)):
            paper.line((x - 5, y - 5), (x + 5, y + 5), fill=fill, width=width)
            paper.line((x - 5, y + 5), (x + 5, y - 5), fill=fill, width=width)
        if len(at) <= 20:
            name = cut(names[k], 110, 11)
            paper.box(x + 9, y - 7, text_width(name, 11) + 4, 14, (255, 255, 255))
            paper.text(x + 11, y, name, size=11, anchor="lm")


def _legend(paper: Paper, names: Sequence[str], y: float) -> None:
    x = float(_MARGIN)
    for k, name in enumerate(names):
        short = cut(name, 110, 11)
        wide = 16 + text_width(short, 11) + 12
        if x + wide > _WIDTH - _MARGIN:
            x, y = float(_MARGIN), y + 16
            if y > paper.sheet.height / 2 - 14:
                return
        draw_shape(paper, k, x + 5, y + 6, 4)
        paper.text(x + 14, y + 6, short, size=11, anchor="lm")
        x += wide


def draw_shape(paper: Paper, k: int, x: float, y: float, r: float, *, filled: bool = True, pale: bool = False) -> None:
    """The sign of class k: its colour and its shape."""
    rgb = np.array(_rgb(k))
    colour = tuple(int(c) for c in (255 - (255 - rgb) * 0.3 if pale else rgb))
    corners = _SHAPES[k % len(_SHAPES)]
    if not corners:
        paper.dot(x, y, r, fill=colour if filled else (255, 255, 255), outline=colour, width=1.25)
        return
    points = [(2 * (x + u * r), 2 * (y + v * r)) for u, v in corners]
    paper.pen.polygon(points, fill=colour if filled else (255, 255, 255), outline=colour, width=2)


def class_colour(k: int) -> str:
    """The colour of class k, as in the browser on light paper."""
    return _COLOURS[k % len(_COLOURS)]


def _rgb(k: int) -> tuple[int, int, int]:
    colour = class_colour(k)
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
