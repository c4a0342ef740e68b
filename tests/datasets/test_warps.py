"""Warped classes: single pixels by hand for simple maps, and properties of every map."""

import numpy as np

from metawidgets.datasets import _warps
from metawidgets.episodes import ClassPool


def test_simple_maps_by_hand() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (1, 1, 7, 7), dtype=np.uint8)
    maps = np.array(
        [[[1, 0], [0, 1]], [[-1, 0], [0, 1]], [[0, -1], [1, 0]], [[2, 0], [0, 2]], [[0.5, 0], [0, 1]]], float
    )
    same, mirrored, turned, twice, narrow = _warps._mapped(np.repeat(image, 5, 0), maps)[:, 0]
    one = image[0, 0]
    np.testing.assert_array_equal(same, one)
    np.testing.assert_array_equal(mirrored, one[:, ::-1])
    np.testing.assert_array_equal(turned, np.rot90(one, -1))  # x turns to y, which is clockwise since y points down
    np.testing.assert_array_equal(
        twice[1::2, 1::2], one[2:5, 2:5]
    )  # the centre stays, and its neighbours move two pixels
    between = (one[2:4, 2:4].astype(float)).mean()
    assert twice[2, 2] == np.rint(between)  # halfway between four pixels
    np.testing.assert_array_equal(narrow[:, 2:5], one[:, 1:6:2])
    assert not narrow[:, :1].any()  # no ink comes from outside
    assert not narrow[:, 6:].any()


def test_maps_are_gentle_and_half_of_them_mirror() -> None:
    maps = _warps.affine_maps(np.random.default_rng(1), 4_000)
    area = np.linalg.det(maps)
    assert 0.6 < np.abs(area).min() < np.abs(area).max() < 1.6
    assert abs((area < 0).mean() - 0.5) < 0.03
    stretches = np.linalg.svd(maps, compute_uv=False)
    assert 0.5 < stretches.min() < stretches.max() < 1.8


def test_all_drawings_of_a_class_go_through_one_map() -> None:
    rng = np.random.default_rng(2)
    images = rng.integers(0, 256, (2, 1, 8, 8), dtype=np.uint8)
    pool = ClassPool("squares", images[[0, 0, 0, 1, 1]], np.array([0, 3, 5]), ("a", "b"), groups=("x", "y"))
    more = _warps.warped(pool, 3)
    assert more.offsets.tolist() == [0, 3, 5, 8, 10, 13, 15, 18, 20]
    assert more.groups == tuple(g + mark for mark in ("", "-w1", "-w2", "-w3") for g in "xy")
    kinds = [more.items[more.offsets[c] : more.offsets[c + 1]] for c in range(len(more))]
    assert all((items == items[0]).all() for items in kinds)
    assert len({items[0].tobytes() for items in kinds}) == 8
    assert (more.items.dtype, more.items.shape[1:]) == (np.uint8, (1, 8, 8))
