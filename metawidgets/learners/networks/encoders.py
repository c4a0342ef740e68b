"""Networks of the learners: Conv4 for images and an MLP for vectors."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float, Shaped
from torch import Tensor, nn
from torch.func import functional_call

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.networks.interface import DeclaredNetwork, counts_first_items, declared_shape_of
from metawidgets.learners.networks.norms import STATISTICS, EpisodeNorm
from metawidgets.learners.option_checks import check_sizes

__all__ = [
    "MLP",
    "STATISTICS",
    "Conv4",
    "EpisodeNorm",
    "call",
    "call_once",
    "default_network",
    "embed",
    "feature_shape_of",
    "network_options",
]

MOST_FOLDED = 4
"""Largest number of input channels for which the first norm is folded into its convolution: faster for one channel, equal for three."""


class Conv4(DeclaredNetwork):
    """Four blocks of 3x3 convolution, normalisation, ReLU and downsampling by 2 (Vinyals 2016; Snell 2017; Finn 2017).

    Departures that change no value: the convolutions have no bias, since the norm removes it; pooling comes before ReLU, since
    the two commute; the first norm is part of its convolution (see `EpisodeNorm.of_convolution`).

    Args:
        item_shape: `(channel, height, width)`.
        output_dim: width of a linear head; `None` gives the flattened features.
        width: filters per block.
        downsample: "pool" (2x2 max pooling) or "stride" (stride-2 convolutions: 3.7 times fewer operations at 28x28).
        statistics: see `EpisodeNorm`.
        halvings: number of blocks, from the first, that halve the maps; 2 leaves maps that a relation network can convolve.
    """

    def __init__(
        self,
        item_shape: Sequence[int],
        output_dim: int | None = None,
        *,
        width: int = 64,
        downsample: Literal["pool", "stride"] = "pool",
        statistics: str = "running",
        halvings: int = 4,
    ) -> None:
        super().__init__()
        if halvings not in range(5):
            raise LearnerError(f"halvings={halvings!r} is not a number from 0 to 4; Conv4 has four blocks.")
        if downsample not in ("pool", "stride"):
            raise LearnerError(f"unknown downsample={downsample!r}; {did_you_mean(downsample, ('pool', 'stride'))}")
        if len(item_shape) != 3:
            raise LearnerError(
                f"Conv4 takes images (channel, height, width), not items of shape {tuple(item_shape)}; use an MLP."
            )
        check_sizes(item_shape, output_dim, width)
        self.config = {
            "item_shape": list(map(int, item_shape)),
            "output_dim": output_dim,
            "width": width,
            "downsample": downsample,
            "statistics": statistics,
            "halvings": halvings,
        }
        self.statistics, self.downsample, self.halvings = statistics, downsample, halvings
        channels = [item_shape[0], width, width, width, width]
        strides = [2 if downsample == "stride" and i < halvings else 1 for i in range(4)]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(a, b, 3, stride, padding=1, bias=False)
            for (a, b), stride in zip(pairwise(channels), strides, strict=True)
        )
        self.norms = nn.ModuleList(EpisodeNorm(width, statistics) for _ in range(4))
        sides = list(item_shape[1:])
        for _ in range(halvings):
            sides = [(s + 1) // 2 if downsample == "stride" else s // 2 for s in sides]
        if min(sides) < 1:
            raise LearnerError(
                f"images of {item_shape[1]}x{item_shape[2]} vanish after {halvings} poolings; give at least 16x16, or downsample='stride'."
            )
        self.feature_shape = (width, *sides)
        self.features = math.prod(self.feature_shape)
        self.head = nn.Linear(self.features, output_dim) if output_dim else nn.Identity()
        self._fold_first = item_shape[0] <= MOST_FOLDED
        self.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] - not in its stubs

    def forward(
        self, x: Float[Tensor, "item channel h w"], n_reference: int | None = None
    ) -> Float[Tensor, "item output"]:
        return self.head(self.embed(x, n_reference))

    def embed(
        self, x: Float[Tensor, "item channel h w"], n_reference: int | None = None
    ) -> Float[Tensor, "item feature"]:
        """Return the input of the head."""
        x = channels_last(x)
        for i, (convolution, norm) in enumerate(zip(self.convolutions, self.norms, strict=True)):
            folds = i == 0 and self._fold_first
            z = norm.of_convolution(convolution, x, n_reference) if folds else norm(convolution(x), n_reference)  # pyright: ignore[reportCallIssue] - an EpisodeNorm
            x = F.relu(F.max_pool2d(z, 2) if self.downsample == "pool" and i < self.halvings else z)
        return x.flatten(1)


def channels_last(x: Float[Tensor, "item channel h w"]) -> Float[Tensor, "item channel h w"]:
    """Return the images in channels-last layout, in strides as well as in memory.

    Images of one channel have the same memory in both layouts. PyTorch then does not change their strides, and all following
    convolutions use the slower layout.
    """
    if x.shape[1] > 1:
        return x.contiguous(memory_format=torch.channels_last)
    n, _, h, w = x.shape
    return x.contiguous().as_strided((n, 1, h, w), (h * w, 1, w, 1))


class TaskLinear(nn.Module):
    """A linear layer whose parameters and inputs may carry a leading task axis (weights as `(input, output)`)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        reference = nn.Linear(inputs, outputs)  # for the usual initialisation
        self.weight = nn.Parameter(reference.weight.detach().t().contiguous())
        self.bias = nn.Parameter(reference.bias.detach())

    def forward(self, x: Float[Tensor, "*task item input"]) -> Float[Tensor, "*task item output"]:
        return task_linear(x, self.weight, self.bias)


