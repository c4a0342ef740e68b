"""Combinations, compared with itertools and with lists made by hand; a malformed grid gives one error message."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metawidgets.errors import SweepError
from metawidgets.sweeps.grid import MOST, combinations, excluded, shown

NAMES = st.sampled_from("abcdef")
GRIDS = st.dictionaries(NAMES, st.lists(st.integers(0, 3), min_size=1, max_size=4), max_size=4)


@given(GRIDS)
def test_a_grid_is_the_product_in_order(grid):
    expected = [dict(zip(grid, row, strict=True)) for row in itertools.product(*grid.values())]
    assert list(combinations(grid, [], None)) == expected


@given(GRIDS, st.lists(st.tuples(st.integers(), st.text(max_size=3)), min_size=1, max_size=4), st.integers(2, 5))
def test_zip_and_repeats_are_further_axes(grid, pairs, n_seeds):
    group = {"x": [x for x, _ in pairs], "y": [y for _, y in pairs]}
    got = list(combinations(grid, [group], range(10, 10 + n_seeds)))
    expected = [
        dict(zip(grid, row, strict=True)) | {"x": x, "y": y, "seed": seed}
        for row in itertools.product(*grid.values())
        for x, y in pairs
        for seed in range(10, 10 + n_seeds)
    ]
    assert got == expected


def test_by_hand():
    got = list(combinations({"a": [1, 2], "o": {"c": [True]}}, [{"x": [1, 2], "y": ["p", "q"]}], [7, 8]))
    assert got[:3] == [
        {"a": 1, "o.c": True, "x": 1, "y": "p", "seed": 7},
        {"a": 1, "o.c": True, "x": 1, "y": "p", "seed": 8},
        {"a": 1, "o.c": True, "x": 2, "y": "q", "seed": 7},
    ]
    assert len(got) == 8


def test_nothing_varied_is_one_report():
    assert list(combinations({}, [], None)) == [{}]
    assert list(combinations({}, [{}], None)) == [{}]


def test_values_may_be_lists_themselves():
    assert list(combinations({"shots": [[1, 5], [2]]}, [], None)) == [{"shots": [1, 5]}, {"shots": [2]}]
    assert list(combinations({}, [{"shots": [[1], [2]]}], None)) == [{"shots": [1]}, {"shots": [2]}]


@pytest.mark.parametrize(
    ("grid", "zipped", "repeats", "message"),
    [
        ({"a": []}, [], None, r"grid.a is \[\]; give a list with at least one value"),
        ({"a": 3}, [], None, "grid.a is 3; give a list"),
        ({"o": {"c": "text"}}, [], None, "grid.o.c is 'text'; give a list"),
        ({}, [{"x": [1, 2], "y": [1]}], None, "x has 2, y has 1 entries; make them equally long"),
        ({}, [{"x": []}], None, r"zip.x is \[\]"),
        ({"a": [1]}, [{"a": [2]}], None, "a is given more than once"),
        ({"seed": [1]}, [], [1, 2], "seed is given more than once"),
        ({"o": [{"c": 1}], "o.c": [2]}, [], None, "o and its entry o.c are both varied"),
        ({"o.c": [2]}, [{"o": [{"c": 1}]}], None, "o and its entry o.c are both varied"),
        (
            {name: list(range(101)) for name in "abc"},
            [],
            None,
            "asks for 1,030,301 reports, but at most 1,000,000 are allowed",
        ),
        ({}, [], range(10**15), "1,000,000,000,000,000 reports"),
    ],
)
def test_what_is_no_grid(grid, zipped, repeats, message):
    with pytest.raises(SweepError, match=message):
        next(combinations(grid, zipped, repeats))


def test_a_million_are_allowed_and_come_one_by_one():
    rows = combinations({name: list(range(100)) for name in "abc"}, [], None)
    assert next(rows) == {"a": 0, "b": 0, "c": 0}
    assert next(rows) == {"a": 0, "b": 0, "c": 1}
    assert MOST == 100**3


@pytest.mark.parametrize(
    ("rules", "fitting"),
    [
        ([{"a": 1}], [0]),
        ([{"a": 2}, {"a": [3, 1]}], [1]),
        ([{"a": 1, "b": "no"}], []),
        ([{"a": 1}, {"b": "yes"}], [0, 1]),
        ([{"shots": [1, 5]}], [0]),  # the value is the whole list, not one of its entries
        ([{"shots": [[1, 5], [2]]}], [0]),
        ([{"o": {"c": 3}}], [0]),
        ([{"o.c": [3, 4]}], [0]),
        ([{"o.d": 3}, {"a.c": 1}, {"nowhere": 1}], []),
        ([{}], [0]),
    ],
)
def test_exclusions(rules, fitting):
    assert excluded({"a": 1, "b": "yes", "shots": [1, 5], "o": {"c": 3}}, rules) == fitting


@given(GRIDS, st.lists(GRIDS, max_size=3))
def test_an_exclusion_fits_where_each_of_its_entries_does(grid, rules):
    for values in combinations(grid, [], None):
        expected = [i for i, rule in enumerate(rules) if all(values.get(n) in wanted for n, wanted in rule.items())]
        assert excluded(values, rules) == expected


def test_long_values_are_shown_by_their_beginning():
    assert shown([1, "b"]) == "[1, 'b']"
    assert len(shown("x" * 10**6)) < 100
    assert len(shown([["y" * 500] * 500] * 500)) < 4000
