"""ANIL (almost no inner loop): the inner loop adapts only the head; the features stay fixed."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn
from torch.func import functional_call

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.networks.encoders import embed
from metawidgets.learners.networks.interface import is_split
from metawidgets.learners.optimisation_based.gradient import GradientLearner, GradientState

__all__ = ["ANIL"]


class ANIL(GradientLearner):
    """ANIL (Raghu, Raghu, Bengio and Vinyals, *Rapid Learning or Feature Reuse? Towards Understanding the Effectiveness of
    MAML*, ICLR 2020, section 4).

    This is MAML with an inner loop that moves only the head's parameters. The outer loop trains all parameters, through the
    inner gradients. If the network has `embed` and `head` (Conv4 and MLP do), the head's input is computed once for all
    steps. Any other network is run whole at each step, with the same result.

    Args:
        network: maps items to outputs; any `nn.Module`. Images come in [0, 1].
        head: name of the submodule that adapts, as in `network.named_modules()`; by default the last one in that order
            that has parameters of its own ("head" in Conv4).
        inner_lr, inner_steps, test_steps: as in `MAML`.

    Departure: batch statistics are as in `MAML`.
    """

    title = "ANIL"
    family = "optimisation-based"

    def __init__(
        self,
        network: nn.Module,
        *,
        head: str | None = None,
        inner_lr: float = 0.01,
        inner_steps: int = 1,
        test_steps: int | None = None,
    ) -> None:
        modules = dict(network.named_modules())
        trainable = [
            name for name, module in modules.items() if any(p.requires_grad for p in module.parameters(recurse=False))
        ]
        if head is None and trainable:
            head = trainable[-1]
        elif head not in modules or not any(p.requires_grad for p in modules[head].parameters()):
            raise LearnerError(
                f"head={head!r} is not the name of a submodule of {type(network).__name__} with parameters to adapt; "
                f"{did_you_mean(head or '', trainable)}"
            )
        self.head = head or ""
        super().__init__(network, inner_lr=inner_lr, inner_steps=inner_steps, test_steps=test_steps)
        self._split = is_split(network) and network.head is modules[self.head]

    def _adapted_names(self, network: nn.Module) -> tuple[str, ...]:
        prefix = f"{self.head}." if self.head else ""
        return tuple(name for name in super()._adapted_names(network) if name.startswith(prefix))

    @property
    def hyper(self) -> dict[str, Any]:
        return {**super().hyper, "head": self.head}

    def encode(self, x: Tensor, support: Support) -> Tensor:
        return embed(self._network, x, reference=support.x) if self._split else x

    readout_both = (
        Learner.readout_both
    )  # `init` already embedded the support set for all steps, so one pass for both sets would save nothing

    def init(self, support: Support) -> GradientState:
        state = super().init(support)
        return state._replace(support_x=embed(self._network, support.x)) if self._split else state

    def _support_outputs(self, parameters: Mapping[str, Tensor], state: GradientState, support: Support) -> Tensor:
        return self._outputs(parameters, state.support_x)

    def _outputs(self, parameters: Mapping[str, Tensor], x: Tensor, reference: Tensor | None = None) -> Tensor:
        if not self._split:
            return super()._outputs(parameters, x, reference)
        head = self._network.get_submodule(self.head)
        return functional_call(head, {name.removeprefix(f"{self.head}."): p for name, p in parameters.items()}, (x,))
