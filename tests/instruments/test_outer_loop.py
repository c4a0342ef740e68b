"""A monitored training gives the same losses as a plain one: in a thread, paused, stopped, stepped and restarted."""

import time
from typing import Any

import numpy as np
import pytest
import torch

from metawidgets import datasets, instruments, learners
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import LearnerError
from metawidgets.learners.loop import trace
from metawidgets.training import MetaTraining, meta_train
from metawidgets.widgets import OuterLoopMonitor
from metawidgets.widgets.outer_loop_monitor.history import History
from tests.learners.conftest import blob_pool


def sine(steps: int = 24) -> tuple[learners.Learner, EpisodeSampler, MetaTraining, EpisodeSampler]:
    data = datasets.load("sinusoids")
    torch.manual_seed(0)
    learner = learners.build("maml", item_shape=(1,), output_dim=1, inner_lr=0.01, inner_steps=2)
    train, validation = (
        EpisodeSampler(data.source(p), k_shot=5, n_query=5, seed=i) for i, p in enumerate(("train", "validation"))
    )
    return (
        learner,
        train,
        MetaTraining(steps, meta_batch_size=4, schedule="cosine", validate_every=8, n_validation=5),
        validation,
    )


def images(
    name: str, steps: int = 10, **options: Any
) -> tuple[learners.Learner, EpisodeSampler, MetaTraining, EpisodeSampler]:
    pool = blob_pool("image", classes=12)
    torch.manual_seed(0)
    learner = learners.build(name, item_shape=(1, 16, 16), output_dim=3, width=4, **options)
    train, validation = (
        EpisodeSampler(pool.subset(part), n_way=3, k_shot=2, n_query=4) for part in (range(8), range(8, 12))
    )
    return learner, train, MetaTraining(steps, meta_batch_size=3, validate_every=4, n_validation=3), validation


PARTS = {
    "sine": sine,
    "protonet": lambda: images("protonet"),
    "reptile": lambda: images("reptile", inner_steps=2, test_steps=2),
}


def monitor_of(parts: Any, **options: Any) -> OuterLoopMonitor:
    learner, train, how, validation = parts
    return instruments.outer_loop_monitor(learner, train, how, validation=validation, **options)


def losses(monitor: OuterLoopMonitor) -> list[float]:
    read = History.unpacked(monitor.history)
    assert (read["first"] == read["last"]).all()
    return read["loss"].tolist()


def plain(kind: str) -> tuple[learners.Learner, list[float]]:
    learner, train, how, validation = PARTS[kind]()
    torch.manual_seed(5)
    return learner, [np.float32(s.loss).item() for s in meta_train(learner, train, how, validation=validation)]


def same(a: learners.Learner, b: learners.Learner) -> bool:
    return all(torch.equal(v, b.state_dict()[k]) for k, v in a.state_dict().items())


@pytest.mark.parametrize("kind", sorted(PARTS))
def test_paused_stopped_stepped_and_resumed_it_gives_the_losses_of_an_unbroken_training(kind):
    reference, expected = plain(kind)
    parts = PARTS[kind]()
    monitor = monitor_of(parts, every=3)
    torch.manual_seed(5)
    for _ in range(4):
        monitor.start(background=True)
        time.sleep(0.02)
        monitor.pause()
        assert monitor.wait(20)
        if monitor.phase == "finished":
            break
        monitor.do_advance()
        assert monitor.wait(20)
        monitor.stop()
    if monitor.phase != "finished":
        monitor.run()
    assert losses(monitor) == expected
    assert same(reference, parts[0])  # the parameters of the best validation


def test_begun_again_it_is_the_same_training():
    _, expected = plain("reptile")  # Reptile draws random numbers
    parts = PARTS["reptile"]()
    monitor = monitor_of(parts)
    torch.manual_seed(5)
    monitor.run(6)
    monitor.restart(background=False)
    assert losses(monitor) == expected


def test_what_was_pretrained_can_begin_again_too():
    monitor = monitor_of(images("pretrained_centroid", steps=4))
    monitor.run()
    first = losses(monitor)
    monitor.restart(background=False)
    assert losses(monitor) == first


