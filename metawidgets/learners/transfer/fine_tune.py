"""Full fine-tuning: gradient steps on all layers of a pretrained network."""

from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor, nn

from metawidgets.learners.base import Support
from metawidgets.learners.networks.encoders import call
from metawidgets.learners.transfer.tuned import Tuned

__all__ = ["FineTune"]


class FineTune(Tuned):
    """Pretraining on the pooled data of all tasks, then gradient steps on all layers.

    For regression, this is the baseline of Finn, Abbeel and Levine, ICML 2017, section 5.1: the pretrained head is fine-tuned with
    the other layers. For classification, the episode's classes get a new head of zeros. (A head of class means, as in Triantafillou
    and others, *Meta-Dataset*, ICLR 2020, already fits the support set before the first step, but did not score better.)

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. Images come in [0, 1].
        inner_lr: step size.
        inner_steps: gradient steps.
    """

    title = "Fine-tuning"
    family = "transfer"
    channels: ClassVar[tuple[str, ...]] = ("embeddings",)

    def __init__(
        self,
        encoder: nn.Module,
        *,
        inner_lr: float = 0.01,
        inner_steps: int = 10,
        pretraining_head: Sequence[int] | None = None,
    ) -> None:
        super().__init__(encoder, inner_lr=inner_lr, inner_steps=inner_steps, pretraining_head=pretraining_head)

    def start(self, items: Tensor, support: Support) -> dict[str, Tensor]:
        head = self.linear_start(self.features(items, support), support)
        return {f"encoder.{name}": p for name, p in self._encoder.named_parameters()} | head

    def outputs(
        self, parameters: dict[str, Tensor], x: Tensor, reference: Tensor | None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        encoder = {n.removeprefix("encoder."): p for n, p in parameters.items() if n.startswith("encoder.")}
        z = call(self._encoder, encoder, x, reference=reference).flatten(1)
        return z @ parameters["head.weight"].t() + parameters["head.bias"], {"embeddings": z}
