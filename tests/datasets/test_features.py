"""Precomputed features from `.npz`, safetensors and Parquet files."""

import builtins
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from metawidgets.datasets import load
from metawidgets.episodes import ClassPool
from metawidgets.errors import DatasetError

Y = np.repeat([f"k{c}" for c in range(12)], 3)
Z = np.arange(36 * 4, dtype=np.float64).reshape(36, 4) / 7


def saved(folder: Path, ending: str, **columns: Any) -> str:
    """Save the columns in a file of this format and return its path."""
    columns = {"features": Z, "labels": Y, **columns}
    path = folder / f"made.{ending}"
    if ending == "npz":
        np.savez(path, **columns)
    elif ending == "parquet":
        pq = pytest.importorskip("pyarrow.parquet")
        pa = pytest.importorskip("pyarrow")
        pq.write_table(pa.table({name: list(column) for name, column in columns.items()}), path)
    else:
        names = sorted(set(columns["labels"]))
        numbers = np.array([names.index(each) for each in columns["labels"]])
        ids = {"ids": list(columns["ids"])} if "ids" in columns else {}
        save_file(
            {"features": columns["features"], "labels": numbers},
            path,
            {"json": json.dumps({"class_names": names, **ids})},
        )
    return str(path)


def whole(path: str, **options: Any) -> ClassPool:
    pool = load("features", path=path, **options).source("all")
    assert isinstance(pool, ClassPool)
    return pool


@pytest.mark.parametrize("ending", ["npz", "safetensors", "parquet"])
def test_every_format_gives_the_same_pool(ending: str, tmp_path: Path) -> None:
    ids = [f"photo {i}" for i in range(36)]
    pool = whole(saved(tmp_path, ending, ids=ids))
    assert pool.class_ids == tuple(sorted(set(Y)))
    assert pool.items.dtype == np.float32
    place = {i: row for row, i in enumerate(pool.item_ids)}
    np.testing.assert_array_equal(pool.items[[place[i] for i in ids]], Z.astype(np.float32))
    owners = np.repeat(pool.class_ids, pool.sizes)
    assert [owners[place[i]] for i in ids] == Y.tolist()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int32])
def test_numbers_become_float32(dtype: Any, tmp_path: Path) -> None:
    pool = whole(saved(tmp_path, "npz", features=Z.astype(dtype), labels=np.repeat(np.arange(12), 3)))
    np.testing.assert_array_equal(pool.items[pool.offsets[1]], Z[3].astype(dtype).astype(np.float32))
    assert pool.class_ids[1] == "1"


def test_other_names(tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    np.savez(path, z=Z, kind=Y, key=np.arange(36) + 100)
    pool = whole(str(path), features="z", labels="kind", ids="key")
    assert pool.item_ids[0] == "100"
    with pytest.raises(DatasetError, match="has no 'features', but 'z', 'kind', 'key'; give features= the name"):
        whole(str(path))


def test_a_split_of_the_file_is_kept(tmp_path: Path) -> None:
    split = np.repeat(["base", "val", "novel"], [18, 9, 9])
    made = load("features", path=saved(tmp_path, "npz", split=split))
    parts = {name: made.source(name).class_ids for name in ("train", "validation", "test", "all")}  # pyright: ignore
    assert {name: len(part) for name, part in parts.items()} == {"train": 6, "validation": 3, "test": 3, "all": 12}
    assert set(parts["train"]) == set(Y[:18])
    assert set(parts["test"]) == set(Y[27:])


def test_a_split_without_classes_is_refused(tmp_path: Path) -> None:
    made = load("features", path=saved(tmp_path, "npz", split=np.repeat(["train", "test"], [18, 18])))
    with pytest.raises(DatasetError, match=r"0 of the classes of .* are in the split 'validation'"):
        made.source("validation")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    assert len(whole(saved(tmp_path, "npz"))) == 12
    assert len(whole(saved(tmp_path, "npz", features=Z[:30], labels=Y[:30]))) == 10


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unequal": ({"labels": Y[:-1]}, r"'labels' of 'made.npz' has shape \(35,\) for 36 vectors"),
    "not finite": ({"features": np.where(Z[5, 1] == Z, np.nan, Z)}, "vector 5 of 'features' holds nan"),
    "too large": ({"features": np.where(Z[5, 1] == Z, 1e300, Z)}, r"vector 5 of 'features' holds 1e\+300"),
    "maps": ({"features": Z.reshape(36, 2, 2)}, r"of shape \(36, 2, 2\); give one vector"),
    "texts": ({"features": Y[:, None]}, r"'features' is <U3 of shape \(36, 1\)"),
    "empty": ({"features": Z[:0], "labels": Y[:0]}, r"of shape \(0, 4\)"),
    "one-row class": ({"labels": np.where(np.arange(36) < 1, "lone", Y)}, "class 'lone' has too few vectors: 1"),
    "no label": ({"labels": np.where(np.arange(36) == 4, "", Y)}, "entry 4 of 'labels' is ''"),
    "half a label": ({"labels": np.arange(36) / 2}, "entry 1 of 'labels' is 0.5"),
    "same id": ({"ids": np.repeat(["a", "b"], 18)}, "has the id 'a' 3 times"),
    "torn class": ({"split": np.resize(["train", "test"], 36)}, "class 'k0' lies in the splits test and train"),
    "odd split": ({"split": np.repeat("later", 36)}, "'later' in 'split' is not a split"),
    "objects": ({"labels": Y.astype(object)}, "array of Python objects"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_content_is_refused(case: str, tmp_path: Path) -> None:
    columns, match = WRONG[case]
    with pytest.raises(DatasetError, match=match):
        whole(saved(tmp_path, "npz", **columns))


def test_small_classes_can_be_skipped(tmp_path: Path) -> None:
    path = saved(tmp_path, "npz", labels=np.where(np.arange(36) < 1, "lone", Y))
    made = load("features", path=path, small="skip")
    assert "lone" not in made.source("all").class_ids  # pyright: ignore[reportAttributeAccessIssue]
    assert made.unreadable == (("lone", "has too few vectors: 1, but min_items=2"),)  # pyright: ignore


def test_vectors_of_two_lengths_are_refused(tmp_path: Path) -> None:
    ragged = [list(row) for row in Z]
    ragged[7] = [1.0]
    with pytest.raises(
        DatasetError, match=r"vector 7 of column 'features' of 'made.parquet' has 1 numbers, but vector 0 has 4"
    ):
        whole(saved(tmp_path, "parquet", features=ragged))


@pytest.mark.parametrize("ending", ["npz", "safetensors", "parquet"])
def test_damaged_files_are_refused(ending: str, tmp_path: Path) -> None:
    path = Path(saved(tmp_path, ending))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DatasetError, match=r"(cannot|can) be read"):
        whole(str(path))


def test_missing_files_are_refused(tmp_path: Path) -> None:
    for path, what in (("no.npz", "does not exist"), ("", "is a folder")):
        with pytest.raises(DatasetError, match=what):
            whole(str(tmp_path / path))
    (tmp_path / "a.csv").write_text("")
    with pytest.raises(DatasetError, match=r"ends in '\.csv'"):
        whole(str(tmp_path / "a.csv"))
    with pytest.raises(DatasetError, match="path is missing"):
        load("features").source("all")


def test_without_pyarrow_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, real = saved(tmp_path, "parquet"), builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name.split(".")[0] == "pyarrow":
            raise ModuleNotFoundError(name)
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DatasetError, match=r"pip install 'metawidgets\[parquet\]'"):
        whole(path)
