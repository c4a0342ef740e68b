"""Model-agnostic meta-learning: an initialisation from which a few gradient steps go far."""

from collections.abc import Sequence
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn

from metawidgets.episodes import EpisodeBatch
from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Support
from metawidgets.learners.gradient import GradientLearner
from metawidgets.learners.loop import MetaGradient, differentiate

__all__ = ["MAML", "Remember", "multi_step_weights"]

Remember = Literal["graphs", "parameters"]


class MAML(GradientLearner):
    """MAML (Finn, Abbeel and Levine, *Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks*, ICML 2017, Algorithm 2).

    The outer loss is the query loss after `inner_steps` steps, averaged over tasks, and is differentiated through those steps.

    Args:
        network: maps items to outputs; any `nn.Module`. `learners.build` makes the paper's.
        inner_lr: the paper's alpha: 0.4 for 5-way Omniglot, 0.01 for sinusoids.
        inner_steps: gradient steps in training; 1 in the paper for both.
        test_steps: gradient steps otherwise (3 for Omniglot in the paper); the same as in training by default.
        first_order: take inner gradients as constants (the paper's section 5.2), about a third of the operations of a step.
        learned_rates: learn a rate for each parameter tensor and each step, all of them `inner_lr` at first (LSLR: Antoniou,
            Edwards and Storkey, *How to train your MAML*, ICLR 2019, section 4). Steps beyond `inner_steps` use the last one's.
        multi_step_loss: outer steps over which the query losses after all inner steps count, the earlier ones less and less
            (MSL: the same section); see `multi_step_weights`. 0: only the last one ever counts.
        remember: "graphs" keeps the graph of every inner step for the outer gradient; "parameters" keeps the parameters alone
            and takes each step a second time: the same gradient, in memory that hardly grows with the steps. Of no effect
            with `first_order`, which keeps no graphs. Running averages of a norm see each support set twice.

    Departure: batch statistics are those of the support set (`statistics="support_stats"`), so that no query sees another;
    the paper's are `transductive`.
    """

    meta_steps: Tensor

    def __init__(
        self,
        network: nn.Module,
        *,
        inner_lr: float = 0.01,
        inner_steps: int = 1,
        test_steps: int | None = None,
        first_order: bool = False,
        learned_rates: bool = False,
        multi_step_loss: int = 0,
        remember: Remember = "graphs",
    ) -> None:
        super().__init__(network, inner_lr=inner_lr, inner_steps=inner_steps, test_steps=test_steps)
        if remember not in get_args(Remember):
            raise LearnerError(f"unknown remember={remember!r}; {did_you_mean(remember, get_args(Remember))}")
        if (
            isinstance(multi_step_loss, bool)
            or not isinstance(multi_step_loss, int)
            or not 0 <= multi_step_loss <= 10**9
        ):
            raise LearnerError(f"multi_step_loss={multi_step_loss!r} is not a number of outer steps; give one, or 0.")
        if inner_steps == 0 and (learned_rates or multi_step_loss):
            raise LearnerError("learned_rates and multi_step_loss are about inner steps; give inner_steps >= 1.")
        self.first_order, self.remember, self.multi_step_loss = first_order, remember, multi_step_loss
        self.learned = None
        if learned_rates:
            one = next(network.parameters())
            self.learned = nn.Parameter(one.detach().new_full((inner_steps, len(self._names)), inner_lr))
            self.channels = ("learned_rates",)
        if multi_step_loss:  # kept with the parameters, so that a resumed training goes on at the same weights
            self.register_buffer("meta_steps", torch.zeros((), dtype=torch.int64))

    @property
    def hyper(self) -> dict[str, Any]:
        return {
            **super().hyper,
            "first_order": self.first_order,
            "learned_rates": self.learned is not None,
            "multi_step_loss": self.multi_step_loss,
            "remember": self.remember,
        }

    @property
    def second_order(self) -> bool:
        return not self.first_order

    def rates(self, t: int) -> Sequence[float | Tensor]:
        if self.learned is None:
            return super().rates(t)
        return self.learned[min(t, len(self.learned) - 1)].unbind()

    def meta_gradient(self, batch: EpisodeBatch) -> MetaGradient:
        if not self.multi_step_loss:
            return differentiate(self, batch)
        result = differentiate(self, batch, MAML._multi_step_loss)
        self.meta_steps += 1
        return result

    def _multi_step_loss(self, support: Support, query_x: Tensor, query_y: Tensor) -> tuple[Tensor, Tensor]:
        """The weighted sum of the query losses after each step, and the outputs after the last."""
        weights = multi_step_weights(self.inner_steps, int(self.meta_steps), self.multi_step_loss)
        state, x, losses = self.init(support), self.encode(query_x, support), []
        for t, weight in enumerate(weights):
            state = self.step(state, support, t)
            if weight:
                outputs = self.readout(state, x)["outputs"]
                losses.append(weight * self.outer_loss(outputs, query_y))
        return torch.stack(losses).sum(), outputs


def multi_step_weights(inner_steps: int, meta_step: int, annealed: int) -> tuple[float, ...]:
    """Weight of the query loss after each inner step, at outer step `meta_step` (from 0); they sum to 1.

    All alike at first; from there those before the last fall linearly, the last one taking what they lose, until after
    `annealed` outer steps it counts alone. (Antoniou's code keeps 3 % of an equal share on each until then.)
    """
    early = max(0.0, 1 - meta_step / annealed) / inner_steps
    return (early,) * (inner_steps - 1) + (1 - early * (inner_steps - 1),)
