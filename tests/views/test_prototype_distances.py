"""The small heatmap, cell by cell."""

import numpy as np
import pytest

from metawidgets import views
from metawidgets.episodes import Episode
from metawidgets.errors import TraceError
from metawidgets.records import Trace
from metawidgets.views import theme
from metawidgets.views.prototype_distances import distance_matrix

from .scenes import group_of, items, marks_at


@pytest.mark.parametrize("step", [0, 2, 6])
def test_cells_hold_the_distances(step: int, prototypes: Trace) -> None:
    marks = marks_at(views.prototype_distances(prototypes, step=step).to_dict())
    cells = group_of(marks, "rect", 16 * 4)
    assert len({cell["description"] for cell in cells}) == 64
    for cell in cells:
        query, rest = cell["description"].split(" of class ")
        own, name, value = rest.replace(", distance to ", ": ").split(": ")
        i = [str(item) for item in prototypes.episode.query_items].index(query)
        c = prototypes.episode.class_names.index(name)
        assert own == prototypes.episode.class_names[prototypes.episode.query_y[i]]
        expected = prototypes["distances"][step, i, c]
        assert value == "no support yet" if np.isnan(expected) else float(value) == pytest.approx(expected, rel=1e-3)
        assert (cell["fill"] == theme.ABSENT) == bool(np.isnan(expected))


def test_dots_mark_the_nearest_class(prototypes: Trace) -> None:
    spec = views.prototype_distances(prototypes).to_dict()
    for step in (2, 6):
        dots = [s for s in items(marks_at(spec, step), "symbol") if s.get("stroke") == theme.ON_LIGHT]
        nearest = np.nanargmin(prototypes["distances"][step], axis=-1)
        rows = np.bincount(nearest, minlength=4)
        heights = sorted({round(dot["y"]) for dot in dots})
        assert len(dots) == 16
        assert [sum(round(dot["y"]) == h for dot in dots) for h in heights] == rows[rows > 0].tolist()
    assert not [s for s in items(marks_at(spec, 0), "symbol") if s.get("stroke") == theme.ON_LIGHT]


def test_queries_take_the_order_asked_for_and_cells_hold_a_change(prototypes: Trace) -> None:
    y = prototypes.episode.query_y
    kept = [int(q) for label in (1, 0) for q in np.flatnonzero(y == label)[::-1]]  # two of four classes, backwards
    change = np.full(prototypes["distances"].shape, np.nan)
    change[6] = 0
    change[6, kept[0]] = 3
    chart = distance_matrix(prototypes, step=6, width=400, order=kept, change=change)
    marks = marks_at(chart.to_dict())
    cells = group_of(marks, "rect", len(kept) * 4)
    by_place = sorted({(cell["x"], cell["description"].split(" of class ")[0]) for cell in cells})
    by_class = [q for label in (0, 1) for q in kept if y[q] == label]
    assert [name for _, name in by_place] == [str(prototypes.episode.query_items[q]) for q in by_class]
    moved = [cell for cell in cells if cell["description"].endswith(": 3")]
    assert len(moved) == 4
    assert len({cell["fill"] for cell in cells}) == 2  # the colours of no change and of the largest change
    dots = [s for s in items(marks, "symbol") if s.get("stroke") == theme.ON_LIGHT]
    assert len(dots) == len(kept)  # dots mark the nearest class, not the largest change


def test_a_large_matrix_names_the_component(prototypes: Trace) -> None:
    y = np.repeat(np.arange(3), 11)
    episode = Episode(np.zeros((3, 2)), np.arange(3), np.zeros((33, 2)), y, ("a", "b", "c"))
    trace = Trace("context_example", {"distances": np.ones((4, 33, 3))}, episode)
    with pytest.raises(
        TraceError, match="33 queries x 3 classes are more than 32 x 32 cells; use the component PrototypeHeatmap"
    ):
        views.prototype_distances(trace)


def test_wide_cells_hold_their_number() -> None:
    episode = Episode(np.zeros((2, 2)), np.arange(2), np.zeros((2, 2)), np.arange(2), ("a", "b"))
    trace = Trace("context_example", {"distances": np.arange(8.0).reshape(2, 2, 2)}, episode)
    numbers = [item["text"] for item in items(marks_at(views.prototype_distances(trace, step=1).to_dict()), "text")]
    assert {"4", "5", "6", "7"} <= set(numbers)
