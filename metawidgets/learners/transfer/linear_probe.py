"""The linear probe: logistic (or linear) regression on frozen pretrained features."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from metawidgets.errors import LearnerError
from metawidgets.learners.base import Support
from metawidgets.learners.transfer.tuned import Tuned

__all__ = ["LinearProbe"]


class LinearProbe(Tuned):
    """Pretraining, then a new linear layer on frozen features.

    It is the "Baseline" of Chen and others, *A Closer Look at Few-shot Classification*, ICLR 2019, section 3.2, with a
    quadratic penalty as in Tian and others, *Rethinking Few-shot Image Classification*, ECCV 2020, equation 4.

    The layer starts from zeros; for regression it starts from the pretrained head. A step is gradient descent with rate
    `inner_lr / bound`, where `bound` is an upper bound of the loss's curvature: half the mean squared length of the features
    (twice that length for squared error). For `inner_lr <= 1` the loss cannot rise, whatever the encoder.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. Images come in [0, 1].
        inner_lr: step size, as a fraction of the largest step size for which the loss is guaranteed not to rise.
        inner_steps: gradient steps.
        l2: factor of the penalty, which is half the squared norm of the weights without bias. scikit-learn's `C` is 1 / (l2 * items).

    Departure: every step takes all support items, without momentum; Chen takes 100 passes over batches of 4 with momentum.
    """

    title = "Linear probe"
    family = "transfer"
    channels: ClassVar[tuple[str, ...]] = ("embeddings",)

    def __init__(
        self,
        encoder: nn.Module,
        *,
        inner_lr: float = 1.0,
        inner_steps: int = 100,
        l2: float = 1e-3,
        pretraining_head: Sequence[int] | None = None,
    ) -> None:
        super().__init__(encoder, inner_lr=inner_lr, inner_steps=inner_steps, pretraining_head=pretraining_head)
        if isinstance(l2, bool) or not isinstance(l2, int | float) or not 0 <= l2 <= 1e38:
            raise LearnerError(f"l2={l2!r} is not a number >= 0; give one, or 0 for no penalty.")
        self.l2 = l2

    @property
    def hyper(self) -> dict[str, Any]:
        return {**super().hyper, "l2": self.l2}

    def encode(self, x: Tensor, support: Support) -> Tensor:
        return self.features(x, support)

    def start(self, items: Tensor, support: Support) -> dict[str, Tensor]:
        return self.linear_start(items, support)

    def outputs(
        self, parameters: dict[str, Tensor], x: Tensor, reference: Tensor | None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        return x @ parameters["head.weight"].t() + parameters["head.bias"], {"embeddings": x}

    def loss(self, outputs: Tensor, parameters: dict[str, Tensor], support: Support) -> Tensor:
        return super().loss(outputs, parameters, support) + 0.5 * self.l2 * parameters["head.weight"].square().sum()

    def rate(self, items: Tensor, support: Support) -> Tensor:
        # the second derivative is at most 1/2 for softmax, and 2 / (number of target dimensions) for mean squared error
        bend = 0.5 if support.n_way is not None else 2 / support.y.shape[-1]
        with torch.no_grad():
            return self.inner_lr / (bend * (items.square().sum(-1).mean() + 1) + self.l2)
