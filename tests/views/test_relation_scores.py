"""Relation scores, cell by cell."""

import numpy as np
import pytest

from metawidgets import views
from metawidgets.records import Trace
from metawidgets.views import theme

from .scenes import group_of, items, marks_at, texts


@pytest.mark.parametrize("step", [0, 3, 5])
def test_cells_hold_the_scores(step: int, relations: Trace) -> None:
    names = relations.episode.class_names
    queries = [str(item) for item in relations.episode.query_items]
    for cell in group_of(marks_at(views.relation_scores(relations, step=step).to_dict()), "rect", 9 * 3):
        query, rest = cell["description"].split(" of class ")
        name, value = rest.split(", relation to ")[1].split(": ")
        expected = relations["relation_scores"][step, queries.index(query), names.index(name)]
        assert value == "no support yet" if np.isnan(expected) else float(value) == pytest.approx(expected, rel=1e-3)
        assert (cell["fill"] == theme.ABSENT) == bool(np.isnan(expected))


def test_dots_mark_the_class_that_is_most_alike(relations: Trace) -> None:
    marks = marks_at(views.relation_scores(relations, step=5).to_dict())
    dots = [s for s in items(marks, "symbol") if s.get("stroke") == theme.ON_LIGHT]
    rows = np.bincount(relations["relation_scores"][5].argmax(axis=-1), minlength=3)
    heights = sorted({round(dot["y"]) for dot in dots})
    assert [sum(round(dot["y"]) == h for dot in dots) for h in heights] == rows[rows > 0].tolist()


def test_the_title_counts_right_answers(relations: Trace) -> None:
    scores, y = relations["relation_scores"][5], relations.episode.query_y
    right, own = (scores.argmax(-1) == y).mean(), scores[np.arange(9), y].mean()
    title = " ".join(texts(marks_at(views.relation_scores(relations, step=5).to_dict())))
    assert f"{100 * right:.0f} % of 9 queries right, mean score of the true class {own:.2f}" in title
