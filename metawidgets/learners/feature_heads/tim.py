"""TIM: a linear classifier that maximises the mutual information between queries and their labels."""

from collections.abc import Sequence
from typing import Any

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.learners.feature_heads.base import TransductiveHead, class_means, descend, squared_distances
from metawidgets.learners.option_checks import count, positive_number

__all__ = ["TIM"]


class TIM(TransductiveHead):
    """TIM-GD (Boudiaf, Ziko, Rony, Dolz, Piantanida and Ben Ayed, *Transductive Information Maximization for Few-Shot Learning*,
    NeurIPS 2020, equations 1 to 4).

    The class weights start from the class means. Adam descends `support_weight` times the cross-entropy of the support items, minus the
    entropy of the mean prediction over queries, plus `conditional_weight` times the mean entropy of the queries' predictions.
    Logits are minus `temperature / 2` times the squared distance to the class weights.

    Args:
        encoder, base_features: as in `FeatureHead`.
        temperature: the paper's tau.
        support_weight, conditional_weight: the paper's lambda and alpha.
        inner_lr: Adam's step size.
        iterations: Adam's steps.
    """

    title = "TIM"

    def __init__(
        self,
        encoder: nn.Module,
        *,
        temperature: float = 15.0,
        support_weight: float = 0.1,
        conditional_weight: float = 0.1,
        inner_lr: float = 1e-4,
        iterations: int = 1000,
        base_features: int | None = None,
        pretraining_head: Sequence[int] | None = None,
    ) -> None:
        super().__init__(encoder, base_features=base_features, pretraining_head=pretraining_head)
        self.temperature, self.inner_lr = (
            positive_number("temperature", temperature),
            positive_number("inner_lr", inner_lr),
        )
        self.support_weight = positive_number("support_weight", support_weight)
        self.conditional_weight = positive_number("conditional_weight", conditional_weight)
        self.iterations = count("iterations", iterations, 0)

    @property
    def hyper(self) -> dict[str, Any]:
        own = ("temperature", "support_weight", "conditional_weight", "inner_lr", "iterations")
        return {**super().hyper, **{name: getattr(self, name) for name in own}}

    def classify(self, support_z: Tensor, y: Tensor, n_way: int, z: Tensor) -> Tensor:
        support_z, z = support_z.detach(), z.detach()

        def loss(weights: Tensor) -> Tensor:
            log_p = self._logits(z, weights).log_softmax(-1)
            marginal = log_p.exp().mean(0)
            entropy = -(marginal * (marginal + 1e-12).log()).sum()
            conditional = -(log_p.exp() * log_p).sum(-1).mean()
            support = F.cross_entropy(self._logits(support_z, weights), y)
            return self.support_weight * support - entropy + self.conditional_weight * conditional

        start = class_means(support_z, y, n_way)
        (weights,) = descend([start], loss, lr=self.inner_lr, iterations=self.iterations)
        return self._logits(z, weights)

    def _logits(self, z: Float[Tensor, "item feature"], weights: Float[Tensor, "way feature"]) -> Tensor:
        return -self.temperature / 2 * squared_distances(z, weights)
