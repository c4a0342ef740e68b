"""Malicious tables: huge lines, huge numbers of columns, names that are not text."""

from pathlib import Path

import pytest

from metawidgets import datasets
from metawidgets.errors import DatasetError
from tests.hostile.confined import confined

_READ = """
import sys
from metawidgets import datasets
from metawidgets.errors import DatasetError
try:
    datasets.load("table", path=sys.argv[1], label="kind").source("all")
except DatasetError as error:
    print(error)
"""


def refusal(path: object, **options: object) -> str:
    with pytest.raises(DatasetError) as error:
        datasets.load("table", path=str(path), label="kind", **options).source("all")
    assert len(str(error.value)) <= 2020
    return str(error.value)


def test_a_gigabyte_without_an_end_of_line_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "x.csv").open("wb") as file:
        file.truncate(6 << 30)
    assert "a line of more than 1,048,576 characters" in confined(_READ, tmp_path / "x.csv", megabytes=900)
    (tmp_path / "y.csv").write_text('kind,x\n"' + "a" * 2_000_000)
    assert "a line of more than" in confined(_READ, tmp_path / "y.csv", megabytes=900)


def test_a_hundred_thousand_columns_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(",".join(f"c{i}" for i in range(100_000)) + "\n")
    assert "has 100,000 columns; at most 10,000 are allowed" in confined(_READ, tmp_path / "x.csv", seconds=20)


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity", "1e999", "9" * 5000, "__import__('os')"])
def test_a_row_without_a_finite_number_is_left_out(tmp_path: Path, value: str) -> None:
    (tmp_path / "x.csv").write_text(
        "x,y,kind\n" + "".join(f"{i},{i}.5,{'ab'[i % 2]}\n" for i in range(6)) + f"{value},1,a\n"
    )
    table = datasets.load("table", path=str(tmp_path / "x.csv"), label="kind", features="x", standardise="all")
    if "import" in value:
        with pytest.raises(DatasetError, match="is not numeric: row 7 has"):
            table.source("all")
    else:
        assert len(table.source("all").items) == 6  # pyright: ignore[reportAttributeAccessIssue]
        assert table.unreadable[0][0] == "row 7"  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("path", ["x" * 10_000, "a\0b", "~nobody-of-that-name/x.csv", "a/" * 3000, "\u202e", "."])
def test_a_path_that_no_file_can_have_is_no_file(path: str) -> None:
    assert "give a CSV file" in refusal(path)
    for name in ("omniglot", "image_folder"):
        with pytest.raises(DatasetError):
            datasets.load(name, root=path).source("all")


def test_features_that_are_no_list_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("x,kind\n1,a\n2,b\n")
    for features in ("a\nb", '"' + "x" * 200_000, "x" * 10_000):
        assert refusal(tmp_path / "x.csv", features=features)
