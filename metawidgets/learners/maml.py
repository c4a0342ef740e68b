"""Model-agnostic meta-learning: an initialisation from which a few gradient steps go far."""

from typing import Any

from torch import nn

from metawidgets.learners.gradient import GradientLearner

__all__ = ["MAML"]


class MAML(GradientLearner):
    """MAML (Finn, Abbeel and Levine, *Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks*, ICML 2017, Algorithm 2).

    The outer loss is the query loss after `inner_steps` steps, averaged over tasks, and is differentiated through those steps.

    Args:
        network: maps items to outputs; any `nn.Module`. `learners.build` makes the paper's.
        inner_lr: the paper's alpha: 0.4 for 5-way Omniglot, 0.01 for sinusoids.
        inner_steps: gradient steps in training; 1 in the paper for both.
        test_steps: gradient steps otherwise (3 for Omniglot in the paper); the same as in training by default.
        first_order: take inner gradients as constants (the paper's section 5.2), about a third of the operations of a step.

    Departure: batch statistics are those of the support set (`statistics="support_stats"`), so that no query sees another;
    the paper's are `transductive`.
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        inner_lr: float = 0.01,
        inner_steps: int = 1,
        test_steps: int | None = None,
        first_order: bool = False,
    ) -> None:
        super().__init__(network, inner_lr=inner_lr, inner_steps=inner_steps, test_steps=test_steps)
        self.first_order = first_order

    @property
    def hyper(self) -> dict[str, Any]:
        return {**super().hyper, "first_order": self.first_order}

    @property
    def second_order(self) -> bool:
        return not self.first_order
