"""Episodes: valid and invalid arguments, the error messages, and saving and loading without loss."""

import json
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metawidgets.episodes import Episode, EpisodeBatch, EpisodeSpec, ItemId
from metawidgets.errors import EpisodeError


def images(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 1, 4, 4)).astype(np.uint8)


def episode(**changes: Any) -> Episode:
    support = [ItemId("made", name, str(i)) for i, name in enumerate("aab")]
    query = [ItemId("made", name, str(i)) for i, name in enumerate("ab", start=10)]
    fields = {
        "support_x": images(3),
        "support_y": np.array([0, 0, 1]),
        "query_x": images(2, 1),
        "query_y": np.array([0, 1]),
        "class_names": ("a", "b"),
        "support_items": tuple(support),
        "query_items": tuple(query),
        "seed": (3, 4),
        "task": {"note": "by hand"},
    }
    return Episode(**{**fields, **changes})


def curve() -> Episode:
    x = np.linspace(-1, 1, 5, dtype=np.float32)[:, None]
    return Episode(x[:3], 2 * x[:3], x[3:], 2 * x[3:], task={"slope": 2.0})


def test_properties() -> None:
    e = episode()
    assert (e.n_way, e.output_dim, e.is_image, e.is_regression) == (2, 2, True, False)
    assert e.shots.tolist() == [2, 1]
    assert e.queries.tolist() == [1, 1]
    assert e.item_shape == (1, 4, 4)
    assert str(e.support_items[0]) == "made/a/0"
    assert "2-way 1/2-shot" in repr(e)
    c = curve()
    assert (c.n_way, c.output_dim, c.is_regression, c.shots.tolist()) == (None, 1, True, [3])


def test_it_is_frozen_and_does_not_lock_the_callers_arrays() -> None:
    mine = images(3)
    e = episode(support_x=mine)
    with pytest.raises(FrozenInstanceError):
        e.seed = (1,)  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(ValueError, match="read-only"):
        e.support_x[0] = 0
    with pytest.raises(TypeError):
        e.task["note"] = 1  # pyright: ignore[reportIndexIssue]
    before = e.support_x.copy()
    mine[:] = 7  # the caller's array is unchanged
    assert np.array_equal(e.support_x, before)


TWICE = ItemId("made", "a", "0")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"support_x": images(3).astype(np.float32)}, r"support_x holds images of float32 \(1, 4, 4\)"),
        ({"support_x": np.zeros((3, 2, 4, 4), np.uint8)}, "with 1 or 3 channels"),
        ({"support_x": np.zeros((3, 4, 4))}, r"support_x is float64 \(3, 4, 4\)"),
        ({"support_x": np.array(list("abc"))}, "support_x is <U1"),
        ({"support_y": np.array([0, 1])}, "support_y has 2 entries for 3 items"),
        ({"support_y": np.array([0, 0, 2])}, r"support_y\[2\] is 2, but 2 class names allow labels 0 to 1"),
        ({"query_y": np.array([-1, 0])}, r"query_y\[0\] is -1"),
        ({"support_y": np.array([0.0, 0.5, 1.0])}, "whole-number labels"),
        ({"class_names": ()}, "must hold regression targets"),
        ({"support_x": images(0), "support_y": np.array([], int), "support_items": ()}, "the support set is empty"),
        ({"query_x": np.zeros((2, 1, 5, 5), np.uint8)}, "both must be the same"),
        ({"query_items": (TWICE, ItemId("made", "b", "9"))}, "item 'made/a/0' is in both support and query"),
        ({"query_items": (ItemId("m", "b", "9"),) * 2}, "item 'm/b/9' is in the query set twice"),
        ({"support_items": (TWICE,)}, "support_items has 1 entries for 3 support items"),
    ],
)
def test_what_is_refused_and_why(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(EpisodeError, match=message):
        episode(**changes)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_must_be_finite(bad: float) -> None:
    x = np.zeros((3, 2), np.float32)
    x[1, 0] = bad
    with pytest.raises(EpisodeError, match=rf"support_x\[1, 0\] is {bad}; every number must be finite"):
        Episode(x, np.array([0, 1, 1]), np.ones((1, 2)), np.array([0]), ("a", "b"))
    with pytest.raises(EpisodeError, match=r"query_y\[0, 0\] is"):
        replace(curve(), query_y=np.array([[bad], [0]], np.float32))


def same(a: Episode, b: Episode) -> bool:
    arrays = all(
        getattr(a, n).dtype == getattr(b, n).dtype and np.array_equal(getattr(a, n), getattr(b, n))
        for n in ("support_x", "support_y", "query_x", "query_y")
    )
    plain = all(getattr(a, n) == getattr(b, n) for n in ("class_names", "support_items", "query_items", "seed"))
    return arrays and plain and dict(a.task) == dict(b.task)


@pytest.mark.parametrize("made", [episode, curve])
def test_there_and_back(made: Any, tmp_path: Path) -> None:
    e = made()
    assert same(e, Episode.from_dict(json.loads(json.dumps(e.to_dict()))))
    assert same(e, Episode.load(e.save(tmp_path / "new" / "episode.npz")))
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["episode.npz"]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_valid_episode_survives_json(data: st.DataObject) -> None:
    way = data.draw(st.integers(2, 4))
    labels = st.lists(st.integers(0, way - 1), min_size=1, max_size=6)
    y, q = (np.array(data.draw(labels)) for _ in range(2))
    number = st.floats(-(2.0**99), 2.0**99, width=32)
    x, z = (np.array(data.draw(st.lists(st.tuples(number, number), min_size=len(v), max_size=len(v)))) for v in (y, q))
    names = data.draw(st.lists(st.text(max_size=20), min_size=way, max_size=way))
    e = Episode(x.reshape(-1, 2), y, z.reshape(-1, 2), q, tuple(names))
    assert same(e, Episode.from_dict(json.loads(json.dumps(e.to_dict()))))


@settings(max_examples=60, deadline=None)
@given(
    key=st.sampled_from(sorted(episode().to_dict())),
    value=st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=4),
)
def test_a_garbled_dictionary_is_one_clear_error(key: str, value: Any) -> None:
    data = {**episode().to_dict(), key: value}
    try:
        Episode.from_dict(data)
    except EpisodeError as error:
        assert str(error)  # noqa: PT017 - either it is valid after all, or it is refused in our own words


