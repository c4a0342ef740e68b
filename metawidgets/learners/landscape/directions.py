"""Directions in parameter space: flattened, random, and orthonormal."""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from metawidgets.learners.base import Learner
from metawidgets.learners.networks.encoders import TaskLinear

__all__ = ["filter_normalised", "flat", "orthonormal", "output_axes"]

TINY = 1e-7
"""Two directions count as parallel if the part of one that is orthogonal to the other is shorter than this fraction of its length."""


def flat(parameters: Mapping[str, Tensor]) -> Float[Tensor, " parameter"]:
    """Concatenate the parameters into one vector, in double precision."""
    return torch.cat([p.detach().double().flatten() for p in parameters.values()])


def output_axes(learner: Learner, parameters: Mapping[str, Tensor]) -> dict[str, int]:
    """Return for each parameter the axis of its filters or output units: the first one, or the last one in our MLP's weights."""
    modules = dict(learner.network.named_modules()) if learner.network is not None else {}
    owner = lambda name: modules.get(name.removeprefix("encoder.").rpartition(".")[0])  # noqa: E731
    return {n: p.ndim - 1 if isinstance(owner(n), TaskLinear) else 0 for n, p in parameters.items()}


def filter_normalised(parameters: Mapping[str, Tensor], axes: Mapping[str, int], seed: int) -> dict[str, Tensor]:
    """Draw a random direction whose filters have the norms of the parameters' filters (Li and others, NeurIPS 2018, section 4).

    The direction is 0 for biases and for the scales of normalisation layers, as in the authors' code. If all filters are 0, a plain
    Gaussian direction is returned.
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
    """Return an orthonormal basis of the plane that two directions span; `None` if they are parallel.

    Gram-Schmidt runs in double precision. The result has the precision and the memory layout of `first`.
    """
    a, b = flat(first), flat(second)
    if not a.norm() > 0 or not b.norm() > 0:
        return None
    a = a / a.norm()
    rest = b / b.norm()
    for _ in range(2):  # the second round removes rounding errors of the first
        rest = rest - (a @ rest) * a
    if not rest.norm() > TINY:
        return None
    return tuple(_apart(v, first) for v in (a, rest / rest.norm()))


def _apart(vector: Tensor, like: Mapping[str, Tensor]) -> dict[str, Tensor]:
    pieces = vector.split([p.numel() for p in like.values()])
    return {n: torch.empty_like(p).copy_(v.view(p.shape)) for (n, p), v in zip(like.items(), pieces, strict=True)}
