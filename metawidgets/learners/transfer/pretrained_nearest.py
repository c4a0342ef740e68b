"""Nearest support item in the features of a pretrained encoder."""

from collections.abc import Sequence
from typing import Any, ClassVar, get_args

from torch import Tensor, nn

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Support
from metawidgets.learners.baselines.nearest import NeighbourState
from metawidgets.learners.metric_based.protonet import Metric, class_distances
from metawidgets.learners.transfer.pretrained import Pretrained
from metawidgets.records import DistanceRule

__all__ = ["PretrainedNearest"]


class PretrainedNearest(Pretrained):
    """One nearest neighbour (Cover and Hart 1967) in the features of a pretrained encoder. No parameter is adapted.

    This is `NearestNeighbour` on features instead of raw items. Each step adds one support item. Logits are minus the distances;
    for regression, the prediction is the nearest item's target.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. Images come in [0, 1].
        metric: "squared_euclidean", "euclidean" or "cosine".
    """

    title = "Pretrained nearest neighbour"
    family = "transfer"
    axis = "context_example"
    channels: ClassVar[tuple[str, ...]] = ("embeddings", "distances")

    def __init__(
        self,
        encoder: nn.Module,
        *,
        metric: Metric = "squared_euclidean",
        pretraining_head: Sequence[int] | None = None,
    ) -> None:
        super().__init__(encoder, pretraining_head=pretraining_head)
        if metric not in get_args(Metric):
            raise LearnerError(f"unknown metric={metric!r}; {did_you_mean(metric, get_args(Metric))}")
        self.metric: Metric = metric

    @property
    def hyper(self) -> dict[str, Any]:
        return {**super().hyper, "metric": self.metric}

    def encode(self, x: Tensor, support: Support) -> Tensor:
        return self.features(x, support)

    @property
    def distance_rule(self) -> DistanceRule:
        return DistanceRule(self.metric, "nearest_item", 1.0)

    def n_steps(self, support: Support) -> int:
        return len(support)

    def init(self, support: Support) -> NeighbourState:
        return NeighbourState.start(Support(self.encode(support.x, support), support.y, support.n_way))

    def step(self, state: NeighbourState, support: Support, t: int) -> NeighbourState:
        return state.see(t)

    def adapted(self, support: Support) -> NeighbourState:
        return self.init(support).see_all()

    def readout(self, state: NeighbourState, x: Tensor) -> dict[str, Tensor]:
        return {**state.answer(class_distances(x, state.support.x, self.metric)), "embeddings": x}
