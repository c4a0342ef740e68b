"""Full fine-tuning: all layers of a pretrained network, on the support set."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Literal, get_args

from torch import Tensor, nn

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Support
from metawidgets.learners.encoders import call
from metawidgets.learners.protonet import PrototypeState
from metawidgets.learners.tuned import Tuned

__all__ = ["FineTune"]

HeadStart = Literal["zeros", "prototypes"]


class FineTune(Tuned):
    """Pretraining on the pooled data of all tasks, then gradient steps on all layers (for functions, the baseline of Finn,
    Abbeel and Levine, ICML 2017, section 5.1).

    For functions the pretrained head is fine-tuned with the rest; for new classes the head is new.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`.
        inner_lr: step size. inner_steps: gradient steps.
        head_start: how a new classes' head begins: "zeros", or "prototypes": weights 2 c and bias -|c|^2 for a class mean c
            of the features, which is the nearest centroid before the first step (Triantafillou and others, *Meta-Dataset*,
            ICLR 2020, equation 5).
    """

    channels: ClassVar[tuple[str, ...]] = ("embeddings",)
    image_defaults = MappingProxyType({"inner_lr": 0.05, "inner_steps": 50})

    def __init__(
        self,
        encoder: nn.Module,
        *,
        inner_lr: float = 0.01,
        inner_steps: int = 10,
        head_start: HeadStart = "zeros",
        pretraining_head: Sequence[int] | None = None,
    ) -> None:
        super().__init__(encoder, inner_lr=inner_lr, inner_steps=inner_steps, pretraining_head=pretraining_head)
        if head_start not in get_args(HeadStart):
            raise LearnerError(f"unknown head_start={head_start!r}; {did_you_mean(head_start, get_args(HeadStart))}")
        self.head_start: HeadStart = head_start

    @property
    def hyper(self) -> dict[str, Any]:
        return {**super().hyper, "head_start": self.head_start}

    def start(self, items: Tensor, support: Support) -> dict[str, Tensor]:
        features = self.features(items, support)
        if support.n_way is not None and self.head_start == "prototypes":
            state = PrototypeState.empty(features, support.n_way).absorb(support.y)
            c = state.prototypes.nan_to_num()  # a class without support is masked
            head = {"head.weight": 2 * c, "head.bias": -c.square().sum(-1)}
        else:
            head = self.linear_start(features, support)
        return {f"encoder.{name}": p for name, p in self._encoder.named_parameters()} | head

    def outputs(
        self, parameters: dict[str, Tensor], x: Tensor, reference: Tensor | None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        encoder = {n.removeprefix("encoder."): p for n, p in parameters.items() if n.startswith("encoder.")}
        z = call(self._encoder, encoder, x, reference=reference).flatten(1)
        return z @ parameters["head.weight"].t() + parameters["head.bias"], {"embeddings": z}
