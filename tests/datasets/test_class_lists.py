"""Classes and splits by name, for every dataset of classes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metawidgets.datasets import ALL, load, validation_source
from metawidgets.datasets._class_lists import ClassDataset
from metawidgets.episodes import ClassPool, check_disjoint
from metawidgets.errors import DatasetError

NAMES = sorted(name for name, cls in ALL.items() if issubclass(cls, ClassDataset))
Small = dict[str, dict[str, Any]]


def pool(name: str, split: Any, **options: Any) -> ClassPool:
    found = load(name, **options).source(split)
    assert isinstance(found, ClassPool)
    return found


def written(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", NAMES)
def test_a_split_file_says_which_class_is_where(name: str, small: Small, tmp_path: Path) -> None:
    options = small[name] | ({"rotations": "none"} if name == "omniglot" else {})
    ids = pool(name, "all", **options).class_ids[:7]
    words = ("train", "train", "train", "val", "validation", "test", "test")
    rows = [f'"{c}",{w}' for c, w in zip(ids, words, strict=True)]
    file = written(tmp_path / "split.csv", "class,split", *reversed(rows))  # the pool keeps its own order
    given = {**options, "split_file": file}
    parts = {split: pool(name, split, **given) for split in ("train", "validation", "test")}
    assert [parts[split].class_ids for split in parts] == [ids[:3], ids[3:5], ids[5:]]
    assert pool(name, "all", **given).class_ids == ids
    check_disjoint(**parts)
    held_out = validation_source(parts["train"])
    assert isinstance(held_out, ClassPool)
    assert held_out.class_ids == ids[3:5]


@pytest.mark.parametrize("name", NAMES)
def test_classes_are_chosen_by_name(name: str, small: Small) -> None:
    options = small[name] | ({"rotations": "none"} if name == "omniglot" else {})
    whole = pool(name, "test", **options)
    ids = whole.class_ids[-2:]
    chosen = pool(name, "test", **options, classes=list(ids))
    assert chosen.class_ids == ids
    assert np.array_equal(chosen.items, whole.items[whole.offsets[-3] :])
    assert pool(name, "test", **options, classes=", ".join(ids)).class_ids == ids


def test_a_folder_of_three_files_as_with_miniimagenet(tmp_path: Path) -> None:
    written(tmp_path / "train.csv", "filename,label", "a.jpg,0", "b.jpg,0", "c.jpg,1")
    written(tmp_path / "val.csv", "filename,label", "d.jpg,2", "e.jpg,3")
    written(tmp_path / "test.csv", "filename,label", *(f"{c}{i}.jpg,{c}" for c in (5, 6, 9) for i in range(3)))
    assert pool("digits", "train", split_file=tmp_path).class_ids == ("0", "1")
    assert pool("digits", "test", split_file=tmp_path).class_ids == ("5", "6", "9")
    assert pool("digits", "test", split_file=tmp_path, classes=[6, 9]).class_ids == ("6", "9")


def test_rotations_belong_to_their_character(small: Small, tmp_path: Path) -> None:
    ids = pool("omniglot", "all", **small["omniglot"]).class_ids[:4]
    lines = [f"{c},{w}" for c, w in zip(ids, ("train", "train", "test", "test"), strict=True)]
    options = {**small["omniglot"], "split_file": written(tmp_path / "s.csv", "class,split", *lines)}
    assert set(pool("omniglot", "train", **options).origins) == set(ids[:2])
    assert len(pool("omniglot", "train", **options)) == 8
    assert pool("omniglot", "test", **options).class_ids == ids[2:]
    one = pool("omniglot", "train", **{**small["omniglot"], "rotations": "all", "classes": ids, "split_by": "alphabet"})
    assert set(one.origins) <= set(ids)
    assert len(one) == 4 * len(set(one.origins))


def test_a_table_is_scaled_by_the_training_rows_of_the_file(tiny_table: Path, tmp_path: Path) -> None:
    lines = [f"k{c:02},{'train' if c in (3, 8, 11) else 'test'}" for c in range(20)]
    options = {"path": tiny_table, "label": "kind", "split_file": written(tmp_path / "s.csv", "class,split", *lines)}
    train = pool("table", "train", **options)
    assert train.class_ids == ("k03", "k08", "k11")
    np.testing.assert_allclose(train.items.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(train.items.std(0), 1, atol=1e-6)
    raw = pool("table", "all", path=tiny_table, label="kind", standardise="none")
    base = raw.subset(["k03", "k08", "k11"]).items
    test = pool("table", "test", **options)
    oracle = (raw.subset(test.class_ids).items - base.mean(0)) / base.std(0)
    np.testing.assert_allclose(test.items, oracle, atol=1e-5)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ["class,split", "7,train", "8,test", "7,test"],
            r"class '7' is in two splits, train \(s.csv, line 2\) and test",
        ),
        (["class,split", "7,train", "seven,test"], r"names 'seven', which is not a class; Known: 0, 1"),
        (["class,split", "7,tets"], r"line 2 has the split 'tets'; did you mean 'test'\?"),
        (["name,part", "7,train"], "has the columns name, part; it needs class and split"),
        (["class,split", "7,train", "8,train", "9,test"], "has 1 classes in 'test', and an episode needs two"),
        ([""], "has the columns of none"),
    ],
)
def test_what_is_wrong_with_a_split_file_is_said(lines: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=said):
        load("digits", split_file=written(tmp_path / "s.csv", *lines)).source("test")


def test_other_mistakes_are_said(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be opened"):
        load("digits", split_file=str(tmp_path / "none.csv")).source("test")
    with pytest.raises(DatasetError, match=r"has no train.csv, val.csv or test.csv"):
        load("digits", split_file=str(tmp_path)).source("test")
    (tmp_path / "s.csv").write_bytes(b"class,split\n\xff,train\n")
    with pytest.raises(DatasetError, match="is not a CSV file in UTF-8"):
        load("digits", split_file=str(tmp_path / "s.csv")).source("test")
    with pytest.raises(DatasetError, match=r"classes names 'A00-0', .* did you mean 'A00.*lists all 30"):
        load("glyphs", n_classes=30, n_drawers=2, classes=["A00-0", "A00-01"]).source("all")
    with pytest.raises(DatasetError, match=r"0 of the 2 named classes are in the split 'test'"):
        load("digits", classes=["0", "1"]).source("test")
    with pytest.raises(DatasetError, match=r"has '1' twice"):
        load("digits", classes="1, 2, 1")
