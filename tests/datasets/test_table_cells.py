"""Cells as people write them: missing words, decimal commas, indices, rows and words that slip in."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metawidgets.datasets import Table, load
from metawidgets.datasets._cells import numbers
from metawidgets.episodes import ClassPool, EpisodeSampler
from metawidgets.errors import DatasetError
from metawidgets.learners import build
from metawidgets.training import evaluate


def whole(dataset: Any) -> ClassPool:
    pool = dataset.source("all")
    assert isinstance(pool, ClassPool)
    return pool


def csv(folder: Path, *lines: str, **options: Any) -> Table:
    path = folder / "t.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return Table(**{"path": str(path), "label": "kind", "standardise": "none", **options})


@pytest.mark.parametrize("missing", ["NA", "nan", "None", "?", "", "NaN", "null", "N/A", "<NA>"])
def test_the_same_words_are_missing_in_labels_and_in_features(tmp_path: Path, missing: str) -> None:
    made = csv(tmp_path, "kind,x", "a,1", "a,2", "b,3", "b,4", f"{missing},5", f"{missing},6", f"a,{missing}")
    assert whole(made).class_ids == ("a", "b")
    assert made.unreadable == (
        ("row 5", "has no label in 'kind'"),
        ("row 6", "has no label in 'kind'"),
        ("row 7", "lacks 'x'"),
    )


def test_missing_values_of_pandas_and_numpy_are_no_class() -> None:
    class NA:  # pandas.NA, whose text is "<NA>"
        def __repr__(self) -> str:
            return "<NA>"

    labels = ["a", "a", "b", "b", NA(), None, float("nan"), np.datetime64("NaT")]
    made = Table.of({"kind": np.array(labels, object), "x": np.arange(8.0)}, label="kind", standardise="none")
    assert whole(made).class_ids == ("a", "b")
    assert [name for name, _ in made.unreadable] == ["row 5", "row 6", "row 7", "row 8"]
    made = Table.of({"kind": list("aaabb"), "x": np.array([1, NA(), 3, 4, 5], object)}, label="kind", small="skip")
    assert made.unreadable[0] == ("row 2", "lacks 'x'")


def test_repeated_rows_are_counted_listed_and_dropped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    lines = ["kind,x,y", "a,1,2", "a,1,2", "b,1,2", "a,1.0,2e0", "b,3,4", "a,5,6"]
    with caplog.at_level(logging.WARNING):
        assert csv(tmp_path, *lines).unreadable == (("row 2", "repeats row 1"), ("row 4", "repeats row 1"))
    assert caplog.messages == [
        "table left out 2 of 6 rows, 2 of them repeated ones: row 2 repeats row 1 (and 1 more, see `unreadable`)"
    ]
    assert whole(csv(tmp_path, *lines)).sizes.tolist() == [2, 2]  # row 3 has the numbers of row 1, but another label
    assert whole(csv(tmp_path, *lines, repeated="keep")).sizes.tolist() == [4, 2]


def test_noise_with_every_row_three_times_is_at_chance() -> None:
    """With the rows kept, the nearest neighbour finds a copy among the support items and scores far above chance."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(150, 4))
    columns = {"kind": np.repeat(np.arange(5), 90), **dict(zip("abcd", np.repeat(rows, 3, 0).T, strict=True))}
    score = {}
    for repeated in ("drop", "keep"):
        source = Table.of(columns, label="kind", standardise="all", repeated=repeated).source("all")
        sampler = EpisodeSampler(source, n_way=5, k_shot=10, n_query=10)
        learner = build("nearest", item_shape=(4,), output_dim=5)
        score[repeated] = evaluate(learner, sampler, 40).mean
    assert abs(score["drop"] - 0.2) < 0.03
    assert score["keep"] > 0.3


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["3,14", "2", "-0,5"], [3.14, 2, -0.5]),
        (["3,14", "1,234"], [3.14, 1.234]),  # the first cell shows that commas are decimal
        (["0,123", "1,5e3"], [0.123, 1500]),
        ([" 7", "1e3", ".5", "5.", "+2"], [7, 1000, 0.5, 5, 2]),
    ],
)
def test_numbers_and_decimal_commas(cells: list[str], expected: list[float]) -> None:
    found, word = numbers(np.array(cells, object))
    assert word is None
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        (["1", "2020_01"], 1),  # Python reads 202001
        (["1,234", "5,678"], 0),  # a thousand or a decimal fraction?
        (["3.14", "2,5"], 1),  # both
        (["1", "1.234,5"], 1),
        (["1", "0x10"], 1),
    ],
)
def test_what_may_be_no_number_is_a_word(cells: list[str], word: int) -> None:
    assert numbers(np.array(cells, object))[1] == word


