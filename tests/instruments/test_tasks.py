"""A task distribution with learners: their losses equal those of their own traces."""

import numpy as np

import metawidgets as mw
from metawidgets.instruments import task_distribution


def test_losses_are_those_of_traces():
    sines, learner = mw.datasets.load("sinusoids"), mw.load("sinusoids-maml")
    component = task_distribution(sines, {"MAML": learner}, {"phase": 3.0}, n_shifts=1, n_tasks=3, k_shot=10, seed=4)
    train = mw.EpisodeSampler(sines.source("train"), k_shot=10, n_query=10, seed=4)
    losses = component.losses["MAML"]
    for i in range(3):
        np.testing.assert_allclose(losses[0, i], mw.trace(learner, train.episode(i))["query_loss"], rtol=1e-4)
    assert losses[2, :, -1].mean() > losses[1, :, -1].mean()  # phases that training did not contain


def test_tasks_of_classes_are_placed_by_the_learner():
    glyphs, learner = mw.datasets.load("glyphs"), mw.load("glyphs-protonet")
    component = task_distribution(glyphs, learner, {"wobble": 0.5}, n_shifts=1, n_tasks=3, k_shot=1, n_query=1)
    assert list(component.losses) == ["ProtoNet"]
    train = mw.EpisodeSampler(glyphs.source("train"), n_way=5, k_shot=1, n_query=1, seed=0)
    places = component.unpack()["places"]
    means = [mw.trace(learner, train.episode(i))["prototypes"][-1].mean(0) for i in range(3)]
    # two axes keep most of the embedding's distances, and never increase one
    apart = np.linalg.norm(means[0] - means[1]), np.linalg.norm(places[0, 0] - places[0, 1])
    assert apart[1] <= apart[0] * 1.0001


def test_without_learners_there_are_tasks_alone():
    component = task_distribution(mw.datasets.load("gaussians"), n_tasks=2, n_shifts=1)
    assert component.losses == {}
    assert "meta-testing" in component.summary()
