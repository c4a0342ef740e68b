"""`embedding_map` and `task_map`: the components' values, compared with the learner's own."""

import numpy as np
import pytest
import torch

from metawidgets import analysis, datasets, instruments
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import EpisodeError, LearnerError, TraceError
from metawidgets.learners import build
from metawidgets.learners.loop import trace

GLYPHS = datasets.load("glyphs", n_classes=60, n_drawers=8)


def learner(name: str, **options):
    torch.manual_seed(0)
    return build(name, item_shape=(1, 28, 28), output_dim=5, **options).eval()


def test_an_episode_is_mapped_step_by_step():
    episode = EpisodeSampler(GLYPHS.source("test"), n_way=3, k_shot=2, n_query=3).episode(0)
    protonet = learner("protonet")
    component, seen = instruments.embedding_map(protonet, episode), trace(protonet, episode)
    assert component.config["steps"] == len(seen) == 7
    arrays = component.unpack()
    np.testing.assert_array_equal(arrays["z"][0, 6:], seen["embeddings"][0])
    np.testing.assert_array_equal(arrays["prototypes"], seen["prototypes"])
    right = (np.nan_to_num(seen["distances"][-1], nan=np.inf).argmin(1) == episode.query_y).mean()
    assert arrays["around"][-1, 3] == pytest.approx(right)
    assert component.config["ids"] == [str(i) for i in episode.support_items + episode.query_items]


def test_a_pool_is_mapped_after_adaptation():
    protonet = learner("protonet", metric="cosine")
    component = instruments.embedding_map(protonet, GLYPHS.source("test"), n_items=60, n_way=8, k_shot=2)
    arrays = component.unpack()
    assert component.metric == "cosine"
    assert arrays["z"].shape[:2] == (1, 56)  # seven items of each of 8 classes: eight would be more than 60 in all
    assert arrays["support"].sum() == 16
    support = arrays["support"].astype(bool)
    means = np.stack([arrays["z"][0][support & (arrays["labels"] == k)].mean(0) for k in range(8)])
    np.testing.assert_allclose(arrays["prototypes"][0], means, atol=1e-5)
    assert len(set(component.config["ids"])) == 56
    again = instruments.embedding_map(protonet, GLYPHS.source("test"), n_items=60, n_way=8, k_shot=2)
    other = instruments.embedding_map(protonet, GLYPHS.source("test"), n_items=60, n_way=8, k_shot=2, seed=1)
    assert again.config["ids"] == component.config["ids"] != other.config["ids"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"n_way": 11}, "give 2 to 10"),
        ({"n_way": 1}, "give 2 to 10"),
        ({"n_items": 20, "n_way": 10, "k_shot": 2}, "leave 2 items each"),
        ({"k_shot": 0}, "k_shot=0"),
    ],
)
def test_a_pool_that_cannot_give_as_many_says_so(options, said):
    with pytest.raises(EpisodeError, match=said):
        instruments.embedding_map(learner("protonet"), GLYPHS.source("test"), **options)


def test_what_has_no_classes_or_no_embeddings_says_so():
    with pytest.raises(EpisodeError, match="pool of classes"):
        instruments.embedding_map(learner("protonet"), datasets.load("sinusoids").source("test"))
    with pytest.raises(LearnerError, match=r"MAML keeps no embeddings to map; use one of .*ProtoNet"):
        instruments.embedding_map(learner("maml"), GLYPHS.source("test"), n_items=40, n_way=5)
    episode = EpisodeSampler(GLYPHS.source("test"), n_way=5, k_shot=1, n_query=2).episode(0)
    with pytest.raises(TraceError, match="embeddings"):
        instruments.embedding_map(learner("maml"), episode)


def test_tasks_of_one_alphabet_are_grouped_and_compared():
    protonet = learner("protonet")
    source = datasets.load("glyphs", n_classes=120, n_drawers=6, within_alphabet=True).source("all")
    component = instruments.task_map(protonet, source, n_tasks=6, n_way=3, k_shot=2, seed=4)
    arrays = component.unpack()
    sampler = EpisodeSampler(source, n_way=3, k_shot=2, n_query=1, seed=4)
    prototypes = [trace(protonet, sampler.episode(i))["prototypes"][-1] for i in range(6)]
    means = np.stack([p.mean(0) for p in prototypes])
    unit = means / np.linalg.norm(means, axis=1, keepdims=True)
    np.testing.assert_allclose(arrays["similarity"], unit @ unit.T, atol=1e-5)
    by_hand = analysis.pairwise_distances(prototypes[1], prototypes[4])
    assert arrays["distance"][1, 4] == pytest.approx((by_hand.min(0).mean() + by_hand.min(1).mean()) / 2, rel=1e-4)
    alphabets = [sampler.episode(i).class_names[0].split("-")[0] for i in range(6)]
    assert component.config["groups"] == alphabets
    assert component.config["tasks"][2]["seed"] == [4, 2]


def test_tasks_over_several_alphabets_have_no_group_and_a_sampler_is_taken_as_it_is():
    sampler = EpisodeSampler(datasets.load("glyphs", n_classes=120).source("all"), n_way=5, k_shot=1, n_query=1, seed=9)
    component = instruments.task_map(learner("protonet"), sampler, n_tasks=3)
    assert component.config["groups"] == []
    assert component.config["tasks"][0]["seed"] == [9, 0]


def test_functions_are_embedded_by_the_state_of_a_recurrent_learner():
    torch.manual_seed(0)
    lstm = build("lstm", item_shape=(1,), output_dim=1).eval()
    source = datasets.load("sinusoids").source("test")
    component = instruments.task_map(lstm, source, n_tasks=4, k_shot=5)
    seen = trace(lstm, EpisodeSampler(source, k_shot=5, n_query=1).episode(3))["hidden"][-1].reshape(-1)
    other = trace(lstm, EpisodeSampler(source, k_shot=5, n_query=1).episode(1))["hidden"][-1].reshape(-1)
    cosine = seen @ other / np.linalg.norm(seen) / np.linalg.norm(other)
    assert component.unpack()["similarity"][3, 1] == pytest.approx(cosine, abs=1e-5)
    assert "hidden state" in component.summary()
    with pytest.raises(LearnerError, match=r"MAML cannot embed a regression task; use one of .*RecurrentLearner"):
        instruments.task_map(build("maml", item_shape=(1,), output_dim=1), source, n_tasks=2)
    with pytest.raises(LearnerError, match="MAML keeps no embeddings of items"):
        instruments.task_map(learner("maml"), GLYPHS.source("test"), n_tasks=2)
    with pytest.raises(EpisodeError, match="n_tasks=1"):
        instruments.task_map(lstm, source, n_tasks=1)
