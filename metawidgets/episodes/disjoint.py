"""The check that pools share no class and no item, whatever they are called."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from metawidgets.episodes.class_pool import ClassPool, TaskSource
from metawidgets.episodes.cross_pools import CrossPools
from metawidgets.errors import EpisodeError

__all__ = ["check_disjoint"]

_Contents = dict[bytes, list[int]]  # for each distinct content of an item, the rows that hold it


def check_disjoint(**pools: TaskSource) -> None:
    """Refuse pools that share a class, augmentations of one class (such as its rotations), or an item.

    Classes of one dataset are compared by id. Items are compared by content, so that a copy under another name is found, too.
    In some pools, classes already share items, as in a table with few distinct rows. There a shared item proves nothing, so a class
    is refused only if most of its items are in one class of the other pool.

    Args:
        **pools: named sources, e.g. `train=..., validation=..., test=...`; function families have no classes to share.

    Raises:
        EpisodeError: if two pools share a class or an item; the message names the pools, and the class or the items.
    """
    seen: dict[tuple[str, str], str] = {}
    parts = {part: pool for part, pool in pools.items() if isinstance(pool, ClassPool)}
    for part, pool in pools.items():
        if isinstance(pool, CrossPools):
            parts |= {part: pool.support, f"{part} (queries)": pool.query}
    for part, pool in parts.items():
        for origin in {(pool.name, o) for o in pool.origins}:
            if seen.setdefault(origin, part) != part:
                raise EpisodeError(
                    f"class {origin[1]!r} of {pool.name!r} is in both {seen[origin]} and {part}, so it would not be "
                    "a new class at test time; remove it from one."
                )
    contents = {part: _contents(pool) for part, pool in parts.items()} if len(parts) > 1 else {}
    names = list(contents)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            if common := contents[first].keys() & contents[second].keys():
                _check_items({name: (parts[name], contents[name]) for name in (first, second)}, common)


def _contents(pool: ClassPool) -> _Contents:
    """Return the rows of each distinct item. Shape and type are part of the content."""
    kind = f"{pool.items.dtype.str}{pool.items.shape[1:]}".encode()
    found: _Contents = defaultdict(list)
    for row, item in enumerate(np.ascontiguousarray(pool.items)):
        found[hashlib.blake2b(item.tobytes() + kind, digest_size=16).digest()].append(row)
    return found


def _check_items(pools: Mapping[str, tuple[ClassPool, _Contents]], common: set[bytes]) -> None:
    (first, (a, in_a)), (second, (b, in_b)) = pools.items()
    owners = {part: np.repeat(np.arange(len(pool)), pool.sizes) for part, (pool, _) in pools.items()}
    classes = {
        part: {c: {int(owners[part][r]) for r in found[c]} for c in common} for part, (_, found) in pools.items()
    }
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for content in common:
        for c in classes[first][content]:
            for d in classes[second][content]:
                shared[c, d] += 1
    distinct = {
        part: np.bincount([c for rows in found.values() for c in {owners[part][r] for r in rows}], minlength=len(pool))
        for part, (pool, found) in pools.items()
    }
    for (c, d), n in sorted(shared.items()):
        if n > 0.5 * min(distinct[first][c], distinct[second][d]):
            raise EpisodeError(
                f"class {a.class_ids[c]!r} of {a.name!r} in {first} and class {b.class_ids[d]!r} of {b.name!r} in {second} hold the "
                f"same items ({n:,} of them), so it would not be a new class at test time; remove one."
            )
    if any(
        len({int(owners[part][r]) for r in rows}) > 1 for part, (_, found) in pools.items() for rows in found.values()
    ):
        return
    content = min(common, key=lambda each: in_a[each][0])
    raise EpisodeError(
        f"item '{a.item_id(in_a[content][0])}' of {first} and item '{b.item_id(in_b[content][0])}' of {second} have the same content "
        f"({len(common):,} such items in all), so it would not be new at test time; remove one."
    )
