"""Points that a reader added, moved or removed in the browser, checked and made into an episode."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from metawidgets.episodes import Episode, ItemId
from metawidgets.errors import EpisodeError

__all__ = ["MOST_POINTS", "edited"]

MOST_POINTS = 200
"""Most points of a side. More could not be distinguished."""
_NEW = re.compile(r"clicked/(curve|\d{1,3})/\d{1,6}")
_LARGEST = 1e6


class _Point(NamedTuple):
    item: ItemId
    x: tuple[float, ...]
    y: float


def edited(episode: Episode, points: Any) -> Episode:
    """Return the episode with these points instead of its own.

    Args:
        points: `{"support": [[id, [x, ...], y], ...], "query": ...}`; `y` is a label or a target. An id is the id of one of the
            episode's items, or `clicked/<label>/<number>` (`clicked/curve/<number>`) for a new point.

    Raises:
        EpisodeError: if the points have another form or do not make a valid episode.
    """
    if episode.is_image or (episode.is_regression and episode.output_dim != 1):
        raise EpisodeError("only points of a curve or of a plane can be edited; build an episode for other items.")
    if not isinstance(points, Mapping) or set(points) != {"support", "query"}:
        raise EpisodeError("points is not a mapping of 'support' and 'query' to lists of points; give one, or None.")
    known = {str(item): item for item in (*episode.support_items, *episode.query_items)}
    sides = {side: _side(side, points[side], episode, known) for side in ("support", "query")}
    arrays = {}
    for side, found in sides.items():
        arrays[f"{side}_x"] = np.array([point.x for point in found], np.float32).reshape(-1, *episode.item_shape)
        y = [point.y for point in found]
        arrays[f"{side}_y"] = np.array([[v] for v in y], np.float32) if episode.is_regression else np.array(y, np.int64)
    items = {f"{side}_items": tuple(point.item for point in found) for side, found in sides.items()}
    return replace(episode, **arrays, **items)


def _side(side: str, given: Any, episode: Episode, known: Mapping[str, ItemId]) -> list[_Point]:
    if not isinstance(given, Sequence) or isinstance(given, str) or not 1 <= len(given) <= MOST_POINTS:
        raise EpisodeError(f"{side} is not a list of 1 to {MOST_POINTS} points; give each as [id, [x], y].")
    return [_point(side, each, episode, known) for each in given]


def _point(side: str, given: Any, episode: Episode, known: Mapping[str, ItemId]) -> _Point:
    wrong = EpisodeError(f"a {side} point is {given!r:.80}, not [id, numbers, label or target]; give it in this form.")
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) != 3:
        raise wrong
    name, x, y = given
    if not isinstance(name, str) or not isinstance(x, Sequence) or isinstance(x, str):
        raise wrong
    item = known.get(name)
    if item is None:
        if not _NEW.fullmatch(name):
            raise EpisodeError(
                f"{name!r:.80} is not an item of this episode; name a new point clicked/<label>/<number>."
            )
        item = ItemId(*name.split("/"))
    label = None if episode.is_regression else episode.n_way
    if len(x) != episode.item_shape[0] or not all(map(_is_number, x)) or not _is_number(y):
        raise wrong
    if label is not None and (not isinstance(y, int) or not 0 <= y < label):
        raise EpisodeError(f"the label {y!r} of a {side} point is not a class; give 0 to {label - 1}.")
    return _Point(item, tuple(map(float, x)), y)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST  # False for NaN
