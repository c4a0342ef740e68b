"""Baseline++: a cosine classifier on frozen features, pretrained and fine-tuned as one."""

from collections.abc import Sequence
from typing import ClassVar

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.learners.base import Support
from metawidgets.learners.protonet import PrototypeState, class_distances
from metawidgets.learners.tuned import Tuned, TunedState

__all__ = ["BaselinePlusPlus", "CosineHead"]


class CosineHead(nn.Module):
    """Logits are cosines between features and a vector per class, times a learned scale (Gidaris and Komodakis, *Dynamic
    Few-shot Visual Learning without Forgetting*, CVPR 2018, equation 5, where it starts at 10)."""

    def __init__(self, features: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(nn.init.kaiming_uniform_(torch.empty(outputs, features)))
        self.scale = nn.Parameter(torch.tensor(10.0))

    def forward(self, z: Float[Tensor, "item feature"]) -> Float[Tensor, "item output"]:
        return self.scale * F.normalize(z, dim=-1) @ F.normalize(self.weight, dim=-1).t()


class BaselinePlusPlus(Tuned):
    """Baseline++ (Chen, Liu, Kira, Wang and Huang, *A Closer Look at Few-shot Classification*, ICLR 2019, section 3.2).

    Pretraining ends in a `CosineHead` over the pool's classes; adaptation trains a new one over the episode's, with the
    encoder frozen and the scale as pretraining left it.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`.
        inner_lr: step size. inner_steps: gradient steps.

    Departures: a class's vector starts at the mean of its support items' normalised features (Qi, Brown and Lowe, *Low-Shot
    Learning with Imprinted Weights*, CVPR 2018) rather than at random, so that the answer does not hang on luck; the scale
    is learned; all support items at every step, where the paper takes 100 passes over batches of 4 with momentum.
    """

    channels: ClassVar[tuple[str, ...]] = ("embeddings", "prototypes", "distances")
    takes_regression = False

    def __init__(
        self,
        encoder: nn.Module,
        *,
        inner_lr: float = 0.1,
        inner_steps: int = 100,
        pretraining_head: Sequence[int] | None = None,
    ) -> None:
        super().__init__(encoder, inner_lr=inner_lr, inner_steps=inner_steps, pretraining_head=pretraining_head)

    @property
    def scale(self) -> Tensor | float:
        """Of the cosines: what pretraining learned, or where it starts."""
        return self.head.scale if isinstance(self.head, CosineHead) else 10.0

    def encode(self, x: Tensor, support: Support) -> Tensor:
        return self.features(x, support)

    def start(self, items: Tensor, support: Support) -> dict[str, Tensor]:
        state = PrototypeState.empty(F.normalize(items, dim=-1), self.require_classes(support)).absorb(support.y)
        return {"head.weight": state.prototypes.nan_to_num()}  # a class without support is masked

    def outputs(
        self, parameters: dict[str, Tensor], x: Tensor, reference: Tensor | None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        weight = parameters["head.weight"]
        distances = class_distances(x, weight, "cosine")
        return self.scale * (1 - distances), {"embeddings": x, "prototypes": weight, "distances": distances}

    def readout(self, state: TunedState, x: Tensor) -> dict[str, Tensor]:
        read, present = super().readout(state, x), state.present
        if present is not None:
            read["prototypes"] = torch.where(present.unsqueeze(-1), read["prototypes"], torch.nan)
            read["distances"] = torch.where(present, read["distances"], torch.nan)
        return read

    def _new_head(self, features: int, outputs: int) -> nn.Module:
        return CosineHead(features, outputs)