def test_files_that_are_no_episode(tmp_path: Path) -> None:
    with pytest.raises(EpisodeError, match="there is no file"):
        Episode.load(tmp_path / "absent.npz")
    path = episode().save(tmp_path / "e.npz")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(EpisodeError, match="may be truncated"):
        Episode.load(path)
    np.savez(tmp_path / "objects.npz", json=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(EpisodeError, match="cannot be read"):
        Episode.load(tmp_path / "objects.npz")


@pytest.mark.parametrize(
    ("field", "value"), [("n_way", 0), ("n_way", 1), ("k_shot", 0), ("n_query", -3), ("k_shot", 1.5), ("n_way", True)]
)
def test_a_spec_needs_positive_whole_numbers(field: str, value: Any) -> None:
    with pytest.raises(EpisodeError, match=f"{field}={value}"):
        EpisodeSpec(**{"n_way": 5, "k_shot": 1, "n_query": 1, field: value})


def test_stacking() -> None:
    batch = EpisodeBatch.stack([episode(), episode(query_x=images(2, 5))])
    assert batch.support_x.shape == (2, 3, 1, 4, 4)
    assert (len(batch), batch.n_way) == (2, 2)
    with pytest.raises(EpisodeError, match="2 different shapes"):
        EpisodeBatch.stack([episode(), curve()])


def test_feature_names_travel_with_the_episode(tmp_path: Path) -> None:
    e = Episode(np.eye(2), np.array([0, 1]), np.ones((1, 2)), np.array([0]), ("a", "b"), feature_names=("long", "wide"))
    assert e.to_dict()["feature_names"] == ["long", "wide"]
    for back in (Episode.from_dict(e.to_dict()), Episode.load(e.save(tmp_path / "e.npz")), e.drawn_by(1, 2)):
        assert back.feature_names == ("long", "wide")
    nameless = replace(e, feature_names=())
    assert "feature_names" not in nameless.to_dict()  # without names, the file is the same as in older versions
    assert Episode.from_dict(nameless.to_dict()).feature_names == ()
    for wrong in ("long", ["long", 3], None):
        with pytest.raises(EpisodeError, match="feature_names"):
            Episode.from_dict({**e.to_dict(), "feature_names": wrong})


def test_feature_names_fit_the_items() -> None:
    x, y = np.eye(2), np.array([0, 1])
    with pytest.raises(EpisodeError, match="feature_names has 3 entries for items of 2 numbers"):
        Episode(x, y, np.ones((1, 2)), y[:1], ("a", "b"), feature_names=("a", "b", "c"))
    images = np.zeros((2, 1, 2, 2), np.uint8)
    with pytest.raises(EpisodeError, match="images have no features to name"):
        Episode(images, y, images[:1], y[:1], ("a", "b"), feature_names=("a", "b", "c", "d"))
