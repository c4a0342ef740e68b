"""MAML's meta-gradient against finite differences and a plain double backward written out by hand, in float64."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metawidgets import learners
from metawidgets.episodes import EpisodeBatch
from metawidgets.errors import LearnerError
from metawidgets.learners import loop
from metawidgets.learners.encoders import MLP, Conv4
from tests.learners.conftest import sampler_of

LR = 0.05


def network_of(kind: str, statistics: str = "transductive") -> nn.Module:
    torch.manual_seed(1)
    if kind == "image":
        network: nn.Module = Conv4((1, 16, 16), 3, width=4, downsample="stride", statistics=statistics)
    else:
        network = MLP((1,) if kind == "curve" else (2,), 1 if kind == "curve" else 3, hidden=(8, 8))
    for p in network.parameters():  # not the constant initialisation of a norm, which would hide errors in its gradient
        p.data.add_(0.1 * torch.randn_like(p))
    return network.double()


def plain(kind: str, p: Mapping[str, Tensor], x: Tensor, statistics: str, reference: Tensor | None = None) -> Tensor:
    """The same networks once more, from torch's primitives only."""
    if kind != "image":
        for i in range(3):
            x = x @ p[f"layers.{i}.weight"] + p[f"layers.{i}.bias"]
            x = x.clamp(min=0) if i < 2 else x
        return x
    n = 0 if reference is None else len(reference)
    x = x if reference is None else torch.cat([reference, x])
    for i in range(4):
        x = F.conv2d(x, p[f"convolutions.{i}.weight"], stride=2, padding=1)
        if statistics == "groupnorm":
            dims, s = (1, 2, 3), x
        else:
            dims, s = (0, 2, 3), x[:n] if n else x
        mean = s.mean(dims, keepdim=True)
        var = ((s - mean) ** 2).mean(dims, keepdim=True)
        x = (x - mean) / (var + 1e-5) ** 0.5
        x = (x * p[f"norms.{i}.weight"].view(1, -1, 1, 1) + p[f"norms.{i}.bias"].view(1, -1, 1, 1)).clamp(min=0)
    return (x.flatten(1) @ p["head.weight"].t() + p["head.bias"])[n:]


def loss_of(outputs: Tensor, y: Tensor) -> Tensor:
    if y.is_floating_point():
        return ((outputs - y) ** 2).mean()
    return -(outputs.log_softmax(-1)[torch.arange(len(y)), y]).mean()


def by_hand(
    kind: str, start: Mapping[str, Tensor], batch: tuple[Tensor, ...], steps: int, statistics: str, second: bool = True
) -> Tensor:
    """Algorithm 2 of the paper, task by task."""
    total = torch.zeros((), dtype=torch.float64)
    for xs, ys, xq, yq in zip(*batch, strict=True):
        p = start
        for _ in range(steps):
            grads = torch.autograd.grad(
                loss_of(plain(kind, p, xs, statistics), ys), tuple(p.values()), create_graph=second
            )
            p = {k: v - LR * g for (k, v), g in zip(p.items(), grads, strict=True)}
        reference = xs if statistics == "support_stats" else None
        total = total + loss_of(plain(kind, p, xq, statistics, reference), yq)
    return total / len(batch[0])


def setting(
    kind: str, statistics: str = "transductive", **options: Any
) -> tuple[learners.MAML, EpisodeBatch, tuple[Tensor, ...]]:
    learner = learners.MAML(network_of(kind, statistics), inner_lr=LR, **options)
    batch = sampler_of(kind).batch(0, 3)
    tensors = tuple(
        loop.as_tensor(learner, getattr(batch, n)) for n in ("support_x", "support_y", "query_x", "query_y")
    )
    return learner, batch, tensors


CASES = [
    ("curve", "none"),
    ("point", "none"),
    ("image", "transductive"),
    ("image", "support_stats"),
    ("image", "groupnorm"),
]


