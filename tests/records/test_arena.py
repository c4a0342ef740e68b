"""Several learners on identical episodes: the records, and the functions that make them."""

import numpy as np
import pytest

from metawidgets import datasets, learners
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import EpisodeError
from metawidgets.learners.loop import predict, trace
from metawidgets.records import ArenaRound
from metawidgets.training import evaluation
from tests.widgets.examples import curve, sheet
from tests.widgets.made_comparisons import LEARNERS, SHOTS, comparisons, curves, played


@pytest.fixture(scope="module")
def sampler():
    return EpisodeSampler(datasets.load("gaussians").source("test"), n_way=3, k_shot=4, n_query=6, seed=5)


@pytest.fixture(scope="module")
def maml(sampler):
    return learners.build("maml", item_shape=(2,), output_dim=3, inner_steps=3)


def test_fewer_shots_are_the_first_of_each_class_and_nested():
    episode = sheet((3, 2, 4), 2)
    few = [evaluation.first_shots(episode, k) for k in (1, 2)]
    assert [e.shots.tolist() for e in few] == [[1, 1, 1], [2, 2, 2]]
    assert [str(i) for i in few[0].support_items] == ["tiles/class0/s0", "tiles/class1/s3", "tiles/class2/s5"]
    assert set(few[0].support_items) < set(few[1].support_items) < set(episode.support_items)
    assert all(e.query_items == episode.query_items for e in few)
    assert evaluation.first_shots(curve(), 2).support_x[:, 0].tolist() == [-2, 0]


@pytest.mark.parametrize("k", [0, 3])
def test_more_shots_than_there_are_is_an_error(k):
    with pytest.raises(EpisodeError, match=f"k_shot={k}, but this episode has a class with 2 support items"):
        evaluation.first_shots(sheet((3, 2, 4), 2), k)


def test_answers_are_what_predict_and_trace_say(maml, sampler):
    episode = sampler.episode(1)
    said = evaluation.answers(maml, episode, k_shot=2, shots=(1, 2, 4))
    small = evaluation.first_shots(episode, 2)
    np.testing.assert_array_equal(said.answers, predict(maml, small).argmax(1))
    assert said.score == pytest.approx((said.answers == episode.query_y).mean())
    assert said.by_shots[1] == said.score
    for k, score in zip((1, 2, 4), said.by_shots, strict=True):
        assert score == pytest.approx(evaluation.score(maml, evaluation.first_shots(episode, k)))
    np.testing.assert_allclose(said.by_steps, trace(maml, small)["query_accuracy"], rtol=1e-6)
    assert said.by_steps[-1] == pytest.approx(said.score)
    assert (said.seconds > 0).all()


def test_a_learner_without_gradient_steps_has_none(sampler):
    said = evaluation.answers(learners.build("centroid", item_shape=(2,), output_dim=3), sampler.episode(0))
    assert said.by_steps.shape == (0,)
    assert said.by_shots.shape == (0,)


def test_a_comparison_gives_all_the_same_episode(maml, sampler):
    centroid = learners.build("centroid", item_shape=(2,), output_dim=3)
    comparison = evaluation.compare_on_episode([maml, centroid], sampler.episode(3), k_shot=1, shots=(1, 2))
    assert comparison.episode.shots.tolist() == [1, 1, 1]
    assert comparison.episode.seed == (5, 3)
    assert [len(a.answers) for a in comparison.answers] == [18, 18]


def test_curves_are_recorded_along_the_probe():
    sampler = EpisodeSampler(datasets.load("sinusoids").source("test"), k_shot=5, n_query=7, seed=0)
    learner = learners.build("maml", item_shape=(1,), output_dim=1, inner_steps=1)
    comparison = evaluation.compare_on_episode([learner], sampler.episode(0))
    assert comparison.probe is not None
    assert comparison.answers[0].curve is not None
    assert comparison.answers[0].curve.shape == comparison.probe.shape
    np.testing.assert_allclose(comparison.answers[0].answers, predict(learner, sampler.episode(0)), rtol=1e-5)
    assert comparison.answers[0].score == pytest.approx(evaluation.score(learner, sampler.episode(0)))


def test_a_round_gathers_what_each_scored():
    found = played(5)
    assert found.names == LEARNERS
    assert found.shots == SHOTS
    # The first learner is always right, the second is wrong at the last i % 4 of twelve queries, the third is right for one class of three.
    np.testing.assert_allclose(found.scores[0], 1)
    np.testing.assert_allclose(found.scores[1], 1 - np.array([0, 1, 2, 3, 0]) / 12)
    np.testing.assert_allclose(found.scores[2], 1 / 3)
    assert found.by_steps.shape == (3, 5, 4)
    assert np.isnan(found.by_steps[0]).all()
    assert np.isnan(found.by_steps[2, :, 3]).all()
    assert not np.isnan(found.by_steps[2, :, :3]).any()
    assert found.seeds[3] == (7, 3)
    assert ArenaRound.of(["a", "b"], curves(), k_shot=3, shots=(1, 2, 3)).metric == "mean squared error"


def test_rounds_are_joined():
    made = comparisons(6)
    make = lambda part: ArenaRound.of(LEARNERS, part, k_shot=1, shots=SHOTS)  # noqa: E731
    both = make(made[:2]).with_more(make(made[2:]))
    whole = make(made)
    for name in ("scores", "seconds", "by_shots", "by_steps"):
        np.testing.assert_array_equal(getattr(both, name), getattr(whole, name))
    assert both.seeds == whole.seeds
    with pytest.raises(EpisodeError, match="differ in k_shot"):
        make(made[:2]).with_more(ArenaRound.of(LEARNERS, made[2:], k_shot=2, shots=SHOTS))


def test_what_does_not_fit_is_refused():
    with pytest.raises(EpisodeError, match="at least one comparison"):
        ArenaRound.of(["a"], [], k_shot=1)
    with pytest.raises(EpisodeError, match="answers of 3 learners, but there are 1 names"):
        ArenaRound.of(["a"], comparisons(1), k_shot=1)
    with pytest.raises(EpisodeError, match=r"scores for 3 numbers of shots, but shots=\(1,\)"):
        ArenaRound.of(LEARNERS, comparisons(1), k_shot=1, shots=(1,))
    empty = np.zeros((1, 2, 0))
    with pytest.raises(EpisodeError, match=r"seconds has shape \(1, 2, 3\)"):
        ArenaRound("accuracy", ("a",), np.zeros((1, 2)), np.zeros((1, 2, 3)), 1, (), empty, empty, ((0,), (1,)))
