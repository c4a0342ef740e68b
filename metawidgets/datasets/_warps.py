"""Augmentation of a pool of images with new training classes. Each new class is a class of the pool under a random affine map.

All drawings of a class go through the same map, so they become drawings of one new character.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Float, UInt8

from metawidgets.episodes import ClassPool

__all__ = ["affine_maps", "warped"]

_SEED = 71
_TURN, _STRETCH, _SLANT = 0.35, 0.22, 0.35  # largest values: radians, log of a factor, shear
_CHUNK = 256  # images per chunk, so that temporary arrays fit in the CPU's cache


def affine_maps(rng: np.random.Generator, n: int) -> Float[np.ndarray, "map 2 2"]:
    """Return random maps that rotate, slant, stretch and (with probability 1/2) mirror the plane around its origin."""
    turn, slant = rng.uniform(-_TURN, _TURN, n), rng.uniform(-_SLANT, _SLANT, n)
    across, along = np.exp(rng.uniform(-_STRETCH, _STRETCH, (2, n)))
    across = across * rng.choice([-1.0, 1.0], n)
    cos, sin, zero, one = np.cos(turn), np.sin(turn), np.zeros(n), np.ones(n)
    rotations = np.stack([cos, -sin, sin, cos], -1).reshape(n, 2, 2)
    shears = np.stack([one, slant, zero, one], -1).reshape(n, 2, 2)
    return rotations @ shears @ np.stack([across, zero, zero, along], -1).reshape(n, 2, 2)


def warped(pool: ClassPool, copies: int) -> ClassPool:
    """Return the pool with `copies` warped copies of each class, which keep the class's origin. The maps are always the same."""
    n, maps = len(pool), affine_maps(np.random.default_rng(_SEED), copies * len(pool))
    owners = np.repeat(np.arange(n), pool.sizes)
    items = [pool.items, *(_mapped(pool.items, maps[c * n : (c + 1) * n][owners]) for c in range(copies))]
    marks = ("", *(f"-w{c + 1}" for c in range(copies)))
    return replace(
        pool,
        items=np.concatenate(items),
        offsets=np.concatenate([[0], *(pool.offsets[1:] + c * len(pool.items) for c in range(copies + 1))]),
        class_ids=tuple(name + mark for mark in marks for name in pool.class_ids),
        item_ids=pool.item_ids * (copies + 1),
        origins=pool.origins * (copies + 1),
        groups=tuple(group + mark for mark in marks for group in pool.groups),
    )


def _mapped(
    images: UInt8[np.ndarray, "image 1 h w"], maps: Float[np.ndarray, "image 2 2"]
) -> UInt8[np.ndarray, "image 1 h w"]:
    return np.concatenate([*_chunks(images, maps)]) if len(images) else images


def _chunks(
    images: UInt8[np.ndarray, "image 1 h w"], maps: Float[np.ndarray, "image 2 2"]
) -> Iterator[UInt8[np.ndarray, "image 1 h w"]]:
    """Yield the mapped images, one chunk at a time: each new pixel is interpolated bilinearly at its source position."""
    h, w = images.shape[2:]
    rows, columns = np.mgrid[:h, :w].reshape(2, -1)
    middle = np.array([[(w - 1) / 2], [(h - 1) / 2]])
    back = np.linalg.inv(maps)
    for begin in range(0, len(images), _CHUNK):
        some, inverse = images[begin : begin + _CHUNK, 0], back[begin : begin + _CHUNK]
        x, y = np.moveaxis(inverse @ (np.stack([columns, rows]) - middle) + middle, 1, 0)  # each (image, pixel)
        padded = np.pad(some, ((0, 0), (1, 2), (1, 2))).reshape(len(some), -1)  # paper around the image
        x, y = np.clip(x, -1, w) + 1, np.clip(y, -1, h) + 1
        left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        right, below = x - left, y - top
        corner = top * (w + 3) + left
        read = lambda step, at=corner, ink=padded: np.take_along_axis(ink, at + step, 1).astype(np.float64)  # noqa: E731
        upper = read(0) * (1 - right) + read(1) * right
        lower = read(w + 3) * (1 - right) + read(w + 4) * right
        mixed = upper * (1 - below) + lower * below
        yield np.rint(mixed).astype(np.uint8).reshape(-1, 1, h, w)
