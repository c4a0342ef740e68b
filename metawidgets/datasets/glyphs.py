"""Procedural handwritten characters of invented alphabets, with any number of classes and drawers."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from jaxtyping import Float, UInt8

from metawidgets.datasets._class_lists import ClassDataset
from metawidgets.datasets._letterforms import ALPHABET_SIZE, programs, uniforms
from metawidgets.datasets._pen import PAGE, SIDE, SUBPIXEL, Ink, Strokes, bounds, draw, rasterise
from metawidgets.datasets.base import Split, option
from metawidgets.episodes import ClassPool, TaskSource

__all__ = ["Glyphs", "render"]

_EM = 60.0  # subpixels, before a character gets its size
_ATTEMPTS = 4  # candidates for a character
_LEGIBLE = 0.66  # accept a candidate if this fraction of the pen's path crosses no earlier ink
_MOTOR = 5  # random numbers per move, see `_drawn_by_hand`


@dataclass(frozen=True, kw_only=True)
class Glyphs(ClassDataset):
    """Procedural characters at 28x28, similar to Omniglot's in pen, size and variety. They are made within a second, without any file.

    With the same seed, the images of a character by a drawer are equal byte by byte on any machine, whatever `n_classes` and
    `n_drawers` are. Every 25 consecutive characters form an alphabet with its own style. The last sixth of the classes is for
    testing, and the sixth before it for validation.

    Raises:
        DatasetError: if an option is out of its range.
    """

    name: ClassVar[str] = "glyphs"
    kind: ClassVar[Literal["image"]] = "image"
    summary: ClassVar[str] = "handwritten characters of invented alphabets; no download"

    n_classes: int = option(600, "characters in total; two thirds of them are for training", 30, 5000)
    n_drawers: int = option(20, "drawers, each of whom draws every character once", 2, 100)
    wobble: float = option(1.0, "how much drawers differ: 0 not at all, 1 like people, 2 barely legible", 0.0, 2.0)
    within_alphabet: bool = option(False, "whether all classes of an episode come from one alphabet")
    seed: int = option(0, "selects one endless sequence of alphabets", 0, 2**32 - 1)

    def _source(self, split: Split) -> TaskSource:
        held_out = self.n_classes // 6
        val, test = self.n_classes - 2 * held_out, self.n_classes - held_out
        bounds_of = {"train": (0, val), "validation": (val, test), "test": (test, self.n_classes)}
        first, last = bounds_of.get(split, (0, self.n_classes))
        images = _rendered(self.seed, first, last, self.n_drawers, float(self.wobble))
        alphabets = [f"A{i // ALPHABET_SIZE:02}" for i in range(first, last)]
        prefix = f"s{self.seed}-" if self.seed else ""  # characters of different seeds are different classes
        return ClassPool(
            name=self.name,
            items=images,
            offsets=np.arange(last - first + 1) * self.n_drawers,
            class_ids=tuple(f"{prefix}{a}-{i % ALPHABET_SIZE:02}" for i, a in enumerate(alphabets, first)),
            groups=tuple(alphabets),
            within_group=self.within_alphabet,
        )


@lru_cache(maxsize=6)
def _rendered(seed: int, first: int, last: int, n_drawers: int, wobble: float) -> np.ndarray:
    images = render(seed, first, last, n_drawers, wobble)
    images.setflags(write=False)  # every pool with these options shares the array
    return images


def render(seed: int, first: int, last: int, n_drawers: int, wobble: float = 1.0) -> UInt8[np.ndarray, "item 1 28 28"]:
    """Render the ink maps of characters `first` to `last - 1`, each by `n_drawers` drawers, sorted by character."""
    out = np.empty(((last - first) * n_drawers, 1, 28, 28), np.uint8)
    block = max(1, 500 // n_drawers)
    for low in range(first, last, block):
        high = min(low + block, last)
        drawn = _render_block(seed, range(low, high), n_drawers, wobble)
        out[(low - first) * n_drawers : (high - first) * n_drawers] = drawn
    return out


def _render_block(seed: int, characters: range, n_drawers: int, wobble: float) -> np.ndarray:
    strokes, em = _legible(seed, characters)
    strokes, em = _repeated(strokes, n_drawers), np.repeat(em, n_drawers)
    n, n_strokes, n_moves = strokes.moves.shape[:3]
    sizes = np.cumsum([n_strokes * n_moves * _MOTOR, n_strokes * 2, 6])
    noise = wobble * np.concatenate([_bell((seed, 4, i), n_drawers, int(sizes[-1])) for i in characters])
    motor, joint, own = np.split(noise, sizes[:-1], axis=1)
    # A drawer has roughly the same slant and size throughout an alphabet.
    habit = wobble * np.concatenate([_bell((seed, 3, i // ALPHABET_SIZE), n_drawers, 6) for i in characters])
    strokes = _drawn_by_hand(strokes, motor.reshape(n, n_strokes, n_moves, _MOTOR), joint.reshape(n, n_strokes, 2))
    return rasterise(_placed(draw(strokes, em), 0.75 * habit + 0.56 * own), n)


def _bell(key: tuple[int, ...], rows: int, columns: int) -> Float[np.ndarray, "rows columns"]:
    """Draw bell-shaped noise with standard deviation 1, between -3 and 3.

    Each number is a sum of three uniform numbers. A normal distribution would need logarithms, whose last bits differ between
    machines. The numbers in a row do not depend on the number of rows.
    """
    u = uniforms(key, rows * columns * 3).reshape(rows, columns, 3)
    return 2 * (u[..., 0] + u[..., 1] + u[..., 2] - 1.5)


def _repeated(strokes: Strokes, times: int) -> Strokes:
    return Strokes(*(np.repeat(a, times, 0) for a in (strokes.moves, strokes.tremor, strokes.counts, strokes.joints)))


def _drawn_by_hand(
    strokes: Strokes, motor: Float[np.ndarray, "glyph stroke move 5"], joint: Float[np.ndarray, "glyph stroke 2"]
) -> Strokes:
    """Return the programs with motor noise: random changes of direction, turn and length, a tremor, and offsets at the joints."""
    change, turn, length = np.moveaxis(strokes.moves, -1, 0)
    moves = np.stack(
        [
            change + 4.7 * motor[..., 0],
            turn * (1 + 0.047 * motor[..., 1]) + 3.8 * motor[..., 1],
            length * (1 + 0.085 * motor[..., 2]),
        ],
        -1,
    )
    tremor = np.stack([3.8 * motor[..., 3], 180 * motor[..., 4]], -1)
    joints = np.concatenate([strokes.joints[..., :3], strokes.joints[..., 3:] + 0.028 * joint], -1)
    return Strokes(moves, tremor, strokes.counts, joints)


def _placed(ink: Ink, hand: Float[np.ndarray, "glyph 6"]) -> Ink:
    """Scale, slant, rotate and shift each glyph by its drawer's noise, and keep all ink on the page."""
    x, y, width, height = _centred(ink.x, ink.y, ink.glyph)
    size = np.minimum(1 + 0.08 * hand[:, 0], (PAGE - 14) * SUBPIXEL / np.maximum(width, height))
    aspect, slant, rotation = 1 + 0.05 * hand[:, 1], 0.07 * hand[:, 2], 0.035 * hand[:, 3]
    matrix = (size * aspect, size * (slant - rotation), size * rotation, size / aspect)
    a, b, c, d = (entry[ink.glyph][:, None] for entry in matrix)
    x, y, width, height = _centred(np.floor(a * x + b * y), np.floor(c * x + d * y), ink.glyph)
    for axis, along, extent in ((4, x, width), (5, y, height)):
        room = np.maximum((PAGE - 8) * SUBPIXEL - extent, 0) / 2
        shift = np.floor(np.clip(2.4 * SUBPIXEL * hand[:, axis], -room, room)) + PAGE * SUBPIXEL // 2
        along += shift[ink.glyph][:, None]
    return Ink(ink.glyph, x.astype(np.int64), y.astype(np.int64))


