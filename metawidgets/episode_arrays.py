"""What makes an episode's arrays valid: shapes, types, labels in range, finite numbers, no item twice."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.errors import EpisodeError

__all__ = ["check_unique", "checked_x", "checked_y", "frozen"]


def frozen(a: np.ndarray) -> np.ndarray:
    a = np.ascontiguousarray(a)
    a = a.copy() if a.flags.writeable or a.base is not None else a  # never lock an array that the caller still holds
    a.setflags(write=False)
    return a


def checked_x(side: str, x: np.ndarray) -> Shaped[np.ndarray, "n *item"]:
    if x.ndim == 4 and x.dtype == np.uint8 and x.shape[1] in (1, 3):
        return x
    if x.ndim == 4:
        raise EpisodeError(
            f"{side}_x holds images of {x.dtype} {x.shape[1:]}; images are uint8 (channel, height, width) with 1 or 3 channels."
        )
    if x.ndim != 2 or x.dtype.kind not in "fiu":
        raise EpisodeError(
            f"{side}_x is {x.dtype} {x.shape}; give uint8 images (item, channel, height, width) or numbers (item, dim)."
        )
    return _finite(f"{side}_x", x.astype(np.float32))


def checked_y(side: str, y: np.ndarray, n: int, class_names: tuple[str, ...]) -> Shaped[np.ndarray, "n *target"]:
    if len(y) != n:
        raise EpisodeError(f"{side}_y has {len(y)} entries for {n} items of {side}_x; give one for each.")
    if not class_names:
        if y.ndim != 2 or y.dtype.kind not in "fiu":
            raise EpisodeError(
                f"{side}_y is {y.dtype} {y.shape}; without class_names it must hold regression targets (item, target). "
                "For classification give class_names."
            )
        return _finite(f"{side}_y", y.astype(np.float32))
    if y.ndim != 1 or (n and y.dtype.kind not in "iu"):
        raise EpisodeError(
            f"{side}_y is {y.dtype} {y.shape}; with class_names it must hold whole-number labels (item,)."
        )
    bad = np.flatnonzero((y < 0) | (y >= len(class_names)))
    if len(bad):
        raise EpisodeError(
            f"{side}_y[{bad[0]}] is {y[bad[0]]}, but {len(class_names)} class names allow labels 0 to {len(class_names) - 1}."
        )
    return y.astype(np.int64)


def _finite(name: str, a: Float[np.ndarray, "n dim"]) -> Float[np.ndarray, "n dim"]:
    bad = np.argwhere(~np.isfinite(a))
    if len(bad):
        i, j = map(int, bad[0])
        raise EpisodeError(f"{name}[{i}, {j}] is {a[i, j]}; every number must be finite. Remove or mend that item.")
    return a


def check_unique(support: Sequence[tuple[str, str, str]], query: Sequence[tuple[str, str, str]]) -> None:
    both = set(support) & set(query)
    if both:
        raise EpisodeError(
            f"item '{'/'.join(min(both))}' is in both support and query; a learner would be asked what it was told. Remove one."
        )
    for side, items in (("support", support), ("query", query)):
        if len(set(items)) != len(items):
            twice = min(i for i in items if list(items).count(i) > 1)
            raise EpisodeError(f"item '{'/'.join(twice)}' is in the {side} set twice; remove one.")
