"""Learned rates, tensor by tensor."""

from dataclasses import replace

import numpy as np
import pytest

from metawidgets import views
from metawidgets.records import Trace

from .scenes import group_of, items, marks_at, texts


@pytest.mark.parametrize("step", [0, 1, 3])
def test_dots_stand_at_the_next_step_s_rates(step: int, rates: Trace) -> None:
    dots = group_of(marks_at(views.learned_rates(rates, step=step).to_dict()), "symbol", 3)
    shown = dict(dot["description"].replace("\N{MINUS SIGN}", "-").split(": ") for dot in dots)
    for layer, rate in zip(rates.coords["layer"], rates["learned_rates"][step], strict=True):
        assert float(shown[layer]) == pytest.approx(rate, rel=1e-3)
    places = {dot["description"].split(": ")[0]: dot["x"] for dot in dots}
    by_place = sorted(places, key=lambda layer: places[layer])
    assert by_place == sorted(places, key=lambda layer: float(shown[layer]))


def test_titles_tell_the_range(rates: Trace) -> None:
    first = " ".join(texts(marks_at(views.learned_rates(rates, step=0).to_dict())))
    last = " ".join(texts(marks_at(views.learned_rates(rates, step=3).to_dict())))
    assert "the next one has rates from -0.05 to 0.55" in first
    assert "a further one would have rates from 0.08 to 0.2" in last


def test_lines_stand_at_zero_and_where_all_began(rates: Trace) -> None:
    marks = marks_at(views.learned_rates(rates, step=1).to_dict())
    at: dict[tuple[int, ...], float] = {tuple(rule.get("strokeDash") or ()): rule["x"] for rule in items(marks, "rule")}
    dots = {dot["description"].split(": ")[0]: dot["x"] for dot in group_of(marks, "symbol", 3)}
    scale = (dots["head.weight"] - dots["offset"]) / (0.4 - 0.02)  # pixels per unit of rate, from the rates of step 1
    assert at[(5, 3)] == pytest.approx(dots["offset"] + scale * (0.3 - 0.02), abs=0.6)
    assert at[(1, 0)] == pytest.approx(dots["offset"] - scale * 0.02, abs=0.6)


def test_rates_that_differ_by_rounding_alone_stand_within_the_chart(rates: Trace) -> None:
    same = 0.03986041 + 1e-9 * np.random.default_rng(0).random(rates["learned_rates"].shape)
    alike = replace(rates, channels={**rates.channels, "learned_rates": same.astype(np.float32)}, meta={})
    spec = views.learned_rates(alike).to_dict()
    low, high = spec["layer"][-1]["encoding"]["x"]["scale"]["domain"]
    drawn = [v for rows in spec["datasets"].values() for row in rows for v in np.atleast_1d(row.get("r", []))]
    assert drawn
    assert all(low < value < high for value in drawn)
