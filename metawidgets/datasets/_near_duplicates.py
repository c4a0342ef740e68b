"""Near-duplicates among pictures: copies that were recompressed or resized, found by a perceptual hash."""

from typing import Any

import numpy as np
from jaxtyping import UInt8, UInt64

__all__ = ["near_duplicates", "perceptual_hashes", "thumbnail"]

_SIDE, _KEPT = 16, 8  # pixels of a thumbnail's side; frequencies of each axis in the hash
_BITS = 10  # of 64 that may differ: recompression flips a few, and unrelated pictures differ in about 32
_ALIKE = 0.99  # correlation of two thumbnails: copies are above 0.997, two drawings of one character below 0.986
_LEVELS = 6.0  # largest mean difference of two thumbnails, in levels of 255
_FLAT = 2.0  # levels: a thumbnail of less contrast says nothing about its picture


def thumbnail(image: Any) -> UInt8[np.ndarray, "side side"]:
    """Return a picture of Pillow as a small grey one, so that copies of other sizes give nearly the same."""
    from PIL import Image  # Pillow loads slowly

    return np.asarray(image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BILINEAR))


def perceptual_hashes(thumbnails: UInt8[np.ndarray, "picture side side"]) -> UInt64[np.ndarray, " picture"]:
    """Return 64 bits for each picture: which of its lowest frequencies (of the cosine transform) are above their median."""
    k, x = np.arange(_KEPT)[:, None], np.arange(_SIDE)
    cosines = np.cos(np.pi * k * (2 * x + 1) / (2 * _SIDE))
    low = np.einsum("kx,nxy,ly->nkl", cosines, thumbnails.astype(np.float64), cosines).reshape(len(thumbnails), -1)
    low[:, 0] = 0  # the mean brightness
    bits = low > np.median(low, 1, keepdims=True)
    return np.packbits(bits, 1).view(np.uint64)[:, 0]


def near_duplicates(thumbnails: UInt8[np.ndarray, "picture side side"]) -> list[tuple[int, int]]:
    """Return the pairs of pictures, by number, that look alike. Their hashes propose them, and the thumbnails decide."""
    hashes = perceptual_hashes(thumbnails)
    flat = thumbnails.reshape(len(thumbnails), -1).astype(np.float32)
    contrast = flat.std(1)
    found = []
    for start in range(0, len(hashes), 512):
        differing = np.bitwise_count(hashes[start : start + 512, None] ^ hashes[None, start:])
        for a, b in np.argwhere(differing <= _BITS) + start:
            if a < b and min(contrast[a], contrast[b]) > _FLAT:
                apart = float(np.abs(flat[a] - flat[b]).mean())
                if apart <= _LEVELS and np.corrcoef(flat[a], flat[b])[0, 1] >= _ALIKE:
                    found.append((int(a), int(b)))
    return found
