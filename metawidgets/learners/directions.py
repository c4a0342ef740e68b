"""Directions through parameter space: as one vector, at random, and at right angles."""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from metawidgets.learners.base import Learner
from metawidgets.learners.encoders import TaskLinear

__all__ = ["filter_normalised", "flat", "orthonormal", "output_axes"]

TINY = 1e-7
"""What is left of a direction at right angles to another, as a part of it, below which the two are one."""


def flat(parameters: Mapping[str, Tensor]) -> Float[Tensor, " parameter"]:
    """All of them as one vector, in double precision."""
    return torch.cat([p.detach().double().flatten() for p in parameters.values()])


def output_axes(learner: Learner, parameters: Mapping[str, Tensor]) -> dict[str, int]:
    """Along which axis of each parameter its filters, or output units, lie: the first, but in our MLP's weights the last."""
    modules = dict(learner.network.named_modules()) if learner.network is not None else {}
    owner = lambda name: modules.get(name.removeprefix("encoder.").rpartition(".")[0])  # noqa: E731
    return {n: p.ndim - 1 if isinstance(owner(n), TaskLinear) else 0 for n, p in parameters.items()}


def filter_normalised(parameters: Mapping[str, Tensor], axes: Mapping[str, int], seed: int) -> dict[str, Tensor]:
    """A random direction in which every filter is as long as the filter it would change (Li and others, NeurIPS 2018, section 4).

    Biases and the scales of norms stay, as in the authors' code. Where all filters are 0, which leaves no direction, it is
    a plain Gaussian one.
    """
    drawn = torch.Generator().manual_seed(seed)
    found = {}
    for name, p in parameters.items():
        noise = torch.randn(p.shape, generator=drawn, dtype=torch.float64).to(p.device)
        if p.ndim < 2:
            found[name] = torch.zeros_like(noise)
            continue
        across = [axis for axis in range(p.ndim) if axis != axes[name]]
        length = torch.linalg.vector_norm(p.detach().double(), dim=across, keepdim=True)
        found[name] = noise * length / torch.linalg.vector_norm(noise, dim=across, keepdim=True)
    if not any(bool(d.any()) for d in found.values()):
        drawn.manual_seed(seed)
        found = {
            n: torch.randn(p.shape, generator=drawn, dtype=torch.float64).to(p.device) for n, p in parameters.items()
        }
    return found


def orthonormal(first: Mapping[str, Tensor], second: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], ...] | None:
    """Two directions of length 1 at right angles that span the same plane; `None` if they span none (Gram and Schmidt, in double
    precision). They come in the precision and the memory layout of `first`."""
    a, b = flat(first), flat(second)
    if not a.norm() > 0 or not b.norm() > 0:
        return None
    a = a / a.norm()
    rest = b / b.norm()
    for _ in range(2):  # the second round takes away what rounding left
        rest = rest - (a @ rest) * a
    if not rest.norm() > TINY:
        return None
    return tuple(_apart(v, first) for v in (a, rest / rest.norm()))


def _apart(vector: Tensor, like: Mapping[str, Tensor]) -> dict[str, Tensor]:
    pieces = vector.split([p.numel() for p in like.values()])
    return {n: torch.empty_like(p).copy_(v.view(p.shape)) for (n, p), v in zip(like.items(), pieces, strict=True)}
