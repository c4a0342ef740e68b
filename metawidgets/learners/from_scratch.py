"""The baseline without any experience: a random network trained on the support set alone."""

from types import MappingProxyType
from typing import Any

from torch import nn

from metawidgets.learners.gradient import GradientLearner

__all__ = ["FromScratch"]


class FromScratch(GradientLearner):
    """Gradient steps on the support loss from a random initialisation: what a meta-learner's adaptation is worth without
    what it learned. Nothing is trained in an outer loop.

    The initialisation is the one that the network was made with, the same in every episode; an evaluation's interval does
    not cover its luck, so average learners made with several seeds where that matters.

    Args:
        network: maps items to outputs; any `nn.Module`.
        inner_lr: step size. inner_steps: gradient steps; as many as the learner's that it is compared with, or more, since
            a random start has further to go.
    """

    meta_trained = False
    image_defaults = MappingProxyType(
        # what measured best of the policies and of rates 0.02 to 0.4 on validation glyphs: a baseline deserves its best
        {"downsample": "stride", "statistics": "groupnorm", "inner_lr": 0.4, "inner_steps": 50}
    )

    def __init__(self, network: nn.Module, *, inner_lr: float = 0.01, inner_steps: int = 50) -> None:
        super().__init__(network, inner_lr=inner_lr, inner_steps=inner_steps)
        self.requires_grad_(False)  # an outer loop finds nothing to train

    @property
    def hyper(self) -> dict[str, Any]:
        return {"inner_lr": self.inner_lr, "inner_steps": self.inner_steps}
