"""Tables of numbers with a class per row, from files and from memory."""

import csv
import dataclasses
import logging
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler

from metawidgets.datasets import Table, load
from metawidgets.episodes import ClassPool, EpisodeSampler
from metawidgets.errors import DatasetError, EpisodeError

FRAME = {"kind": ["a", "b", "a", "b"], "x": [1.0, 2.0, 3.0, 4.0], "note": ["p", "q", "r", "s"], "n": [10, 20, 30, 40]}


def whole(dataset: Table) -> ClassPool:
    pool = dataset.source("all")
    assert isinstance(pool, ClassPool)
    return pool


def write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def in_csv(path: Path, **options: Any) -> Table:
    return Table(**{"path": str(path), "label": "kind", "standardise": "none", **options})


def test_numeric_columns_are_features_and_rows_keep_their_numbers() -> None:
    dataset = Table.of(FRAME, label="kind", standardise="none")
    pool = whole(dataset)
    assert dataset.feature_names == ("x", "n")
    assert pool.class_ids == ("a", "b")
    assert pool.items.dtype == np.float32
    assert pool.items.tolist() == [[1, 10], [3, 30], [2, 20], [4, 40]]
    assert [str(pool.item_id(i)) for i in range(4)] == ["table/a/1", "table/a/3", "table/b/2", "table/b/4"]
    assert whole(Table.of(FRAME, label="kind", features=["n"], standardise="none")).items[:, 0].tolist() == [
        10,
        30,
        20,
        40,
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_file_is_the_same_as_its_columns(tmp_path: Path, separator: str) -> None:
    rows = [list(FRAME), *zip(*FRAME.values(), strict=True)]
    path = tmp_path / "t.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    assert np.array_equal(whole(in_csv(path)).items, whole(Table.of(FRAME, label="kind", standardise="none")).items)
    assert in_csv(path).feature_names == ("x", "n")


def test_standardised_by_the_training_classes_alone() -> None:
    rng = np.random.default_rng(0)
    y, x = np.repeat(np.arange(20), 7), rng.normal(3, 5, (140, 3))
    x[:, 2] = 4  # constant
    columns = {"y": y, "a": x[:, 0], "b": x[:, 1], "c": x[:, 2]}
    dataset = Table.of(columns, label="y")
    train, every = dataset.source("train"), whole(dataset)
    assert isinstance(train, ClassPool)
    inside = np.isin(y, [int(c) for c in train.class_ids])
    scaler = StandardScaler().fit(x[inside])
    order = [int(every.item_id(i).item) - 1 for i in range(140)]
    np.testing.assert_allclose(every.items, np.asarray(scaler.transform(x))[order], atol=1e-5)
    np.testing.assert_allclose(train.items.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(train.items.std(0), [1, 1, 0], atol=1e-6)
    of_all = whole(Table.of(columns, label="y", standardise="all")).items
    np.testing.assert_allclose(of_all, np.asarray(StandardScaler().fit_transform(x))[order], atol=1e-5)


def test_with_three_classes_there_are_no_training_classes_to_standardise_by() -> None:
    iris: Any = load_iris()
    columns = {"species": iris.target_names[iris.target], **dict(zip("abcd", iris.data.T, strict=True))}
    with pytest.raises(DatasetError, match=r"3 classes cannot be split .* pass standardise='all' or 'none'"):
        Table.of(columns, label="species").source("all")
    episode = EpisodeSampler(Table.of(columns, label="species", standardise="all").source("all"), n_way=3).episode(0)
    assert episode.item_shape == (4,)
    assert set(episode.class_names) == {"setosa", "versicolor", "virginica"}


def test_rows_that_cannot_be_used_are_listed_and_dropped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    lines = [
        "kind,x,y",
        "a,1,2",
        "a,,2",
        "b,inf,1",
        "b,1,NaN",
        ",3,4",
        "a,5",
        "b,1e39,0",
        "<b>\n,1,1",
        "b,6,7",
        "a,2,2",
        "b,7,8",
    ]
    lines[8] = '"<b>\n</b>",1,1'
    with caplog.at_level(logging.WARNING):
        dataset = in_csv(Path(write(tmp_path / "t.csv", "\n".join(lines))), small="skip")
        assert dataset.unreadable == (
            ("row 2", "lacks 'x'"),
            ("row 3", "has inf in 'x'"),
            ("row 4", "lacks 'y'"),
            ("row 5", "has no label in 'kind'"),
            ("row 6", "has 2 cells for 3 columns"),
            ("row 7", "has 1e+39 in 'x'"),
            ("<b>\n</b>", "has too few rows: 1, but min_items=2"),
        )
    assert whole(dataset).items.tolist() == [[1, 2], [2, 2], [6, 7], [7, 8]]
    assert [r.getMessage() for r in caplog.records] == [
        "table left out 6 of 11 rows: row 2 lacks 'x' (and 5 more, see `unreadable`)"
    ]


def test_tables_of_the_same_content_are_the_same_dataset() -> None:
    first, again = Table.of(FRAME, label="kind"), Table.of({k: list(v) for k, v in FRAME.items()}, label="kind")
    assert first == again
    assert load("table", **dataclasses.asdict(first)) == first
    assert Table.of({**FRAME, "x": [1.0, 2.0, 3.0, 4.5]}, label="kind") != first
    with pytest.raises(DatasetError, match=r"made by Table.of in another session"):
        Table(path="memory:0123456789abcdef", label="kind").source("all")


def test_what_is_given_later_changes_is_not_the_table() -> None:
    x = np.array([1.0, 2, 3, 4])
    dataset = Table.of({"kind": ["a", "b", "a", "b"], "x": x}, label="kind", standardise="none")
    x[:] = 0
    assert whole(dataset).items[:, 0].tolist() == [1, 3, 2, 4]


def test_a_data_frame_is_anything_with_columns() -> None:
    class Frame:
        columns: ClassVar = list(FRAME)

        def __getitem__(self, name: str) -> np.ndarray:
            return np.array(FRAME[name], dtype=object if name in ("kind", "note") else None)

    assert Table.of(Frame(), label="kind") == Table.of(FRAME, label="kind")


def test_labels_that_are_numbers_and_names_with_commas() -> None:
    dataset = Table.of(
        {"k, l": [1.0, 2.0, 1.0, 2.0], "a, b": [1, 2, 3, 4], "c": [0, 0, 1, 1]}, label="k, l", features=["a, b"]
    )
    assert dataset.feature_names == ("a, b",)
    assert whole(dataclasses.replace(dataset, standardise="none")).class_ids == ("1", "2")


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "t.csv", "kind,x\na,1\na,2\nb,3\nb,4\n"))
    assert whole(in_csv(path)) is whole(in_csv(path))
    write(path, "kind,x\na,1\na,2\nb,3\nb,44\n")
    assert whole(in_csv(path)).items.max() == 44


