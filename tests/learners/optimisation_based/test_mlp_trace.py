"""A trace whose states are computed at once, compared with the trace of one state after the other."""

import numpy as np
import pytest
import torch

from metawidgets.episodes import Episode
from metawidgets.learners import MAML, MetaSGD, loop
from metawidgets.learners.networks.encoders import MLP
from metawidgets.records import Trace


def episode_of(n_way: int | None, inputs: int) -> Episode:
    generator = np.random.default_rng(0)
    support_x, query_x = (generator.normal(size=(n, inputs)).astype(np.float32) for n in (6, 9))
    if n_way:
        return Episode(support_x, np.arange(6) % n_way, query_x, np.arange(9) % n_way, tuple("abc"[:n_way]))
    return Episode(support_x, np.sin(support_x[:, :1]), query_x, np.sin(query_x[:, :1]))


def one_by_one(learner, episode: Episode, monkeypatch: pytest.MonkeyPatch) -> Trace:
    with monkeypatch.context() as patch:
        patch.setattr(type(learner), "read_all", lambda *args: None)
        return loop.trace(learner, episode)


@pytest.mark.parametrize("hidden", [(7, 7), (4,), ()], ids=str)
@pytest.mark.parametrize("n_way", [3, None], ids=["points", "curve"])
@pytest.mark.parametrize(
    "make",
    [
        lambda net: MAML(net, inner_lr=0.3, inner_steps=2, test_steps=4),
        lambda net: MAML(net, inner_lr=0.3, inner_steps=0),
        lambda net: MAML(net, inner_lr=0.3, inner_steps=3, learned_rates=True, test_steps=5),
        lambda net: MetaSGD(net, inner_steps=2),
    ],
    ids=["MAML", "no steps", "learned rates", "Meta-SGD"],
)
def test_all_states_at_once_are_those_one_by_one(make, n_way, hidden, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(1)
    episode = episode_of(n_way, inputs=2 if n_way else 1)
    learner = make(MLP(episode.item_shape, n_way or 1, hidden=hidden)).double().eval()
    with torch.no_grad():
        for p in learner.parameters():
            p += 0.01 * torch.arange(p.numel()).reshape(p.shape) / p.numel()
    found, expected = loop.trace(learner, episode), one_by_one(learner, episode, monkeypatch)
    assert set(found.channels) == set(expected.channels)
    for name, channel in expected.channels.items():
        assert found[name].dtype == channel.dtype, name
        np.testing.assert_allclose(found[name], channel, rtol=1e-9, atol=1e-9, err_msg=name)
    assert found.coords == expected.coords
    assert found.meta == expected.meta
    np.testing.assert_array_equal(found.probe, expected.probe)


def test_a_loop_that_diverges_is_traced_without_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    episode = episode_of(None, inputs=1)
    learner = MAML(MLP((1,), 1, hidden=(8, 8)), inner_lr=1e8, inner_steps=30).eval()
    found, expected = loop.trace(learner, episode), one_by_one(learner, episode, monkeypatch)
    assert not np.isfinite(found["query_loss"][-1])
    np.testing.assert_array_equal(np.isfinite(found["query_loss"]), np.isfinite(expected["query_loss"]))


def test_a_subclass_is_traced_by_its_own_steps() -> None:
    class Halved(MAML):
        def rates(self, t: int):
            return tuple(rate / 2 for rate in super().rates(t))

    torch.manual_seed(1)
    episode, net = episode_of(3, inputs=2), MLP((2,), 3, hidden=(5,))
    own, usual = (loop.trace(kind(net, inner_lr=rate), episode) for kind, rate in ((Halved, 0.4), (MAML, 0.2)))
    np.testing.assert_allclose(own["outputs"], usual["outputs"], rtol=1e-5)