@pytest.mark.parametrize(("kind", "statistics"), CASES)
@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("first_order", [False, True])
def test_meta_gradient_equals_a_plain_double_backward(
    kind: str, statistics: str, steps: int, first_order: bool
) -> None:
    learner, batch, tensors = setting(kind, statistics, inner_steps=steps, first_order=first_order)
    learner.train()
    loop.meta_gradient(learner, batch)
    start = dict(learner.network.named_parameters())
    expected = torch.autograd.grad(
        by_hand(kind, start, tensors, steps, statistics, not first_order), tuple(start.values())
    )
    for (name, p), e in zip(start.items(), expected, strict=True):
        assert p.grad is not None, name
        assert (p.grad - e).norm() <= 1e-10 * max(1.0, e.norm().item()), name


@pytest.mark.parametrize(("kind", "statistics"), CASES)
def test_meta_gradient_equals_finite_differences(kind: str, statistics: str) -> None:
    learner, batch, _ = setting(kind, statistics, inner_steps=2)
    learner.train()
    loop.meta_gradient(learner, batch)
    rng = np.random.default_rng(0)
    for name, p in learner.network.named_parameters():
        direction = torch.tensor(rng.normal(size=tuple(p.shape)))
        direction /= direction.norm()
        assert p.grad is not None, name
        expected = (p.grad * direction).sum().item()
        h, values = 1e-6, []
        for sign in (1, -1):
            with torch.no_grad():
                p.add_(sign * h * direction)
            values.append(loop.meta_loss(learner, batch).item())
            with torch.no_grad():
                p.sub_(sign * h * direction)
        assert (values[0] - values[1]) / (2 * h) == pytest.approx(expected, rel=1e-5, abs=1e-7), name


def test_a_stack_of_tasks_is_adapted_as_each_alone() -> None:
    learner, _, tensors = setting("curve", "none", inner_steps=4)
    assert learner.takes_tasks
    together = learner.task_outputs(learners.Support(tensors[0], tensors[1], None), tensors[2])
    for i in range(3):
        alone = learner.task_outputs(learners.Support(tensors[0][i], tensors[1][i], None), tensors[2][i])
        torch.testing.assert_close(together[i], alone, rtol=1e-12, atol=1e-12)


def test_the_trace_shows_each_gradient_step() -> None:
    learner, _, _ = setting("curve", "none", inner_steps=5)
    trace = loop.trace(learner, sampler_of("curve").episode(0))
    assert len(trace) == 6
    assert (np.diff(trace["support_loss"]) < 0).all()  # a small rate on a smooth loss
    assert (trace["parameter_distance"][0] == 0).all()
    assert (trace["parameter_distance"][-1] > 0).all()
    start = dict(learner.network.named_parameters())
    support = loop.support_of(learner, sampler_of("curve").episode(0))
    gradient = torch.autograd.grad(loss_of(plain("curve", start, support.x, "none"), support.y), tuple(start.values()))
    assert trace["gradient_norm"][0] == pytest.approx(torch.cat([g.flatten() for g in gradient]).norm().item())
    moved = LR * gradient[0].norm().item()
    assert trace["parameter_distance"][1][0] == pytest.approx(moved)
    assert trace.coords["layer"] == tuple(start)


def test_test_steps_apply_outside_training() -> None:
    learner, _, _ = setting("curve", "none", inner_steps=1, test_steps=7)
    support = loop.support_of(learner, sampler_of("curve").episode(0))
    assert (learner.train().n_steps(support), learner.eval().n_steps(support)) == (1, 7)


@pytest.mark.parametrize(
    ("option", "value"), [("inner_lr", 0.0), ("inner_lr", float("nan")), ("inner_steps", -1), ("test_steps", 1.5)]
)
def test_bad_options(option: str, value: float) -> None:
    with pytest.raises(LearnerError, match=f"{option}="):
        learners.build("maml", item_shape=(1,), output_dim=1, **{option: value})


def test_another_number_of_classes_is_one_clear_error() -> None:
    learner = learners.build("maml", item_shape=(2,), output_dim=5)
    with pytest.raises(LearnerError, match="made for 5 classes, the episode has 3"):
        loop.trace(learner, sampler_of("point").episode(0))
