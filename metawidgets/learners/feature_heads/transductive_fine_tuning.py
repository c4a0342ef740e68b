"""Transductive fine-tuning: a linear classifier that lowers the support loss and the entropy of the queries' predictions."""

from collections.abc import Sequence
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from metawidgets.learners.feature_heads.base import TransductiveHead, class_means, descend
from metawidgets.learners.option_checks import count, positive_number

__all__ = ["TransductiveFineTuning"]


class TransductiveFineTuning(TransductiveHead):
    """Transductive fine-tuning (Dhillon, Chaudhari, Ravichandran and Soatto, *A Baseline for Few-Shot Image Classification*, ICLR 2020,
    sections 3.1 and 3.2).

    The weights of a linear layer start from the class means, scaled to length 1, and its biases from 0. Adam descends the mean
    cross-entropy of the support items plus the mean entropy of the queries' predictions (equation 8). Logits are `temperature` times the
    layer's outputs.

    Args:
        encoder, base_features: as in `FeatureHead`.
        temperature: factor on the outputs.
        inner_lr: Adam's step size.
        iterations: Adam's steps; the paper takes 25.

    Departure: only the layer is tuned, since features are fixed, and so its step is larger than the paper's 5e-5 for the whole
    network. The layer reads features of length 1, for which a factor of 1 would leave the softmax nearly flat.
    """

    title = "Transductive fine-tuning"

    def __init__(
        self,
        encoder: nn.Module,
        *,
        temperature: float = 10.0,
        inner_lr: float = 0.01,
        iterations: int = 25,
        base_features: int | None = None,
        pretraining_head: Sequence[int] | None = None,
    ) -> None:
        super().__init__(encoder, base_features=base_features, pretraining_head=pretraining_head)
        self.temperature, self.inner_lr = (
            positive_number("temperature", temperature),
            positive_number("inner_lr", inner_lr),
        )
        self.iterations = count("iterations", iterations, 0)

    @property
    def hyper(self) -> dict[str, Any]:
        own = ("temperature", "inner_lr", "iterations")
        return {**super().hyper, **{name: getattr(self, name) for name in own}}

    def classify(self, support_z: Tensor, y: Tensor, n_way: int, z: Tensor) -> Tensor:
        support_z, z = support_z.detach(), z.detach()

        def logits(x: Tensor, weights: Tensor, bias: Tensor) -> Tensor:
            return self.temperature * (x @ weights.t() + bias)

        def loss(weights: Tensor, bias: Tensor) -> Tensor:
            log_p = logits(z, weights, bias).log_softmax(-1)
            entropy = -(log_p.exp() * log_p).sum(-1).mean()
            return F.cross_entropy(logits(support_z, weights, bias), y) + entropy

        start = F.normalize(class_means(support_z, y, n_way), dim=-1), support_z.new_zeros(n_way)
        weights, bias = descend(start, loss, lr=self.inner_lr, iterations=self.iterations)
        return logits(z, weights, bias)
