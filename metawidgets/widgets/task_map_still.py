"""A picture of a map of tasks for readers without scripts: the map, and beside it the matrix in the same order as in the browser."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from metawidgets.widgets.embedding_still import draw_shape
from metawidgets.widgets.paper import INK, LINE, MUTED, Paper, cut, text_width, wrapped

__all__ = ["draw_tasks"]

_WIDTH, _SIDE, _MARGIN = 760, 350, 12


def draw_tasks(
    arrays: Mapping[str, np.ndarray],
    config: Mapping[str, Any],
    rows: Int[np.ndarray, " task"],
    measured: str,
    pair: Sequence[int],
    words: Sequence[str],
) -> bytes:
    """Map and matrix as PNG, on white.

    Args:
        arrays, config: as `TaskMapView` sends them. rows: the matrix's order. measured: "similarity" or "distance".
        pair: the two tasks that are marked. words: the title, then lines under it.
    """
    title, *lines = words
    lines = [part for line in lines for part in wrapped(line, _WIDTH - 2 * _MARGIN)]
    groups = sorted(set(config["groups"]))
    of = [groups.index(g) for g in config["groups"]] or [0] * len(config["names"])
    top = 36 + 16 * len(lines) + 8
    paper = Paper(_WIDTH, top + _SIDE + (70 if groups else 34))
    paper.text(_MARGIN, _MARGIN, cut(title, _WIDTH - 2 * _MARGIN, 15), size=15)
    for i, line in enumerate(lines):
        paper.text(_MARGIN, 34 + 16 * i, line, fill=MUTED)
    _map(paper, arrays["places"], of, pair, top)
    _matrix(paper, arrays[measured], rows, of, pair, top, bool(groups))
    near = "dark: far" if measured == "distance" else "dark: alike"
    paper.text(_MARGIN, top + _SIDE + 8, "Principal axes of the tasks' embeddings", size=11, fill=MUTED)
    paper.text(_WIDTH - _MARGIN - _SIDE, top + _SIDE + 8, near.replace("dark: far", "dark: near"), size=11, fill=MUTED)
    x, y = float(_MARGIN), top + _SIDE + 32
    for k, group in enumerate(groups):
        short = cut(group, 150, 11)
        wide = 16 + text_width(short, 11) + 12
        if x + wide > _WIDTH - _MARGIN:
            x, y = float(_MARGIN), y + 16
        if y > top + _SIDE + 60:
            break
        draw_shape(paper, k, x + 5, y + 6, 4)
        paper.text(x + 14, y + 6, short, size=11, anchor="lm")
        x += wide
    return paper.png()


def _map(paper: Paper, places: np.ndarray, of: Sequence[int], pair: Sequence[int], top: float) -> None:
    for a, b in (((0, 0), (1, 0)), ((1, 0), (1, 1)), ((1, 1), (0, 1)), ((0, 1), (0, 0))):
        corner = [(_MARGIN + _SIDE * x, top + _SIDE * y) for x, y in (a, b)]
        paper.line(*corner, fill=LINE)
    known = np.isfinite(places).all(1)
    if not known.any():
        return
    low, high = places[known].min(0), places[known].max(0)
    scale = 0.9 * _SIDE / max(float((high - low).max()), 1e-9)
    at = (places - (low + high) / 2) * (scale, -scale) + (_MARGIN + _SIDE / 2, top + _SIDE / 2)
    if len(pair) == 2:
        (a, b), (c, d) = at[pair[0]].tolist(), at[pair[1]].tolist()
        paper.line((a, b), (c, d), fill=INK)
    for i in np.flatnonzero(known).tolist():
        x, y = at[i].tolist()
        draw_shape(paper, of[i], x, y, 5)
        if i in pair:
            paper.dot(x, y, 9, outline=INK, width=1.5)


def _matrix(
    paper: Paper,
    values: np.ndarray,
    rows: np.ndarray,
    of: Sequence[int],
    pair: Sequence[int],
    top: float,
    grouped: bool,
) -> None:
    left, n = _WIDTH - _MARGIN - _SIDE, len(rows)
    off = values[~np.eye(n, dtype=bool)]
    off = off[np.isfinite(off)]
    low, high = (float(off.min()), float(off.max())) if off.size else (0.0, 1.0)
    cell, strip = (_SIDE - 8) / n, 8.0 if grouped else 0.0
    # Likeness is dark where it is large, a distance where it is small.
    for i, a in enumerate(rows.tolist()):
        y = top + 8 + i * cell
        if strip:
            draw_shape(paper, of[a], left + 2, y + cell / 2, min(3.5, cell / 2.2))
        for j, b in enumerate(rows.tolist()):
            if a == b or not np.isfinite(values[a, b]):
                continue
            part = (float(values[a, b]) - low) / ((high - low) or 1)
            part = 0.06 + 0.9 * (part if _alike(values) else 1 - part)
            colour = tuple(round(255 - (255 - c) * part) for c in (10, 99, 176))
            paper.box(
                left + 8 + j * cell,
                y,
                max(cell - (0.5 if cell > 5 else 0), 0.5),
                max(cell - (0.5 if cell > 5 else 0), 0.5),
                colour,
            )
    if len(pair) == 2:
        place = {int(task): i for i, task in enumerate(rows)}
        x, y = left + 8 + place[pair[1]] * cell, top + 8 + place[pair[0]] * cell
        corners = [(x, y), (x + cell, y), (x + cell, y + cell), (x, y + cell), (x, y)]
        paper.line(*corners, fill=INK, width=1.5)


def _alike(values: np.ndarray) -> bool:
    """Whether large means alike: a similarity has ones on its diagonal, a distance zeros."""
    return bool(np.nanmean(np.diag(values)) > 0.5)
