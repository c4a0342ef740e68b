"""A picture of a round played by a person, for readers without scripts. Of an episode that is not done it tells nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from metawidgets.widgets.paper import LINE, MUTED, SOFT, Paper, cut

__all__ = ["draw_round"]

_WIDTH, _MARGIN = 720, 12
_COLOURS = [(0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233), (127, 127, 127)]


def draw_round(
    arrays: Mapping[str, np.ndarray], config: Mapping[str, Any], place: int, given: Sequence[Any], text: str
) -> bytes:
    """The shown episode's classes with what was put to them, and the scores so far, as PNG on white.

    Args:
        arrays, config: as `YouAreTheLearner` sends them.
        place: the shown episode. given: its answers.
        text: the component's summary; its lines are printed.
    """
    e = config["episodes"][place]
    support, labels, query = (arrays[f"{place}.{name}"] for name in ("support_x", "support_y", "query_x"))
    lines = text.split("\n")
    names = e["class_names"]
    columns = min(len(names), 5) or 1
    cell = (_WIDTH - 2 * _MARGIN) // columns
    images = support.ndim == 4
    per_row = max(1, (cell - 12) // 36)
    bins = [[q for q, a in enumerate(given[: e["n"]]) if a == k] for k in range(len(names))]
    tall = 92 + 38 * max([-(-len(b) // per_row) for b in bins] or [0])
    board = tall * (-(-len(names) // columns)) if names else 200
    paper = Paper(_WIDTH, 24 + 18 * len(lines) + board + 24)
    for i, line in enumerate(lines):
        paper.text(
            _MARGIN,
            12 + 18 * i,
            cut(line.strip(), _WIDTH - 2 * _MARGIN, 13),
            size=13,
            fill=MUTED if i else (31, 35, 40),
        )
    top = 24 + 18 * len(lines)
    if not names:
        _curve(paper, support, labels, query, given, top)
        return paper.png()
    for k, name in enumerate(names):
        x, y = _MARGIN + (k % columns) * cell, top + (k // columns) * tall
        paper.box(x, y, cell - 8, tall - 8, SOFT)
        paper.dot(x + 12, y + 13, 5, fill=_COLOURS[k % 7])
        paper.text(x + 24, y + 13, cut(name, cell - 40, 12), size=12, anchor="lm")
        if not images:
            continue
        for i, s in enumerate(np.flatnonzero(labels == k)[: max(1, (cell - 12) // 52)]):
            paper.image(support[s], x + 6 + 52 * i, y + 26, 48, (255, 255, 255))
        for i, q in enumerate(bins[k]):
            paper.image(query[q], x + 6 + 36 * (i % per_row), y + 80 + 38 * (i // per_row), 34, (255, 255, 255))
    return paper.png()


def _curve(
    paper: Paper, support: np.ndarray, values: np.ndarray, query: np.ndarray, given: Sequence[Any], top: float
) -> None:
    """Support points as dots, and the guesses as rings, at the queries' places."""
    x = np.concatenate([support.ravel(), query.ravel()])
    far = 1.25 * max(1e-6, float(np.abs(values).max()))

    def at(u: float, v: float) -> tuple[float, float]:
        across = (u - x.min()) / (x.max() - x.min() or 1)
        return _MARGIN + 20 + across * (_WIDTH - 64), top + 100 - 90 * float(np.clip(v / far, -1, 1))

    paper.line((_MARGIN, top + 100), (_WIDTH - _MARGIN, top + 100), fill=LINE)
    for u, v in zip(support.ravel(), values.ravel(), strict=True):
        paper.dot(*at(u, v), 4, fill=(31, 35, 40))
    for q, guess in enumerate(given[: len(query)]):
        u = float(query.ravel()[q])
        if isinstance(guess, int | float):
            paper.dot(*at(u, guess), 5, outline=_COLOURS[0], width=2)
        else:
            paper.line((at(u, 0)[0], top + 10), (at(u, 0)[0], top + 190), fill=LINE)