def _centred(x: np.ndarray, y: np.ndarray, glyph: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Centre the points `(row, point)` of each glyph; also return each glyph's width and height `(glyph,)`."""
    left, right, top, bottom = bounds(glyph, x, y)
    x = x - ((left + right) // 2)[glyph][:, None]
    y = y - ((top + bottom) // 2)[glyph][:, None]
    return x, y, right - left, bottom - top


def _legible(seed: int, characters: range) -> tuple[Strokes, Float[np.ndarray, " glyph"]]:
    """Return the programs of each character's first legible candidate (or else its most legible one), and their ems in subpixels."""
    strokes, size = programs(seed, characters)
    share, zoom = _fresh_paper(strokes, size)
    for attempt in range(1, _ATTEMPTS):
        again = np.flatnonzero(share < _LEGIBLE)
        if not len(again):
            break
        other, size = programs(seed, [characters[i] for i in again], attempt)
        other_share, other_zoom = _fresh_paper(other, size)
        better = other_share > share[again]
        into = again[better]
        for kept, new in ((strokes.moves, other.moves), (strokes.counts, other.counts), (strokes.joints, other.joints)):
            kept[into] = new[better]
        share[into], zoom[into] = other_share[better], other_zoom[better]
    return strokes, _EM * zoom


def _fresh_paper(strokes: Strokes, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each glyph, the fraction of the pen's path that crosses no earlier ink, and the zoom that gives the glyph its size."""
    ink = draw(strokes, np.full(len(size), _EM))
    left, right, top, bottom = bounds(ink.glyph, ink.x, ink.y)
    # The limit keeps short lines short
    zoom = np.minimum(size * SUBPIXEL / np.maximum(right - left, bottom - top), 1.8)
    cells = (zoom / (6 * SUBPIXEL))[ink.glyph][:, None]  # cells of 1.5 pixels, about the width of the pen
    column = ((ink.x - left[ink.glyph][:, None]) * cells).astype(np.int64)
    row = ((ink.y - top[ink.glyph][:, None]) * cells).astype(np.int64)
    fresh = np.zeros((len(size), SIDE, SIDE), bool)
    fresh[ink.glyph[:, None], np.minimum(row, SIDE - 1), np.minimum(column, SIDE - 1)] = True
    path = (np.abs(np.diff(ink.x, axis=1)).sum(1) + np.abs(np.diff(ink.y, axis=1)).sum(1)) * cells[:, 0]
    return fresh.sum((1, 2)) / np.maximum(np.bincount(ink.glyph, path), 1), zoom
