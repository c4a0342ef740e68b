"""The inner-loop slider with real learners: its settings, compared with an explicit inner loop; the learners do not change."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

import metawidgets as m
from metawidgets import EpisodeSampler, datasets, instruments
from metawidgets.errors import LearnerError
from metawidgets.instruments.inner_loop import adjusted
from metawidgets.learners import MAML, build


@pytest.fixture(scope="module")
def wave():
    return EpisodeSampler(datasets.load("sinusoids").source("test"), k_shot=5, n_query=4, seed=2).episode(0)


@pytest.fixture(scope="module")
def starts():
    return instruments.initialisations("sinusoids", seed=3)


def descended(network, episode, rate: float, steps: int) -> tuple[list[float], float]:
    """Run plain gradient descent in float64 with autograd, without our code. Return the support losses and the distance moved."""
    net = copy.deepcopy(network).double().requires_grad_()
    before = [p.detach().clone() for p in net.parameters()]
    x, y = (torch.tensor(a, dtype=torch.float64) for a in (episode.support_x, episode.support_y))
    losses = []
    for t in range(steps + 1):
        loss = ((net(x) - y) ** 2).mean()
        losses.append(loss.item())
        if t < steps:
            net.zero_grad()
            loss.backward()
            with torch.no_grad():
                for p in net.parameters():
                    p -= rate * p.grad
    moved = torch.cat([(p.detach() - b).flatten() for p, b in zip(net.parameters(), before, strict=True)]).norm()
    return losses, moved.item()


@pytest.mark.parametrize(("rate", "steps"), [(0.003, 6), (0.02, 3)])
def test_settings_give_the_descent_that_they_name(starts, wave, rate, steps):
    slider = instruments.inner_loop_slider(starts, wave, shown=["MAML"])
    slider.do_retrace(inner_lr=rate, inner_steps=steps, shown=["MAML", "random"])
    assert slider.shown == ["MAML", "random"]
    for name, trace in zip(slider.shown, slider.traces, strict=True):
        losses, moved = descended(starts[name].network, wave, rate, steps)
        np.testing.assert_allclose(trace["support_loss"], losses, rtol=2e-4)
        assert np.linalg.norm(trace["parameter_distance"][-1]) == pytest.approx(moved, rel=1e-3)


def test_learners_are_left_as_they_were(starts, wave):
    before = {name: (each.hyper, {k: v.clone() for k, v in each.state_dict().items()}) for name, each in starts.items()}
    slider = instruments.inner_loop_slider(starts, wave, inner_lr=0.05, inner_steps=4)
    slider.inner_lr = 0.5
    for name, learner in starts.items():
        hyper, tensors = before[name]
        assert learner.hyper == hyper
        assert not learner.training
        assert all(torch.equal(v, tensors[k]) for k, v in learner.state_dict().items())


def test_initialisations_share_the_inner_loop_and_differ_in_where_it_begins(starts, wave):
    assert list(starts) == ["MAML", "first-order MAML", "pretrained", "random"]
    slider = instruments.inner_loop_slider(starts, wave)
    assert {(c["inner_lr"], c["inner_steps"]) for c in slider.config["choices"]} == {(0.01, 2)}
    first = [float(trace["support_loss"][0]) for trace in slider.traces]
    assert len(set(first)) == 4
    after = {name: float(trace["query_loss"][-1]) for name, trace in zip(slider.shown, slider.traces, strict=True)}
    assert after["MAML"] < after["pretrained"]
    assert after["MAML"] < after["random"]
    # a pretrained regression network keeps its head, from which the inner loop starts
    own = m.load("sinusoids-finetune")
    x = torch.tensor(wave.support_x)
    assert own.head is not None
    expected = ((own.head(own.network(x)) - torch.tensor(wave.support_y)) ** 2).mean().item()
    assert first[2] == pytest.approx(expected, rel=1e-5)


def test_the_seed_makes_the_random_beginning():
    same, again, other = (instruments.initialisations("sinusoids", seed=s)["random"].state_dict() for s in (1, 1, 2))
    assert all(torch.equal(v, again[k]) for k, v in same.items())
    assert not all(torch.equal(v, other[k]) for k, v in same.items())
    own = m.load("sinusoids-maml")
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    instruments.initialisations(own, seed=9)
    assert torch.equal(torch.rand(1), expected)  # the global random state has not changed


def test_a_network_of_ones_own_is_made_anew():
    network = nn.Sequential(nn.Linear(1, 8), nn.ReLU(), nn.Linear(8, 1))
    own = MAML(network, inner_lr=0.1, inner_steps=2)
    made = instruments.initialisations(own)
    assert made["meta-trained (MAML)"] is own
    assert not torch.equal(made["random"].state_dict()["_network.0.weight"], network.state_dict()["0.weight"])
    assert made["random"].hyper == {"inner_lr": 0.1, "inner_steps": 2}

    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1))

    with pytest.raises(LearnerError, match=r"Odd has no reset_parameters\(\)"):
        instruments.initialisations(MAML(Odd()))
    with pytest.raises(LearnerError, match="ProtoNet takes no gradient steps"):
        instruments.initialisations(build("protonet", item_shape=(2,), output_dim=2))
    with pytest.raises(
        LearnerError, match="there are no trained initialisations for 'sinusoid'; did you mean 'sinusoids'"
    ):
        instruments.initialisations("sinusoid")


def test_learned_rates_and_learners_without_steps_stay_as_they_are(wave):
    learners = {"Meta-SGD": m.load("sinusoids-metasgd"), "in context": m.load("sinusoids-in_context")}
    slider = instruments.inner_loop_slider(learners, wave)
    sgd, context = slider.config["choices"]
    assert (sgd["inner_lr"], sgd["inner_steps"]) == (None, 1)
    assert (context["inner_lr"], context["inner_steps"]) == (None, None)
    assert "learned a rate for each parameter" in sgd["note"]
    assert "takes no gradient steps" in context["note"]
    before = slider.traces
    slider.inner_lr = 5.0
    for old, new in zip(before, slider.traces, strict=True):
        np.testing.assert_array_equal(old["query_loss"], new["query_loss"])
    slider.inner_steps = 3
    assert [len(trace) for trace in slider.traces] == [4, len(before[1])]
    assert adjusted(learners["in context"], inner_lr=1.0) is learners["in context"]


def test_another_episode_is_followed_and_one_that_does_not_fit_is_refused():
    learners = instruments.initialisations("glyphs")
    draw = lambda way, i: EpisodeSampler(  # noqa: E731
        datasets.load("glyphs").source("test"), n_way=way, k_shot=1, n_query=2, seed=4
    ).episode(i)
    slider = instruments.inner_loop_slider(learners, draw(5, 0), shown=["MAML", "pretrained"], inner_steps=2, step=1)
    assert "head for these classes starts from zeros" in slider.config["choices"][2]["note"]
    np.testing.assert_allclose(slider.traces[1]["probabilities"][0], 0.2, atol=1e-6)
    new = draw(5, 1)
    slider.adapt_to(new)
    assert slider.episode.query_items == new.query_items
    assert (slider.inner_steps, slider.step, slider.shown) == (2, 1, ["MAML", "pretrained"])
    saved = slider.to_dict()
    with pytest.raises(LearnerError, match="was made for 5 classes, the episode has 3"):
        slider.adapt_to(draw(3, 0))
    assert slider.to_dict() == saved
    assert slider.error.startswith("this MAML was made for 5 classes")
    slider.adapt_to(new)
    assert slider.error == ""


def test_learners_in_a_row_are_named_by_their_method(wave):
    learners = [m.load("sinusoids-maml"), m.load("sinusoids-maml_first_order"), m.load("sinusoids-reptile")]
    slider = instruments.inner_loop_slider(learners, wave)
    assert slider.shown == ["MAML", "First-order MAML", "Reptile"]
    assert instruments.inner_loop_slider(learners[0], wave).shown == ["MAML"]
    with pytest.raises(LearnerError, match="got no learner"):
        instruments.inner_loop_slider([], wave)
