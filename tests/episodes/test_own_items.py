"""Pools of the user's own items: what comes out of arrays, tensors, datasets and records, and each refusal with its cure."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import TensorDataset

import metawidgets as mw
from metawidgets.episodes import ClassPool, Episode, EpisodeSampler
from metawidgets.errors import EpisodeError, LearnerError
from metawidgets.learners import build
from metawidgets.learners.metric_based.protonet import ProtoNet

VECTORS = np.arange(12, dtype=np.float64).reshape(6, 2)
LABELS = [10, 9, 10, 9, 10, 9]
GREY = np.arange(6 * 4 * 5, dtype=np.uint8).reshape(6, 4, 5)


def test_items_are_sorted_by_label_and_keep_their_number() -> None:
    pool = ClassPool.of(VECTORS, LABELS)
    assert pool.class_ids == ("9", "10")  # by number, not by text
    assert pool.items.dtype == np.float32
    for c, label in enumerate((9, 10)):
        rows = range(pool.offsets[c], pool.offsets[c + 1])
        numbers = [i for i, each in enumerate(LABELS) if each == label]
        assert [pool.item_ids[r] for r in rows] == [str(i) for i in numbers]
        assert np.array_equal(pool.items[rows], VECTORS[numbers])


@pytest.mark.parametrize("names", [{9: "cat", 10: "dog"}, [str(i) for i in range(9)] + ["cat", "dog"]])
def test_labels_have_names(names: Any) -> None:
    assert ClassPool.of(VECTORS, np.array(LABELS), names=names).class_ids == ("cat", "dog")


class Frame:
    """What pandas and polars have in common: names of columns, and a column by its name."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self.columns, self._values = list(columns), columns

    def __getitem__(self, name: str) -> np.ndarray:
        return np.array(self._values[name])


def test_the_representation_is_one_line() -> None:
    assert repr(ClassPool.of(GREY, LABELS)) == "ClassPool('own', 2 classes, 6 items of uint8 (1, 4, 5))"


def test_tensors_need_no_import_of_torch_here() -> None:
    for dtype in (torch.float32, torch.float16, torch.bfloat16, torch.int64):  # small whole numbers, exact in each
        x = torch.tensor(VECTORS).to(dtype)
        x = x.requires_grad_() if dtype == torch.float32 else x
        assert np.array_equal(ClassPool.of(x, torch.tensor(LABELS)).items, ClassPool.of(VECTORS, LABELS).items)
    code = "import sys, metawidgets.episodes as e; e.ClassPool.of([[1.], [2.]], [0, 1]); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_channels_first_and_last_are_the_same_pictures() -> None:
    first = np.random.default_rng(0).integers(0, 256, (6, 3, 4, 5), np.uint8)
    pools = [ClassPool.of(x, LABELS) for x in (first, first.transpose(0, 2, 3, 1))]
    assert np.array_equal(pools[0].items, pools[1].items)
    assert np.array_equal(np.sort(pools[0].items.ravel()), np.sort(first.ravel()))
    assert ClassPool.of(first[:, :, :1, :3], LABELS, channels="first").items.shape == (6, 3, 1, 3)
    assert ClassPool.of(first[:, :, :1, :3], LABELS, channels="last").items.shape == (6, 3, 3, 1)


@pytest.mark.parametrize(
    ("x", "options", "levels"),
    [
        (np.array([0.0, 0.5, 1.0]), {"pixel_range": (0, 1)}, [0, 128, 255]),
        (np.array([-1.0, 0.0, 1.0], np.float32), {"pixel_range": (-1, 1)}, [0, 128, 255]),
        (np.array([0, 257 * 7, 65535], np.uint16), {}, [0, 7, 255]),
        (np.array([False, True, True]), {"kind": "images"}, [0, 255, 255]),
        (np.array([0, 7, 255], np.uint8), {}, [0, 7, 255]),
        (np.array([0, 7, 15], np.uint8), {"pixel_range": (0, 15)}, [0, 119, 255]),
    ],
)
def test_pictures_are_scaled_by_their_range_and_not_by_what_they_hold(x: Any, options: Any, levels: list[int]) -> None:
    pixels = np.broadcast_to(x[:, None, None, None], (3, 1, 2, 2))
    assert ClassPool.of(pixels, [0, 1, 2], **options).items[:, 0, 0, 0].tolist() == levels


def test_a_series_is_a_vector_that_a_network_unflattens() -> None:
    series = np.random.default_rng(0).normal(size=(6, 7, 2)).astype(np.float32)
    pool = ClassPool.of(series, [0, 0, 0, 1, 1, 1])
    assert torch.equal(torch.nn.Unflatten(1, (7, 2))(torch.tensor(pool.items)), torch.tensor(series))