def task_linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    if weight.ndim == 3:
        return torch.baddbmm(bias.unsqueeze(1), x, weight)
    return x @ weight + bias


class MLP(DeclaredNetwork):
    """Fully connected layers with ReLU between them; 40-40 hidden units is MAML's network for sinusoids (Finn 2017, A.1).

    Args:
        item_shape: `(input,)`.
        output_dim: width of the last layer; `None` returns the last hidden layer, after ReLU, as the features.
        hidden: widths of the hidden layers; without these and `output_dim` the network is the identity.
    """

    takes_tasks = True

    def __init__(
        self, item_shape: Sequence[int], output_dim: int | None = None, *, hidden: Sequence[int] = (40, 40)
    ) -> None:
        super().__init__()
        if len(item_shape) != 1:
            raise LearnerError(f"MLP takes vectors, not items of shape {tuple(item_shape)}; use Conv4 for images.")
        check_sizes(item_shape, output_dim, *hidden)
        self.config = {"item_shape": list(map(int, item_shape)), "output_dim": output_dim, "hidden": list(hidden)}
        widths = [item_shape[0], *hidden, *([output_dim] if output_dim else [])]
        self.layers = nn.ModuleList(TaskLinear(a, b) for a, b in pairwise(widths))
        self.features = [item_shape[0], *hidden][-1]
        self._rectify_last = output_dim is None
        self.names = tuple(name for name, _ in self.named_parameters())

    @property
    def head(self) -> nn.Module:
        """The linear layer that gives the outputs, if there is one."""
        return nn.Identity() if self._rectify_last else self.layers[-1]

    def forward(self, x: Float[Tensor, "*task item input"]) -> Float[Tensor, "*task item output"]:
        return self.head(self.embed(x))

    def embed(self, x: Float[Tensor, "*task item input"]) -> Float[Tensor, "*task item feature"]:
        """Return the input of the head."""
        for layer in self.layers if self._rectify_last else self.layers[:-1]:
            x = F.relu(layer(x))
        return x

    def activations(
        self, parameters: Sequence[Tensor], x: Float[Tensor, "*task item input"]
    ) -> list[Float[Tensor, "*task item _"]]:
        """Return each layer's input, then the outputs, with these parameters (weight and bias of each layer in turn)."""
        read = [x]
        for i in range(0, len(parameters), 2):
            x = task_linear(x, parameters[i], parameters[i + 1])
            read.append(F.relu(x) if self._rectify_last or i < len(parameters) - 2 else x)
            x = read[-1]
        return read

    def descended(
        self,
        parameters: Sequence[Float[Tensor, "task ..."]],
        x: Float[Tensor, "task item input"],
        y: Shaped[Tensor, "task item *target"],
        rates: Sequence[float | Tensor],
    ) -> tuple[Tensor, ...]:
        """Return each task's parameters after a step of gradient descent on its own loss (`losses.task_losses`).

        The gradient is written out layer by layer, so that one backward pass goes through a whole inner loop. With autograd each
        inner gradient would need a pass and a graph of its own.
        """
        *read, outputs = self.activations(parameters, x)
        if y.is_floating_point():
            slope = (outputs - y) * (2 / outputs[0].numel())
        else:
            slope = (torch.softmax(outputs, -1) - F.one_hot(y, outputs.shape[-1])) / outputs.shape[1]
        moved: list[Tensor] = []
        for i in reversed(range(len(read))):
            weight, bias = parameters[2 * i : 2 * i + 2]
            of_weight, of_bias = rates[2 * i : 2 * i + 2]
            if isinstance(of_weight, Tensor):
                moved_weight = weight - of_weight * torch.bmm(read[i].mT, slope)
            else:
                moved_weight = torch.baddbmm(weight, read[i].mT, slope, alpha=-of_weight)
            moved = [moved_weight, bias - of_bias * slope.sum(1), *moved]
            if i:
                slope = torch.bmm(slope, weight.mT) * (read[i] > 0)
        return tuple(moved)


