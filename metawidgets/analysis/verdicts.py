"""Sentences that interpret a figure. Each has a branch for every outcome, so that no text can contradict the figure beside it."""

from typing import Literal

import numpy as np
from jaxtyping import Shaped

from metawidgets.analysis.intervals import FEWEST_TO_TELL, Interval

__all__ = ["comparison", "factor_text", "standing", "trend", "typical"]


def standing(difference: Interval, *, lower_is_better: bool = False) -> Literal["ahead", "behind", "level"]:
    """Return where the first of two learners stands, by the interval of its paired difference from the second.

    Args:
        difference: score of the first minus score of the second, over episodes.
        lower_is_better: whether the score is an error.

    >>> standing(Interval(0.03, 0.01, 100))
    'ahead'
    """
    if not difference.is_clear:
        return "level"
    return "ahead" if (difference.mean > 0) != lower_is_better else "behind"


def comparison(
    name: str,
    other: str,
    difference: Interval,
    *,
    unit: str = "points",
    scale: float = 100.0,
    style: str = ".1f",
    lower_is_better: bool = False,
) -> str:
    """Return a clause that says which of two learners is better and by how much, or that they cannot be told apart.

    Args:
        name, other: the two learners.
        difference: score of `name` minus score of `other`, paired by episode.
        unit: what the numbers are in; "" for none.
        scale: what the score is multiplied by, 100 for an accuracy in points.
        style: the format of the numbers.
        lower_is_better: whether the score is an error.

    >>> comparison("ProtoNet", "MAML", Interval(0.031, 0.012, 100))
    'ProtoNet is ahead of MAML by 3.1 ± 1.2 points'
    >>> comparison("ProtoNet", "MAML", Interval(0.002, 0.012, 100))
    'ProtoNet and MAML cannot be told apart (difference +0.2 ± 1.2 points)'
    """
    unit = unit and f" {unit}"
    where, size = standing(difference, lower_is_better=lower_is_better), scale * difference.mean
    half = format(scale * difference.half_width, style)
    if where == "level":
        signed = format(round(size, 12) + 0.0, f"+{style}")
        few = " over so few episodes" if difference.n < FEWEST_TO_TELL else ""
        return f"{name} and {other} cannot be told apart{few} (difference {signed} ± {half}{unit})"
    return (
        f"{name} is {'ahead of' if where == 'ahead' else 'behind'} {other} by {format(abs(size), style)} ± {half}{unit}"
    )


def factor_text(value: float, reference: float) -> str:
    """Return how a positive quantity compares with another one, as a factor.

    >>> factor_text(0.13, 0.01)
    '13 times as large as'
    >>> factor_text(0.52, 0.5)
    'about as large as'
    """
    if value <= 0 or reference <= 0:
        return "as large as" if value == reference else "larger than" if value > reference else "smaller than"
    ratio = value / reference
    return "about as large as" if 0.9 <= ratio <= 1.1 else f"{_factor(ratio)} times as large as"


def trend(start: float, end: float, *, tolerance: float = 0.05) -> Literal["falls", "rises", "hardly changes"]:
    """Return whether a quantity falls, rises or hardly changes.

    Args:
        tolerance: the largest change, relative to the larger of both sizes, that still counts as hardly any.

    >>> trend(3.3, 4.0)
    'rises'
    """
    if abs(end - start) <= tolerance * max(abs(start), abs(end)):
        return "hardly changes"
    return "falls" if end < start else "rises"


def typical(values: Shaped[np.ndarray, " episode"]) -> int:
    """Return the index of the median value (the lower of the two middle ones), to show an episode that nobody picked.

    >>> typical(np.array([3.0, 1.0, 2.0]))
    2
    """
    return int(np.argsort(np.asarray(values), kind="stable")[(len(values) - 1) // 2])


def _factor(ratio: float) -> str:
    if ratio >= 1e6 or ratio < 1e-3:
        return f"{ratio:.0e}"
    return f"{ratio:.2g}" if ratio < 100 else f"{float(f'{ratio:.2g}'):,.0f}"
