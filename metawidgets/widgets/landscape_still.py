"""A loss landscape for readers without scripts: as a picture, and in words."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from metawidgets.widgets.landscape_state import bilinear
from metawidgets.widgets.paper import INK, LINE, MUTED, Paper, cut, text_width

__all__ = ["METHODS", "draw_landscape", "in_words"]

METHODS = {
    "second_order": "second order (MAML)",
    "first_order": "first order",
    "reptile": "Reptile",
    "implicit": "implicit",
}
_MARGIN, _SIDE, _FINE = 14, 420, 2
_LOW, _HIGH = np.array([249, 250, 252]), np.array([118, 140, 172])  # as in landscape_contours.js on light paper
_TASKS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#f0e442")


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
            losses.append(f"{side} loss {_number(values[0])} before, {_number(values[last])} {after}")
            if moved:
                losses[-1] += f" (from its own initialisation {_number(arrays[f'home.{side}_loss'][k, last])})"
        off = _number(arrays["off_plane"][k, last])
        lines.append(f"{title}: {'; '.join(losses)} ({config['loss_unit']}); it ends {off} off the plane.")
    t = min(max(step, 0), last)
    if t < last:
        lines.append(
            f"Shown: {config['titles'][task]} at step {t}, query loss {_number(arrays['query_loss'][task, t])}."
        )
    cosines, share = arrays["gradient_cosines"][task], arrays["gradient_share"][task]
    each = [
        f"{METHODS.get(name, name)} {_number(share[i])}" + ("" if i == 0 else f" (cosine {_number(cosines[i])})")
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
    lines = [line for paragraph in text.splitlines() for line in _wrapped(paragraph, width - 2 * _MARGIN)]
    top = 66
    paper = Paper(width, top + _SIDE + 30 + 16 * len(lines) + _MARGIN)
    paper.text(_MARGIN, _MARGIN, cut(config["label"], width - 2 * _MARGIN, 15), size=15)
    paper.text(
        _MARGIN,
        36,
        cut(f"across: {config['axes'][0]}; up: {config['axes'][1]}", width - 2 * _MARGIN, 11),
        size=11,
        fill=MUTED,
    )
    for i, side in enumerate(sides):
        left = _MARGIN + i * (_SIDE + 2 * _MARGIN)
        paper.text(left, 51, f"{side} loss of {config['titles'][task]} ({config['loss_unit']})", size=11)
        _surface(paper, arrays, config, task, side, left, top)
        if surface == "overlay":
            _contours(paper, arrays, config, task, "support", left, top)
        _marks(paper, arrays, config, task, min(max(step, 0), config["steps"] - 1), arrows, left, top)
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


def _contours(paper: Paper, arrays: Any, config: Any, task: int, side: str, left: float, top: float) -> None:
    field, levels = _field(arrays, side, task), (config["levels"][task] or {}).get(side, [])
    if field is None:
        return
    band = np.searchsorted(levels, np.nan_to_num(field, nan=np.inf))
    edge = np.zeros_like(band, dtype=bool)
    edge[:-1] |= band[:-1] != band[1:]
    edge[:, :-1] |= band[:, :-1] != band[:, 1:]
    paper.sheet.paste((72, 92, 122), (round(left * _FINE), round(top * _FINE)), Image.fromarray(np.uint8(edge) * 200))
    for value, level in enumerate(levels):
        at = np.argwhere(edge & ((band == value) | (band == value + 1)))
        if len(at) > 120:
            row, column = at[len(at) // 3]
            x, y = left + column / _FINE, top + row / _FINE
            if left + 20 < x < left + _SIDE - 20 and top + 10 < y < top + _SIDE - 10:
                word = f"{level:g}"
                paper.box(x - text_width(word, 10) / 2 - 2, y - 7, text_width(word, 10) + 4, 13, "#e9eef5")
                paper.text(x, y, word, size=10, anchor="mm")


def _marks(paper: Paper, arrays: Any, config: Any, task: int, step: int, arrows: bool, left: float, top: float) -> None:
    (x0, x1), (y0, y1) = config["range"]["x"], config["range"]["y"]
    place = lambda p: (left + (p[0] - x0) / (x1 - x0) * _SIDE, top + (y1 - p[1]) / (y1 - y0) * _SIDE)  # noqa: E731
    sheet = Paper(paper.sheet.width / _FINE, paper.sheet.height / _FINE)  # drawn apart, and only what is within is kept
    sheet.sheet = paper.sheet.copy()
    sheet.pen = ImageDraw.Draw(sheet.sheet)
    for k in sorted(range(len(config["titles"])), key=lambda k: k == task):
        points = [place(p) for p in arrays["path"][k] if np.isfinite(p).all()]
        ink = _TASKS[k % len(_TASKS)]
        if len(points) > 1:
            sheet.line(*points, fill="white", width=5)
            sheet.line(*points, fill=ink, width=2.5 if k == task else 1.5)
        for i, point in enumerate(points[1:], 1):
            r = 6 if k == task and i == step else 3.5
            sheet.dot(*point, r, fill=ink, outline="white")
        if points:
            sheet.text(points[-1][0] + 9, points[-1][1] - 14, config["titles"][k], size=11, fill=ink)
    if arrows:
        _arrows(sheet, arrays, config, task, place)
    start = place(arrays["path"][task, 0])
    sheet.dot(*start, 7, fill="white", outline=INK, width=2)
    sheet.dot(*start, 2, fill=INK)
    x, y = round(left * _FINE), round(top * _FINE)
    paper.sheet.paste(sheet.sheet.crop((x, y, x + _SIDE * _FINE, y + _SIDE * _FINE)), (x, y))


def _arrows(sheet: Paper, arrays: Any, config: Any, task: int, place: Any) -> None:
    share, way = arrays["gradient_share"][task], -arrays["gradients"][task]
    longest = np.nanmax(share) if np.isfinite(share).any() else 0
    x, y = place(arrays["path"][task, 0])
    for i, name in enumerate(config["gradients"]["names"]):
        norm = float(np.linalg.norm(way[i]))
        if not norm > 0 or not longest > 0:
            continue
        length = 0.22 * _SIDE * float(share[i] / longest)
        u, v = way[i] / norm
        tip = (x + u * length, y - v * length)
        sheet.line((x, y), tip, fill=INK, width=1.5)
        head = min(7, length)
        for turn in (2.6, -2.6):
            c, s = np.cos(turn), np.sin(turn)
            sheet.line(tip, (tip[0] + head * (c * u - s * v), tip[1] - head * (s * u + c * v)), fill=INK, width=1.5)
        sheet.text(
            tip[0] + 8 * u,
            tip[1] - 8 * v,
            str(METHODS.get(name, name)),
            size=10,
            anchor="mm" if abs(u) < 0.5 else "lm" if u > 0 else "rm",
        )


def _wrapped(text: str, width: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, 11) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _number(value: Any) -> str:
    if np.isnan(value):
        return "not a number"
    return f"{float(value):.3g}" if np.isfinite(value) else "infinite"
