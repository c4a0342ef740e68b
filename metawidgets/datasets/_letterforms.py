"""Characters of invented alphabets as motor programs: each combines pen gestures in the style of its alphabet.

The generative idea is from Lake, Salakhutdinov and Tenenbaum, *Human-level concept learning through probabilistic
program induction*, Science 350, 2015: a character is a program of strokes that attach to each other, and a drawer's
example is this program, run with motor noise. We chose the gestures and all numbers ourselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from metawidgets.datasets._pen import Strokes

__all__ = ["ALPHABET_SIZE", "Dice", "programs", "uniforms"]

ALPHABET_SIZE = 25  # characters that share a style
_MAX_STROKES, _MAX_MOVES = 4, 6
T = TypeVar("T")

# A gesture is a sequence of moves: (change of heading before the move, turn along it, length). The first heading is absolute.
# Angles are in degrees, 0 right and 90 down; lengths are in em.
_ANGULAR = {
    "line": ((90, 0, 1.0),),
    "bar": ((0, 0, 0.9),),
    "slash": ((120, 0, 1.0),),
    "ell": ((90, 0, 0.9), (-90, 0, 0.6)),
    "seven": ((0, 0, 0.7), (112, 0, 0.9)),
    "vee": ((68, 0, 0.9), (-136, 0, 0.9)),
    "zed": ((0, 0, 0.65), (130, 0, 0.95), (-130, 0, 0.65)),
    "en": ((-90, 0, 0.8), (150, 0, 1.0), (-150, 0, 0.8)),
    "em": ((-87, 0, 0.8), (150, 0, 0.6), (-126, 0, 0.6), (150, 0, 0.8)),
    "delta": ((118, 0, 0.8), (-118, 0, 0.8), (-120, 0, 0.8)),
    "box": ((90, 0, 0.65), (-90, 0, 0.65), (-90, 0, 0.65), (-90, 0, 0.62)),
    "bracket": ((180, 0, 0.5), (-90, 0, 0.8), (-90, 0, 0.5)),
    "step": ((0, 0, 0.4), (90, 0, 0.6), (-90, 0, 0.4)),
    "tooth": ((90, 0, 0.9), (-140, 0, 0.5), (100, 0, 0.5)),
}
_CURVED = {
    "bow": ((60, 60, 1.0),),
    "cup": ((90, 0, 0.45), (0, -180, 0.9), (0, 0, 0.45)),
    "cee": ((205, -230, 1.7),),
    "ring": ((180, -355, 1.9),),
    "jay": ((90, 0, 0.8), (0, 170, 0.55)),
    "query": ((-60, 200, 0.9), (-45, 0, 0.45)),
    "ess": ((190, -210, 0.85), (0, 205, 0.85)),
    "wave": ((-50, 95, 0.5), (0, -95, 0.5)),
    "three": ((-35, 215, 0.8), (-165, 210, 0.85)),
    "arch": ((90, 0, 0.8), (178, 0, 0.4), (0, 175, 0.8), (0, 0, 0.35)),
    "arches": ((90, 0, 0.7), (180, -15, 0.45), (0, 185, 0.55), (170, 0, 0.45), (10, 185, 0.6)),
    "bee": ((90, 0, 1.1), (180, 0, 0.3), (35, 255, 1.1)),
    "pee": ((-90, 0, 1.1), (90, 190, 1.0)),
    "ribbon": ((150, 0, 0.45), (0, 245, 1.1), (0, 0, 0.45)),
    "loop": ((-30, -60, 0.4), (0, -190, 1.0), (0, -60, 0.5)),
    "ee": ((0, 0, 0.55), (-80, -265, 1.5)),
    "six": ((150, -70, 0.7), (0, -320, 1.1)),
    "curl": ((180, 200, 0.6), (0, 240, 1.5)),
    "two": ((-55, 190, 0.9), (5, 0, 0.45), (-140, 0, 0.6)),
    "wye": ((90, -180, 0.75), (178, 0, 0.8), (0, 140, 0.4)),
    "fish": ((45, 0, 0.5), (0, -280, 0.9), (0, 0, 0.7)),
}
_GESTURES = {**_ANGULAR, **_CURVED}
_PLAIN = ("line", "bar", "slash", "bow", "wave")  # too simple to be a whole character
_WHOLE = {pool: tuple(g for g in pool if g not in _PLAIN) for pool in (tuple(_ANGULAR), tuple(_CURVED))}
_LIGHT = (
    *_PLAIN,
    "line",
    "bar",
    "ell",
    "seven",
    "cee",
    "ring",
    "jay",
    "vee",
    "cup",
    "tooth",
)  # gestures for the strokes after the first
_TAILS = (  # extensions of a character's only stroke; without them, every alphabet would have the same plain V
    ((95, 0, 0.5),),
    ((-95, 0, 0.5),),
    ((0, 190, 0.6),),
    ((0, -190, 0.6),),
    ((150, 0, 0.45),),
    ((0, 330, 0.75),),
    ((-60, -300, 0.7),),
    ((90, 0, 0.35), (90, 0, 0.4)),
    ((0, 120, 0.35), (0, -120, 0.35)),
)

_BESIDE = ((1, 0), (1, 0), (0, 1), (0, -1))  # direction of a stroke that touches no other: usually to the right
_ASKEW = ((-1, 0), (0.7, 0.7), (-0.7, 0.7), (0.7, -0.7))


def uniforms(key: Sequence[int], n: int) -> np.ndarray:
    """Draw `n` float64 in [0, 1) from the bit generator PCG64.

    A `numpy.random.Generator` is not used: numpy guarantees the stream of a bit generator, but may change what a `Generator` makes
    of this stream.
    """
    raw = np.random.PCG64(np.random.SeedSequence(tuple(key))).random_raw(n)
    return (raw >> np.uint64(11)) * 2.0**-53


class Dice:
    """A sequence of random choices that is always the same for the same key."""

    def __init__(self, *key: int) -> None:
        self._values = iter(uniforms(key, 256).tolist())

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * next(self._values)

    def chance(self, probability: float) -> bool:
        return next(self._values) < probability

    def bell(self, deviation: float) -> float:
        """Draw a bell-shaped number with this standard deviation, at most three deviations from 0."""
        return deviation * 2 * (next(self._values) + next(self._values) + next(self._values) - 1.5)

    def pick(self, values: Sequence[T]) -> T:
        return values[int(next(self._values) * len(values))]

    def weigh(self, values: Sequence[T], weights: Sequence[float]) -> T:
        left = next(self._values) * sum(weights)
        for value, weight in zip(values, weights, strict=True):
            left -= weight
            if left < 0:
                return value
        return values[-1]


@dataclass(frozen=True)
class _Style:
    """The style that the characters of one alphabet share."""

    curved: float  # probability that a gesture is curved
    n_strokes: tuple[int, ...]  # weights of 1, 2, 3 and 4 strokes
    relations: tuple[int, ...]  # weights of touching, crossing and separate strokes
    dots: float  # probability that a stroke after the first is a dot
    turned: float  # probability that a gesture is rotated by a multiple of 90 degrees
    slack: float  # standard deviation of a gesture's tilt, in degrees
    size: float  # subpixels
    favourites: tuple[str, ...]

    @classmethod
    def of(cls, seed: int, alphabet: int) -> "_Style":
        dice = Dice(seed, 1, alphabet)
        return cls(
            curved=dice.between(0.05, 0.95),
            n_strokes=dice.pick(((4, 5, 2, 0), (4, 4, 1, 0), (1, 5, 4, 0), (1, 4, 4, 1), (6, 3, 1, 0))),
            relations=dice.pick(((5, 3, 1), (5, 3, 1), (3, 5, 1), (3, 2, 3))),
            dots=dice.pick((0.0, 0.0, 0.0, 0.15, 0.35)),
            turned=dice.between(0.0, 0.35),
            slack=dice.between(2, 7),
            size=dice.between(60, 84),
            favourites=tuple(dice.pick(tuple(_ANGULAR if dice.chance(0.5) else _CURVED)) for _ in range(4)),
        )


def programs(seed: int, characters: Sequence[int], attempt: int = 0) -> tuple[Strokes, np.ndarray]:
    """Return the motor programs of some characters, and the size of each character in subpixels, `(character,)`.

    Character `i` depends only on the seed and `i`; each `attempt` gives another, independent candidate for it.
    """
    n = len(characters)
    moves = np.zeros((n, _MAX_STROKES, _MAX_MOVES, 3))
    counts = np.zeros((n, _MAX_STROKES), np.int64)
    joints = np.zeros((n, _MAX_STROKES, 5))
    size = np.zeros(n)
    styles = {a: _Style.of(seed, a) for a in {i // ALPHABET_SIZE for i in characters}}
    for row, i in enumerate(characters):
        style, dice = styles[i // ALPHABET_SIZE], Dice(seed, 2, i, attempt)
        for s, (gesture, joint) in enumerate(_character(style, dice)):
            counts[row, s] = len(gesture)
            moves[row, s, : len(gesture)] = gesture
            joints[row, s] = joint
        rich = 0.74 + 0.06 * counts[row].sum()  # a character with many moves needs more space
        size[row] = min(style.size * rich * dice.between(0.8, 1.2), 90)
    return Strokes(moves, np.zeros((*moves.shape[:3], 2)), counts, joints), size


def _character(style: _Style, dice: Dice) -> list[tuple[list, tuple]]:
    n = dice.weigh((1, 2, 3, 4), style.n_strokes)
    strokes = []
    for s in range(n):
        dot = s > 0 and dice.chance(style.dots)
        pool = tuple(_CURVED if dice.chance(style.curved) else _ANGULAR)
        if n == 1:
            pool = _WHOLE[pool]
        if s > 0 and dice.chance(0.8 if n == 2 else 0.92):
            pool = _LIGHT
        elif s == 0 and n > 1 and dice.chance(0.25):
            pool = style.favourites
        name = "line" if dot else dice.pick(pool)
        gesture = _gesture(name, style, dice, 0.07 if dot else 1.0 if s == 0 else dice.between(0.5, 1.0))
        if n == 1 and len(gesture) < _MAX_MOVES - 1 and dice.chance(0.55):
            gesture += [_move(dice, m, 1, 1.0) for m in dice.pick(_TAILS)]
        strokes.append((gesture, _joint(s, name, dot, style, dice)))
    return strokes


def _gesture(name: str, style: _Style, dice: Dice, scale: float) -> list[tuple[float, float, float]]:
    """Return the moves of a gesture after the character's random changes: mirroring, rotation and proportions."""
    hand = -1 if dice.chance(0.35) else 1
    quarters = dice.pick((90, 180, 270)) if dice.chance(style.turned) else 0
    first, *rest = _GESTURES[name]
    heading = (first[0] if hand == 1 else 180 - first[0]) + quarters + dice.bell(style.slack)
    _, turn, length = _move(dice, first, hand, scale)
    return [(heading, turn, length), *(_move(dice, m, hand, scale) for m in rest)]


