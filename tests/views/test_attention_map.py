"""The attention map, cell by cell."""

import numpy as np
import pytest

from metawidgets import views
from metawidgets.episodes import Episode
from metawidgets.errors import TraceError
from metawidgets.records import Trace
from metawidgets.views import theme

from .scenes import group_of, items, marks_at, texts


def _said(trace: Trace, step: int, **options: object) -> dict[tuple[str, str], str]:
    """Return each cell's text, by query and support item."""
    cells = group_of(marks_at(views.attention_map(trace, step=step, **options).to_dict()), "rect", 9 * 5)
    pairs = [cell["description"].split(" attends to ") for cell in cells]
    return {
        (query.split(" of class ")[0], item.split(" of class ")[0]): item.rsplit(": ", 1)[1] for query, item in pairs
    }


def test_cells_hold_the_shares_of_the_head_asked_for(attention: Trace) -> None:
    for head, name in enumerate(("likeness", "recency")):
        said = _said(attention, 4, head=name)
        assert len(said) == 45
        for i, query in enumerate(attention.episode.query_items):
            for j, item in enumerate(attention.episode.support_items):
                shown = said[str(query), str(item)]
                if j >= 4:
                    assert shown == "not read yet"
                else:
                    share = float(shown.removesuffix(" %"))
                    assert share == pytest.approx(100 * attention["attention"][4, head, i, j], abs=0.06)


def test_shares_of_a_query_sum_to_all_of_its_attention(attention: Trace) -> None:
    said = _said(attention, 5, head="likeness")
    for query in attention.episode.query_items:
        of_query = [float(share.removesuffix(" %")) for (q, _), share in said.items() if q == str(query)]
        assert sum(of_query) == pytest.approx(100, abs=0.3)


def test_the_menu_begins_with_the_mean_of_all_heads(attention: Trace) -> None:
    spec = views.attention_map(attention).to_dict()
    (menu,) = [p for p in spec["params"] if p["name"] == "head"]
    assert menu["bind"]["labels"] == ["all heads (mean)", "likeness", "recency"]
    menu["value"] = 2
    title = " ".join(texts(marks_at(spec)))
    assert "of the attention of recency" in title
    assert "head" not in [p["name"] for p in views.attention_map(attention, head=0).to_dict()["params"]]


def test_the_title_says_what_the_right_class_gets(attention: Trace) -> None:
    episode, weights = attention.episode, attention["attention"][5, 0]
    own = weights[episode.query_y[:, None] == episode.support_y].sum() / weights.sum()
    title = " ".join(texts(marks_at(views.attention_map(attention, step=5, head=0).to_dict())))
    assert f"the right class gets {100 * own:.0f} % of" in title


def test_dots_mark_what_is_attended_to_most(attention: Trace) -> None:
    marks = marks_at(views.attention_map(attention, step=5, head="likeness").to_dict())
    dots = [s for s in items(marks, "symbol") if s.get("stroke") == theme.ON_LIGHT]
    most = attention["attention"][5, 0].argmax(axis=-1)
    order = np.argsort(attention.episode.support_y, kind="stable").tolist()
    expected = sorted(order.index(j) for j in most)
    heights = sorted({round(dot["y"], 1) for dot in dots})
    ranks = sorted(heights.index(round(dot["y"], 1)) for dot in dots)
    assert len(dots) == 9
    assert ranks == np.unique(expected, return_inverse=True)[1].tolist()


def test_an_unknown_head_is_refused_with_the_known_ones(attention: Trace) -> None:
    with pytest.raises(TraceError, match=r"head='recent' .* did you mean 'recency'\?"):
        views.attention_map(attention, head="recent")


def test_curves_have_items_by_their_x() -> None:
    x = np.array([[2.0], [-1.0], [0.5]])
    episode = Episode(x, x, x[:2], x[:2])
    weights = np.array([[[[0.0, 0, 0], [0, 0, 0]]], [[[0.5, 0.25, 0.25], [0, 1, 0]]]])
    trace = Trace("context_example", {"attention": weights}, episode)
    marks = marks_at(views.attention_map(trace, step=1).to_dict())
    # exp(entropy) is 2 sqrt 2 for (1/2, 1/4, 1/4) and 1 for a single item, so the mean is 1.9
    assert "the attention is effectively spread over 1.9 items" in " ".join(texts(marks))
    assert [t for t in texts(marks) if t in ("-1", "0.5", "2")] == ["-1", "0.5", "2", "-1", "2"]


def test_too_many_queries_are_refused() -> None:
    episode = Episode(np.zeros((2, 2)), np.arange(2), np.zeros((129, 2)), np.zeros(129, int), ("a", "b"))
    trace = Trace("write", {"attention": np.zeros((3, 1, 129, 2))}, episode)
    assert "129 queries x 2 support items are too many cells" in str(views.attention_map.refuses(trace))
