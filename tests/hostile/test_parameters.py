"""Malicious parameters cells and command-line arguments."""

from contextlib import suppress
from pathlib import Path

import pytest

from metawidgets.cli.console import options_from
from metawidgets.errors import ParameterError
from metawidgets.reports.parameters import Parameters

MODEL = Parameters.of(
    "n: int = 1  # 1..9\noptions: dict = {}\nshots: list[int] = [1]\nname: str | None = None\nrate: float = 0.5"
)


@pytest.mark.parametrize(
    "source",
    [
        "n: int = __import__('os').system('touch ran')",
        "n: __import__('os') = 1",
        "n: int = (lambda: 1)()",
        "n: int = 1; open('ran', 'w')",
        "n: int = 5  # 2.5..60 classes",
        "n: int = 5  # 01..60 classes",
        "n: dict = {[]: 1}",
        "n: Literal[[1]] = 1",
        "n: None | None = None",
        "n: int = " + "-" * 5000 + "1",
        "n: list = " + "[" * 5000 + "]" * 5000,
        "n: int = " + "9" * 5000,
        "_n: int = 1",
        "copy: int = 1",
        "model_config: int = 1",
        "n: int = 1\0",
        "x" * 200_000,
    ],
    ids=range(17),
)
def test_no_cell_runs_or_crashes(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with suppress(ParameterError):  # what cannot be told without running the cell is left to its run
        Parameters.of(source).rows()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "word",
    ["options=" + "[" * 100_000, "options=" + "9" * 5000, "rate=nan", "rate=inf", "n=1e999", "shots=" + "1," * 9],
)
def test_no_word_crashes(word: str) -> None:
    options_from([word])
    with pytest.raises(ParameterError, match="cannot be used"):
        MODEL.check(MODEL.from_words([word]))


def test_an_entry_of_what_is_no_record_replaces_it() -> None:
    assert MODEL.from_words(["options=5", "options.a=1"]) == {"options": {"a": 1}}


def test_a_word_that_looks_like_code_is_a_text() -> None:
    word = "__import__('os').system('true')"
    assert MODEL.check(MODEL.from_words([f"name={word}"]))["name"] == word
