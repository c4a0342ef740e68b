"""Nearest class mean in the features of a pretrained encoder."""

from collections.abc import Sequence
from typing import Any, ClassVar, get_args

import torch.nn.functional as F
from torch import Tensor, nn

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Support
from metawidgets.learners.metric_based.protonet import Metric, PrototypeState, metric_options
from metawidgets.learners.option_checks import positive_number
from metawidgets.learners.transfer.pretrained import Pretrained
from metawidgets.records import DistanceRule

__all__ = ["PretrainedCentroid"]


class PretrainedCentroid(Pretrained):
    """Nearest centroid in the features of a pretrained encoder: a prototypical network trained without episodes.

    Wang, Chao, Weinberger and van der Maaten, *SimpleShot: Revisiting Nearest-Neighbor Classification for Few-Shot Learning*,
    2019, equations 1 and 2. One step adds one support example to the mean of its class; logits are minus the distances.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. Images come in [0, 1].
        metric: "squared_euclidean", "euclidean" or "cosine".
        scale: factor on cosine distances; the other metrics do not use it.
        normalise: scale every feature vector to length 1 first (the paper's L2N, which has the largest effect there).
    """

    title = "Pretrained nearest centroid"
    family = "transfer"
    axis = "context_example"
    takes_regression = False
    channels: ClassVar[tuple[str, ...]] = ("embeddings", "prototypes", "distances")

    def __init__(
        self,
        encoder: nn.Module,
        *,
        metric: Metric = "squared_euclidean",
        scale: float = 10.0,
        normalise: bool = True,
        pretraining_head: Sequence[int] | None = None,
    ) -> None:
        super().__init__(encoder, pretraining_head=pretraining_head)
        if metric not in get_args(Metric):
            raise LearnerError(f"unknown metric={metric!r}; {did_you_mean(metric, get_args(Metric))}")
        self.metric: Metric = metric
        self.scale, self.normalise = positive_number("scale", scale), normalise

    @property
    def hyper(self) -> dict[str, Any]:
        return {**super().hyper, **metric_options(self.metric, self.scale), "normalise": self.normalise}

    def encode(self, x: Tensor, support: Support) -> Tensor:
        z = self.features(x, support)
        return F.normalize(z, dim=-1) if self.normalise else z

    @property
    def distance_rule(self) -> DistanceRule:
        return DistanceRule(self.metric, "class_mean", self.scale if self.metric == "cosine" else 1.0)

    def n_steps(self, support: Support) -> int:
        return len(support)

    def init(self, support: Support) -> PrototypeState:
        n_way = self.require_classes(support)
        return PrototypeState.empty(self.encode(support.x, support), n_way)

    def step(self, state: PrototypeState, support: Support, t: int) -> PrototypeState:
        return state.absorb(support.y, slice(t, t + 1))

    def adapted(self, support: Support) -> PrototypeState:
        return self.init(support).absorb(support.y)

    def readout(self, state: PrototypeState, x: Tensor) -> dict[str, Tensor]:
        return {**state.compare(x, self.metric, self.scale), "embeddings": x}
