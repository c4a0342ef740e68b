"""Parameters and sweep settings of arbitrary values: accepted as declared, or refused with one sentence."""

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metawidgets.errors import ParameterError, SweepError
from metawidgets.reports.parameters import Parameters
from metawidgets.sweeps.grid import combinations
from metawidgets.sweeps.settings import Settings
from tests.properties.test_values import JSON, QUICK

CELL = """
n_way: int = 5  # 2..60 classes
rate: float = 0.5  # 0..1 of it
smoke: bool = False
dataset: Literal["glyphs", "digits"] = "glyphs"
path: str | None = None
shots: list[int] = [1, 5]  # 1..100 items
names: list[str] = []
options: dict = {}
"""
MODEL = Parameters.of(CELL)


def whole(value: Any, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


# The values that each line of the cell allows, stated a second time.
ALLOWED = {
    "n_way": lambda v: whole(v, 2, 60),
    "rate": lambda v: type(v) in (int, float) and 0 <= v <= 1,
    "smoke": lambda v: type(v) is bool,
    "dataset": lambda v: v in ("glyphs", "digits"),
    "path": lambda v: v is None or type(v) is str,
    "shots": lambda v: type(v) is list and all(whole(e, 1, 100) for e in v),
    "names": lambda v: type(v) is list and all(type(e) is str for e in v),
    "options": lambda v: type(v) is dict,
}
LIKELY = (
    JSON
    | st.integers(-2, 110)
    | st.floats(-0.5, 1.5)
    | st.sampled_from(["glyphs", "digits", "Glyphs"])
    | st.lists(st.integers(0, 101), max_size=4)
    | st.lists(st.text(max_size=3), max_size=3)
    | st.dictionaries(st.text(max_size=3), JSON, max_size=2)
)


FITTING = {
    "n_way": st.integers(2, 60),
    "rate": st.floats(0, 1) | st.integers(0, 1),
    "smoke": st.booleans(),
    "dataset": st.sampled_from(["glyphs", "digits"]),
    "path": st.none() | st.text(min_size=1).filter(lambda text: text.lower() not in ("none", "null")),
    "shots": st.lists(st.integers(1, 100)),
    "names": st.lists(st.text()),
    "options": st.dictionaries(st.text(), JSON.filter(lambda value: "NaN" not in json.dumps(value))),
}


def outcome(call: Callable[[], Any]) -> tuple[Any, str]:
    """Return the result, or the message with which it was refused."""
    try:
        return call(), ""
    except (ParameterError, SweepError) as error:
        return None, str(error)


@QUICK
@given(st.dictionaries(st.sampled_from([*ALLOWED, "n_ways", "__class__", ""]), LIKELY, max_size=4))
def test_what_is_declared_is_taken_and_all_else_is_named(values: dict[str, Any]) -> None:
    wrong = [name for name, value in values.items() if name not in ALLOWED or not ALLOWED[name](value)]
    taken, refusal = outcome(lambda: MODEL.check(values))
    if wrong:
        assert all(repr(name) in refusal or f"{name}=" in refusal for name in wrong)
        assert refusal.endswith(".")
    else:
        assert taken == MODEL.defaults | values


@QUICK
@given(st.data())
@pytest.mark.parametrize("name", sorted(FITTING))
def test_words_say_what_values_say(name: str, data: Any) -> None:
    value = data.draw(FITTING[name])
    word = value if isinstance(value, str) else json.dumps(value)
    assert MODEL.check(MODEL.from_words([f"{name}={word}"]))[name] == value


@QUICK
@given(st.sampled_from(sorted([*ALLOWED, "options.a", "other"])), st.text())
def test_any_word_is_read_or_refused(name: str, text: str) -> None:
    taken, refusal = outcome(lambda: MODEL.check(MODEL.from_words([f"{name}={text}"])))
    assert refusal.endswith(".") or all(ALLOWED[each](value) for each, value in taken.items())


@QUICK
@given(st.dictionaries(st.sampled_from([*Settings.model_fields, "else"]), LIKELY | st.just(2), max_size=4))
def test_any_settings_of_a_sweep_are_read_or_refused(values: dict[str, Any]) -> None:
    settings, refusal = outcome(lambda: Settings.of(values))
    if not refusal:
        assert set(values) <= set(Settings.model_fields)
        assert settings.repeats >= 1
        assert settings.time_limit is None or 0 < settings.time_limit < math.inf
    else:
        assert refusal.endswith(".")


@QUICK
@given(
    st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=3, unique=True), min_size=1, max_size=3),
    st.integers(1, 3),
)
def test_a_grid_has_every_combination_once(axes: list[list[int]], repeats: int) -> None:
    grid = {f"p{i}": axis for i, axis in enumerate(axes)}
    found = [json.dumps(each, sort_keys=True) for each in combinations(grid, [], range(repeats))]
    assert len(set(found)) == len(found) == repeats * math.prod(map(len, axes))