def test_a_column_that_is_no_feature_is_listed_with_its_cell(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    lines = ["kind,x,when,slip,void", "a,1,2020_01,1,", "a,2,2020_02,2,NA", "b,3,2020_03,3.4x,", "b,4,2020_04,4,?"]
    with caplog.at_level(logging.WARNING):
        made = csv(tmp_path, *lines)
        assert made.feature_names == ("x",)
    assert made.unreadable == (
        ("column 'when'", "is not a feature: row 1 has '2020_01'"),
        ("column 'slip'", "is not a feature: row 3 has '3.4x'"),
        ("column 'void'", "is not a feature: it has no number"),
    )
    assert caplog.messages == ["table left out column 'slip', since row 3 has '3.4x'"]


def test_the_index_that_pandas_writes_is_no_feature(tmp_path: Path) -> None:
    made = csv(tmp_path, ",kind,x", "0,a,1", "1,a,2", "2,b,3", "3,b,4")
    assert made.feature_names == ("x",)
    assert made.unreadable == (("column 1", "is not a feature: it has no name, as the index that pandas writes"),)
    frame = {"Unnamed: 0": [0, 1, 2, 3], "kind": list("aabb"), "x": [1, 2, 3, 4]}
    made = Table.of(frame, label="kind")
    assert made.feature_names == ("x",)
    assert made.unreadable[0][0] == "column 'Unnamed: 0'"
    assert Table.of(frame, label="kind", features=["Unnamed: 0"]).feature_names == ("Unnamed: 0",)
    with pytest.raises(DatasetError, match="leaves a column without a name, the one before 'y'"):
        csv(tmp_path, "kind,x,,y", "a,1,2,3").source("all")


@pytest.mark.parametrize(("missing", "statistic"), [("mean", np.nanmean), ("median", np.nanmedian)])
def test_missing_numbers_are_filled_in_by_the_training_rows(missing: str, statistic: Any) -> None:
    rng = np.random.default_rng(1)
    x = rng.exponential(size=(60, 2))
    x[rng.random(60) < 0.2, 0] = np.nan
    columns = {"kind": np.repeat(np.arange(10), 6), "a": x[:, 0], "b": x[:, 1]}
    made = Table.of(columns, label="kind", standardise="none", missing=missing)
    train, every = made.source("train"), whole(made)
    assert isinstance(train, ClassPool)
    inside = np.isin(columns["kind"], [int(c) for c in train.class_ids])
    order = [int(every.item_id(i).item) - 1 for i in range(60)]
    expected = np.where(np.isnan(x), statistic(x[inside], 0), x)[order]
    np.testing.assert_allclose(every.items, expected, rtol=1e-6)
    scaled = Table.of(columns, label="kind", missing=missing).source("train")
    assert isinstance(scaled, ClassPool)
    np.testing.assert_allclose(scaled.items.mean(0), 0, atol=1e-6)
    assert load("table", **vars(made)) == made


def test_what_cannot_be_filled_in_is_said() -> None:
    nan = float("nan")
    columns = {"kind": list("aabbb"), "x": [1, 2, nan, 4, 5], "y": [nan] * 5}
    made = Table.of(columns, label="kind", features="x", standardise="none", missing="mean", small="skip")
    assert made.unreadable == (("row 3", "lacks 'x'"),)  # it has nothing else
    with pytest.raises(
        DatasetError, match="column 'y' has no number in the training rows, so there is no median to fill in"
    ):
        Table.of(columns, label="kind", features=["x", "y"], standardise="all", missing="median").source("all")
