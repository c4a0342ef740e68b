"""Edits of an episode by hand: the results, and the edits that are refused."""

from typing import Any

import numpy as np
import pytest

from metawidgets import datasets
from metawidgets.episodes import ClassPool, Episode, EpisodeSampler, ItemId
from metawidgets.errors import EpisodeError

_POOL = datasets.load("glyphs", n_classes=60).source("test")
assert isinstance(_POOL, ClassPool)
POOL: ClassPool = _POOL
EPISODE = EpisodeSampler(POOL, n_way=3, k_shot=2, n_query=2, seed=1).episode(0)
CURVE = EpisodeSampler(datasets.load("sinusoids").source("test"), k_shot=3, n_query=2, seed=1).episode(0)
A, B, C = EPISODE.class_names
IMAGE = np.zeros((1, 1, 28, 28), np.uint8)


def named(items):
    return [str(item) for item in items]


def test_items_move_between_the_sets_and_to_a_place():
    first, last = EPISODE.query_items[0], EPISODE.support_items[-1]
    moved = EPISODE.moved(str(first), to="support", before=str(last))
    assert named(moved.support_items) == [*named(EPISODE.support_items[:-1]), str(first), str(last)]
    assert moved.support_y[-2] == EPISODE.query_y[0]
    assert np.array_equal(moved.support_x[-2], EPISODE.query_x[0])
    assert named(moved.query_items) == named(EPISODE.query_items[1:])
    assert EPISODE.seed == (1, 0)
    assert moved.seed == ()
    assert moved.moved(str(first), to="query", before=str(EPISODE.query_items[1])).query_items == EPISODE.query_items


def test_items_are_taken_from_a_pool_removed_and_relabelled():
    held = set(EPISODE.support_items + EPISODE.query_items)
    fresh = next(i for i in map(POOL.item_id, range(len(POOL.items))) if i.class_id == B and i not in held)
    more = EPISODE.with_support(B, POOL.take(str(fresh)))
    assert more.support_items[-1] == fresh
    assert more.shots.tolist() == [2, 3, 2]
    fewer = more.without(str(fresh), str(EPISODE.query_items[0]))
    assert fewer.support_items == EPISODE.support_items
    other = fewer.relabelled({str(EPISODE.query_items[1]): C})
    assert other.query_y.tolist() == [2, 1, 1, 2, 2]


def test_classes_are_added_removed_and_renamed():
    wider = EPISODE.with_classes("new", "newer", before=B)
    assert wider.class_names == (A, "new", "newer", B, C)
    assert wider.shots.tolist() == [2, 0, 0, 2, 2]
    left = wider.without_classes("newer", A).renamed({B: C, C: B})
    assert left.class_names == ("new", C, B)
    assert left.shots.tolist() == [0, 2, 2]


def test_samples_of_a_curve_are_added_with_their_targets():
    more = CURVE.with_query([[0.5], [1.5]], [[0.25], [2]], items=["placed/curve/7", ("placed", "curve", "a/b")])
    assert more.query_y[-2:].ravel().tolist() == [0.5, 1.5]
    assert more.query_x.dtype == np.float32
    assert more.query_items[-1] == ItemId("placed", "curve", "a/b")
    assert dict(more.task) == dict(CURVE.task)
    twice = CURVE.with_support([[1]], [[1]]).with_support([[2]], [[2]])
    assert len(set(twice.support_items)) == 5


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (lambda e: e.moved("glyphs/x/0", to="support"), "no item 'glyphs/x/0'"),
        (lambda e: e.moved(str(e.query_items[0]), to="pool"), "to='pool' is not a set"),
        (
            lambda e: e.moved(str(e.query_items[0]), to="support", before="x"),
            "before='x' is not an item of the support",
        ),
        (lambda e: e.moved(*named(e.support_items), to="query"), "support set is empty"),
        (lambda e: e.without(*named(e.support_items)), "support set is empty"),
        (lambda e: e.relabelled({str(e.query_items[0]): "zeta"}), "no class 'zeta'"),
        (lambda e: e.renamed({A: B}), f"two classes would be called '{B}'"),
        (lambda e: e.with_classes(A), f"two classes would be called '{A}'"),
        (lambda e: e.without_classes(A, B, C), "no class would be left"),
        (lambda e: e.with_support(A, np.zeros((1, 2))), "float64"),
        (lambda e: e.with_support([A], np.zeros((2, 1, 28, 28), np.uint8)), "1 entries in y"),
        (lambda e: e.with_support(A, POOL.take(str(e.support_items[0]))), "twice"),
        (lambda e: POOL.take("glyphs/x/0"), "no item 'glyphs/x/0'"),
        (lambda e: e.with_support(1.5, IMAGE), "y holds 1.5"),
        (lambda e: e.with_support([None], IMAGE), "y holds None"),
        (lambda e: e.with_support(A, [[1], [1, 2]]), "differ in shape"),
        (lambda e: e.with_support(A, IMAGE, items=5), "5 is not the id of an item"),
        (lambda e: e.with_support(A, IMAGE, items=["a/b"]), "'a/b' is not the id of an item"),
        (lambda e: e.relabelled(["a"]), "is not a mapping; give {item id: class name}"),
        (lambda e: e.renamed(None), "None is not a mapping"),
        (lambda e: CURVE.with_query([["a"]], [[1]]), r"y=\[\['a'\]\] are not regression targets; give 1 numbers"),
        (lambda e: CURVE.with_query([[1]], [["a"]]), "the new items are <U1"),
    ],
)
def test_what_cannot_be_is_refused(edit, why):
    with pytest.raises(EpisodeError, match=why):
        edit(EPISODE)


def test_a_regression_has_no_classes_to_add():
    with pytest.raises(EpisodeError, match="a regression episode has no classes"):
        CURVE.with_classes("a")


def test_ids_may_be_given_as_texts():
    make: Any = Episode  # its annotations have the stored types, not all accepted types
    episode = make(np.zeros((1, 2)), [0], np.ones((1, 2)), [0], ("a", "b"), ["mine/a/0"], ["mine/a/1"])
    assert episode.support_items == (ItemId("mine", "a", "0"),)
    with pytest.raises(EpisodeError, match="'mine/0' is not the id of an item"):
        make(np.zeros((1, 2)), [0], np.ones((1, 2)), [0], ("a", "b"), ["mine/0"])
