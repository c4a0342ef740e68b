"""What an evaluation says about its queries, by hand-made answers and by planted faults, which it must name and not invent."""

import numpy as np
import pytest

from metawidgets import datasets, learners
from metawidgets.episodes import Episode, EpisodeSampler, ItemId
from metawidgets.errors import EpisodeError
from metawidgets.learners import loop
from metawidgets.records import Confusion, Evaluation
from metawidgets.records.answers import replies
from metawidgets.training.evaluation import evaluate

from .planted import clouds, scored, with_a_copy, with_wrong_labels

POINTS = np.arange(8, dtype=np.float32).reshape(4, 2)


def episode(names: tuple[str, ...] = ("a", "b")) -> Episode:
    """Make an episode of two classes with two queries each."""
    y = np.array([0, 0, 1, 1])
    support = tuple(ItemId("made", name, "s") for name in names)
    queries = tuple(ItemId("made", names[label], f"q{i}") for i, label in enumerate(y))
    shown = tuple(name.upper() for name in names)  # users may rename classes, so answers are counted by id
    return Episode(POINTS[:2] + 100, np.array([0, 1]), POINTS, y, shown, support, queries)


def made(*predicted: list[list[float]]) -> Evaluation:
    kept = tuple(replies(episode(), np.array(p)) for p in predicted)
    return Evaluation("accuracy", np.array([one.hit.mean() for one in kept]), {}, kept)


def test_by_hand():
    found = made(
        [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.4, 0.6]],  # one of four wrong
        [[0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.5, 0.5]],  # two wrong, one tied
    )
    assert found.per_episode.tolist() == [0.75, (1 + 0 + 0 + 0.5) / 4]
    first, second = found.per_class()
    assert (first.name, first.n_queries, first.accuracy, first.mistaken_for, first.share) == ("a", 4, 0.5, "b", 0.5)
    assert first.p_truth == pytest.approx((0.9 + 0.2 + 0.9 + 0.1) / 4)
    assert (second.name, second.accuracy) == ("b", (1 + 1 + 0 + 0.5) / 4)
    assert [(w.episode, str(w.item), w.truth, w.guess) for w in found.worst_queries(2)] == [
        (1, "made/a/q1", "a", "b"),
        (0, "made/a/q1", "a", "b"),
    ]
    assert [w.p_truth for w in found.worst_queries(2)] == pytest.approx([0.1, 0.2])
    # the tie is answered with the first class
    assert found.confusions() == [Confusion("a", "b", 2, 4), Confusion("b", "a", 2, 4)]
    assert found.confusions(1)[0].share == 0.5
    assert found.hardest_episodes(1) == [(1, 0.375)]
    q1 = next(score for score in found.answers.per_item() if score.item.item == "q1")
    assert (q1.n_queries, q1.n_right, q1.answered, q1.episode) == (2, 0, "b", 0)


def test_calibration_by_hand():
    found = made([[0.9, 0.1], [0.1, 0.9], [0.3, 0.7], [0.3, 0.7]]).calibration(n_bins=2)
    assert found.count.tolist() == [0, 4]
    assert found.confidence[1] == pytest.approx(0.8)
    assert found.accuracy[1] == 0.75
    assert found.ece == pytest.approx(0.05)


@pytest.mark.parametrize("name", ["gaussians", "sinusoids"])
def test_the_answers_are_those_of_predict(name: str):
    sampler = EpisodeSampler(datasets.load(name).source("test"), k_shot=3, n_query=5, seed=4)
    example = sampler.episode(0)
    learner = learners.build("maml", item_shape=example.item_shape, output_dim=example.output_dim)
    found = evaluate(learner, sampler, 6)
    if example.is_regression:
        with pytest.raises(EpisodeError, match="holds a mean squared error per episode and no answers"):
            found.per_class()
        assert "squared error" in found._repr_html_()
        return
    for i in range(6):
        drawn = sampler.episode(i)
        p, here = loop.predict(learner, drawn), found.answers.episode == i
        np.testing.assert_allclose(found.answers.p_guess[here], p.max(1), rtol=1e-5)
        np.testing.assert_allclose(found.answers.p_truth[here], p[np.arange(len(p)), drawn.query_y], rtol=1e-5)
        assert found.answers.hit[here].mean() == pytest.approx(found.per_episode[i])
    assert sum(score.n_queries for score in found.per_class()) == 6 * len(example.query_y)


def test_answers_are_kept_only_if_asked_and_wrong_shapes_are_refused():
    sampler = EpisodeSampler(datasets.load("gaussians").source("test"), n_query=2)
    learner = learners.build("centroid", item_shape=(2,), output_dim=5)
    plain = evaluate(learner, sampler, 3, keep_answers=False)
    assert plain.replies == ()
    np.testing.assert_array_equal(plain.per_episode, evaluate(learner, sampler, 3).per_episode)
    with pytest.raises(EpisodeError, match=r"have shape \(4, 3\); give shape \(4, 2\)"):
        replies(episode(), np.zeros((4, 3)))


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_planted_faults_are_named_and_a_clean_pool_has_none(seed: int):
    """`benchmarks/planted_faults.py` counts over many seeds how often a fault is missed, or named without one."""
    pool = clouds(seed)
    clean = scored(pool, seed)
    assert clean.faults == ()
    assert clean.verdict.startswith("Nothing points to a fault")

    (copies,) = scored(with_a_copy(pool, seed), seed).faults
    assert copies.kind == "near-duplicate classes"
    assert [set(pair) for pair in copies.pairs] == [{"<class 0>", "<class 1>"}]
    assert "One pair of classes is nearly the same" in copies.sentence

    mixed, planted = with_wrong_labels(pool, seed)
    spoilt = scored(mixed, seed)
    (labels,) = spoilt.faults
    assert labels.kind == "wrong labels"
    named = {score.item for score in labels.items}
    assert len(named & planted) / len(named) > 0.8
    assert len(named & planted) / len(planted) > 0.4
    assert spoilt.mean < clean.mean
    page = spoilt._repr_html_()
    assert "seem to have a wrong label" in page
    assert "<class" not in page


def test_a_learner_that_guesses_gets_no_verdict():
    rng = np.random.default_rng(0)
    kept = tuple(replies(episode(), rng.dirichlet([1, 1], 4)) for _ in range(200))
    assert Evaluation("accuracy", np.array([one.hit.mean() for one in kept]), {}, kept).faults == ()
