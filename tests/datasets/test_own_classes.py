"""Splits of the user's own classes: disjoint, complete, and never a single class."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metawidgets.datasets._own_classes import parts
from metawidgets.errors import DatasetError

shares = st.one_of(st.just(0.0), st.floats(0.01, 0.9))


@settings(deadline=None, max_examples=200)
@given(n=st.integers(2, 300), validation=shares, test=shares, seed=st.integers(0, 2**32 - 1))
def test_parts_are_disjoint_and_make_up_the_whole(n: int, validation: float, test: float, seed: int) -> None:
    try:
        found = parts("x", n, validation, test, seed)
    except DatasetError:
        asked = sum(max(2, round(n * share)) for share in (validation, test) if share)
        assert n - asked < 2
        return
    assert sorted(np.concatenate(list(found.values())).tolist()) == list(range(n))
    assert len(found["train"]) >= 2
    for name, share in (("validation", validation), ("test", test)):
        assert len(found[name]) == (max(2, round(n * share)) if share else 0)  # type: ignore[index]


def test_a_seed_is_one_split() -> None:
    first, again, other = (parts("x", 40, 0.15, 0.25, seed) for seed in (0, 0, 1))
    assert all(np.array_equal(first[part], again[part]) for part in first)
    assert not np.array_equal(first["test"], other["test"])
    assert [len(first[part]) for part in ("train", "validation", "test")] == [24, 6, 10]


def test_both_shares_are_named_where_they_leave_nothing() -> None:
    with pytest.raises(
        DatasetError, match=r"lower test_share=0.9 or validation_share=0.5 \(0 leaves that part empty\)"
    ):
        parts("x", 30, 0.5, 0.9, 0)
