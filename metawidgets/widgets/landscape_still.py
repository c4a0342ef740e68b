"""A loss landscape for readers without scripts: as a picture, and in words."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from metawidgets.widgets.landscape_state import bilinear
from metawidgets.widgets.numbers import number_in_words
from metawidgets.widgets.paper import INK, LINE, MUTED, Paper, cut, text_width, wrapped

__all__ = ["METHODS", "draw_landscape", "in_words"]

METHODS = {
    "second_order": "second order (MAML)",
    "first_order": "first order",
    "reptile": "Reptile",
    "implicit": "implicit",
    "anil": "ANIL",
}
_MARGIN, _SIDE, _FINE = 14, 420, 2
_LOW, _HIGH = np.array([249, 250, 252]), np.array([118, 140, 172])  # as in landscape_contours.js on light paper
_SLATE, _BROWN = (72, 92, 122), (138, 62, 8)
_TASKS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#f0e442")


class _Room:
    """Places for labels: what is taken, and the first of several places at which a text is free."""

    def __init__(self, left: float, top: float) -> None:
        self.box = (left + 2, top + 2, left + _SIDE - 2, top + _SIDE - 2)
        self.taken: list[tuple[float, float, float, float]] = []

    def way(self, *points: tuple[float, float]) -> None:
        for (x, y), (u, v) in pairwise(points):
            for part in np.linspace(0, 1, max(2, min(200, int(np.hypot(u - x, v - y) / 8)))):
                at_x, at_y = x + part * (u - x), y + part * (v - y)
                self.taken.append((at_x - 5, at_y - 5, at_x + 5, at_y + 5))

    def place(self, width: float, places: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
        """The middle of the label, 13 high."""
        for x, y in places:
            mine = (x - width / 2, y - 7, x + width / 2, y + 7)
            if _within(mine, self.box) and not any(_meet(mine, other) for other in self.taken):
                self.taken.append(mine)
                return x, y
        return None


_Box = tuple[float, float, float, float]


def _within(a: _Box, b: _Box) -> bool:
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]


def _meet(a: _Box, b: _Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _around(x: float, y: float, width: float) -> list[tuple[float, float]]:
    aside = width / 2 + 9
    beside = [(x + aside, y), (x - aside, y), (x, y - 16), (x, y + 16)]
    return beside + [(x + i * aside, y + j) for j in (-14, 14, -28, 28, -42, 42) for i in (1, -1, 0)]


def in_words(arrays: Mapping[str, np.ndarray], config: Mapping[str, Any], task: int, step: int) -> str:
    """The plane, the losses of every task, and the meta-gradients of the one shown."""
    meta, last = config["meta"], config["steps"] - 1
    moved = not np.array_equal(arrays["path"][:, 0], arrays["home.path"][:, 0])
    x, y = arrays["path"][0, 0]
    place = f"moved to ({x:.3g}, {y:.3g})" if moved else "its own"
    across, up = config["axes"]
    lines = [f"{config['label']}, {meta['n_parameters']:,} parameters; x: {across}, y: {up}; initialisation {place}."]
    for k, title in enumerate(config["titles"]):
        after = f"after {last} inner step{'' if last == 1 else 's'}"
        losses = []
        for side in ("query", "support"):
            values = arrays[f"{side}_loss"][k]
            losses.append(f"{side} loss {number_in_words(values[0])} before, {number_in_words(values[last])} {after}")
            if moved:
                losses[-1] += f" (from its own initialisation {number_in_words(arrays[f'home.{side}_loss'][k, last])})"
        off = number_in_words(0.0 if arrays["off_plane"][k, last] < 1e-5 else arrays["off_plane"][k, last])
        lines.append(f"{title}: {'; '.join(losses)} ({config['loss_unit']}); it ends {off} off the plane.")
    t = min(max(step, 0), last)
    if t < last:
        lines.append(
            f"Shown: {config['titles'][task]} at step {t}, query loss {number_in_words(arrays['query_loss'][task, t])}."
        )
    cosines, share = arrays["gradient_cosines"][task], arrays["gradient_share"][task]
    each = [
        f"{METHODS.get(name, name)} {number_in_words(share[i])}"
        + ("" if i == 0 else f" (cosine {number_in_words(cosines[i])})")
        for i, name in enumerate(config["gradients"]["names"])
    ]
    lines.append(
        f"Meta-gradients of {config['titles'][task]}, part in the plane and cosine with second order: {', '.join(each)}."
    )
    return "\n".join(lines)


def draw_landscape(
    arrays: Mapping[str, np.ndarray],
    config: Mapping[str, Any],
    task: int,
    surface: str,
    step: int,
    arrows: bool,
    text: str,
) -> bytes:
    """The state of the component as PNG, on white."""
    sides = {"query": ("query",), "support": ("support",), "both": ("query", "support"), "overlay": ("query",)}[surface]
    width = 2 * _MARGIN + len(sides) * _SIDE + (len(sides) - 1) * 2 * _MARGIN
    lines = [line for paragraph in text.splitlines() for line in wrapped(paragraph, width - 2 * _MARGIN, 11)]
    top = 56
    paper = Paper(width, top + _SIDE + 30 + 16 * len(lines) + _MARGIN)
    paper.text(_MARGIN, _MARGIN, cut(config["label"], width - 2 * _MARGIN, 15), size=15)
    also = "; brown lines: support loss" if surface == "overlay" else ""
    for i, side in enumerate(sides):
        left, room = _MARGIN + i * (_SIDE + 2 * _MARGIN), _Room(_MARGIN + i * (_SIDE + 2 * _MARGIN), top)
        paper.text(
            left, 39, cut(f"{side} loss of {config['titles'][task]} ({config['loss_unit']}){also}", _SIDE, 11), size=11
        )
        _surface(paper, arrays, config, task, side, left, top)
        if surface == "overlay":
            _contours(paper, arrays, config, task, "support", left, top, _BROWN)
        _marks(paper, arrays, config, task, min(max(step, 0), config["steps"] - 1), arrows, left, top, room)
        _levels(paper, arrays, config, task, side, left, top, room)
        if surface == "overlay":
            _levels(paper, arrays, config, task, "support", left, top, room, _BROWN)
    for i, line in enumerate(lines):
        paper.text(_MARGIN, top + _SIDE + 12 + 16 * i, line, size=11, fill=MUTED)
    return paper.png()


def _field(arrays: Mapping[str, np.ndarray], side: str, task: int) -> np.ndarray | None:
    grid = arrays.get(f"{side}_loss.{task}")
    return None if grid is None else bilinear(grid.astype(float), _SIDE * _FINE, _SIDE * _FINE)[::-1]


def _surface(paper: Paper, arrays: Any, config: Any, task: int, side: str, left: float, top: float) -> None:
    field, levels = _field(arrays, side, task), (config["levels"][task] or {}).get(side, [])
    if field is None:
        paper.box(left, top, _SIDE, _SIDE, LINE)
        paper.text(left + _SIDE / 2, top + _SIDE / 2, "not computed yet", anchor="mm")
        return
    band = np.searchsorted(levels, np.where(np.isfinite(field), field, np.inf)) / max(1, len(levels))
    pixels = (_LOW + band[..., None] * (_HIGH - _LOW)).astype(np.uint8)
    rows, columns = np.indices(field.shape)
    pixels[~np.isfinite(field) & ((rows + columns) % 12 < 2)] = MUTED
    paper.sheet.paste(Image.fromarray(pixels), (round(left * _FINE), round(top * _FINE)))
    _contours(paper, arrays, config, task, side, left, top)


def _contours(
    paper: Paper, arrays: Any, config: Any, task: int, side: str, left: float, top: float, ink: Any = _SLATE
) -> None:
    field, levels = _field(arrays, side, task), (config["levels"][task] or {}).get(side, [])
    if field is None:
        return
    band = np.searchsorted(levels, np.nan_to_num(field, nan=np.inf))
    edge = np.zeros_like(band, dtype=bool)
    edge[:-1] |= band[:-1] != band[1:]
    edge[:, :-1] |= band[:, :-1] != band[:, 1:]
    paper.sheet.paste(ink, (round(left * _FINE), round(top * _FINE)), Image.fromarray(np.uint8(edge) * 200))


def _levels(
    paper: Paper, arrays: Any, config: Any, task: int, side: str, left: float, top: float, room: _Room, ink: Any = INK
) -> None:
    """Each level once, where there is room on its line."""
    field, levels = _field(arrays, side, task), (config["levels"][task] or {}).get(side, [])
    if field is None:
        return
    with np.errstate(invalid="ignore"):
        for level in levels:
            above = field > level
            at = np.argwhere(above[:-1] != above[1:])
            if len(at) < 60:
                continue
            word = f"{level:g}"
            width = text_width(word, 10) + 4
            spots = at[(np.linspace(0.1, 0.9, 9) * (len(at) - 1)).astype(int)]
            found = room.place(width, [(left + c / _FINE, top + r / _FINE) for r, c in spots])
            if found:
                paper.box(found[0] - width / 2, found[1] - 6, width, 12, "#e9eef5")
                paper.text(*found, word, size=10, anchor="mm", fill=ink)


def _marks(
    paper: Paper, arrays: Any, config: Any, task: int, step: int, arrows: bool, left: float, top: float, room: _Room
) -> None:
    (x0, x1), (y0, y1) = config["range"]["x"], config["range"]["y"]
    place = lambda p: (left + (p[0] - x0) / (x1 - x0) * _SIDE, top + (y1 - p[1]) / (y1 - y0) * _SIDE)  # noqa: E731
    sheet = Paper(1, 1)  # drawn apart, and only what is within the square is kept
    sheet.sheet = paper.sheet.copy()
    sheet.pen = ImageDraw.Draw(sheet.sheet)
    order = sorted(range(len(config["titles"])), key=lambda k: k == task)
    ways = {k: [place(p) for p in arrays["path"][k] if np.isfinite(p).all()] for k in order}
    for k in order:
        points, ink = ways[k], _TASKS[k % len(_TASKS)]
        room.way(*points)
        if len(points) > 1:
            sheet.line(*points, fill="white", width=5)
            sheet.line(*points, fill=ink, width=2.5 if k == task else 1.5)
        for i, point in enumerate(points[1:], 1):
            sheet.dot(*point, 6 if k == task and i == step else 3.5, fill=ink, outline="white")
    start = place(arrays["path"][task, 0])
    room.taken.append((start[0] - 11, start[1] - 11, start[0] + 11, start[1] + 11))
    if arrows:
        _arrows(sheet, arrays, config, task, start, room)
    if len(order) > 1:
        for k in reversed(order):
            _label(sheet, cut(config["titles"][k], 110, 11), ways[k][-1], _TASKS[k % len(_TASKS)], room)
    sheet.dot(*start, 8, fill="white")
    sheet.dot(*start, 6, fill="white", outline=INK, width=2)
    sheet.dot(*start, 1.8, fill=INK)
    x, y = round(left * _FINE), round(top * _FINE)
    paper.sheet.paste(sheet.sheet.crop((x, y, x + _SIDE * _FINE, y + _SIDE * _FINE)), (x, y))


def _label(sheet: Paper, text: str, at: tuple[float, float], ink: Any, room: _Room) -> None:
    found = room.place(text_width(text, 11) + 4, _around(*at, text_width(text, 11)))
    if found:
        for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):  # a rim of paper
            sheet.text(found[0] + dx, found[1] + dy, text, size=11, fill="white", anchor="mm")
        sheet.text(*found, text, size=11, fill=ink, anchor="mm")


def _arrows(sheet: Paper, arrays: Any, config: Any, task: int, start: tuple[float, float], room: _Room) -> None:
    """Descent directions, from the rim of the initialisation's mark; the largest share in the plane is longest."""
    share, way = arrays["gradient_share"][task], -arrays["gradients"][task]
    longest = np.nanmax(share) if np.isfinite(share).any() else 0
    tips = {}
    for i, name in enumerate(config["gradients"]["names"]):
        norm = float(np.linalg.norm(way[i]))
        if not norm > 0 or not longest > 0:
            continue
        u, v = float(way[i][0]) / norm, -float(way[i][1]) / norm
        length = max(7.0, 0.2 * _SIDE * float(share[i] / longest))
        x, y = start[0] + 9 * u, start[1] + 9 * v
        tip = tips[name] = (x + u * length, y + v * length)
        room.way((x, y), tip)
        sheet.line((x, y), tip, fill=INK, width=1.5)
        for turn in (2.6, -2.6):
            c, s = np.cos(turn) * min(7, length), np.sin(turn) * min(7, length)
            sheet.line(tip, (tip[0] + c * u - s * v, tip[1] + s * u + c * v), fill=INK, width=1.5)
    for name, tip in tips.items():
        _label(sheet, str(METHODS.get(name, name)).removesuffix(" (MAML)"), tip, INK, room)
