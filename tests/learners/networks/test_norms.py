"""A norm fused with its convolution against a norm after the convolution."""

import pytest
import torch
from torch import nn

from metawidgets.learners.networks.encoders import channels_last
from metawidgets.learners.networks.norms import STATISTICS, EpisodeNorm, patch_moments

CASES = [
    (policy, training, n, channels, stride)
    for policy in STATISTICS
    for training in (True, False)
    for n in (None, 4)
    for channels, stride in ((1, 1), (1, 2), (3, 1))
]


def made(policy: str, training: bool, channels: int, stride: int) -> tuple[nn.Conv2d, EpisodeNorm, torch.Tensor]:
    torch.manual_seed(0)
    convolution = nn.Conv2d(channels, 8, 3, stride, padding=1, bias=False).double()
    norm = EpisodeNorm(8, policy).double().train(training)
    with torch.no_grad():
        norm.weight.uniform_(0.5, 2)
        norm.bias.uniform_(-1, 1)
        if policy == "running":
            norm.mean.uniform_(-1, 1)
            norm.var.uniform_(0.5, 2)
    return convolution, norm, torch.rand(7, channels, 9, 9, dtype=torch.float64)


@pytest.mark.parametrize(("policy", "training", "n", "channels", "stride"), CASES)
def test_the_same_values_and_running_averages(policy, training, n, channels, stride):
    results = []
    for folded in (True, False):
        convolution, norm, x = made(policy, training, channels, stride)
        y = norm.of_convolution(convolution, channels_last(x), n) if folded else norm(convolution(x), n)
        results.append([y.detach(), *norm.buffers()])
    for ours, plain in zip(*results, strict=True):
        torch.testing.assert_close(ours, plain, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("policy", "training", "n", "channels", "stride"), CASES)
def test_the_same_gradients_of_first_and_second_order(policy, training, n, channels, stride):
    results = []
    for folded in (True, False):
        convolution, norm, x = made(policy, training, channels, stride)
        x.requires_grad_()
        at = (convolution.weight, norm.weight, norm.bias, x)
        y = norm.of_convolution(convolution, channels_last(x), n) if folded else norm(convolution(x), n)
        first = torch.autograd.grad(y.sin().sum(), at, create_graph=True)
        second = torch.autograd.grad(torch.stack([g.square().sum() for g in first]).sum(), at)
        results.append((*first, *second))
    for ours, plain in zip(*results, strict=True):
        torch.testing.assert_close(ours, plain, rtol=1e-9, atol=1e-10)


def test_moments_of_patches_are_those_of_the_convolutions_results():
    convolution, _, x = made("transductive", True, 3, 2)
    mean, covariance, count = patch_moments(convolution, x)
    w, y = convolution.weight.flatten(1), convolution(x)
    assert count == y[:, 0].numel()
    torch.testing.assert_close(w @ mean, y.mean((0, 2, 3)))
    torch.testing.assert_close((w @ covariance @ w.t()).diagonal(), y.var((0, 2, 3), correction=0))


def test_images_of_one_channel_get_the_strides_of_many():
    x = torch.rand(2, 1, 6, 5)
    assert channels_last(x).stride() == (30, 1, 5, 1)
    assert torch.equal(channels_last(x), x)
    y = nn.Conv2d(1, 4, 3)(channels_last(x))
    assert y.is_contiguous(memory_format=torch.channels_last)
    assert not nn.Conv2d(1, 4, 3)(x.contiguous(memory_format=torch.channels_last)).is_contiguous(
        memory_format=torch.channels_last
    )
