"""Learners in the arena: the scores equal those of `evaluate`, and the person gets the arena's own episodes."""

import numpy as np
import pytest

import metawidgets as mw
from metawidgets.episodes import EpisodeList
from metawidgets.errors import EpisodeError, LearnerError
from metawidgets.instruments import learner_arena, you_are_the_learner
from metawidgets.learners import build
from metawidgets.training.evaluation import evaluate


@pytest.fixture(scope="module")
def sampler():
    return mw.EpisodeSampler(mw.datasets.load("gaussians").source("test"), n_way=3, k_shot=2, n_query=5, seed=5)


@pytest.fixture(scope="module")
def learners():
    make = lambda name, **options: build(name, item_shape=(2,), output_dim=3, **options)  # noqa: E731
    return {"Centroid": make("centroid"), "MAML": make("maml", inner_steps=2), "Neighbour": make("nearest")}


def test_scores_are_those_of_evaluate(learners, sampler):
    arena = learner_arena(learners, sampler, n_episodes=4, shots=(1, 2), n_open=2)
    for i, learner in enumerate(learners.values()):
        expected = evaluate(learner, sampler, 4)
        np.testing.assert_allclose(arena.round.scores[i], expected.per_episode, rtol=1e-6)
        np.testing.assert_array_equal(arena.round.by_shots[i, :, 1], arena.round.scores[i])
    assert arena.able == ["open", "more"]
    assert list(arena.config["episodes"]) == ["0", "1"]
    arena.do_open(3)
    np.testing.assert_array_equal(arena.unpack()["3.query_y"], sampler.episode(3).query_y)
    arena.play_more(2)
    np.testing.assert_allclose(arena.round.scores[0], evaluate(learners["Centroid"], sampler, 6).per_episode, rtol=1e-6)


def test_more_shots_than_the_sampler_has(learners, sampler):
    arena = learner_arena(learners, sampler, n_episodes=2, shots=(5, 1))
    assert arena.round.shots == (1, 5)
    assert arena.round.k_shot == 2
    assert arena.config["settings"]["drawn_k_shot"] == 5
    assert len(arena.unpack()["0.support_y"]) == 6  # two of each class


def test_the_person_plays_the_arenas_episodes(learners, sampler):
    box = learner_arena(learners, sampler, n_episodes=4, shots=(1, 4), you=3)
    person, arena = box.children
    assert [e["key"] for e in person.config["episodes"]] == arena.config["keys"][:3]
    assert person.selection is arena.selection
    apart = you_are_the_learner(learners, sampler, n_episodes=3, shots=(1, 4))
    assert [e["key"] for e in apart.config["episodes"]] == arena.config["keys"][:3]
    other = you_are_the_learner(learners, sampler, n_episodes=3, shots=(1, 4), seed=6)
    assert not {e["key"] for e in other.config["episodes"]} & set(arena.config["keys"])
    person.scores = {arena.config["keys"][1]: {"score": 0.2, "seconds": 1.0}}
    assert arena.your_scores() == {1: 0.2}


def test_learners_in_a_row_are_named_by_their_titles(learners, sampler):
    row = [learners["MAML"], learners["Centroid"], learners["MAML"]]
    assert learner_arena(row, sampler, n_episodes=2, shots=()).config["names"] == ["MAML", "Nearest centroid", "MAML 2"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_episodes": 0}, "n_episodes=0 leaves nothing to compare"),
        ({"shots": (0, 1)}, "holds 0; give whole numbers from 1"),
        ({"shots": (1.5,)}, "holds 1.5"),
    ],
)
def test_what_cannot_be_played(learners, sampler, options, message):
    with pytest.raises(EpisodeError, match=message):
        learner_arena(learners, sampler, **({"n_episodes": 2} | options))


def test_no_learner_is_no_arena(sampler):
    with pytest.raises(LearnerError, match="the arena got no learner; give one, several, or a mapping from names"):
        learner_arena({}, sampler)


def test_a_list_and_a_file_of_episodes_are_taken_as_they_are(learners, sampler, tmp_path):
    uneven = mw.EpisodeSampler(sampler.source, n_way=3, k_shot=(2, 4), n_query=5, seed=1)
    episodes = [uneven.episode(i) for i in range(6)]
    file = EpisodeList(episodes, name="six").save(tmp_path / "six.safetensors")
    arenas = [learner_arena(learners, given, shots=(1, 2, 3)) for given in (episodes, file)]
    arenas.append(learner_arena(learners, uneven, n_episodes=6, shots=(1, 2, 3)))
    for arena in arenas:
        assert arena.round.shots == (1, 2)  # a class with two support items has no score after three
        assert arena.round.n_episodes == 6
        assert arena.round.settings["k_shot"] == "2 to 4"
        assert "3-way 2 to 4-shot" in arena.config["label"]
        for i, learner in enumerate(learners.values()):
            scores = evaluate(learner, file).per_episode
            np.testing.assert_allclose(arena.round.scores[i], scores, rtol=1e-6)
    assert evaluate(learners["Centroid"], episodes, 2).settings["k_shot"] == "2 to 4"
    with pytest.raises(EpisodeError, match="n_episodes=7, but the list has 6"):
        evaluate(learners["Centroid"], episodes, 7)
    with pytest.raises(EpisodeError, match="has 6 episodes, not number 6"):
        arenas[1].play_more(1)