def test_token_ids_stay_integers() -> None:
    ids = np.array([[0, (1 << 24) - 2], [3, 16_777_215], [5, 6], [7, 8]])
    pool = ClassPool.of(ids, list("aabb"), kind="tokens")
    assert pool.items.dtype == np.int32
    assert np.array_equal(pool.items, ids)
    episode = EpisodeSampler(pool, n_way=2, k_shot=1, n_query=1).episode(0)
    for x, items in ((episode.support_x, episode.support_items), (episode.query_x, episode.query_items)):
        assert x.dtype == np.int32
        assert np.array_equal(x, ids[[int(each.item) for each in items]])  # exact, to the largest id
    with pytest.raises(EpisodeError, match="give ids from 0 to 16,777,215"):
        ClassPool.of(ids + 1, list("aabb"), kind="tokens")


def test_token_ids_are_integers_in_files_and_in_edits(tmp_path: Path) -> None:
    pool = ClassPool.of(np.arange(32).reshape(8, 4), list("aaaabbbb"), kind="tokens")
    episode = EpisodeSampler(pool, n_way=2, k_shot=1, n_query=2).episode(0)
    for again in (Episode.load(episode.save(tmp_path / "e")), Episode.from_dict(episode.to_dict())):
        assert again.is_tokens
        np.testing.assert_array_equal(again.query_x, episode.query_x)
    more = episode.with_query("a", np.array([[90, 91, 92, 93]]))
    assert more.query_x.dtype == np.int32
    assert more.query_x[-1].tolist() == [90, 91, 92, 93]
    with pytest.raises(EpisodeError, match="the new items are float64"):
        episode.with_query("a", np.array([[0.5, 1.0, 2.0, 3.0]]))


