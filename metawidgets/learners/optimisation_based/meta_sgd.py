"""Meta-SGD: it learns an initialisation, and a signed step size for every single parameter."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn

from metawidgets.episodes import EpisodeBatch
from metawidgets.learners.base import Support
from metawidgets.learners.loop import MetaGradient, differentiate
from metawidgets.learners.optimisation_based.gradient import GradientLearner
from metawidgets.learners.optimisation_based.mlp_trace import states_of_mlp
from metawidgets.learners.optimisation_based.without_autograd import meta_gradient_of_mlp

__all__ = ["MetaSGD"]

FIRST_RATES = 0.005, 0.1


class MetaSGD(GradientLearner):
    """Meta-SGD (Li, Zhou, Chen and Li, *Meta-SGD: Learning to Learn Quickly for Few-Shot Learning*, 2017, eq. 2, Algorithm 1).

    One step moves the parameters by `-rates * gradient`, elementwise. The outer loop learns `rates` together with the
    parameters, through the inner gradients. A rate may become negative, so the direction of the step is learned too.

    Args:
        network: maps items to outputs; any `nn.Module`. Images come in [0, 1].
        inner_lr: the initial value of all rates; `None` draws it uniformly from 0.005 to 0.1, as the paper does.
        inner_steps: gradient steps in training; 1 in the paper.
        test_steps: gradient steps outside training; the same number by default.

    Departure: batch statistics are as in `MAML`.
    """

    title = "Meta-SGD"
    family = "optimisation-based"
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

    def read_all(self, support: Support, query_x: Tensor, probe_x: Tensor | None) -> dict[str, Tensor] | None:
        return states_of_mlp(self, support, query_x, probe_x) if type(self) is MetaSGD else None

    def meta_gradient(self, batch: EpisodeBatch) -> MetaGradient:
        found = meta_gradient_of_mlp(self, batch) if type(self) is MetaSGD else None  # a subclass may do something else
        if found is None:
            return differentiate(self, batch)
        result, of_rates = found
        for k, rate in enumerate(self.learned if of_rates else ()):
            gradient = torch.stack([row[k] for row in of_rates or ()]).sum(0)
            rate.grad = gradient if rate.grad is None else rate.grad + gradient
        return result
