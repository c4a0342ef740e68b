"""A picture of the distance matrix for readers without scripts: the same rows, columns and signs as in the browser."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from metawidgets.widgets.paper import INK, LINE, MUTED, SOFT, Paper, cut, text_width
from metawidgets.widgets.prototype_heatmap import nearest_prototypes

__all__ = ["draw_matrix"]

# From near to far, as in prototype_heatmap.js on light paper.
_RAMP = np.array([[8, 40, 92], [28, 86, 152], [92, 148, 200], [172, 202, 230], [234, 241, 248]])
_MARGIN, _NAMES = 12, 96
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)


def draw_matrix(arrays: Mapping[str, np.ndarray], config: Mapping[str, Any], step: int, text: str) -> bytes:
    """The matrix at one step as PNG, on white.

    Args:
        arrays, config: as `PrototypeHeatmap` sends them.
        text: printed under the title, broken into lines.
    """
    names, y = config["episode"]["class_names"], arrays["query_y"]
    distances: Float[np.ndarray, "query way"] = arrays["distances"][step]
    images = arrays["query_x"].ndim == 4
    n, way = distances.shape
    row = max(5, min(26, 1200 // max(n, 1)))  # a picture cannot scroll: many queries make thin rows
    thumb = row if images and row >= 15 else 0
    cell, head = max(22, min(88, 560 // way)), 72 if images else 28
    side = _MARGIN + _NAMES + thumb + 6
    width = max(420, side + way * cell + _MARGIN)
    lines = _wrapped(text, width - 2 * _MARGIN)
    order = np.argsort(y, kind="stable")
    top = 40 + 16 * len(lines) + head
    gaps = 6 * np.searchsorted(np.unique(y), y[order])
    bottom = top + n * row + int(gaps[-1]) if n else top
    paper = Paper(width, bottom + 52)
    paper.text(_MARGIN, _MARGIN, cut(config["label"], width - 2 * _MARGIN, 15), size=15)
    for i, line in enumerate(lines):
        paper.text(_MARGIN, 34 + 16 * i, line, fill=MUTED)
    for k, name in enumerate(names):
        x, every = side + k * cell, 1 if cell >= 40 else 2  # narrow columns: every other one has room for its name
        if k % every == 0:
            paper.text(x + cell / 2, top - head + 12, cut(name, every * cell - 4, 10), size=10, anchor="mm")
        if images and config["shown"][k] >= 0:
            size = min(44, cell - 2)
            paper.image(arrays["support_x"][config["shown"][k]], x + (cell - size) / 2, top - 48, size, _WHITE)
    finite = arrays["distances"][np.isfinite(arrays["distances"])]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    first = nearest_prototypes(distances).first
    for place, q in enumerate(order):
        at = top + place * row + int(gaps[place])
        if place == 0 or y[order[place - 1]] != y[q]:
            paper.text(_MARGIN, at + max(row, 12) / 2, cut(names[y[q]], _NAMES - 8, 11), size=11, anchor="lm")
        if thumb:
            paper.image(arrays["query_x"][q], side - thumb - 4, at, row - 1, _WHITE)
        for k in range(way):
            box = (side + k * cell, at, cell - 1, row - (1 if row > 8 else 0))
            far = (distances[q, k] - low) / ((high - low) or 1)
            _cell(paper, box, far, first[q] == k, bool(y[q] == k and first[q] >= 0))
    _legend(paper, bottom + 14, low, high, config["metric"])
    return paper.png()


def _cell(paper: Paper, box: tuple[float, float, float, float], far: float, nearest: bool, true: bool) -> None:
    """One distance, and its sign: a dot for the nearest class, a cross where that is wrong, a ring then for the true one."""
    left, top, width, height = box
    if not np.isfinite(far):
        paper.box(*box, SOFT)
        for x in np.arange(left, left + width - height, 6):
            paper.line((x, top + height), (x + height, top), fill=LINE)
        return
    colour = _colour(far)
    paper.box(*box, colour)
    x, y, r = left + width / 2, top + height / 2, min(4.0, height / 3)
    ink = _BLACK if np.dot(colour, (0.299, 0.587, 0.114)) > 135 else _WHITE
    if nearest and true:
        paper.dot(x, y, r, fill=ink)
    elif nearest:
        paper.line((x - r, y - r), (x + r, y + r), fill=ink, width=2)
        paper.line((x - r, y + r), (x + r, y - r), fill=ink, width=2)
    elif true:
        paper.dot(x, y, r, outline=ink, width=1.5)


def _legend(paper: Paper, y: float, low: float, high: float, unit: str) -> None:
    for i in range(120):
        paper.box(_MARGIN + i, y, 1, 9, _colour((i / 119) ** 2))
    paper.text(_MARGIN + 130, y - 2, f"{low:.3g} to {high:.3g}, {unit}", size=11, fill=MUTED)
    paper.text(
        _MARGIN, y + 15, "dot: nearest; cross: nearest, but a wrong class; ring: the true class", size=11, fill=INK
    )


def _colour(far: float) -> tuple[int, int, int]:
    # The root spreads small distances, which decide, over more of the colours than large ones.
    x = float(np.clip(far, 0, 1)) ** 0.5 * (len(_RAMP) - 1)
    r, g, b = (round(float(np.interp(x, np.arange(len(_RAMP)), _RAMP[:, c]))) for c in range(3))
    return r, g, b


def _wrapped(text: str, width: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
