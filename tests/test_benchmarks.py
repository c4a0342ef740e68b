"""The benchmark against other libraries: its arithmetic, and that it runs. No test checks a time."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def race(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """`benchmarks/race.py`, imported as the other scripts in its folder import it."""
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    module = importlib.import_module("race")
    yield module
    del sys.modules["race"]


def raced(race: ModuleType, threads: int = 2, **walls: list[float]):
    """Make a race with the given wall-clock seconds, and ten times as many processor seconds."""
    results = {
        name: race.Result([race.Repetition(wall, 10 * wall) for wall in seconds]) for name, seconds in walls.items()
    }
    return race.Race(results, threads)


def test_ratios_are_paired_within_a_repetition(race):
    # the machine is four times slower in the second repetition and twice in the third, which does not change the ratios
    ratio = race.paired([1.0, 4.0, 3.0], [2.0, 8.0, 4.0])
    assert ratio == race.Ratio(median=0.5, smallest=0.5, of_minima=0.5, pairs=3)
    ratio = race.paired([1.0, 4.0, 3.0], [4.0, 5.0, 6.0])
    assert ratio == race.Ratio(median=0.5, smallest=0.25, of_minima=0.25, pairs=3)


def test_disturbed_repetitions_do_not_count_where_two_others_are_left(race):
    ours, theirs = [1.0, 9.0, 1.0, 3.0], [2.0, 2.0, 4.0, 2.0]
    assert race.paired(ours, theirs, clean=[0, 2]) == race.Ratio(0.375, 0.25, 0.5, 2)
    assert race.paired(ours, theirs, clean=[2]).pairs == 4
    found = raced(race, ours=ours, theirs=theirs)
    disturbed = found.results["theirs"].repetitions
    for i in (1, 3):
        disturbed[i] = disturbed[i]._replace(others=0.5)
    assert found.clean("ours") == [0, 1, 2, 3]
    assert found.clean("ours", "theirs") == [0, 2]
    assert found.ratio("ours", "theirs").median == 0.375


def test_one_thread_counts_processor_time_and_several_the_walls(race):
    assert raced(race, threads=1, ours=[1.0, 3.0, 2.0]).median("ours") == 20.0
    assert raced(race, threads=2, ours=[1.0, 3.0, 2.0]).median("ours") == 2.0
    assert raced(race, threads=2, ours=[1.0, 3.0, 2.0]).minimum("ours") == 1.0


def test_the_fastest_has_the_least_median_of_those_that_finished(race):
    found = raced(race, ours=[1.0] * 3, slow=[0.1, 9.0, 9.0], fast=[2.0, 2.0, 2.0])
    found.results["broken"] = race.Result([], failed="ImportError: no")
    assert found.fastest(["slow", "fast", "broken"]) == "fast"
    assert found.fastest(["broken"]) is None


def test_contenders_take_turns_and_one_that_fails_is_left_out(race):
    calls = []

    def fails() -> None:
        raise ValueError("two\nlines")

    contenders = {name: (lambda name=name: calls.append(name)) for name in "abc"} | {"d": fails}
    found = race.race(contenders, repetitions=3, threads=1, least_seconds=0)
    assert "".join(calls) == "abc" + "abc" + "bca" + "cab"  # the first three letters are one warm-up call of each
    assert found.results["d"].failed == "ValueError: two"
    assert found.finished == ["a", "b", "c"]
    assert [len(found.results[name].repetitions) for name in "abcd"] == [3, 3, 3, 0]


def test_a_race_that_nobody_can_run_is_no_error(race):
    found = race.race({"a": lambda: 1 / 0}, repetitions=2, threads=1)
    assert found.finished == []


@pytest.mark.slow
def test_every_suite_runs_and_our_gradients_are_exact(root, tmp_path):
    path = tmp_path / "peers.json"
    command = [sys.executable, "benchmarks/peers.py", "--smoke", "--without-peers", "--out", str(path)]
    subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    suites = json.loads(path.read_text(encoding="utf-8"))["suites"]
    assert set(suites) == {"check", "sinusoids", "conv4", "modules", "protonet", "episodes", "interactive"}
    for row in suites.pop("check"):
        assert row["errors"]["metawidgets"] < 1e-10, row
    for rows in suites.values():
        for row in rows:
            assert row["contenders"][row["ours"]]["failed"] is None
            assert row["fastest_peer"] is None