@pytest.mark.parametrize(
    ("text", "options", "why"),
    [
        ("kind,x\na,1\n", {"label": None}, "give label= the column that holds the classes. Known: kind, x"),
        ("kind,x\na,1\n", {"label": "kid"}, "no column 'kid'; did you mean 'kind'"),
        ("kind,x\na,1\n", {"features": "x,z"}, "no column 'z'"),
        ("kind,x\na,1\n", {"features": "x,kind"}, "the label 'kind' is among the features"),
        ("kind,x\na,1\na,oops\n", {"features": "x"}, "column 'x' is not numeric: row 2 has 'oops'"),
        ("kind,x,y\na,p,q\n", {}, "no column except 'kind' is numeric: 'x', 'y' contain words"),
        ("kind\na\n", {}, "there is no other column"),
        ("kind,x,x\na,1,2\n", {}, "names 'x' twice"),
        ("kind,,x\na,1,2\n", {}, "leaves a column without a name"),
        ("", {}, "has none"),
        ("kind,x\na,1\na,2\na,3\n", {"max_rows": 2}, "more than max_rows=2 rows"),
        ("kind,x\na,1\na,2\nb,3\n", {}, "class 'b' has too few rows: 1, but min_items=2"),
        ("kind,x\na,1\na,2\n", {}, "an episode needs two classes"),
        ("kind,x\n", {}, "numeric"),
        ('kind,x\n"a"b,1\n', {}, "is not a CSV file"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, options: dict[str, Any], why: str) -> None:
    with pytest.raises(DatasetError) as raised:
        in_csv(Path(write(tmp_path / "t.csv", text)), **options).source("all")
    assert why in str(raised.value)


def test_what_is_no_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"give path= a CSV file, or use Table.of"):
        Table().source("all")
    with pytest.raises(DatasetError, match="does not exist"):
        in_csv(tmp_path / "no.csv").source("all")
    with pytest.raises(DatasetError, match="is a folder, not a file"):
        in_csv(tmp_path).source("all")
    (tmp_path / "b.csv").write_bytes(b"kind,x\n\xff,1\n")
    with pytest.raises(DatasetError, match="is not a CSV file in UTF-8"):
        in_csv(tmp_path / "b.csv").source("all")
    with pytest.raises(DatasetError, match=r"a list is not a table; give a data frame, or a mapping"):
        Table.of([1, 2], label="kind")
    with pytest.raises(DatasetError, match="differ in length"):
        Table.of({"kind": ["a"], "x": [1, 2]}, label="kind")
    with pytest.raises(DatasetError, match="'x' of the table has 2 axes"):
        Table.of({"kind": ["a"], "x": [[1, 2]]}, label="kind")
    with pytest.raises(DatasetError, match="has no option 'labels'"):
        Table.of(FRAME, label="kind", labels="x")


numbers = st.floats(allow_nan=True, allow_infinity=True, width=64)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.sampled_from("abc"), numbers, numbers), min_size=1, max_size=30))
def test_every_row_is_an_item_or_listed(tmp_path: Path, rows: list[tuple[str, float, float]]) -> None:
    """A file gives the same as the columns."""
    names = ("kind", "x", "y")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    path = tmp_path / "t.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([names, *rows])
    made = {}
    for way, dataset in {
        "memory": Table.of(columns, label="kind", features=["x", "y"], standardise="none", small="skip"),
        "file": in_csv(path, features="x,y", small="skip"),
    }.items():
        try:
            made[way] = (whole(dataset).items.tolist(), dataset.unreadable)
        except DatasetError as error:
            made[way] = str(error)
            continue
        items, left = made[way]
        skipped = sum(int(why.split()[4].rstrip(",")) for name, why in left if not name.startswith("row"))
        assert len(items) + skipped + sum(name.startswith("row") for name, _ in left) == len(rows)
        assert np.isfinite(items).all()
    assert made["memory"] == made["file"]


def test_episodes_take_the_names_of_the_features_along() -> None:
    frame = {"kind": ["a", "a", "b", "b", "c", "c"], "long": [1, 2, 3, 4, 5, 6], "wide": [6, 5, 4, 3, 2, 2]}
    dataset = Table.of(frame, label="kind", standardise="all")
    pool = whole(dataset)
    assert EpisodeSampler(pool, n_way=2, k_shot=1, n_query=1).episode(0).feature_names == ("long", "wide")
    assert pool.subset([0, 2]).feature_names == ("long", "wide")
    with pytest.raises(EpisodeError, match="feature_names has 1 entries"):
        dataclasses.replace(pool, feature_names=("long",))
