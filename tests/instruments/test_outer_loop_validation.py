"""The default validation curve of the outer-loop monitor: it uses classes not used for training, is fast, and has no side effects."""

import numpy as np
import pytest
import torch

from metawidgets import datasets, instruments, learners
from metawidgets.episodes import ClassPool, EpisodeSampler
from metawidgets.errors import EpisodeError
from metawidgets.instruments.outer_loop_validation import default_validation
from metawidgets.learners.loop import trace
from metawidgets.training import MetaTraining, meta_train
from metawidgets.widgets.outer_loop_monitor.history import History
from tests.learners.conftest import blob_pool


def sines(steps: int = 12, batch: int = 4, name: str = "reptile") -> tuple:
    torch.manual_seed(0)
    learner = learners.build(name, item_shape=(1,), output_dim=1, inner_lr=0.01, inner_steps=2)
    train = EpisodeSampler(datasets.load("sinusoids").source("train"), k_shot=5, n_query=5)
    return learner, train, MetaTraining(steps, meta_batch_size=batch)


def losses(monitor) -> list[float]:
    return History.unpacked(monitor.history)["loss"].tolist()


def test_a_validation_curve_is_there_without_asking_and_changes_nothing():
    learner, train, how = sines()
    torch.manual_seed(5)  # reptile draws random numbers as it trains
    expected = [np.float32(step.loss).item() for step in meta_train(learner, train, how)]
    twin, train, how = sines()
    monitor = instruments.outer_loop_monitor(twin, train, how)
    torch.manual_seed(5)
    for _ in range(3):
        monitor.run(4)  # stopped and resumed
    assert losses(monitor) == expected
    # The last parameters, not the best
    assert all(torch.equal(v, twin.state_dict()[k]) for k, v in learner.state_dict().items())
    assert [v[0] for v in monitor.validations] == [10, 12]
    assert monitor.figures["best"][1] == min(v[1] for v in monitor.validations)
    assert (
        "20 episodes of other draws of sinusoids, every 10 outer steps and at the end" in monitor.config["validation"]
    )


def test_it_is_on_the_validation_split_of_the_dataset():
    glyphs = datasets.load("glyphs", n_classes=60)
    train = EpisodeSampler(glyphs.source("train"), n_way=5, k_shot=2, n_query=3, seed=4)
    found = default_validation(train, MetaTraining(300, meta_batch_size=25))
    assert found is not None
    source, split = found.sampler.source, glyphs.source("validation")
    assert isinstance(source, ClassPool)
    assert isinstance(split, ClassPool)
    assert source.class_ids == split.class_ids
    assert found.sampler.spec == train.spec
    assert found.every == 20
    assert "20 episodes of the validation split of glyphs, every 20 outer steps" in found.about


@pytest.mark.parametrize(("steps", "batch"), [(1, 1), (30, 1), (300, 1), (300, 25), (10_000, 4)])
def test_it_costs_at_most_half_as_many_episodes_as_the_training(steps, batch):
    _, train, _ = sines()
    found = default_validation(train, MetaTraining(steps, meta_batch_size=batch))
    assert found is not None
    times = steps // found.every
    assert 20 * times <= steps * batch / 2
    assert times <= 16


def part_of_training() -> ClassPool:
    pool = datasets.load("glyphs", n_classes=60).source("train")
    assert isinstance(pool, ClassPool)
    return pool.subset(range(9))


@pytest.mark.parametrize(
    "source",
    [
        blob_pool("image", classes=12),
        datasets.load("glyphs", n_classes=60).source("all"),
        datasets.load("glyphs", n_classes=60).source("test"),
        part_of_training(),
    ],
)
def test_where_nothing_honest_is_known_there_is_none(source):
    train = EpisodeSampler(source, n_way=3, k_shot=1, n_query=3)
    assert default_validation(train, MetaTraining(10)) is None


def test_a_split_that_is_too_small_gives_none():
    table = {"kind": list("aabbccddee") * 3, "x": list(range(30))}
    source = datasets.Table.of(table, label="kind", validation_share=0).source("train")
    assert default_validation(EpisodeSampler(source, n_way=2, k_shot=1, n_query=1), MetaTraining(10)) is None


def test_false_is_no_validation_and_what_is_given_is_said():
    learner, train, how = sines()
    none = instruments.outer_loop_monitor(learner, train, how, validation=False)
    none.run()
    assert none.validations == []
    assert none.config["validation"] == ""
    validation = EpisodeSampler(datasets.load("sinusoids").source("validation"), k_shot=5, n_query=5, seed=1)
    given = instruments.outer_loop_monitor(learner, train, MetaTraining(4, n_validation=3), validation=validation)
    assert (
        given.config["validation"] == "Validation on 3 episodes of sinusoids, at the end; the best parameters are kept."
    )


def test_the_held_episode_is_one_that_training_does_not_see():
    glyphs = datasets.load("glyphs", n_classes=60)
    learner = learners.build("protonet", item_shape=(1, 28, 28), output_dim=5, width=4)
    train = EpisodeSampler(glyphs.source("train"), n_way=5, k_shot=1, n_query=2)
    monitor = instruments.outer_loop_monitor(learner, train, MetaTraining(2))
    names = monitor.config["held"]["episode"]["class_names"]
    split = glyphs.source("validation")
    assert isinstance(split, ClassPool)
    assert set(names) <= set(split.class_ids)
    assert trace(learner, train.episode(0)).episode.class_names != tuple(names)


@pytest.mark.parametrize("given", ["validation", 5, True], ids=repr)
def test_what_is_no_sampler_is_refused(given):
    learner, train, how = sines()
    with pytest.raises(EpisodeError, match="a sampler is needed here"):
        instruments.outer_loop_monitor(learner, train, how, validation=given)
