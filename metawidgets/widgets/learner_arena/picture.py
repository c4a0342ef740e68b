"""The picture of an arena: for each learner a row with a dot for each episode, the mean with its interval, and the paired
difference."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from metawidgets.analysis import difference_ends, interval_note, interval_text, mean_interval, within_bounds
from metawidgets.records import ArenaRound
from metawidgets.views import marks, theme
from metawidgets.widgets.base.card import headed

__all__ = ["arena_chart"]

_WIDTH, _ROW, _DOT = 430, 58, 6.0  # pixels


def arena_chart(
    played: ArenaRound, ranking: Sequence[str], reference: str, yours: Mapping[int, float], title: str
) -> Any:
    """Return the chart of an arena.

    Args:
        ranking: the learners, best first.
        reference: the learner that the others are compared with; the best one if it is not among them.
        yours: a person's scores, by the episode's place in the round.
    """
    places = {name: played.names.index(name) for name in ranking}
    rows = [(name, played.scores[place], theme.class_colour(place)) for name, place in places.items()]
    if yours:
        own = np.full(played.n_episodes, np.nan)
        own[list(yours)] = list(yours.values())
        rows.append(("You", own, theme.INK))
    best = rows[0]
    against, base = next(((name, scores) for name, scores, _ in rows if name == reference), best[:2])
    factor, unit = (100, " %") if played.metric == "accuracy" else (1, "")
    known = factor * np.concatenate([scores[np.isfinite(scores)] for _, scores, _ in rows])
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    low, high = (max(0.0, low - 5), 100.0) if unit else (0.0, 1.05 * high or 1.0)
    pixel = _WIDTH / (high - low)
    dots, means, words = [], [], []
    for r, (name, scores, colour) in enumerate(rows):
        finite = factor * scores[np.isfinite(scores)]
        floor = _ROW * (r + 1) - 20
        at = {"y": floor + 10, "colour": colour}
        said = "no score"
        if len(finite):
            dots += [{"x": x, "y": floor - up, "colour": colour} for x, up in _stacked(finite, low, pixel)]
            i = mean_interval(scores[np.isfinite(scores)])
            mean = factor * i.mean
            ends = within_bounds(played.metric, i.low, i.high) if len(finite) > 1 else (i.mean, i.mean)
            means.append({**at, "x": mean, "low": max(low, factor * ends[0]), "high": min(high, factor * ends[1])})
            said = interval_text(i.mean, i.half_width, played.metric)
        both = np.isfinite(scores) & np.isfinite(base)
        apart = "reference" if scores is base else _difference(scores[both] - base[both], played.metric)
        words.append({"y": floor - 14, "name": marks.short(name, 24), "said": said, "apart": apart})
    scale, title_of_x = alt.Scale(domain=[low, high], nice=False), f"{played.metric}{' (%)' if unit else ''}"
    x, from_low = (alt.X(f"{field}:Q", scale=scale, title=title_of_x) for field in ("x", "low"))
    y = alt.Y("y:Q", scale=alt.Scale(domain=[_ROW * len(rows), 0], nice=False), axis=None)
    colour = alt.Color("colour:N", scale=None)
    ground = alt.Chart(marks.inline(means), width=_WIDTH, height=_ROW * len(rows))
    text = alt.Chart(marks.inline(words)).mark_text(align="left", fontSize=12, color=theme.INK)
    beside = alt.value(_WIDTH + 16)
    layers = [
        alt.Chart(marks.inline(dots)).mark_circle(size=24, opacity=0.45).encode(x=x, y=y, color=colour),
        ground.mark_rule(strokeWidth=3).encode(x=from_low, x2="high:Q", y=y, color=colour),
        ground.mark_point(filled=True, size=80, opacity=1).encode(x=x, y=y, color=colour),
        text.encode(x=alt.value(-170), y=y, text="name:N"),
        text.mark_text(align="left", dy=18, fontSize=12, color=theme.MUTED).encode(
            x=alt.value(-170), y=y, text="said:N"
        ),
        text.encode(x=beside, y=y, text="apart:N"),
    ]
    how = (
        f"Each dot is an episode; below them the mean and its 95 % interval. Right: the paired difference to "
        f"{marks.short(against, 40)}{', in points' if unit else ''}."
    )
    note = interval_note(played.n_episodes)
    how += f" {note[0].upper()}{note[1:]}." if note else ""
    return alt.layer(*layers).properties(title=headed(title, [how], _WIDTH + 340))


def _stacked(scores: np.ndarray, low: float, pixel: float) -> list[tuple[float, float]]:
    """Return the score and the height in pixels above the row's floor of each dot. Dots at the same place are drawn once."""
    columns = np.round((scores - low) * pixel / _DOT).astype(int)
    rise = min(_DOT, (_ROW - 24) / max(1, int(np.bincount(columns - columns.min()).max()) - 1))
    seen: dict[int, int] = {}
    dots = {}
    for column in columns.tolist():
        level = seen[column] = seen.get(column, -1) + 1
        dots[low + column * _DOT / pixel, round(level * rise)] = None
    return list(dots)


def _difference(values: np.ndarray, metric: str) -> str:
    if len(values) < 2:
        return "needs two episodes in common"
    d = mean_interval(values)
    low, high = difference_ends(d, metric)
    factor = 100 if metric == "accuracy" else 1
    clear = "clear" if d.is_clear else "not clear"
    return f"{factor * d.mean:+.3g} ({factor * low:+.3g} to {factor * high:+.3g}), {clear}"
