"""The loss landscape with the package's trained learners, and wrong arguments, which are refused."""

import numpy as np
import pytest

import metawidgets
from metawidgets import datasets
from metawidgets.episodes import EpisodeSpec
from metawidgets.errors import LearnerError
from metawidgets.instruments import loss_landscape
from metawidgets.learners.loop import trace


def drawn(dataset, n, **spec):
    source, rng = datasets.load(dataset).source("test"), np.random.default_rng(5)
    return [source.draw(rng, EpisodeSpec(**spec)) for _ in range(n)]


def test_sinusoids_of_several_tasks_refined_in_the_background():
    maml, episodes = metawidgets.load("sinusoids-maml"), drawn("sinusoids", 3, n_way=None, k_shot=10, n_query=20)
    landscape = loss_landscape(maml, episodes, resolution=5, refine=9)
    assert landscape.background.wait(60)
    assert landscape.error == ""
    assert landscape.config["sides"] == [9, 9, 9]
    assert landscape.config["plane"] == {"first": 0, "third": 1, "seed": 0}
    for k, episode in enumerate(episodes):
        np.testing.assert_allclose(landscape.unpack()["query_loss"][k], trace(maml, episode)["query_loss"], rtol=1e-4)
    x = 0.5 * landscape.config["range"]["x"][1]
    landscape.move(x, 0.0)
    np.testing.assert_allclose(landscape.unpack()["path"][:, 0], [[x, 0]] * 3, atol=1e-6)


def test_classes_with_a_random_direction_and_then_the_other_solution():
    maml, episodes = metawidgets.load("glyphs-maml"), drawn("glyphs", 2, n_way=5, k_shot=1, n_query=2)
    landscape = loss_landscape(maml, episodes, resolution=3, refine=3, third="random", seed=2)
    assert landscape.background.wait(60)
    assert landscape.config["plane"] == {"first": 0, "third": "random", "seed": 2}
    assert landscape.unpack()["off_plane"][1, -1] > 0.1
    landscape.do_replane(first=0, third=1, seed=2)
    assert landscape.background.wait(60)
    assert landscape.config["plane"]["third"] == 1
    assert landscape.unpack()["off_plane"][1, -1] < 1e-3
    assert landscape.config["sides"] == [3, 3]
    assert landscape.config["loss_unit"] == "nats"


def test_a_pretrained_initialisation():
    tuned, (episode,) = metawidgets.load("sinusoids-finetune"), drawn("sinusoids", 1, n_way=None, k_shot=5, n_query=5)
    landscape = loss_landscape(tuned, episode, resolution=3, refine=3)
    assert landscape.config["label"] == "Loss landscape of Fine-tuning"
    np.testing.assert_allclose(landscape.unpack()["support_loss"][0], trace(tuned, episode)["support_loss"], rtol=1e-4)


def test_what_is_refused():
    maml, (episode,) = metawidgets.load("sinusoids-maml"), drawn("sinusoids", 1, n_way=None, k_shot=5, n_query=5)
    with pytest.raises(LearnerError, match="third='task' needs a second task"):
        loss_landscape(maml, episode, third="task")
    with pytest.raises(LearnerError, match="unknown third='tasks'; did you mean 'task'"):
        loss_landscape(maml, episode, third="tasks")  # pyright: ignore[reportArgumentType]
    with pytest.raises(LearnerError, match="ProtoNet keeps its parameters fixed"):
        loss_landscape(metawidgets.load("glyphs-protonet"), drawn("glyphs", 1, n_way=5, k_shot=1, n_query=2))
