"""Normalisation with an explicit policy, which determines the images whose batch statistics are used."""

from typing import Literal, get_args

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.errors import LearnerError, did_you_mean

__all__ = ["STATISTICS", "EpisodeNorm", "patch_moments"]

Statistics = Literal["support_stats", "running", "groupnorm", "transductive"]
STATISTICS: tuple[str, ...] = get_args(Statistics)
EPSILON, MOMENTUM = 1e-5, 0.1


class EpisodeNorm(nn.Module):
    """Normalisation of feature maps. The policy determines which statistics are used.

    - `support_stats`: mean and variance of the support images, for both support and queries, so that no query affects another.
    - `running`: batch statistics while training, their exponential averages (momentum 0.1) otherwise.
    - `groupnorm`: Wu and He 2018, with 8 channels per group; no statistics over images.
    - `transductive`: statistics of all images in the call, so that queries affect each other. Most published MAML results use it;
      use it only to reproduce them.
    """

    mean: Tensor
    var: Tensor

    def __init__(self, channels: int, statistics: str) -> None:
        super().__init__()
        if statistics not in STATISTICS:
            raise LearnerError(f"unknown statistics={statistics!r}; {did_you_mean(statistics, STATISTICS)}")
        self.statistics = statistics
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        if statistics == "running":
            self.register_buffer("mean", torch.zeros(channels))
            self.register_buffer("var", torch.ones(channels))

    def forward(
        self, x: Float[Tensor, "item channel h w"], n_reference: int | None = None
    ) -> Float[Tensor, "item channel h w"]:
        """Normalise `x`; with `support_stats`, by the statistics of its first `n_reference` images (all of them if `None`)."""
        if self.statistics == "groupnorm":
            return F.group_norm(x, max(1, x.shape[1] // 8), self.weight, self.bias)
        if self.statistics == "running":
            return F.batch_norm(x, self.mean, self.var, self.weight, self.bias, self.training, MOMENTUM, EPSILON)
        n = n_reference if self.statistics == "support_stats" and n_reference is not None else len(x)
        if n == len(x) and x.numel() > x.shape[1]:
            return F.batch_norm(x, None, None, self.weight, self.bias, training=True)
        # batch_norm cannot use the statistics of only some images, and refuses one value per channel
        var, mean = torch.var_mean(x[:n], (0, 2, 3), correction=0, keepdim=True)
        scale = self.weight.view(1, -1, 1, 1) * torch.rsqrt(var + EPSILON)
        return x * scale + (self.bias.view(1, -1, 1, 1) - mean * scale)

    def of_convolution(
        self, convolution: nn.Conv2d, x: Float[Tensor, "item input h w"], n_reference: int | None = None
    ) -> Float[Tensor, "item channel _ _"]:
        """Return `self(convolution(x), n_reference)` faster, for a convolution of few input channels and no bias.

        The statistics of the output follow from the input: if its patches have mean m and covariance C, an output channel with
        weights w has mean w m and variance w C w. So scale and shift are known before the convolution and become part of its
        weights and bias. This avoids passes over the large output.
        """
        if self.statistics == "groupnorm":
            return self(convolution(x), n_reference)
        weight = convolution.weight.flatten(1)  # (channel, input * 3 * 3)
        if self.statistics == "running" and not self.training:
            mean, var = self.mean, self.var
        else:
            n = n_reference if self.statistics == "support_stats" and n_reference is not None else len(x)
            patch_mean, covariance, count = patch_moments(convolution, x[:n])
            mean, var = weight @ patch_mean, ((weight @ covariance) * weight).sum(1)
            if self.statistics == "running":
                with torch.no_grad():
                    self.mean.lerp_(mean, MOMENTUM)
                    self.var.lerp_(var * (count / max(count - 1, 1)), MOMENTUM)  # unbiased, as in batch_norm
        scale = self.weight * torch.rsqrt(var + EPSILON)
        scaled = (weight * scale.unsqueeze(1)).view_as(convolution.weight).contiguous(memory_format=torch.channels_last)
        return F.conv2d(x, scaled, self.bias - mean * scale, convolution.stride, convolution.padding)


def patch_moments(
    convolution: nn.Conv2d, x: Float[Tensor, "item input h w"]
) -> tuple[Float[Tensor, " patch"], Float[Tensor, "patch patch"], int]:
    """Return mean and covariance of the patches that a convolution reads, and the number of patches."""
    size, padding, stride = convolution.kernel_size, convolution.padding, convolution.stride
    patches = F.unfold(x, size, padding=padding, stride=stride)  # pyright: ignore[reportArgumentType] - pairs of numbers
    patches = patches.transpose(0, 1).flatten(1)  # (patch, place)
    mean = patches.mean(1)
    away = patches - mean.unsqueeze(1)
    return mean, away @ away.t() / patches.shape[1], patches.shape[1]
