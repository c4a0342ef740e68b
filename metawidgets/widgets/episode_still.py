"""A picture of an episode for readers without scripts: the same rows as in the browser."""

import numpy as np
from jaxtyping import Float

from metawidgets.episodes import Episode
from metawidgets.widgets.paper import INK, LINE, MUTED, SOFT, Paper, cut

__all__ = ["draw_sheet"]

# As in shared/theme.js.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#f0e442")
_WIDTH, _LABEL, _GAP, _MARGIN = 760, 150, 4, 12


def draw_sheet(episode: Episode, title: str, subtitle: str) -> bytes:
    """The contact sheet as PNG, on white: images or vectors, a row for each class, support left of the queries."""
    rows = episode.class_names or ("",)
    label = _LABEL if episode.class_names else 0
    sides = [(episode.support_x, episode.support_y), (episode.query_x, episode.query_y)]
    members = [
        [np.arange(len(x)) if not episode.class_names else np.flatnonzero(y == k) for k in range(len(rows))]
        for x, y in sides
    ]
    most = [max(1, *map(len, side)) for side in members]
    size, across = _fit(_WIDTH - 2 * _MARGIN - label - 24, most)
    lines = [
        max(1, *(-(-len(side[k]) // n) for side, n in zip(members, across, strict=True))) for k in range(len(rows))
    ]
    left = [_MARGIN + label, _MARGIN + label + across[0] * (size + _GAP) + 20]
    top = 68
    paper = Paper(_WIDTH, top + sum(n * (size + _GAP) + 8 for n in lines) + _MARGIN)
    paper.text(_MARGIN, 12, title, size=15)
    paper.text(_MARGIN, 33, cut(subtitle, _WIDTH - 2 * _MARGIN), fill=MUTED)
    for x, heading in zip(left, ("Support", "Query"), strict=True):
        paper.text(x, 52, heading, size=11, fill=MUTED)
    limit = 1.0 if episode.is_image else float(max(np.abs(x).max(initial=1e-12) for x, _ in sides))
    for k, name in enumerate(rows):
        height = lines[k] * (size + _GAP) + 8
        paper.box(_MARGIN, top, _WIDTH - 2 * _MARGIN, 0.5, LINE)
        if name:
            paper.box(_MARGIN, top + height / 2 - 5, 10, 10, _COLOURS[k % len(_COLOURS)])
            paper.text(_MARGIN + 18, top + height / 2, cut(name, label - 30), anchor="lm")
        for (items, _), mine, n, x in zip(sides, members, across, left, strict=True):
            for place, i in enumerate(mine[k]):
                at = (x + place % n * (size + _GAP), top + 6 + place // n * (size + _GAP))
                if episode.is_image:
                    paper.image(items[i], *at, size)
                else:
                    _bars(paper, items[i], *at, size, limit)
        top += height
    return paper.png()


def _fit(room: float, most: list[int]) -> tuple[float, list[int]]:
    """How large, and how many on a line of each side: as few lines as leave an item at least 24 pixels."""
    for lines in range(1, 1000):
        across = [-(-n // lines) for n in most]
        size = room / sum(across) - _GAP
        if size >= 24:
            return min(48, int(size)), across
    return 24, [1, 1]


def _bars(paper: Paper, values: Float[np.ndarray, " dim"], x: float, y: float, size: float, limit: float) -> None:
    """A vector as bars around its middle line."""
    paper.box(x, y, size, size, SOFT)
    step = (size - 8) / len(values)
    for j, value in enumerate(values):
        height = abs(float(value)) / limit * (size / 2 - 4)
        paper.box(x + 4 + j * step, y + size / 2 - (height if value > 0 else 0), max(0.5, step - 1), height, INK)