def _move(dice: Dice, move: tuple[float, float, float], hand: int, scale: float) -> tuple[float, float, float]:
    change, turn, length = move
    change = hand * change + (dice.bell(7) if change else 0)
    return change, hand * turn * (1 + dice.bell(0.09)) + dice.bell(3), length * scale * dice.between(0.75, 1.3)


def _joint(s: int, name: str, dot: bool, style: _Style, dice: Dice) -> tuple[float, float, float, float, float]:
    if s == 0:
        return (0, 0, 0, 0, 0)
    on = int(dice.between(0, s))
    relation = "apart" if dot else dice.weigh(("touch", "cross", "apart"), style.relations)
    if relation == "apart":
        far = dice.between(0.3, 0.5) if dot else dice.between(0.45, 0.75)
        x, y = dice.pick(_BESIDE + _ASKEW if dot else _BESIDE)
        return (on, 0.5, 0.5, far * x, far * y)
    if relation == "cross" and name in _PLAIN:
        return (on, dice.pick((0.2, 0.35, 0.5, 0.5, 0.65, 0.8)), dice.between(0.3, 0.7), 0, 0)
    return (on, dice.pick((0, 0, 0.25, 0.5, 0.5, 0.75, 1, 1)), dice.pick((0, 0, 0, 1)), 0, 0)
