"""Meta-SGD: an initialisation and, for every single parameter of it, a step size and its sign."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn

from metawidgets.learners.gradient import GradientLearner

__all__ = ["MetaSGD"]

FIRST_RATES = 0.005, 0.1


class MetaSGD(GradientLearner):
    """Meta-SGD (Li, Zhou, Chen and Li, *Meta-SGD: Learning to Learn Quickly for Few-Shot Learning*, 2017, eq. 2, Algorithm 1).

    One step moves the parameters by `rates * gradient`, elementwise, and the outer loop learns `rates` beside the parameters,
    through the inner gradients. A rate may become negative: the direction is learned too.

    Args:
        network: maps items to outputs; any `nn.Module`.
        inner_lr: the first value of all rates; `None` draws it uniformly from 0.005 to 0.1, as the paper does.
        inner_steps: gradient steps in training; 1 in the paper. test_steps: otherwise; the same by default.

    Departure: batch statistics as in `MAML`.
    """

    channels = ("learned_rates",)
    image_defaults: Mapping[str, Any] = MappingProxyType({"downsample": "stride", "statistics": "support_stats"})

    def __init__(
        self,
        network: nn.Module,
        *,
        inner_lr: float | None = None,
        inner_steps: int = 1,
        test_steps: int | None = None,
    ) -> None:
        if inner_lr is None:
            inner_lr = torch.empty(()).uniform_(*FIRST_RATES).item()
        super().__init__(network, inner_lr=inner_lr, inner_steps=inner_steps, test_steps=test_steps)
        own = dict(network.named_parameters())
        self.learned = nn.ParameterList(torch.full_like(own[name], inner_lr) for name in self._names)

    def rates(self, t: int) -> tuple[Tensor, ...]:
        return tuple(self.learned)
