"""A picture of the distance matrix for readers without scripts: the same rows, columns and signs as in the browser."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from metawidgets.widgets.paper import INK, LINE, MUTED, SOFT, Paper, cut, wrapped
from metawidgets.widgets.prototype_metrics import nearest_prototypes
from metawidgets.widgets.prototype_reading import PrototypeReading

__all__ = ["draw_matrix"]

# From near to far, as in prototype_heatmap.js on light paper.
_RAMP = np.array([[8, 40, 92], [28, 86, 152], [92, 148, 200], [172, 202, 230], [234, 241, 248]])
# From nearer than before over no change to farther: blue and orange, told apart by every kind of colour vision.
_DIVERGING = np.array([[8, 72, 140], [118, 170, 216], [247, 247, 245], [236, 168, 92], [158, 74, 6]])
_MARGIN, _NAMES = 12, 96
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)


def draw_matrix(reading: PrototypeReading, sort: str = "class", compare: str = "new") -> bytes:
    """The matrix at one step as PNG, on white, with its reading under the title.

    Args:
        sort, compare: as `PrototypeHeatmap` has them.
    """
    arrays, config, names, y = reading.arrays, reading.config, reading.names, reading.labels
    distances: Float[np.ndarray, "query way"] = reading.shown(compare)
    images = arrays["query_x"].ndim == 4
    n, way = distances.shape
    row = max(5, min(26, 1200 // max(n, 1)))  # a picture cannot scroll: many queries make thin rows
    thumb = row if images and row >= 15 else 0
    cell, head = max(22, min(88, 560 // way)), 72 if images else 28
    side = _MARGIN + _NAMES + thumb + 6
    width = max(420, side + way * cell + _MARGIN)
    lines = wrapped(reading.text(sort, compare), width - 2 * _MARGIN)
    top = 40 + 16 * len(lines) + head
    groups = reading.groups(sort, compare)
    above = 0 if sort == "class" else 18  # a class's name fits beside its rows; other headings stand above
    bottom = top + n * row + (6 + above) * len(groups)
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
    scale = _scale(reading, distances, compare)
    first = nearest_prototypes(reading.old if compare == "old" else reading.new).first
    at = top
    for heading, rows in groups:
        place = at + (above or max(row, 12)) / 2
        paper.text(_MARGIN, place, cut(heading, width if above else _NAMES - 8, 11), size=11, anchor="lm")
        at += above
        for q in rows:
            if thumb:
                paper.image(arrays["query_x"][q], side - thumb - 4, at, row - 1, _WHITE)
            for k in range(way):
                box = (side + k * cell, at, cell - 1, row - (1 if row > 8 else 0))
                _cell(paper, box, scale.colour(distances[q, k]), first[q] == k, bool(y[q] == k and first[q] >= 0))
            at += row
        at += 6
    _legend(paper, bottom + 14, scale, reading.metric_name + (", new minus old" if compare == "difference" else ""))
    return paper.png()


class _Scale(NamedTuple):
    """Which colour a value has: along one ramp from near to far, or along two from zero for a difference."""

    low: float
    high: float
    ramp: np.ndarray
    root: bool

    def colour(self, value: float) -> tuple[int, int, int] | None:
        if not np.isfinite(value):
            return None
        part = float(np.clip((value - self.low) / ((self.high - self.low) or 1), 0, 1))
        # The root spreads small distances, which decide, over more of the colours than large ones.
        x = (part**0.5 if self.root else part) * (len(self.ramp) - 1)
        r, g, b = (round(float(np.interp(x, np.arange(len(self.ramp)), self.ramp[:, c]))) for c in range(3))
        return r, g, b


def _scale(reading: PrototypeReading, shown: Float[np.ndarray, "query way"], compare: str) -> _Scale:
    if compare == "difference":
        finite = np.abs(shown[np.isfinite(shown)])
        reach = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
        return _Scale(-reach, reach, _DIVERGING, False)
    own = reading.metric == ""
    every = [reading.arrays["distances"] if own else reading.old, reading.new]
    finite = np.concatenate([a[np.isfinite(a)] for a in every])
    return _Scale(*((float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)), _RAMP, True)


def _cell(
    paper: Paper, box: tuple[float, float, float, float], colour: tuple[int, int, int] | None, nearest: bool, true: bool
) -> None:
    """One distance, and its sign: a dot for the nearest class, a cross where that is wrong, a ring then for the true one."""
    left, top, width, height = box
    if colour is None:
        paper.box(*box, SOFT)
        for x in np.arange(left, left + width - height, 6):
            paper.line((x, top + height), (x + height, top), fill=LINE)
        return
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


def _legend(paper: Paper, y: float, scale: _Scale, unit: str) -> None:
    for i in range(120):
        paper.box(
            _MARGIN + i,
            y,
            1,
            9,
            scale.colour(scale.low + (i / 119) ** (2 if scale.root else 1) * (scale.high - scale.low)),
        )
    paper.text(_MARGIN + 130, y - 2, f"{scale.low:.3g} to {scale.high:.3g}, {unit}", size=11, fill=MUTED)
    paper.text(
        _MARGIN, y + 15, "dot: nearest; cross: nearest, but a wrong class; ring: the true class", size=11, fill=INK
    )
