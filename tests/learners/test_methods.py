"""Methods that are no learners: functions of episodes and stored predictions, beside learners."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import metawidgets as mw
from metawidgets.errors import LearnerError
from metawidgets.instruments import learner_arena
from metawidgets.learners import Method, build


def logistic(episode):
    """Fit scikit-learn's logistic regression to the support set."""
    flat = lambda x: x.reshape(len(x), -1)  # noqa: E731
    model = LogisticRegression(max_iter=200).fit(flat(episode.support_x), episode.support_y)
    return model.predict_proba(flat(episode.query_x))


def by_distance(episode):
    """Compute in numpy what the nearest centroid answers."""
    means = np.stack([episode.support_x[episode.support_y == c].mean(0) for c in range(episode.n_way)])
    squared = ((episode.query_x[:, None] - means) ** 2).sum(-1)
    p = np.exp(squared.min(1, keepdims=True) - squared)
    return p / p.sum(1, keepdims=True)


@pytest.fixture(scope="module")
def sampler():
    return mw.EpisodeSampler(mw.datasets.load("gaussians").source("test"), n_way=3, k_shot=2, n_query=5, seed=5)


def test_a_function_scores_as_the_learner_that_does_the_same(sampler):
    centroid = build("centroid", item_shape=(2,), output_dim=3)
    ours, theirs = (mw.evaluate(one, sampler, 5) for one in (centroid, by_distance))
    np.testing.assert_array_equal(ours.per_episode, theirs.per_episode)
    assert theirs.settings["title"] == "by_distance"
    kept = [mw.evaluate(one, sampler, 2, keep_answers=True).confusions() for one in (centroid, by_distance)]
    assert kept[0] == kept[1]
    arena = learner_arena({"ours": centroid, "theirs": by_distance}, sampler, n_episodes=3, shots=(1, 2, 3))
    np.testing.assert_array_equal(arena.round.scores[0], arena.round.scores[1])
    np.testing.assert_array_equal(arena.round.by_shots[0], arena.round.by_shots[1])


def test_scikit_learn_beside_ours(sampler):
    arena = learner_arena([build("nearest", item_shape=(2,), output_dim=3), logistic], sampler, n_episodes=3, shots=())
    assert arena.round.names[1] == "logistic"
    expected = [(logistic(e).argmax(1) == e.query_y).mean() for e in map(sampler.episode, range(3))]
    np.testing.assert_allclose(arena.round.scores[1], expected)


@pytest.mark.parametrize("name", ["mine.safetensors", "mine.npz"])
def test_stored_predictions_score_as_their_method(sampler, tmp_path, name):
    episodes = [sampler.episode(i) for i in range(3)]
    stored = mw.Predictions.of(episodes, map(by_distance, episodes), "mine")
    again = mw.Predictions.load(stored.save(tmp_path / name))
    assert repr(again) == "Predictions('mine', 3 episodes)"
    want = mw.evaluate(by_distance, sampler, 3).per_episode
    np.testing.assert_array_equal(mw.evaluate(again, sampler, 3).per_episode, want)
    arena = learner_arena([again], sampler, n_episodes=3, shots=())
    np.testing.assert_array_equal(arena.round.scores[0], want)
    with pytest.raises(LearnerError, match=r"no predictions for the episode with seed \(5, 3\)"):
        mw.evaluate(again, sampler, 4)
    with pytest.raises(LearnerError, match="3 episodes and 2 arrays"):
        mw.Predictions.of(episodes, [by_distance(e) for e in episodes[:2]])


def test_predictions_follow_the_content_and_not_the_names(sampler):
    from dataclasses import replace

    episode = sampler.episode(0)
    stored = mw.Predictions.of([episode], [by_distance(episode)])
    renamed = replace(episode, class_names=("a", "b", "c"), seed=())
    np.testing.assert_array_equal(stored(renamed), stored(episode))
    with pytest.raises(LearnerError, match="made by hand"):
        stored(replace(renamed, support_y=np.roll(episode.support_y, 1)))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda e: by_distance(e)[:, :2], r"shape \(15, 2\), and this episode needs \(15, 3\)"),
        (lambda e: by_distance(e).argmax(1), r"shape \(15,\)"),
        (lambda e: by_distance(e) * 2, "query 0, which are no probabilities"),
        (lambda e: by_distance(e) * [-1, 1, 1], "no probabilities"),
        (lambda e: by_distance(e) * np.nan, "return finite numbers"),
        (lambda e: "yes", "returned a str"),
    ],
)
def test_what_is_no_probabilities_is_refused(sampler, wrong, message):
    with pytest.raises(LearnerError, match=message):
        mw.evaluate(wrong, sampler, 1)


def test_regression_takes_predicted_targets():
    sampler = mw.EpisodeSampler(mw.datasets.load("sinusoids").source("test"), n_way=None, k_shot=5, n_query=9)
    zero = lambda e: np.zeros((len(e.query_y), 1))  # noqa: E731
    want = [(sampler.episode(i).query_y ** 2).mean() for i in range(2)]
    np.testing.assert_allclose(mw.evaluate(zero, sampler, 2).per_episode, want, rtol=1e-6)
    arena = learner_arena([zero], sampler, n_episodes=2, shots=(2,))
    assert not arena.unpack()["0.curves"].any()


def test_a_method_has_no_states(sampler):
    with pytest.raises(LearnerError, match="'logistic' answers whole episodes and has no states"):
        mw.trace(Method(logistic), sampler.episode(0))
    with pytest.raises(LearnerError, match="'name' is a name, not a learner"):
        mw.evaluate("name", sampler, 1)
