"""What makes an episode's arrays valid: shapes, types, labels in range, finite numbers, no item twice."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Shaped

from metawidgets.errors import EpisodeError

__all__ = ["check_names", "check_unique", "checked_x", "checked_y", "frozen"]


def frozen(a: np.ndarray) -> np.ndarray:
    a = np.ascontiguousarray(a)
    a = a.copy() if a.flags.writeable or a.base is not None else a  # never lock an array that the caller still holds
    a.setflags(write=False)
    return a


def checked_x(side: str, x: np.ndarray) -> Shaped[np.ndarray, "n *item"]:
    if 0 in x.shape[1:]:
        raise EpisodeError(
            f"{side}_x is {x.dtype} {x.shape}: its items hold nothing; give items of at least one number."
        )
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
    return _finite(f"{side}_x", x)


def checked_y(side: str, y: np.ndarray, n: int, class_names: tuple[str, ...]) -> Shaped[np.ndarray, "n *target"]:
    if len(y) != n:
        raise EpisodeError(f"{side}_y has {len(y)} entries for {n} items of {side}_x; give one for each.")
    if not class_names:
        if y.ndim != 2 or y.dtype.kind not in "fiu":
            raise EpisodeError(
                f"{side}_y is {y.dtype} {y.shape}; without class_names it must hold regression targets (item, target). "
                "For classification give class_names."
            )
        if not y.shape[1]:
            raise EpisodeError(
                f"{side}_y is {y.dtype} {y.shape}: its targets hold nothing; give at least one number each."
            )
        return _finite(f"{side}_y", y)
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


def _finite(name: str, given: Shaped[np.ndarray, "n dim"]) -> Float[np.ndarray, "n dim"]:
    with np.errstate(over="ignore"):  # what float32 does not hold becomes infinite, and is refused
        a = given.astype(np.float32)
    bad = np.argwhere(~np.isfinite(a))
    if len(bad):
        i, j = map(int, bad[0])
        raise EpisodeError(
            f"{name}[{i}, {j}] is {given[i, j]}; every number must be finite, also in float32. Remove or mend that item."
        )
    return a


def check_names(names: Sequence[str]) -> None:
    """Refuse what is no text, since no page or file could hold it: half of a pair of surrogates."""
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise EpisodeError(
                f"the name {name!r} holds half of a character, so no file can hold it; mend it."
            ) from None


def check_unique(support: Sequence[tuple[str, str, str]], query: Sequence[tuple[str, str, str]]) -> None:
    both = set(support) & set(query)
    if both:
        raise EpisodeError(
            f"item '{'/'.join(min(both))}' is in both support and query; a learner would be asked what it was told. Remove one."
        )
    for side, items in (("support", support), ("query", query)):
        if len(set(items)) != len(items):
            twice = min(i for i, n in Counter(items).items() if n > 1)
            raise EpisodeError(f"item '{'/'.join(twice)}' is in the {side} set twice; remove one.")
