"""The numbers of a report, compared with hand-made answers and with `evaluate`."""

import numpy as np
import pytest

from metawidgets import datasets, learners
from metawidgets.episodes import Episode, EpisodeSampler, ItemId
from metawidgets.errors import ReportError
from metawidgets.learners import loop
from metawidgets.reports.answer_counts import AnswerCounts
from metawidgets.reports.tables import Picture, Table, item_cell, settings_table
from metawidgets.training.evaluation import evaluate

POINTS = np.arange(8, dtype=np.float32).reshape(4, 2)


def episode(names: tuple[str, ...] = ("a", "b")) -> Episode:
    """Make an episode of two classes with two queries each."""
    y = np.array([0, 0, 1, 1])
    support = tuple(ItemId("made", name, "s") for name in names)
    queries = tuple(ItemId("made", names[label], f"q{i}") for i, label in enumerate(y))
    shown = tuple(name.upper() for name in names)  # users may rename classes, so answers are counted by id
    return Episode(POINTS[:2] + 100, np.array([0, 1]), POINTS, y, shown, support, queries)


def test_counts_by_hand():
    counts = AnswerCounts()
    counts.add(0, episode(), np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.4, 0.6]]))  # one of four wrong
    counts.add(1, episode(), np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.5, 0.5]]))  # two wrong, one tied
    assert counts.scores == [0.75, (1 + 0 + 0 + 0.5) / 4]
    assert counts.evaluation.mean == pytest.approx((0.75 + 0.375) / 2)
    first, second = counts.classes()
    assert (first.name, first.n_queries, first.accuracy, first.mistaken_for, first.share) == ("a", 4, 0.5, "b", 0.5)
    assert first.p_truth == pytest.approx((0.9 + 0.2 + 0.9 + 0.1) / 4)
    np.testing.assert_array_equal(second.example, POINTS[2])
    assert (second.name, second.accuracy) == ("b", (1 + 1 + 0 + 0.5) / 4)
    assert [(w.episode, str(w.item), w.truth, w.guess, w.p_truth) for w in counts.worst[:2]] == [
        (1, "made/a/q1", "a", "b", 0.1),
        (0, "made/a/q1", "a", "b", 0.2),
    ]
    np.testing.assert_array_equal(counts.worst[0].x, POINTS[1])
    assert counts.hardest_episodes(1) == [(1, 0.375)]


def test_only_the_worst_are_kept():
    counts = AnswerCounts(n_worst=3)
    for number, p in enumerate([0.4, 0.1, 0.3, 0.2, 0.45]):
        counts.add(number, episode(), np.array([[p, 1 - p], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]]))
    assert [w.p_truth for w in counts.worst] == [0.1, 0.2, 0.3]


def test_regression_has_errors_and_no_classes():
    x = np.arange(3, dtype=np.float32)[:, None]
    curve = Episode(x + 10, x, x, 2 * x)
    counts = AnswerCounts()
    counts.add(0, curve, 2 * x)
    counts.add(1, curve, 2 * x + 3)
    assert counts.scores == [0.0, 9.0]
    assert counts.evaluation.metric == "mean squared error"
    assert counts.classes() == []
    assert counts.hardest_episodes(1) == [(1, 9.0)]


@pytest.mark.parametrize("name", ["gaussians", "sinusoids"])
def test_its_score_is_the_evaluation(name):
    sampler = EpisodeSampler(datasets.load(name).source("test"), k_shot=3, n_query=5, seed=4)
    example = sampler.episode(0)
    learner = learners.build("maml", item_shape=example.item_shape, output_dim=example.output_dim)
    counts = AnswerCounts()
    for i in range(8):
        counts.add(i, sampler.episode(i), loop.predict(learner, sampler.episode(i)))
    expected = evaluate(learner, sampler, 8)
    assert counts.evaluation.metric == expected.metric
    np.testing.assert_allclose(counts.scores, expected.per_episode, rtol=1e-5)


def test_wrong_shapes_and_nothing_are_refused():
    with pytest.raises(ReportError, match=r"episode 7 have shape \(4, 3\); give shape \(4, 2\)"):
        AnswerCounts().add(7, episode(), np.zeros((4, 3)))
    with pytest.raises(ReportError, match="no episode was counted"):
        _ = AnswerCounts().evaluation


def test_a_table_escapes_what_it_shows():
    table = Table(["<b>", "n"], [["<script>alert(1)</script>", 3]], caption="a & b")
    shown = table._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "a &amp; b" in shown
    assert repr(table).splitlines() == ["a & b", "<b>                        n", "<script>alert(1)</script>  3"]


def test_numbers_stand_to_the_right_with_their_heading():
    shown = Table(["name", "share", "n"], [["a", "12.5 %", 3], ["b", "", 12]])._repr_html_()
    assert shown.count('<th scope="col" style="text-align: right') == 2
    assert shown.count('<td style="text-align: right') == 4


def test_a_picture_has_words():
    cell = Picture(np.zeros((1, 4, 4), np.uint8), 'a "q"').html()
    assert 'alt="a &quot;q&quot;"' in cell
    assert "data:image/png;base64," in cell


def test_settings_are_flattened():
    assert settings_table({"a": 1, "b": {"c": None, "d": {}}, "e": "text"}).rows == [
        ["a", "1"],
        ["b.c", "null"],
        ["b.d", "{}"],
        ["e", "text"],
    ]


def test_a_row_of_the_wrong_length():
    with pytest.raises(ValueError, match="1 cells under 2 headings"):
        Table(["a", "b"], [["x"]])


def test_an_item_is_a_cell_of_bounded_size():
    assert item_cell(np.array([0.25, -1.0], np.float32), "two") == "0.25, -1.00"
    assert item_cell(np.arange(3, dtype=np.int32), "ids") == "0 1 2"
    assert item_cell(np.arange(400, dtype=np.int32), "ids") == "0 1 2 3 4 5 6 7 8 9 10 11 …"
    long = item_cell(np.linspace(-1, 1, 384, dtype=np.float32), "query a/b/c")
    assert isinstance(long, Picture)
    assert long.text == "query a/b/c, a vector of 384 numbers"
    other = item_cell(np.linspace(1, -1, 384, dtype=np.float32), "query a/b/c")
    assert isinstance(other, Picture)
    assert long.uri != other.uri  # the picture shows the numbers
    assert isinstance(item_cell(np.zeros((1, 8, 8), np.uint8), "ink"), Picture)
    assert isinstance(item_cell(np.zeros(9, np.float32), "zeros"), Picture)
