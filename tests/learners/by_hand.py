"""Reference implementations of gradient learners for the tests: with torch's primitives only, one task after the other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metawidgets.episodes import EpisodeBatch
from metawidgets.learners import GradientLearner, loop
from metawidgets.learners.networks.encoders import MLP, Conv4
from tests.learners.conftest import sampler_of

CASES = [
    ("curve", "none"),
    ("point", "none"),
    ("image", "transductive"),
    ("image", "support_stats"),
    ("image", "groupnorm"),
    ("image", "running"),
]
Outputs = Callable[..., Tensor]


def network_of(kind: str, statistics: str = "transductive", *, downsample: Any = "stride", width: int = 4) -> nn.Module:
    torch.manual_seed(1)
    if kind == "image":
        network: nn.Module = Conv4((1, 16, 16), 3, width=width, downsample=downsample, statistics=statistics)
    else:
        network = MLP((1,) if kind == "curve" else (2,), 1 if kind == "curve" else 3, hidden=(8, 8))
    for p in network.parameters():  # random, since a norm's constant initialisation would hide errors in its gradient
        p.data.add_(0.1 * torch.randn(p.shape))  # not randn_like, whose values follow the strides
    return network.double()


def rectified(x: Tensor) -> Tensor:
    return x.clamp(min=0)


def outputs_of(
    kind: str,
    statistics: str = "none",
    *,
    downsample: str = "stride",
    activation: Callable[[Tensor], Tensor] = rectified,
) -> Outputs:
    """Return `outputs(parameters, x, reference)` of `network_of` in training mode; only `support_stats` uses `reference`."""

    def mlp(p: Mapping[str, Tensor], x: Tensor, reference: Tensor | None = None) -> Tensor:
        for i in range(3):
            x = x @ p[f"layers.{i}.weight"] + p[f"layers.{i}.bias"]
            x = activation(x) if i < 2 else x
        return x

    def conv4(p: Mapping[str, Tensor], x: Tensor, reference: Tensor | None = None) -> Tensor:
        n = len(reference) if reference is not None and statistics == "support_stats" else 0
        x = torch.cat([reference, x]) if reference is not None and n else x
        for i in range(4):
            x = F.conv2d(x, p[f"convolutions.{i}.weight"], stride=2 if downsample == "stride" else 1, padding=1)
            dims = (1, 2, 3) if statistics == "groupnorm" else (0, 2, 3)
            s = x[:n] if n else x
            mean = s.mean(dims, keepdim=True)
            var = ((s - mean) ** 2).mean(dims, keepdim=True)
            x = (x - mean) / (var + 1e-5) ** 0.5
            x = activation(x * p[f"norms.{i}.weight"].view(1, -1, 1, 1) + p[f"norms.{i}.bias"].view(1, -1, 1, 1))
            x = x if downsample == "stride" else F.max_pool2d(x, 2)
        return (x.flatten(1) @ p["head.weight"].t() + p["head.bias"])[n:]

    return conv4 if kind == "image" else mlp


def loss_of(outputs: Tensor, y: Tensor) -> Tensor:
    if y.is_floating_point():
        return ((outputs - y) ** 2).mean()
    return -(outputs.log_softmax(-1)[torch.arange(len(y)), y]).mean()


def descend(
    outputs: Outputs,
    start: Mapping[str, Tensor],
    x: Tensor,
    y: Tensor,
    rates: Iterable[Mapping[str, float | Tensor]],
    second: bool = True,
) -> dict[str, Tensor]:
    """Run gradient descent with one rate per parameter; parameters without a rate stay as they are."""
    p = dict(start)
    for of_step in rates:
        moving = tuple(of_step)
        grads = torch.autograd.grad(loss_of(outputs(p, x), y), [p[n] for n in moving], create_graph=second)
        p |= {n: p[n] - of_step[n] * g for n, g in zip(moving, grads, strict=True)}
    return p


def tensors_of(learner: GradientLearner, batch: EpisodeBatch) -> list[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """Return (support_x, support_y, query_x, query_y) of each task."""
    names = ("support_x", "support_y", "query_x", "query_y")
    return list(zip(*(loop.as_tensor(learner, getattr(batch, n)) for n in names), strict=True))


def mean_query_loss(
    outputs: Outputs,
    start: Mapping[str, Tensor],
    tasks: Sequence[tuple[Tensor, Tensor, Tensor, Tensor]],
    rates: Sequence[Mapping[str, float | Tensor]],
    second: bool = True,
) -> Tensor:
    """Return the query loss after the inner steps, averaged over tasks (algorithm 2 of the MAML paper)."""
    losses = [loss_of(outputs(descend(outputs, start, xs, ys, rates, second), xq, xs), yq) for xs, ys, xq, yq in tasks]
    return torch.stack(losses).mean()


def start_of(learner: GradientLearner) -> dict[str, Tensor]:
    return dict(learner.network.named_parameters())


def batch_of(kind: str, size: int = 3) -> EpisodeBatch:
    return sampler_of(kind).batch(0, size)


def assert_gradients(learner: nn.Module, expected: Mapping[str, Tensor], tolerance: float = 1e-10) -> None:
    """Assert that the `.grad` of each named parameter is as expected, within `tolerance` times max(1, norm)."""
    of = dict(learner.named_parameters())
    for name, e in expected.items():
        found = of[name].grad
        assert found is not None, name
        assert (found - e).norm() <= tolerance * max(1.0, e.norm().item()), name


def assert_finite_differences(
    learner: nn.Module,
    loss: Callable[[], float],
    names: Iterable[str] | None = None,
    *,
    h: float = 1e-6,
    rel: float = 1e-5,
) -> None:
    """Assert that each `.grad` agrees with the central difference of `loss` along a random direction."""
    rng, of = np.random.default_rng(0), dict(learner.named_parameters())
    for name in of if names is None else names:
        p = of[name]
        direction = torch.tensor(rng.normal(size=tuple(p.shape)))
        direction /= direction.norm()
        assert p.grad is not None, name
        expected, values = (p.grad * direction).sum().item(), []
        for sign in (1, -1):
            with torch.no_grad():
                p.add_(sign * h * direction)
            values.append(loss())
            with torch.no_grad():
                p.sub_(sign * h * direction)
        found = (values[0] - values[1]) / (2 * h)
        assert abs(found - expected) <= max(rel * abs(expected), 1e-7), (name, found, expected)
