"""Options of any dataset: names, types and ranges."""

import dataclasses
import math
from typing import Any

import pytest

from metawidgets.datasets import ALL, load
from metawidgets.errors import DatasetError


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_option_is_checked(name: str) -> None:
    for o in ALL[name].options():
        bad: list[Any] = [[], {}]
        if o.range:
            low, high = o.range
            bad += [low - 1, high + 1, math.nan, math.inf, "7", True, None]
            bad += [(low + high) / 2 + 0.25] if o.type == "int" else []
        elif o.type == "bool":
            bad += [1, 0, "true", None]
        elif o.choices:
            bad += ["", o.choices[0] + "x", 3, None]
        else:
            bad += [3, True, b"x"]
        for value in bad:
            with pytest.raises(DatasetError, match=rf"option {o.name}=.* of dataset '{name}'"):
                load(name, **{o.name: value})


def test_an_unknown_name_brings_the_nearest() -> None:
    with pytest.raises(
        DatasetError, match=r"no dataset 'omniglott'; did you mean 'omniglot'\? Known: digits, features, gaussians"
    ):
        load("omniglott")
    with pytest.raises(
        DatasetError, match=r"'glyphs' has no option 'n_clases'; did you mean 'n_classes'\? Known: classes, n_classes"
    ):
        load("glyphs", n_clases=3)
    with pytest.raises(DatasetError, match=r"split='tests' is not a split of a dataset; did you mean 'test'\?"):
        load("gaussians").source("tests")  # type: ignore[arg-type]
    with pytest.raises(DatasetError, match=r"rotations='trian' .* did you mean 'train'\?"):
        load("omniglot", rotations="trian")


def test_options_cannot_be_changed_afterwards() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load("glyphs").n_classes = 3  # type: ignore[attr-defined]
