"""Model-agnostic meta-learning (MAML): it learns an initialisation from which a few gradient steps fit a new task."""

from collections.abc import Sequence
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn

from metawidgets.episodes import EpisodeBatch
from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Support
from metawidgets.learners.loop import MetaGradient, differentiate
from metawidgets.learners.optimisation_based.gradient import GradientLearner
from metawidgets.learners.optimisation_based.mlp_trace import states_of_mlp
from metawidgets.learners.optimisation_based.without_autograd import meta_gradient_of_mlp

__all__ = ["MAML", "Remember", "multi_step_weights"]

Remember = Literal["graphs", "parameters"]


class MAML(GradientLearner):
    """MAML (Finn, Abbeel and Levine, *Model-Agnostic Meta-Learning for Fast Adaptation of Deep Networks*, ICML 2017, Algorithm 2).

    The outer loss is the query loss after `inner_steps` steps, averaged over tasks, and is differentiated through those steps.

    Args:
        network: maps items to outputs; any `nn.Module`. `learners.build` makes the paper's network.
        inner_lr: the paper's alpha; 0.4 for 5-way Omniglot, 0.01 for sinusoids.
        inner_steps: gradient steps in training; 1 in the paper for both.
        test_steps: gradient steps outside training (3 for Omniglot in the paper); by default the same number as in training.
        first_order: treat inner gradients as constants (section 5.2 of the paper), with about a third of the operations per step.
        learned_rates: learn a rate for each parameter tensor and each step, all with initial value `inner_lr` (LSLR: Antoniou,
            Edwards and Storkey, *How to train your MAML*, ICLR 2019, section 4). Steps beyond `inner_steps` use the last step's
            rates.
        multi_step_loss: number of outer steps in which the query losses after all inner steps count; the weights of the earlier
            inner steps fall to 0 (MSL, same section; see `multi_step_weights`). With 0, only the loss after the last step counts.
        remember: "graphs" keeps the graph of every inner step for the outer gradient. "parameters" keeps only the parameters
            and computes each step twice: the gradient is the same, and memory hardly grows with the steps, but running averages
            of a norm count each support set twice. This option has no effect with `first_order`, which keeps no graphs.

    Departure: batch statistics come from the support set (`statistics="support_stats"`), so that no query affects another; the
    paper uses `transductive`.
    """

    title = "MAML"
    family = "optimisation-based"

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
            raise LearnerError("learned_rates and multi_step_loss need inner steps; give inner_steps >= 1.")
        self.first_order, self.remember, self.multi_step_loss = first_order, remember, multi_step_loss
        if first_order:
            self.title = "First-order MAML"
        self.learned = None
        if learned_rates:
            one = next(network.parameters())
            self.learned = nn.Parameter(one.detach().new_full((inner_steps, len(self._names)), inner_lr))
            self.channels = ("learned_rates",)
        if multi_step_loss:  # saved with the parameters, so that a resumed training continues with the same weights
            self.register_buffer("meta_steps", torch.zeros((), dtype=torch.int64))

    @property
    def hyper(self) -> dict[str, Any]:
        own = {
            **super().hyper,
            "first_order": self.first_order,
            "learned_rates": self.learned is not None,
            "multi_step_loss": self.multi_step_loss,
        }
        return own if self.first_order else {**own, "remember": self.remember}  # first order keeps no graphs

    @property
    def second_order(self) -> bool:
        return not self.first_order

    def rates(self, t: int) -> Sequence[float | Tensor]:
        if self.learned is None:
            return super().rates(t)
        return self.learned[min(t, len(self.learned) - 1)].unbind()

    def read_all(self, support: Support, query_x: Tensor, probe_x: Tensor | None) -> dict[str, Tensor] | None:
        return states_of_mlp(self, support, query_x, probe_x) if type(self) is MAML else None

    def meta_gradient(self, batch: EpisodeBatch) -> MetaGradient:
        if not self.multi_step_loss:
            return self._without_autograd(batch) or differentiate(self, batch)
        result = differentiate(self, batch, MAML._multi_step_loss)
        self.meta_steps += 1
        return result

    def _without_autograd(self, batch: EpisodeBatch) -> MetaGradient | None:
        """Compute the meta-gradient by `without_autograd`; `None` if that is not possible."""
        if type(self) is not MAML or (
            self.first_order and self.learned is not None
        ):  # a subclass may do something else
            return None
        found = meta_gradient_of_mlp(self, batch)
        if found is None:
            return None
        result, of_rates = found
        if self.learned is not None and of_rates is not None:
            gradient = torch.stack([torch.stack([g.sum() for g in row]) for row in of_rates])
            self.learned.grad = gradient if self.learned.grad is None else self.learned.grad + gradient
        return result

    def _multi_step_loss(self, support: Support, query_x: Tensor, query_y: Tensor) -> tuple[Tensor, Tensor]:
        """Return the weighted sum of the query losses after each step, and the outputs after the last step."""
        weights = multi_step_weights(self.inner_steps, int(self.meta_steps), self.multi_step_loss)
        state, x, losses = self.init(support), self.encode(query_x, support), []
        for t, weight in enumerate(weights):
            state = self.step(state, support, t)
            if weight:
                outputs = self.readout(state, x)["outputs"]
                losses.append(weight * self.outer_loss(outputs, query_y))
        return torch.stack(losses).sum(), outputs


def multi_step_weights(inner_steps: int, meta_step: int, annealed: int) -> tuple[float, ...]:
    """Return the weight of the query loss after each inner step, at outer step `meta_step` (from 0). The weights sum to 1.

    All weights are equal at first. Then the last one grows and the others fall linearly, to 0 after `annealed` outer steps.
    (Antoniou's code keeps each weight at 3 % of an equal share or more until then.)
    """
    early = max(0.0, 1 - meta_step / annealed) / inner_steps
    return (early,) * (inner_steps - 1) + (1 - early * (inner_steps - 1),)
