"""Leaks are found by content, not by name; the numbers of episodes are whole."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metawidgets import episodes
from metawidgets.episodes import AlternatingShots, ClassPool, Episode, EpisodeSampler, check_disjoint
from metawidgets.episodes.arrays import tasks_with_shared_content
from metawidgets.errors import EpisodeError


def pool(name: str, items: Any, sizes: tuple[int, ...], prefix: str = "c") -> ClassPool:
    ids = tuple(f"{prefix}{i}" for i in range(len(sizes)))
    return ClassPool(name, np.asarray(items), np.cumsum([0, *sizes]), ids)


def vectors(seed: int, n: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 3)).astype(np.float32)


def test_a_class_under_another_name_is_the_same_class() -> None:
    mine = pool("mine", vectors(0), (4, 4))
    copy = replace(mine.subset([1]), name="yours", class_ids=("another",), origins=("another",))
    with pytest.raises(
        EpisodeError, match="class 'c1' of 'mine' in train and class 'another' of 'yours' in test hold the same items"
    ):
        check_disjoint(train=mine, test=copy)
    check_disjoint(train=mine, test=pool("yours", vectors(1), (4, 4)))


def test_one_item_in_two_pools_is_named() -> None:
    x = vectors(1)
    x[6] = vectors(0)[2]
    with pytest.raises(
        EpisodeError, match=r"item 'mine/c0/2' of a and item 'yours/d1/2' of b have the same content \(1 such items"
    ):
        check_disjoint(a=pool("mine", vectors(0), (4, 4)), b=pool("yours", x, (4, 4), "d"))


def test_equal_bytes_of_another_shape_or_type_are_not_equal_items() -> None:
    images = np.arange(2 * 36, dtype=np.uint8).reshape(2, 1, 6, 6)
    check_disjoint(a=pool("a", images, (1, 1)), b=pool("b", images.reshape(2, 1, 4, 9), (1, 1)))


def test_a_table_of_few_distinct_rows_may_repeat_them_but_no_class() -> None:
    rows = np.array([[0, 0], [0, 1], [1, 0], [0, 0], [1, 1], [2, 0]], np.float32)  # (0, 0) is in both classes
    other = np.array([[0, 0], [5, 1], [6, 0], [7, 0]], np.float32)
    check_disjoint(train=pool("a", rows, (3, 3)), test=pool("b", other, (4,)))
    with pytest.raises(EpisodeError, match="hold the same items"):
        check_disjoint(train=pool("a", rows, (3, 3)), test=pool("b", rows[:3], (3,)))


def episode(query: np.ndarray) -> Episode:
    return Episode(vectors(0, 2), np.arange(2), query, np.zeros(len(query), int), ("a", "b"))


def test_equal_content_in_support_and_query_warns_whoever_made_the_episode() -> None:
    with pytest.warns(UserWarning, match="same content in support and query") as caught:
        made = episode(np.concatenate([vectors(1, 2), vectors(0, 2)[1:]]))
    assert not Path(caught[0].filename).is_relative_to(Path(episodes.__file__).parent)
    assert [tuple(map(str, pair)) for pair in made.repeated_items] == [("unnamed/support/1", "unnamed/query/2")]
    assert episode(vectors(1, 2)).repeated_items == ()
    wide = np.zeros((2, 1, 20, 20), np.uint8)  # items that differ only in a pixel that a hasty look skips
    wide[1, 0, 0, 1] = 9
    assert Episode(wide[:1], np.zeros(1, int), wide[1:], np.zeros(1, int), ("a", "b")).repeated_items == ()


@pytest.mark.parametrize("index", [-1, 1.0, True, "0", None, np.int64(-2)])
@pytest.mark.parametrize("kind", [EpisodeSampler, AlternatingShots])
def test_episode_numbers_are_whole_and_not_negative(kind: Any, index: Any) -> None:
    shots: dict[str, Any] = {"k_shot": 1} if kind is EpisodeSampler else {"k_shots": (1, 2)}
    sampler: Any = kind(pool("made", vectors(0), (4, 4)), n_way=2, n_query=1, **shots)
    for ask in (sampler.episode, lambda i: sampler.batch(i, 2)):
        with pytest.raises(EpisodeError, match=r"=.* is not a whole number >= 0; give one"):
            ask(index)
    with pytest.raises(EpisodeError, match="size=0 is not a whole number >= 1"):
        sampler.batch(0, 0)
    assert sampler.episode(np.int64(3)).seed == (0, 3)


def test_equal_content_in_a_batch_warns_too() -> None:
    items = np.random.default_rng(0).integers(0, 255, (12, 1, 9, 9)).astype(np.uint8)
    distinct = pool("distinct", items, (6, 6))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        EpisodeSampler(distinct, n_way=2, k_shot=3, n_query=3).batch(0, 4)
    items[5] = items[0]  # a copy within class 0, so that three and three items of it always meet or share a side
    copied = EpisodeSampler(pool("copied", items, (6, 6)), n_way=2, k_shot=1, n_query=5)
    with pytest.warns(UserWarning, match="a batch of episodes has items with the same content in support and query"):
        copied.batch(0, 12)


def test_the_tasks_with_equal_content_are_those_that_a_plain_comparison_finds() -> None:
    rng = np.random.default_rng(3)
    for shape, dtype in (((40, 2, 3, 4), np.float32), ((30, 3, 5, 1, 2, 2), np.uint8)):
        n_task, n_support, n_query, *item = shape if len(shape) > 4 else (*shape[:3], shape[3])
        x = rng.integers(0, 3, (n_task, n_support, *item)).astype(dtype)
        q = rng.integers(0, 3, (n_task, n_query, *item)).astype(dtype)
        plain = [t for t in range(n_task) if any((a == b).all() for a in x[t] for b in q[t])]
        assert 0 < len(plain) < n_task
        assert tasks_with_shared_content(x, q) == plain
