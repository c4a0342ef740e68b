"""An order of items in which similar items are neighbours: the order of the leaves in a tree of clusters."""

import numpy as np
from jaxtyping import Float, Int

__all__ = ["leaf_order", "merges"]


def merges(distance: Float[np.ndarray, "item item"]) -> list[tuple[int, int, float]]:
    """Return the merges of average linkage (Sokal and Michener 1958), in order: two clusters and their distance.

    The items are clusters 0 to n - 1, and merge i makes cluster n + i.
    """
    d = np.array(distance, np.float64)
    n = len(d)
    np.fill_diagonal(d, np.inf)
    size, name, found = np.ones(n), list(range(n)), []
    for i in range(n - 1):
        a, b = sorted(divmod(int(d.argmin()), n))
        found.append((name[a], name[b], float(d[a, b])))
        joined = (size[a] * d[a] + size[b] * d[b]) / (size[a] + size[b])
        joined[[a, b]] = np.inf
        d[a], d[:, a] = joined, joined
        d[b], d[:, b] = np.inf, np.inf
        size[a], name[a] = size[a] + size[b], n + i
    return found


def leaf_order(distance: Float[np.ndarray, "item item"]) -> Int[np.ndarray, " item"]:
    """Return the leaves of the average-linkage tree from left to right. Branches are turned so that the leaves that meet are near."""
    n = len(distance)
    branches: dict[int, list[int]] = {i: [i] for i in range(n)}
    for i, (a, b, _) in enumerate(merges(distance)):
        left, right = branches.pop(a), branches.pop(b)
        ways = [(x, y) for x in (left, left[::-1]) for y in (right, right[::-1])]
        x, y = min(ways, key=lambda way: distance[way[0][-1], way[1][0]])
        branches[n + i] = x + y
    return np.array(next(iter(branches.values()), []), np.int64)