def test_stopped_it_leaves_the_learner_as_after_its_last_whole_step():
    learner, *_ = parts = sine(steps=10**6)
    monitor = monitor_of(parts)
    monitor.start(background=True)
    time.sleep(0.2)
    began = time.monotonic()
    monitor.stop()
    assert monitor.phase in ("stopping", "stopped")
    assert time.monotonic() - began < 0.5
    assert monitor.wait(10)
    done = monitor.figures["stands_at"]  # one step further than shown, if its validation was interrupted
    assert done >= 1
    twin, train, how, validation = sine(steps=10**6)
    for step in meta_train(twin, train, how, validation=validation):
        if step.step == done:
            break
    assert same(learner, twin)
    assert not learner.training


def test_the_held_episode_is_adapted_to_by_the_learner_as_it_stands():
    learner, *_ = parts = sine()
    monitor = monitor_of(parts, every=10)
    episode = parts[3].episode(0)
    arrays = monitor.unpack()
    np.testing.assert_allclose(arrays["held.fit"][0], trace(learner, episode)["probe_outputs"][..., 0], rtol=1e-6)
    monitor.run(10)
    arrays = monitor.unpack()
    assert arrays["held.meta_step"].tolist() == [0, 10]
    now = trace(learner, episode)
    np.testing.assert_allclose(arrays["held.fit"][1], now["probe_outputs"][..., 0], rtol=1e-6)
    np.testing.assert_allclose(arrays["held.query_loss"][1], now["query_loss"], rtol=1e-6)
    truth = episode.task["amplitude"] * np.sin(arrays["probe"] - episode.task["phase"])
    np.testing.assert_allclose(arrays["truth"], truth, rtol=1e-4, atol=1e-5)


def test_the_learning_rate_is_that_of_the_component():
    monitor = monitor_of(sine())
    monitor.run(3)
    monitor.meta_lr = 0.01
    monitor.run(1)
    rates = History.unpacked(monitor.history)["meta_lr"]
    assert rates[-1] == pytest.approx(0.01 * 0.5 * (1 + np.cos(np.pi * 3 / 24)))
    assert rates[0] == pytest.approx(1e-3)


def test_a_training_that_diverges_fails_in_words_and_goes_on_at_a_lower_rate():
    learner, *_ = parts = sine(steps=60)
    monitor = monitor_of(parts)
    monitor.run(5)
    with torch.no_grad():
        next(learner.parameters()).fill_(float("nan"))
    monitor.start(background=True)
    assert monitor.wait(20)
    assert monitor.phase == "failed"
    assert "the meta-gradient at step 6 is nan" in monitor.error
    assert monitor.figures["stands_at"] == 0
    monitor.meta_lr = 1e-4
    monitor.run(5)
    assert (monitor.phase, monitor.figures["step"]) == ("paused", 5)
    assert np.isfinite(losses(monitor)).all()


def test_a_checkpoint_goes_on_in_another_monitor(tmp_path):
    _, expected = plain("sine")
    first = monitor_of(sine(), checkpoint=tmp_path / "c.safetensors")
    first.run(9)
    second = monitor_of(sine(), checkpoint=tmp_path / "c.safetensors")
    second.run()
    assert losses(second) == expected[8:]  # the training was saved at its last validation


@pytest.mark.quick_cases("protonet", "maml", "mann")
@pytest.mark.parametrize("name", [n for n, cls in learners.ALL.items() if cls.meta_trained])
def test_every_meta_trained_learner_can_be_watched(name):
    monitor = monitor_of(images(name, steps=2))
    monitor.run()
    assert (monitor.phase, monitor.figures["step"]) == ("finished", 2)
    assert monitor.config["label"].startswith(learners.ALL[name].title)
    assert len(monitor.png()) > 1000
    assert "query accuracy" in monitor.summary()


def test_a_learner_without_an_outer_loop_is_refused():
    sampler = EpisodeSampler(blob_pool("image", classes=12), n_way=3, k_shot=2, n_query=4)
    nearest = learners.build("nearest", item_shape=(1, 16, 16), output_dim=3)
    with pytest.raises(LearnerError, match="has no parameters that an outer loop could train"):
        instruments.outer_loop_monitor(nearest, sampler, MetaTraining(5))
