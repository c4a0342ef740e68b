"""Drawing of motor programs: a pen follows the moves of a program and leaves ink on pixels.

All arithmetic uses integers (angles in 1024ths of a circle, positions in 256ths of a subpixel), so that a program gives the
same bytes on every machine. The page is 28 x 28 pixels of 4 x 4 subpixels each, close to Omniglot's 105 x 105.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped, UInt8

__all__ = ["PAGE", "SIDE", "SUBPIXEL", "Ink", "Strokes", "bounds", "draw", "rasterise"]

SIDE = 28  # pixels
PAGE = 4 * SIDE  # subpixels
SUBPIXEL = 256  # fixed-point units
_CIRCLE, _ONE = 1024, 4096
_POINTS = 48  # per move; even on the longest move, neighbouring points are closer than the pen's width
# No value is near a rounding tie, so the last bit of a platform's cosine does not matter.
_COS = np.round(_ONE * np.cos(2 * np.pi * np.arange(_CIRCLE) / _CIRCLE)).astype(np.int32)
_SIN = np.roll(_COS, _CIRCLE // 4)


@dataclass(frozen=True, eq=False)
class Strokes:
    """Motor programs of several glyphs, padded to equal numbers of strokes and moves.

    Args:
        moves: for each move, the change of heading before the move, the turn during it (both in degrees, clockwise on the page)
            and its length (em). The first heading of a stroke is absolute: 0 is right and 90 is down.
        tremor: for each move, the amplitude and phase (degrees) of a wave that is added to its heading.
        counts: number of moves of each stroke; 0 for an unused stroke.
        joints: for each stroke after the first, the earlier stroke to which it is attached, the position of the joint on the
            earlier stroke and on this stroke (both 0 to 1), and an offset x, y between these two points (em).
    """

    moves: Float[np.ndarray, "glyph stroke move 3"]
    tremor: Float[np.ndarray, "glyph stroke move 2"]
    counts: Int[np.ndarray, "glyph stroke"]
    joints: Float[np.ndarray, "glyph stroke 5"]


@dataclass(frozen=True, eq=False)
class Ink:
    """The path of the pen: `x` and `y` in fixed-point units, one row per move, and the `glyph` of each row (ascending)."""

    glyph: Int[np.ndarray, " row"]
    x: Int[np.ndarray, "row point"]
    y: Int[np.ndarray, "row point"]


def bounds(
    glyph: Int[np.ndarray, " row"], x: Shaped[np.ndarray, "row point"], y: Shaped[np.ndarray, "row point"]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the left, right, top and bottom of every glyph, each `(glyph,)`. `glyph` is the glyph's index for each row, ascending."""
    first = np.flatnonzero(np.diff(glyph, prepend=-1))
    return (
        np.minimum.reduceat(x.min(1), first),
        np.maximum.reduceat(x.max(1), first),
        np.minimum.reduceat(y.min(1), first),
        np.maximum.reduceat(y.max(1), first),
    )


def draw(strokes: Strokes, em: Float[np.ndarray, " glyph"]) -> Ink:
    """Return the pen's path for these programs. `em` is the size of each glyph in subpixels. Each glyph's first stroke starts at (0, 0)."""
    counts, joints = strokes.counts, strokes.joints
    unit = em * SUBPIXEL
    turn = _brads(strokes.moves[..., 1])
    heading = np.cumsum(_brads(strokes.moves[..., 0]) + turn, -1) - turn  # at the start of each move
    step = np.round(strokes.moves[..., 2] * unit[:, None, None] / _POINTS).astype(np.int32)

    row = np.nonzero(np.arange(heading.shape[2]) < counts[..., None])  # (glyph, stroke, move) of each existing move
    k = np.arange(_POINTS, dtype=np.int32)
    amplitude, phase = _brads(strokes.tremor[row]).T[..., None]
    wave = (amplitude * _SIN[(phase + k * (3 * _CIRCLE // (2 * _POINTS))) % _CIRCLE]) // _ONE  # one and a half periods
    angle = (heading[row][:, None] + turn[row][:, None] * (2 * k + 1) // (2 * _POINTS) + wave) % _CIRCLE
    x = np.cumsum(_COS[angle] * step[row][:, None], 1) // _ONE  # (row, point), relative to the start of the move
    y = np.cumsum(_SIN[angle] * step[row][:, None], 1) // _ONE

    for along in (x, y):  # chain the moves of a stroke
        ends = np.zeros(heading.shape, np.int64)
        ends[row] = along[:, -1]
        along += (np.cumsum(ends, -1) - ends)[row][:, None]

    # Index of each stroke's first point in x.ravel()
    first = (np.cumsum(counts) - counts.ravel()).reshape(counts.shape) * _POINTS
    origin = np.zeros((2, *counts.shape), np.int64)
    for s in range(1, counts.shape[1]):
        g = np.flatnonzero(counts[:, s])
        on = joints[g, s, 0].astype(np.int64)
        there = first[g, on] + _place(joints[g, s, 1], counts[g, on])
        here = first[g, s] + _place(joints[g, s, 2], counts[g, s])
        for axis, along in enumerate((x.ravel(), y.ravel())):
            gap = np.round(joints[g, s, 3 + axis] * unit[g]).astype(np.int64)
            origin[axis, g, s] = origin[axis, g, on] + along[there] - along[here] + gap
    x += origin[0][row[:2]][:, None]
    y += origin[1][row[:2]][:, None]
    return Ink(row[0], x, y)


def rasterise(ink: Ink, n: int) -> UInt8[np.ndarray, "glyph 1 28 28"]:
    """Draw the ink maps of `n` glyphs from pen positions on the page: 0 paper, 255 ink, anti-aliased in 16 levels."""
    x = np.clip(ink.x // SUBPIXEL, 3, PAGE - 4)  # the pen's tip never leaves the page
    y = np.clip(ink.y // SUBPIXEL, 3, PAGE - 4)
    page = np.zeros((n, PAGE, PAGE), np.uint8)
    page.ravel()[(ink.glyph[:, None] * PAGE + y) * PAGE + x] = 1
    # Widen the line by a 3 x 3 square and then by a plus, which gives a round nib 5 subpixels wide
    for square in (True, False):
        wide = page.copy()
        wide[:, :, 1:] |= page[:, :, :-1]
        wide[:, :, :-1] |= page[:, :, 1:]
        tall = wide if square else page
        page = wide.copy()
        page[:, 1:] |= tall[:, :-1]
        page[:, :-1] |= tall[:, 1:]
    columns = page[:, :, 0::4] + page[:, :, 1::4] + page[:, :, 2::4] + page[:, :, 3::4]
    # Inked subpixels, of 16 per pixel
    count = columns[:, 0::4] + columns[:, 1::4] + columns[:, 2::4] + columns[:, 3::4]
    return (count.astype(np.uint16) * 255 // 16).astype(np.uint8)[:, None]


def _brads(degrees: np.ndarray) -> np.ndarray:
    """Convert degrees to 1024ths of a circle."""
    return np.round(degrees * (_CIRCLE / 360)).astype(np.int32)


def _place(fraction: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """Return the index of the point at a fraction of a stroke."""
    return np.minimum((fraction * moves * _POINTS).astype(np.int64), moves * _POINTS - 1)
