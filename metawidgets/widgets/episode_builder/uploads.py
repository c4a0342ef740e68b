"""Conversion of uploaded files and drawings into items of an episode."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import UInt8

from metawidgets.errors import EpisodeError, PictureError
from metawidgets.files.pictures import fitted, read_image

__all__ = ["drawing", "image_shape", "uploaded"]


def image_shape(document: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the shape of a document's images.

    Raises:
        EpisodeError: if its items are not images.
    """
    shape = tuple(document["shape"])
    if document["kind"] != "sheet" or len(shape) != 3:
        raise EpisodeError(
            "this episode's items are not images, so no picture can be added; click in the plot to place points or samples."
        )
    return shape


def uploaded(data: bytes, name: str, shape: tuple[int, ...]) -> tuple[UInt8[np.ndarray, "channel height width"], str]:
    """Return an image file as an item of that shape, and the hash of the image.

    Raises:
        EpisodeError: if the file cannot be read or its image is empty. The error names the file.
    """
    try:
        image, digest = read_image(data)
        return fitted(image, shape), digest
    except PictureError as error:
        raise EpisodeError(f"the file {name[:120]!r} {error}") from None


def drawing(data: bytes, shape: tuple[int, ...]) -> tuple[UInt8[np.ndarray, "channel height width"], str]:
    """Return a drawing from the browser's pad (an ink map) as an item of that shape, and its hash.

    Raises:
        EpisodeError: if the drawing has another size or is empty.
    """
    channels, height, width = shape
    if len(data) != height * width:
        raise EpisodeError(f"a drawing has {height} x {width} bytes, not {len(data)}; draw it on the pad.")
    ink = np.frombuffer(data, np.uint8).reshape(1, height, width)
    if not ink.any():
        raise EpisodeError("the drawing is empty; draw something first.")
    return ink if channels == 1 else np.repeat(255 - ink, channels, 0), hashlib.sha256(data).hexdigest()[:16]
