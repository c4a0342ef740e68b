"""Training from scratch: gradient steps on the support set, from a random initialisation."""

from types import MappingProxyType
from typing import Any

from torch import nn

from metawidgets.learners.optimisation_based.gradient import GradientLearner

__all__ = ["FromScratch"]


class FromScratch(GradientLearner):
    """Gradient descent on the support loss from a random initialisation. There is no outer loop.

    The comparison with a meta-learner shows how much meta-training helps. Every episode starts from the parameters that the
    network was made with. An evaluation's interval does not cover the choice of these parameters: to cover it, average over
    learners made with several seeds.

    Args:
        network: maps items to outputs; any `nn.Module`. Images come in [0, 1].
        inner_lr: step size.
        inner_steps: gradient steps; take at least as many as the meta-learner in the comparison, since a random start needs more.
    """

    title = "From scratch"
    family = "baseline"
    meta_trained = False
    image_defaults = MappingProxyType(
        # Of all norm policies and of rates 0.02 to 0.4, these are best on validation glyphs. A badly tuned baseline would be unfair.
        {"downsample": "stride", "statistics": "groupnorm", "inner_lr": 0.4, "inner_steps": 50}
    )

    def __init__(self, network: nn.Module, *, inner_lr: float = 0.01, inner_steps: int = 50) -> None:
        super().__init__(network, inner_lr=inner_lr, inner_steps=inner_steps)
        self.requires_grad_(False)  # an outer loop must find nothing to train

    @property
    def hyper(self) -> dict[str, Any]:
        return {"inner_lr": self.inner_lr, "inner_steps": self.inner_steps}
