"""A picture of an arena for readers without scripts: a row of dots for each learner, its mean, and the paired difference."""

from collections.abc import Mapping, Sequence

import numpy as np

from metawidgets.analysis import mean_interval
from metawidgets.contests import ArenaRound
from metawidgets.widgets.contest_state import is_clear
from metawidgets.widgets.paper import INK, LINE, MUTED, Paper, cut

__all__ = ["draw_arena"]

# Okabe and Ito, in the browser's order.
_COLOURS = [(0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233), (127, 127, 127)]
_WIDTH, _ROW, _TOP, _SIDE, _RIGHT = 900, 58, 62, 190, 250


def draw_arena(
    played: ArenaRound, ranking: Sequence[str], reference: str, yours: Mapping[int, float], title: str
) -> bytes:
    """The arena as PNG, on white.

    Args:
        ranking: the learners, best first.
        reference: the learner that differences are taken from; the best if it is none of them.
        yours: episode -> score of a person.
    """
    rows = [(name, played.scores[played.names.index(name)], _COLOURS[played.names.index(name) % 7]) for name in ranking]
    if yours:
        own = np.full(played.n_episodes, np.nan)
        own[list(yours)] = list(yours.values())
        rows.append(("You", own, INK))
    base = {name: scores for name, scores, _ in rows}.get(reference, rows[0][1])
    percent = played.metric == "accuracy"
    factor, unit = (100, " %") if percent else (1, "")
    known = np.concatenate([s[np.isfinite(s)] for _, s, _ in rows])
    low, high = (
        (max(0.0, np.floor(10 * known.min() - 0.01) / 10), 1.0) if percent else (0.0, 1.05 * max(known.max(), 1e-9))
    )
    left, right = _SIDE, _WIDTH - _RIGHT
    paper = Paper(_WIDTH, _TOP + len(rows) * _ROW + 44)

    def x(value: float) -> float:
        return left + (value - low) / (high - low or 1) * (right - left)

    paper.text(12, 12, cut(title, _WIDTH - 24, 15), size=15)
    paper.text(left, 40, f"{played.metric} of every episode, mean and 95 % interval", size=11, fill=MUTED)
    paper.text(right + 24, 40, f"difference to {cut(reference or rows[0][0], 120, 11)}, paired", size=11, fill=MUTED)
    bottom = _TOP + len(rows) * _ROW
    for tick in _ticks(low, high):
        paper.line((x(tick), _TOP), (x(tick), bottom), fill=LINE)
        paper.text(x(tick), bottom + 6, f"{factor * tick:.3g}{unit}", size=11, fill=MUTED, anchor="mt")
    for r, (name, scores, colour) in enumerate(rows):
        floor = _TOP + (r + 1) * _ROW - 17
        finite = np.isfinite(scores)
        columns = np.round([x(v) / 6 for v in scores[finite]]).astype(int)
        rise = min(6.0, (_ROW - 24) / max(1, int(np.bincount(columns - columns.min()).max()) - 1))
        seen: dict[int, int] = {}
        for column in columns:
            level = seen.get(column, 0)
            seen[column] = level + 1
            paper.dot(
                6 * column, floor - 4 - level * rise, 2.6, fill=tuple(int(255 - 0.55 * (255 - c)) for c in colour)
            )
        paper.text(12, floor - 20, cut(name, _SIDE - 24, 12), size=12)
        v = floor + 8
        text = f"{factor * scores[finite].mean():.3g}{unit}"
        if finite.sum() > 1:
            i = mean_interval(scores[finite])
            text = f"{factor * i.mean:.3g} ± {factor * i.half_width:.2g}{unit}"
            paper.line((x(max(low, i.low)), v), (x(min(high, i.high)), v), fill=colour, width=3)
        paper.dot(x(float(scores[finite].mean())), v, 4.5, fill=colour)
        paper.text(12, floor - 4, text, size=12, fill=MUTED)
        both = np.isfinite(scores) & np.isfinite(base)
        paper.text(right + 24, floor - 12, _difference(scores[both] - base[both], scores is base, factor), size=12)
    return paper.png()


def _ticks(low: float, high: float) -> np.ndarray:
    """Round numbers within low..high."""
    raw = (high - low) / 5 or 1.0
    unit = 10 ** np.floor(np.log10(raw))
    step = next(m * unit for m in (1, 2, 5, 10) if m * unit >= raw * 0.999)
    return step * np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1)


def _difference(values: np.ndarray, is_base: bool, factor: float) -> str:
    if is_base:
        return "reference"
    if len(values) < 2:
        return "needs two episodes in common"
    d = mean_interval(values)
    return f"{factor * d.mean:+.3g} ({factor * d.low:+.3g} to {factor * d.high:+.3g}), {'clear' if is_clear(d) else 'not clear'}"
