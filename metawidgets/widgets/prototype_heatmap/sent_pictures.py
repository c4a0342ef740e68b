"""The pictures of items that a `PrototypeHeatmap` sends: all items unchanged, or the most important ones as small pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import UInt8

from metawidgets.episodes import Episode

__all__ = ["MOST_BYTES", "MOST_PICTURES", "SIDE", "item_arrays", "shrunk", "shrunk_items", "stand_in"]

MOST_BYTES = 3 * 2**20
"""Most bytes of items that are sent at first."""
MOST_PICTURES = 128
"""Most pictures that are sent for one request."""
SIDE = 56
"""Longest side of a small picture. The browser shows pictures in squares of at most 96 pixels."""


def item_arrays(e: Episode, pool_x: np.ndarray | None, pool_labels: Sequence[int]) -> dict[str, np.ndarray] | None:
    """Return the arrays to send instead of the items, or `None` if the items are small enough to send unchanged.

    `pictures` has small pictures of images, as many as fit. `picture_places` has their places in the concatenation of support,
    queries and pool. The order of importance is: the first support example of each class, which represents the prototype; the
    queries; the other support examples, alternating between classes; the pool.
    """
    items = [e.support_x, e.query_x, *([] if pool_x is None else [pool_x])]
    if sum(x.nbytes for x in items) <= MOST_BYTES:
        return None
    # The browser shows a point as two numbers and a longer vector by its name, so it needs only the points.
    if not e.is_image or e.support_x.dtype != np.uint8:
        small = e.query_x.ndim == 2 and e.query_x.shape[1] == 2 and e.query_x.nbytes <= MOST_BYTES
        return {"query_x": e.query_x} if small else {}
    one = shrunk(e.support_x[:1])
    labels = np.concatenate([e.support_y, e.query_y, np.asarray(pool_labels, np.int64)])
    order = _most_wanted_first(labels, len(e.support_y), len(e.query_y))
    places = np.sort(order[: max(1, MOST_BYTES // one.nbytes)]).astype(np.int32)
    return {"pictures": shrunk_items(items, places), "picture_places": places}


def _most_wanted_first(labels: np.ndarray, n_support: int, n_query: int) -> np.ndarray:
    places = np.arange(len(labels))
    turn = np.zeros(len(labels), np.int64)  # an item's number within its class and set
    for part in (slice(0, n_support), slice(n_support, n_support + n_query)):
        for k in np.unique(labels[part]):
            of_class = np.flatnonzero(labels[part] == k) + (part.start or 0)
            turn[of_class] = np.arange(len(of_class))
    rank = np.where(places >= n_support + n_query, 3, np.where(places >= n_support, 1, np.where(turn == 0, 0, 2)))
    return np.lexsort((places, turn, rank))


def shrunk_items(items: Sequence[np.ndarray], places: Sequence[int] | np.ndarray) -> UInt8[np.ndarray, "picture c h w"]:
    """Return small pictures of the items at these places in the concatenation of `items`."""
    ends = np.cumsum([len(x) for x in items])
    found = []
    for place in places:
        part = int(np.searchsorted(ends, place, side="right"))
        found.append(items[part][place - (ends[part] - len(items[part]))])
    return shrunk(np.stack(found))


def shrunk(x: UInt8[np.ndarray, "picture c h w"]) -> UInt8[np.ndarray, "picture c small_h small_w"]:
    """Shrink images to sides of at most `SIDE`. Each pixel is the mean of a square of the original."""
    by = -(-max(x.shape[2:]) // SIDE)
    if by == 1:
        return x
    x = np.pad(x, ((0, 0), (0, 0), *((0, -side % by) for side in x.shape[2:])), mode="edge")
    n, c, h, w = x.shape
    squares = x.reshape(n, c, h // by, by, w // by, by)
    # Sum integers, one row and column of the squares at a time, since a float copy of all pixels would be large.
    total = sum(squares[:, :, :, i, :, j].astype(np.uint32) for i in range(by) for j in range(by))
    return ((total + by * by // 2) // (by * by)).astype(np.uint8)


def stand_in(arrays: Mapping[str, np.ndarray], config: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return items for the picture of the matrix if not all items were sent: the pictures that were sent, and blank pictures."""
    sizes = {"support_x": len(arrays["support_y"]), "query_x": len(arrays["query_y"])}
    if "pictures" not in arrays:
        return {name: np.zeros((n, 1), np.float32) for name, n in sizes.items()}
    n_pool = len(config["pool"]["ids"])
    every = np.zeros((sum(sizes.values()) + n_pool, *arrays["pictures"].shape[1:]), np.uint8)
    every[arrays["picture_places"]] = arrays["pictures"]
    support, query, pool = np.split(every, np.cumsum(list(sizes.values())))
    return {"support_x": support, "query_x": query, **({"pool_x": pool} if n_pool else {})}
