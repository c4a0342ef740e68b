"""A file or drawing that somebody gives, as an item of an episode."""

import hashlib

import numpy as np
from jaxtyping import UInt8

from metawidgets.errors import EpisodeError, PictureError
from metawidgets.pictures import fitted, read_image

__all__ = ["drawing", "uploaded"]


def uploaded(data: bytes, name: str, shape: tuple[int, ...]) -> tuple[UInt8[np.ndarray, "channel height width"], str]:
    """A file as an item of that shape, and the hash of its picture.

    Raises:
        EpisodeError: naming the file, if it cannot be read or shows nothing.
    """
    try:
        image, digest = read_image(data)
        return fitted(image, shape), digest
    except PictureError as error:
        raise EpisodeError(f"the file {name[:120]!r} {error}") from None


def drawing(data: bytes, shape: tuple[int, ...]) -> tuple[UInt8[np.ndarray, "channel height width"], str]:
    """The ink map that a pad sent as an item of that shape, and its hash.

    Raises:
        EpisodeError: if it has another size, or is empty.
    """
    channels, height, width = shape
    if len(data) != height * width:
        raise EpisodeError(f"a drawing has {height} x {width} bytes, not {len(data)}; draw it on the pad.")
    ink = np.frombuffer(data, np.uint8).reshape(1, height, width)
    if not ink.any():
        raise EpisodeError("the drawing is empty; draw something first.")
    return ink if channels == 1 else np.repeat(255 - ink, channels, 0), hashlib.sha256(data).hexdigest()[:16]
