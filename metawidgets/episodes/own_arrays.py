"""Arrays of your own items, told apart by their shape and brought into the types of a pool."""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from jaxtyping import Shaped

from metawidgets.errors import EpisodeError, did_you_mean

__all__ = ["Kind", "own_items"]

Kind = Literal["images", "vectors", "series", "tokens"]

_LARGEST_TOKEN = 1 << 24  # a browser and float32 copies hold integers exactly up to here
_CHANNELS = (1, 3)
_TYPE_RANGES = {"bool": (0, 1), "uint8": (0, 255), "uint16": (0, 65535)}  # types whose range is that of the pixels


def own_items(
    x: np.ndarray, kind: Kind | None, pixel_range: tuple[float, float] | None, channels: str | None
) -> Shaped[np.ndarray, "item *shape"]:
    """Return the items as uint8 images, float32 vectors or int32 token ids; the arguments are those of `ClassPool.of`.

    Raises:
        EpisodeError: if the items are of no such shape or type, or a value is out of range or not finite.
    """
    if kind is None:
        images = x.ndim == 4 or (x.ndim == 3 and (x.dtype == np.uint8 or pixel_range is not None))
        kind = "images" if images else "vectors" if x.ndim == 2 else "series" if x.ndim == 3 else None
    makers: dict[str, tuple[tuple[int, ...], str, Callable[[], np.ndarray]]] = {
        "images": ((3, 4), "(item, height, width), or with channels", lambda: _images(x, pixel_range, channels)),
        "vectors": ((2,), "(item, dim)", lambda: _vectors(x)),
        "series": ((3,), "(item, time, channel)", lambda: _vectors(x.reshape(len(x), -1))),
        "tokens": ((2,), "(item, length)", lambda: _tokens(x)),
    }
    if kind and kind not in makers:
        raise EpisodeError(f"kind={kind!r} is no kind of items; {did_you_mean(kind, get_args(Kind))}")
    if not kind or x.ndim not in makers[kind][0]:
        forms = {kind: makers[kind]} if kind else makers
        wanted = "; ".join(f"{name} are {form}" for name, (_, form, _) in forms.items())
        raise EpisodeError(f"X is {x.dtype} {x.shape}, but {wanted}. Reshape X, or say its kind=.")
    if 0 in x.shape:
        raise EpisodeError(f"X is {x.dtype} {x.shape}: it is empty; give items of at least one number.")
    if kind != "images" and (pixel_range is not None or channels is not None):
        raise EpisodeError(f"pixel_range and channels are for images, but X {x.shape} holds {kind}; leave them out.")
    return makers[kind][2]()


def _vectors(x: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # a number too large for float32 becomes infinite and is refused below
        found = x.astype(np.float32)
    if len(bad := np.argwhere(~np.isfinite(found))):
        i, j = map(int, bad[0])
        raise EpisodeError(
            f"X[{i}] has {x[i, j]} as number {j}; every number must be finite in float32. Fix or drop it."
        )
    return found


def _tokens(x: np.ndarray) -> np.ndarray:
    if x.dtype.kind not in "iu":
        raise EpisodeError(f"token ids are {x.dtype}, not integers; convert them, or leave kind='tokens' out.")
    if x.min() < 0 or x.max() >= _LARGEST_TOKEN:
        raise EpisodeError(f"token ids go from {x.min()} to {x.max()}; give ids from 0 to {_LARGEST_TOKEN - 1:,}.")
    return x.astype(np.int32)


def _images(x: np.ndarray, pixel_range: tuple[float, float] | None, channels: str | None) -> np.ndarray:
    if x.ndim == 3:
        x, channels = x[:, None], "first"
    fits = [where for where, axis in (("first", 1), ("last", 3)) if x.shape[axis] in _CHANNELS]
    if channels is None:
        if len(fits) > 1:
            raise EpisodeError(f"X {x.shape} may have its channels first or last; say which by channels=.")
        channels = fits[0] if fits else None
    if channels not in fits:
        raise EpisodeError(
            f"X {x.shape} with channels={channels!r} has no axis of 1 or 3 channels there; drop an alpha channel (x[..., :3]), "
            "give channels='first' or 'last', or say its kind=."
        )
    return _pixels(np.moveaxis(x, -1, 1) if channels == "last" else x, pixel_range)


def _pixels(x: np.ndarray, pixel_range: tuple[float, float] | None) -> np.ndarray:
    """Return images as uint8: the lower end of the range becomes 0, and the upper one 255."""
    if pixel_range is not None and np.shape(pixel_range) != (2,):
        raise EpisodeError(f"pixel_range={pixel_range!r} is not a pair; give (black, white), such as (0, 1).")
    low, high = pixel_range or _TYPE_RANGES.get(x.dtype.name) or (None, None)
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        raise EpisodeError(
            f"X[{int(np.argwhere(~np.isfinite(x))[0, 0])}] has a pixel that is not finite; fix or drop it."
        )
    if low is None or high is None:
        raise EpisodeError(
            f"images of {x.dtype} have no known range: X goes from {x.min():g} to {x.max():g}; give pixel_range=(black, white), "
            "such as (0, 1)."
        )
    if not low < high:
        raise EpisodeError(
            f"pixel_range=({low}, {high}) is empty; give the number of black, then a larger one of white."
        )
    if x.min() < low or x.max() > high:
        raise EpisodeError(
            f"X goes from {x.min():g} to {x.max():g}, outside of pixel_range=({low:g}, {high:g}); give the true range, or clip X."
        )
    if x.dtype == np.uint8 and (low, high) == (0, 255):
        return x
    return np.round((x.astype(np.float64) - low) * (255 / (high - low))).astype(np.uint8)
