"""The networks for the peers, as plain PyTorch modules, and the exact meta-gradient for the audit.

Conv4 uses batch statistics only, and its convolutions have a bias, as in published implementations. Ours has no such bias, since
the norm that follows removes it. The other networks are the same module for both sides.
"""

from collections.abc import Callable
from typing import NamedTuple, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from metawidgets.episodes import EpisodeBatch

__all__ = [
    "Conv4",
    "Loss",
    "RecurrentHead",
    "ResidualNet",
    "Tasks",
    "as_standard",
    "copy_values",
    "double_backward",
    "matching_names",
    "mlp",
]

Loss = Callable[[Tensor, Tensor], Tensor]


class Tasks(NamedTuple):
    """A meta-batch as tensors, each with a leading task axis, as in every library's examples."""

    support_x: Tensor
    support_y: Tensor
    query_x: Tensor
    query_y: Tensor

    @classmethod
    def of(cls, batch: EpisodeBatch, dtype: torch.dtype = torch.float32) -> Self:
        """Make tensors of a batch. Images become fractions of full ink (0 to 1), as our learners read them."""
        arrays = (batch.support_x, batch.support_y, batch.query_x, batch.query_y)
        tensors = [torch.tensor(a) for a in arrays]
        as_read = (t.to(dtype) / 255 if t.dtype == torch.uint8 else t for t in tensors)
        return cls(*(t.to(dtype) if t.is_floating_point() else t for t in as_read))

    @property
    def loss(self) -> Loss:
        return F.mse_loss if self.support_y.is_floating_point() else F.cross_entropy

    def __len__(self) -> int:
        return len(self.support_x)

    def task(self, i: int) -> "Tasks":
        return Tasks(*(t[i] for t in (self.support_x, self.support_y, self.query_x, self.query_y)))


def batch_norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, track_running_stats=False)


class Conv4(nn.Module):
    """Four blocks of convolution, batch norm, ReLU and downsampling by 2; a linear head if `output_dim` is given."""

    def __init__(self, downsample: str, output_dim: int | None, width: int = 64) -> None:
        super().__init__()
        stride, layers = 2 if downsample == "stride" else 1, []
        for channels in (1, width, width, width):
            layers += [nn.Conv2d(channels, width, 3, stride, padding=1), batch_norm(width), nn.ReLU()]
            if downsample == "pool":
                layers.append(nn.MaxPool2d(2))
        self.body = nn.Sequential(*layers)
        side = 2 if downsample == "stride" else 1
        self.head = nn.Linear(width * side * side, output_dim) if output_dim else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x).flatten(1))


def mlp() -> nn.Module:
    """Make MAML's network for sinusoids."""
    return nn.Sequential(nn.Linear(1, 40), nn.ReLU(), nn.Linear(40, 40), nn.ReLU(), nn.Linear(40, 1))


class ResidualBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.first_norm = batch_norm(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.second_norm = batch_norm(outputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        inner = F.relu(self.first_norm(self.first(x)))
        return F.relu(self.second_norm(self.second(inner)) + self.shortcut(x))


class ResidualNet(nn.Module):
    """Three residual blocks with affine batch norm, the mean over positions, and a linear head."""

    def __init__(self, output_dim: int, width: int = 32) -> None:
        super().__init__()
        self.blocks = nn.Sequential(
            ResidualBlock(1, width, 2), ResidualBlock(width, 2 * width, 2), ResidualBlock(2 * width, 2 * width, 1)
        )
        self.head = nn.Linear(2 * width, output_dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.blocks(x).mean((2, 3)))


class RecurrentHead(nn.Module):
    """A convolution, an LSTM that reads its feature map row by row, and a linear head."""

    def __init__(self, output_dim: int, width: int = 64) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, 8, 3, stride=2, padding=1)
        self.lstm = nn.LSTM(8 * 14, width, batch_first=True)
        self.head = nn.Linear(width, output_dim)

    def forward(self, x: Tensor) -> Tensor:
        rows = F.relu(self.convolution(x)).permute(0, 2, 1, 3).flatten(2)  # (item, row, channel and column)
        states, _ = self.lstm(rows)
        return self.head(states[:, -1])


def matching_names(standard: nn.Module, ours: nn.Module) -> dict[str, str]:
    """Return a dictionary from our network's parameter names to those of the standard network."""
    if type(standard) is type(ours):
        return {name: name for name, _ in standard.named_parameters()}
    of_kind = lambda kind: [name for name, module in standard.named_modules() if isinstance(module, kind)]  # noqa: E731
    layers = {f"convolutions.{i}": name for i, name in enumerate(of_kind(nn.Conv2d))}
    layers |= {f"norms.{i}": name for i, name in enumerate(of_kind(nn.BatchNorm2d))}
    layers |= {f"layers.{i}": name for i, name in enumerate(of_kind(nn.Linear))} | {"head": "head"}
    return {
        name: f"{layers[layer]}.{parameter}"
        for name, _ in ours.named_parameters()
        for layer, _, parameter in [name.rpartition(".")]
    }


def as_standard(name: str, values: Tensor) -> Tensor:
    """Return our parameter in PyTorch's layout: our MLP stores its matrices as `(input, output)`; all others are the same."""
    return values.t() if name.startswith("layers.") and values.ndim == 2 else values


def copy_values(standard: nn.Module, ours: nn.Module) -> None:
    """Copy the standard network's parameters into ours."""
    theirs = dict(standard.named_parameters())
    own = dict(ours.named_parameters())
    with torch.no_grad():
        for name, other in matching_names(standard, ours).items():
            as_standard(name, own[name]).copy_(theirs[other])


def double_backward(
    network: nn.Module, tasks: Tasks, inner_steps: int, inner_lr: float, loss: Loss
) -> dict[str, Tensor]:
    """Return the meta-gradient by its definition: differentiate through the inner gradients, task after task. The audit's oracle."""
    start: dict[str, Tensor] = dict(network.named_parameters())
    total = {name: torch.zeros_like(p) for name, p in start.items()}
    for i in range(len(tasks)):
        task, parameters = tasks.task(i), start
        for _ in range(inner_steps):
            support_loss = loss(functional_call(network, parameters, (task.support_x,)), task.support_y)
            gradients = torch.autograd.grad(support_loss, list(parameters.values()), create_graph=True)
            parameters = {name: p - inner_lr * g for (name, p), g in zip(parameters.items(), gradients, strict=True)}
        query_loss = loss(functional_call(network, parameters, (task.query_x,)), task.query_y) / len(tasks)
        for name, g in zip(total, torch.autograd.grad(query_loss, list(start.values())), strict=True):
            total[name] += g
    return total
