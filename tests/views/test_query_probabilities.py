"""The chart of query probabilities, mark by mark."""

import numpy as np
import pytest

from metawidgets import views
from metawidgets.episodes import Episode
from metawidgets.errors import TraceError
from metawidgets.records import Trace
from metawidgets.views import theme

from .scenes import group_of, height_of, marks_at


@pytest.mark.parametrize("step", [0, 3, 6])
def test_bars_are_as_high_as_the_probabilities(step: int, prototypes: Trace) -> None:
    marks = marks_at(views.query_probabilities(prototypes, step=step).to_dict())
    bars = group_of(marks, "rect", 16 * 4)
    heights = {}
    for bar in bars:
        query, rest = bar["description"].split(" of class ")
        heights[query, rest.split(" for ")[1]] = height_of(bar) / 200 * 1.12
    for i, query in enumerate(prototypes.episode.query_items):
        for c, name in enumerate(prototypes.episode.class_names):
            assert heights[str(query), name] == pytest.approx(prototypes["probabilities"][step, i, c], abs=1e-3)


def test_true_class_stands_at_the_bottom(prototypes: Trace) -> None:
    marks = marks_at(views.query_probabilities(prototypes, step=6).to_dict())
    for bar in group_of(marks, "rect", 16 * 4):
        own = bar["description"].split(" of class ")[1].split(":")[0] == bar["description"].rsplit(" for ", 1)[1]
        assert bar["opacity"] == (1 if own else 0.55)
        if height_of(bar) > 0.1:
            assert (bar["y"] + height_of(bar) == pytest.approx(200)) == own


def test_symbols_name_the_wrong_guesses(prototypes: Trace) -> None:
    marks = marks_at(views.query_probabilities(prototypes, step=6).to_dict())
    guess = prototypes["probabilities"][6].argmax(-1)
    wrong = np.flatnonzero(guess != prototypes.episode.query_y)
    symbols = group_of(marks, "symbol", len(wrong))
    expected = sorted((theme.class_shape(c), theme.class_colour(c)) for c in guess[wrong])
    assert sorted((s["shape"], s["fill"]) for s in symbols) == expected


def test_beyond_eight_classes_columns_have_three_parts() -> None:
    rng = np.random.default_rng(0)
    n_way, n_query = 12, 24
    y = np.repeat(np.arange(n_way), 2)
    names = tuple(f"class {c}" for c in range(n_way))
    episode = Episode(rng.normal(size=(n_way, 2)), np.arange(n_way), rng.normal(size=(n_query, 2)), y, names)
    p = rng.dirichlet(np.full(n_way, 0.3), (4, n_query)).astype(np.float32)
    marks = marks_at(views.query_probabilities(Trace("inner_step", {"probabilities": p}, episode), step=1).to_dict())
    bars = group_of(marks, "rect", 3 * n_query)
    by_query: dict[str, dict[str, float]] = {}
    for bar in bars:
        query, rest = bar["description"].split(" of class ")
        by_query.setdefault(query, {})[rest.split(" for ")[1]] = float(rest.split(": ")[1].split(" ")[0])
    for i, parts in enumerate(by_query[str(item)] for item in episode.query_items):
        others = np.delete(p[1, i], y[i])
        assert parts[names[y[i]]] == pytest.approx(p[1, i, y[i]], abs=0.0051)
        assert parts["all other classes"] == pytest.approx(others.sum() - others.max(), abs=0.0051)


def test_too_many_queries_name_the_component() -> None:
    y = np.zeros(321, int)
    episode = Episode(np.zeros((2, 2)), np.array([0, 1]), np.zeros((321, 2)), y, ("a", "b"))
    trace = Trace("inner_step", {"probabilities": np.full((2, 321, 2), 0.5)}, episode)
    with pytest.raises(TraceError, match=r"321 queries are too many columns.*use the component InnerLoopSlider"):
        views.query_probabilities(trace)
