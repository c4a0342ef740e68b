"""All gradient learners take any network, frozen parameters, few or no examples of a class, and an interruption."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from metawidgets import learners
from metawidgets.episodes import Episode
from metawidgets.errors import LearnerError
from metawidgets.learners import loop
from metawidgets.learners.networks.encoders import EpisodeNorm
from metawidgets.training import MetaTraining, checkpoints, meta_train
from tests.learners.by_hand import assert_gradients, batch_of, mean_query_loss, network_of, start_of, tensors_of
from tests.learners.conftest import sampler_of

KINDS: dict[str, dict[str, Any]] = {  # every learner with options other than its defaults
    "maml": {"learned_rates": True, "multi_step_loss": 7, "remember": "parameters"},
    "anil": {},
    "metasgd": {},
    "reptile": {"inner_optimiser": "adam", "batch_size": 4, "inner_lr": 0.01},
    "imaml": {"proximal_strength": 1.5, "cg_steps": 3},
}


class ResidualBlock(nn.Module):
    """A small ResNet: a stem, one block with a shortcut, and a pooled head."""

    def __init__(self, norm: str) -> None:
        super().__init__()
        make = (
            (lambda: nn.GroupNorm(2, 8)) if norm == "groupnorm" else (lambda: EpisodeNorm(8, norm))
        )  # PyTorch's own norm, or ours with its policy
        self.statistics = norm
        self.stem = nn.Conv2d(1, 8, 3, stride=2, padding=1)
        self.first, self.second = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
        self.norms = nn.ModuleList(make() for _ in range(3))
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor, n_reference: int | None = None) -> Tensor:
        norm = lambda i, z: self.norms[i](z, n_reference) if n_reference else self.norms[i](z)  # noqa: E731
        x = F.relu(norm(0, self.stem(x)))
        x = F.relu(x + norm(2, self.second(F.relu(norm(1, self.first(x))))))
        return self.head(x.mean((-2, -1)))


class LSTMHead(nn.Module):
    """An LSTM that reads an item row by row, or a number three times; its last state goes to the head."""

    def __init__(self, columns: int, outputs: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(columns, 6, batch_first=True)
        self.out = nn.Linear(6, outputs)

    def forward(self, x: Tensor) -> Tensor:
        rows = x.squeeze(1) if x.ndim == 4 else x.unsqueeze(-1).expand(-1, 3, -1)
        return self.out(self.lstm(rows)[0][:, -1])


NETWORKS: dict[str, tuple[str, Callable[[], nn.Module]]] = {
    "resnet, support_stats": ("image", lambda: ResidualBlock("support_stats")),
    "resnet, transductive": ("image", lambda: ResidualBlock("transductive")),
    "resnet, PyTorch's group norm": ("image", lambda: ResidualBlock("groupnorm")),
    "LSTM on images": ("image", lambda: LSTMHead(16, 3)),
    "LSTM on curves": ("curve", lambda: LSTMHead(1, 1)),
}


def made(network: str, name: str, **options: Any) -> tuple[learners.GradientLearner, str]:
    kind, make = NETWORKS[network]
    torch.manual_seed(0)
    learner = learners.ALL[name](make().double(), **{"inner_lr": 0.1, "inner_steps": 2, **options})
    assert isinstance(learner, learners.GradientLearner)
    return learner, kind


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("remember", ["graphs", "parameters"])
def test_second_order_gradients_of_any_network(network: str, remember: str) -> None:
    learner, kind = made(network, "maml", remember=remember)
    learner.train()

    def outputs(p: dict[str, Tensor], x: Tensor, reference: Tensor | None = None) -> Tensor:
        if reference is None or "support_stats" not in network:
            return functional_call(learner.network, p, (x,))
        return functional_call(learner.network, p, (torch.cat([reference, x]), len(reference)))[len(reference) :]

    start = start_of(learner)
    loss = mean_query_loss(outputs, start, tensors_of(learner, batch_of(kind)), [dict.fromkeys(start, 0.1)] * 2)
    expected = dict(zip(start, torch.autograd.grad(loss, tuple(start.values())), strict=True))
    assert loop.meta_gradient(learner, batch_of(kind)).loss == pytest.approx(loss.item(), rel=1e-12)
    assert_gradients(learner.network, expected)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("name", KINDS)
def test_every_learner_takes_any_network(network: str, name: str) -> None:
    learner, kind = made(network, name, **KINDS[name])
    learner.train()
    loop.meta_gradient(learner, batch_of(kind))
    assert [n for n, p in learner.named_parameters() if p.grad is None or not p.grad.abs().max() > 0] == []
    trace = loop.trace(learner, sampler_of(kind).episode(0))
    assert trace["support_loss"][-1] < trace["support_loss"][0]
    assert trace.meta["hyper"] == learner.hyper


@pytest.mark.parametrize("name", KINDS)
def test_a_frozen_part_stays_and_the_rest_adapts(name: str) -> None:
    network = network_of("point")
    network.get_submodule("layers.0").requires_grad_(False)
    learner = learners.ALL[name](network, inner_lr=0.1, inner_steps=2)
    trace = loop.trace(learner, sampler_of("point").episode(0))
    assert not any(layer.startswith("layers.0") for layer in trace.coords["layer"])
    assert (trace["parameter_distance"][-1] > 0).all()
    loop.meta_gradient(learner.train(), batch_of("point"))
    assert all((p.grad is None) == n.startswith("_network.layers.0") for n, p in learner.named_parameters())


def test_nothing_to_adapt_is_one_clear_error() -> None:
    with pytest.raises(LearnerError, match="Flatten has no parameter that requires a gradient"):
        learners.MAML(nn.Flatten())


def test_a_parameter_that_the_loss_does_not_reach_stays() -> None:
    network = network_of("point")
    network.register_parameter("idle", nn.Parameter(torch.ones(2, dtype=torch.float64)))
    learner = learners.MAML(network, inner_lr=0.1, inner_steps=2)
    trace = loop.trace(learner, sampler_of("point").episode(0))
    assert trace["parameter_distance"][-1][trace.coords["layer"].index("idle")] == 0


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("kind", ["image", "point"])
def test_unbalanced_support_and_a_class_without_any_can_be_trained_on(name: str, kind: str) -> None:
    full = sampler_of(kind).episode(0)
    keep = np.flatnonzero(full.support_y != 1)[:-1]
    episode = Episode(full.support_x[keep], full.support_y[keep], full.query_x, full.query_y, full.class_names)
    assert sorted(episode.shots) == [0, 1, 2]
    learner = learners.ALL[name](network_of(kind, "support_stats"), inner_lr=0.1, inner_steps=2)
    assert isinstance(learner, learners.GradientLearner)
    learner.train()
    support = loop.support_of(learner, episode)
    outputs = learner.task_outputs(support, loop.as_tensor(learner, episode.query_x))
    assert torch.isfinite(outputs).all()
    assert loop.trace(learner, episode)["support_loss"].argmin() > 0


@pytest.mark.quick_cases(1)
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("kind", ["image", "curve"])
def test_a_stopped_training_goes_on_as_if_it_had_not(name: str, kind: str, tmp_path: Path) -> None:
    def training(path: Path, steps: int) -> list[float]:
        torch.manual_seed(3)
        small = {"width": 4} if kind == "image" else {"hidden": (8,)}
        shape, outputs = ((1, 16, 16), 3) if kind == "image" else ((1,), 1)
        options = {"inner_lr": 0.01, "inner_steps": 2, **small, **KINDS[name]}
        learner = learners.build(name, item_shape=shape, output_dim=outputs, **options)
        run = meta_train(learner, sampler_of(kind), MetaTraining(6, 2, validate_every=1), checkpoint=path)
        return [step.loss for step in islice(run, steps)]

    whole = training(tmp_path / "whole.safetensors", 6)
    parts = training(tmp_path / "parts.safetensors", 3) + training(tmp_path / "parts.safetensors", 3)
    assert parts == whole
    a, b = (checkpoints.load(tmp_path / f"{x}.safetensors") for x in ("whole", "parts"))
    assert a.hyper == b.hyper
    assert KINDS[name].items() <= a.hyper.items()
    assert all(torch.equal(v, b.state_dict()[k]) for k, v in a.state_dict().items())


def test_test_steps_apply_outside_training() -> None:
    learner = learners.MAML(network_of("curve"), inner_steps=1, test_steps=7)
    support = loop.support_of(learner, sampler_of("curve").episode(0))
    assert (learner.train().n_steps(support), learner.eval().n_steps(support)) == (1, 7)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    ("option", "value"), [("inner_lr", 0.0), ("inner_lr", float("nan")), ("inner_steps", -1), ("test_steps", 1.5)]
)
def test_bad_options(name: str, option: str, value: float) -> None:
    with pytest.raises(LearnerError, match=f"{option}="):
        learners.build(name, item_shape=(1,), output_dim=1, **{option: value})


def test_another_number_of_classes_is_one_clear_error() -> None:
    learner = learners.build("maml", item_shape=(2,), output_dim=5)
    with pytest.raises(LearnerError, match="made for 5 classes, the episode has 3"):
        loop.trace(learner, sampler_of("point").episode(0))


@pytest.mark.cuda
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("name", KINDS)
def test_any_network_gives_the_same_on_cuda(network: str, name: str) -> None:
    """A function like cuDNN's LSTM: without a second derivative, and in evaluation mode without a first one."""
    learner, kind = made(network, name, **KINDS[name])
    found = []
    for device in ("cpu", "cuda"):
        learner.to(device).zero_grad()
        torch.manual_seed(0)  # Reptile draws minibatches
        loss = loop.meta_gradient(learner.train(), batch_of(kind)).loss
        trace = loop.trace(learner.eval(), sampler_of(kind).episode(0))
        found.append((loss, [p.grad.cpu() for p in learner.parameters() if p.grad is not None], trace["outputs"]))
    (loss, gradients, outputs), (loss_there, gradients_there, outputs_there) = found
    assert loss == pytest.approx(loss_there, rel=1e-7)
    torch.testing.assert_close(gradients, gradients_there, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(outputs, outputs_there, rtol=1e-6, atol=1e-8)