def feature_shape_of(encoder: nn.Module, given: Sequence[int] | None = None) -> tuple[int, ...]:
    """Return the shape of an encoder's features: `(channel, height, width)` or `(feature,)`.

    It is the given shape, or the one that the encoder declares in `feature_shape` or `features`.

    Raises:
        LearnerError: if no shape is given and the encoder declares none.
    """
    shape = tuple(map(int, given)) if given else declared_shape_of(encoder)
    if shape is None:
        raise LearnerError(
            f"{type(encoder).__name__} does not declare the shape of its features; give feature_shape=(64,) for vectors of 64, "
            "or (64, 7, 7) for maps."
        )
    return shape


def call(
    network: nn.Module, parameters: Mapping[str, Tensor] | None, x: Tensor, reference: Tensor | None = None
) -> Tensor:
    """Return `network(x)`, with these parameters if they are given.

    `reference`: the support images, whose statistics the policy `support_stats` uses; other policies ignore it.
    """
    if isinstance(network, MLP) and parameters is not None and len(parameters) == 2 * len(network.layers):
        in_order = [parameters[name] for name in network.names]
        return network.activations(in_order, x)[-1]  # functional_call costs more than the layers
    args, n = _arguments(network, x, reference)
    outputs = network(*args) if parameters is None else functional_call(network, dict(parameters), args)
    return outputs[n:] if n else outputs


def embed(network: Any, x: Tensor, reference: Tensor | None = None) -> Tensor:
    """Return `network.embed(x)`, the input of `network.head`. `reference` has the same meaning as in `call`."""
    args, n = _arguments(network, x, reference)
    return network.embed(*args)[n:]


def _arguments(network: nn.Module, x: Tensor, reference: Tensor | None) -> tuple[tuple[Any, ...], int]:
    """Return the network's arguments, and the number of support images that they put before `x`."""
    if reference is not None and counts_first_items(network):
        return (torch.cat([reference, x]), len(reference)), len(reference)
    return (x,), 0


def call_once(network: nn.Module, support_x: Tensor, query_x: Tensor) -> tuple[Tensor, Tensor]:
    """Run support and queries of a training task in one pass.

    The norms then see the whole episode, and one large convolution is faster than two.
    """
    n, items = len(support_x), torch.cat([support_x, query_x])
    out = network(items, n) if counts_first_items(network) else network(items)
    return out[:n], out[n:]


def network_options(item_shape: Sequence[int]) -> tuple[str, ...]:
    """Return the options of the default network for items of this shape."""
    return ("width", "downsample", "statistics", "halvings") if len(item_shape) == 3 else ("hidden",)


def default_network(item_shape: Sequence[int], output_dim: int | None, **options: Any) -> nn.Module:
    """Build Conv4 for images or an MLP for vectors, with `network_options(item_shape)`."""
    return (Conv4 if len(item_shape) == 3 else MLP)(item_shape, output_dim, **options)
