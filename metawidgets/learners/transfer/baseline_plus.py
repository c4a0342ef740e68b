"""Baseline++: a cosine classifier on frozen features, both in pretraining and in fine-tuning."""

from collections.abc import Sequence
from typing import ClassVar

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.learners.base import Support
from metawidgets.learners.metric_based.protonet import PrototypeState, class_distances
from metawidgets.learners.transfer.tuned import Tuned, TunedState
from metawidgets.records import DistanceRule

__all__ = ["BaselinePlusPlus"]


class BaselinePlusPlus(Tuned):
    """Baseline++ (Chen, Liu, Kira, Wang and Huang, *A Closer Look at Few-shot Classification*, ICLR 2019, section 3.2).

    Logits are cosines between an item's features and a vector per class, times a scale. Pretraining learns the encoder, the
    scale and a vector for each class of the pool. Adaptation learns only new vectors, for the episode's classes.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. Images come in [0, 1].
        inner_lr: step size.
        inner_steps: gradient steps.

    Departures: a class's vector starts at the mean of its support items' normalised features (Qi, Brown and Lowe, *Low-Shot
    Learning with Imprinted Weights*, CVPR 2018), not at random, so that predictions are not random. The scale is fixed in
    the paper; here it is learned, with initial value 10 (Gidaris and Komodakis, *Dynamic Few-shot Visual Learning without
    Forgetting*, CVPR 2018, equation 5). Every step uses all support items, without momentum; the paper takes 100 passes over
    batches of 4 with momentum.
    """

    title = "Baseline++"
    family = "transfer"
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
        self.scale = nn.Parameter(torch.tensor(10.0, device=self.device, dtype=self.dtype))

    @property
    def distance_rule(self) -> DistanceRule:
        return DistanceRule("cosine", "class_vector", self.scale.item())

    def encode(self, x: Tensor, support: Support) -> Tensor:
        return self.features(x, support)

    def start(self, items: Tensor, support: Support) -> dict[str, Tensor]:
        state = PrototypeState.empty(F.normalize(items, dim=-1), self.require_classes(support)).absorb(support.y)
        return {"head.weight": state.prototypes.nan_to_num()}  # NaN of a class without support: its logit is masked

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

    def pretraining_outputs(self, head: nn.Linear, z: Float[Tensor, "item feature"]) -> Float[Tensor, "item output"]:
        return self.scale * (1 - class_distances(z, head.weight, "cosine"))

    def _new_head(self, features: int, outputs: int) -> nn.Linear:
        return nn.Linear(features, outputs, bias=False)
