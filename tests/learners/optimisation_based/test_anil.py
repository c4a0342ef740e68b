"""ANIL by hand: MAML whose inner loop changes only the head."""

import pytest
import torch
from torch import Tensor, nn

from metawidgets import learners
from metawidgets.errors import LearnerError
from metawidgets.learners import loop
from tests.learners.by_hand import (
    CASES,
    assert_finite_differences,
    assert_gradients,
    batch_of,
    mean_query_loss,
    network_of,
    outputs_of,
    tensors_of,
)
from tests.learners.conftest import sampler_of

LR = 0.1


class Whole(nn.Module):
    """A wrapper that hides a network's features, so that the whole network must be run."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner, self.statistics = inner, getattr(inner, "statistics", "none")

    def forward(self, *args: Tensor) -> Tensor:
        return self.inner(*args)


@pytest.mark.parametrize(("kind", "statistics"), CASES)
@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("steps", [1, 3])
def test_meta_gradient_equals_a_plain_double_backward(kind: str, statistics: str, whole: bool, steps: int) -> None:
    network = network_of(kind, statistics)
    learner = learners.ANIL(Whole(network) if whole else network, inner_lr=LR, inner_steps=steps).train()
    start = dict(network.named_parameters())
    head = [n for n in start if n.startswith("head" if kind == "image" else "layers.2")]
    rates = [dict.fromkeys(head, LR)] * steps
    loss = mean_query_loss(outputs_of(kind, statistics), start, tensors_of(learner, batch_of(kind)), rates)
    expected = dict(zip(start, torch.autograd.grad(loss, tuple(start.values())), strict=True))
    assert loop.meta_gradient(learner, batch_of(kind)).loss == pytest.approx(loss.item(), rel=1e-12)
    assert_gradients(network, expected)


@pytest.mark.parametrize(("kind", "statistics"), CASES)
def test_meta_gradient_equals_finite_differences(kind: str, statistics: str) -> None:
    learner = learners.ANIL(network_of(kind, statistics), inner_lr=LR, inner_steps=2).train()
    loop.meta_gradient(learner, batch_of(kind))
    assert_finite_differences(learner, lambda: loop.meta_loss(learner, batch_of(kind)).item())


def test_the_body_is_run_once_and_the_head_alone_moves() -> None:
    learner = learners.ANIL(network_of("image", "support_stats"), inner_lr=LR, inner_steps=5)
    runs = []
    learner.network.get_submodule("convolutions.1").register_forward_hook(lambda *_: runs.append(1))
    trace = loop.trace(learner, sampler_of("image").episode(0))
    assert trace.coords["layer"] == ("head.weight", "head.bias")
    assert (trace["parameter_distance"][1:] > 0).all()
    assert len(runs) == 3  # support set, queries, and the support set as queries, but not once per step
    assert learner.hyper["head"] == "head"


@pytest.mark.parametrize(
    ("head", "layers"),
    [(None, ("layers.2.weight", "layers.2.bias")), ("layers.1", ("layers.1.weight", "layers.1.bias"))],
)
def test_the_head_is_the_last_layer_or_the_one_named(head: str | None, layers: tuple[str, ...]) -> None:
    learner = learners.ANIL(network_of("curve"), head=head)
    assert loop.trace(learner, sampler_of("curve").episode(0)).coords["layer"] == layers
    assert learner.hyper["head"] == layers[0].removesuffix(".weight")


def test_a_module_of_several_layers_can_be_the_head() -> None:
    body, head = nn.Linear(2, 6), nn.Sequential(nn.ReLU(), nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 3))
    learner = learners.ANIL(nn.Sequential(body, head).double(), head="1", inner_lr=LR)
    assert loop.trace(learner, sampler_of("point").episode(0)).coords["layer"] == (
        "1.1.weight",
        "1.1.bias",
        "1.3.weight",
        "1.3.bias",
    )


def test_a_single_layer_is_all_head() -> None:
    learner = learners.ANIL(nn.Linear(2, 3).double(), inner_lr=LR)
    assert loop.trace(learner, sampler_of("point").episode(0)).coords["layer"] == ("weight", "bias")


@pytest.mark.parametrize("head", ["heads", "layer", "norms.9"])
def test_an_unknown_head_names_the_nearest(head: str) -> None:
    with pytest.raises(LearnerError, match=f"head='{head}' is not the name of a submodule of Conv4"):
        learners.ANIL(network_of("image"), head=head)