def test_an_embedding_gets_token_ids_as_integers() -> None:
    seen = []

    class Bag(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(40, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(x.dtype)
            return self.table(x).mean(1)

    pool = ClassPool.of(np.arange(40).reshape(10, 4), list("aaaaabbbbb"), kind="tokens")
    sampler = EpisodeSampler(pool, n_way=2, k_shot=2, n_query=2)
    bag = Bag()
    trace = mw.trace(ProtoNet(bag), sampler.episode(0))
    table = bag.table.weight.detach().numpy()
    e = trace.episode
    centres = np.stack([table[e.support_x[e.support_y == c]].mean((0, 1)) for c in range(2)])
    squared = ((table[e.query_x].mean(1)[:, None] - centres) ** 2).sum(-1)
    np.testing.assert_allclose(trace["outputs"][-1], -squared, rtol=1e-4, atol=1e-6)
    for _ in mw.meta_train(ProtoNet(bag), sampler, mw.MetaTraining(steps=2)):
        pass
    assert set(seen) == {torch.int64}
    for learner in (ProtoNet(nn.Sequential(nn.Linear(4, 3))), build("nearest", item_shape=(4,), output_dim=2)):
        with pytest.raises(LearnerError, match=r"token ids.* network (that )?begins with nn.Embedding"):
            mw.evaluate(learner, sampler, 1)


def test_datasets_of_torch() -> None:
    x = torch.rand(6, 3, 4, 5)
    dataset = TensorDataset(x, torch.tensor(LABELS) - 9)
    pool = ClassPool.from_dataset(dataset, pixel_range=(0, 1), names=["cat", "dog"], name="pets")
    assert (pool.name, pool.class_ids, len(pool.items)) == ("pets", ("cat", "dog"), 6)
    assert np.array_equal(pool.items, ClassPool.of(x, np.array(LABELS) - 9, pixel_range=(0, 1)).items)


def test_a_dataset_of_pictures_names_its_classes() -> None:
    class Pictures(list[Any]):
        classes = ("cat", "dog")

    pool = ClassPool.from_dataset(Pictures((Image.fromarray(each), i % 2) for i, each in enumerate(GREY)))
    assert pool.class_ids == ("cat", "dog")
    assert np.array_equal(pool.items[:, 0], GREY[[0, 2, 4, 1, 3, 5]])


def test_records_data_frames_and_columns_are_one_pool() -> None:
    columns = {"a": [1.0, 2.0, 3.0], "b": [4, 5, 6], "kind": ["x", "y", "x"], "id": ["p", "q", "r"]}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    for records in (columns, Frame(columns), rows):
        pool = ClassPool.from_records(records, item=["a", "b"], label="kind", item_id="id")
        assert pool.items.tolist() == [[1, 4], [3, 6], [2, 5]]
        assert (pool.class_ids, pool.item_ids, pool.feature_names) == (("x", "y"), ("p", "r", "q"), ("a", "b"))
    arrays = [{"image": each, "kind": i % 2} for i, each in enumerate(GREY)]
    pool = ClassPool.from_records(arrays, item="image", label="kind")
    assert np.array_equal(pool.items, ClassPool.of(GREY, [0, 1] * 3).items)


def changed(place: tuple[int, int], value: float) -> np.ndarray:
    x = VECTORS.copy()
    x[place] = value
    return x


UNIT = np.linspace(0, 1, 6 * 3 * 4 * 5).reshape(6, 3, 4, 5)


@pytest.mark.parametrize(
    ("x", "y", "options", "said"),
    [
        (VECTORS, LABELS[:5], {}, "y has 5 labels for 6 items of X; give one for each"),
        (VECTORS, np.eye(6), {}, r"shape \(6, 6\).*y.argmax\(1\)"),
        (VECTORS, [1, 1, 1, 1, 1, 1], {}, "y has 1 class, and an episode needs two"),
        (VECTORS, [1.0, 2.0, float("nan"), 1, 2, 1], {}, r"y\[2\] is nan; a label is a whole number or a text"),
        (VECTORS, [0.5, 2, 1, 1, 2, 1], {}, r"y\[0\] is 0.5"),
        (VECTORS, ["a", None, "b", "b", "a", "a"], {}, r"y\[1\] is None"),
        (VECTORS, LABELS, {"names": {9: "cat"}}, "label 10 has no name; the labels with one are 9; name every label"),
        (VECTORS, LABELS, {"names": {9: "cat", 10: "cat"}}, "two labels are named 'cat'"),
        (VECTORS, LABELS, {"names": "cats"}, "names='cats' is one text"),
        (VECTORS, LABELS, {"item_ids": ["a"]}, "item_ids has 1 entries for 6 items"),
        (VECTORS, LABELS, {"item_ids": list("abaccd")}, "item_ids has 'a' twice in one class"),
        (VECTORS, LABELS, {"kind": "vector"}, "kind='vector' is no kind of items; did you mean 'vectors'"),
        (VECTORS, LABELS, {"kind": "images"}, r"X is float64 \(6, 2\), but images are \(item, height, width\)"),
        (VECTORS, LABELS, {"pixel_range": (0, 1)}, "pixel_range and channels are for images"),
        (VECTORS, LABELS, {"kind": "tokens"}, "token ids are float64, not integers"),
        (VECTORS[:, 0], LABELS, {}, r"X is float64 \(6,\), but .*vectors are \(item, dim\)"),
        (VECTORS[:, :0], LABELS, {}, "it is empty"),
        (VECTORS[:, :, None, None] / 9, LABELS, {"pixel_range": 3, "channels": "last"}, "pixel_range=3 is not a pair"),
        (changed((4, 1), np.inf), LABELS, {}, r"X\[4\] has inf as number 1"),
        (changed((0, 0), 1e300), LABELS, {}, r"X\[0\] has 1e\+300 as number 0"),
        ([[1, 2], [3]], [0, 1], {}, "the entries of X differ in shape; pad, cut or resize"),
        ([["a"], ["b"]], [0, 1], {}, "not numbers; turn it into an array of numbers"),
        (UNIT, LABELS, {}, r"X goes from 0 to 1; give pixel_range=\(black, white\)"),
        (UNIT * 2, LABELS, {"pixel_range": (0, 1)}, r"X goes from 0 to 2, outside of pixel_range=\(0, 1\)"),
        (UNIT, LABELS, {"pixel_range": (1, 0)}, r"pixel_range=\(1, 0\) is empty"),
        (np.full((6, 3, 4, 5), np.nan), LABELS, {"pixel_range": (0, 1)}, r"X\[0\] has a pixel that is not finite"),
        (np.zeros((6, 3, 4, 1), np.uint8), LABELS, {}, "may have its channels first or last; say which by channels="),
        (np.zeros((6, 4, 5, 4), np.uint8), LABELS, {}, "drop an alpha channel"),
    ],
)
def test_refusals_name_the_value_and_the_cure(x: Any, y: Any, options: Any, said: str) -> None:
    with pytest.raises(EpisodeError, match=said):
        ClassPool.of(x, y, **options)


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        (iter([]), "has no length or no index"),
        ([(VECTORS[0], 0), VECTORS[1]], "entry 1 of the dataset is ndarray, not a pair"),
        ([(GREY[0], 0), (GREY[1, :3], 1)], r"item 1 has shape \(3, 5\), but item 0 has \(4, 5\).*resize"),
        ([(GREY[0], 0), (GREY[1] / 255, 1)], "item 1 is float64, but item 0 is uint8"),
        ([("text", 0)], "item 0 is <U4"),
        ([], "there are no items; give at least two"),
    ],
)
def test_refusals_of_datasets(dataset: Any, said: str) -> None:
    with pytest.raises(EpisodeError, match=said):
        ClassPool.from_dataset(dataset)


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([{"a": 1, "kind": "x"}, {"kind": "y"}], "record 1 has no field 'a'"),
        ([{"a": 1, "kind": "x"}, {"a": "?", "kind": "y"}], r"'a' of record 1 is '\?', not a number"),
        ([3], "record 0 is int, not a dictionary"),
        (None, "records is NoneType; give a list of dictionaries"),
        ([], "there are no items; give at least two"),
        ({"A": [1, 2], "kind": ["x", "y"]}, "there is no column 'a'; Known: A, kind"),
    ],
)
def test_refusals_of_records(records: Any, said: str) -> None:
    with pytest.raises(EpisodeError, match=said):
        ClassPool.from_records(records, item=["a"], label="kind")
