"""Nearest centroid: the nearest class mean, on raw input."""

from typing import Any, ClassVar

from torch import Tensor

from metawidgets.learners.base import Learner, Support
from metawidgets.learners.metric_based.protonet import PrototypeState
from metawidgets.records import DistanceRule

__all__ = ["NearestCentroid"]


class NearestCentroid(Learner):
    """Nearest class mean of raw items by squared Euclidean distance; nothing is trained.

    Sources: Rocchio 1971; Tibshirani and others 2002, here without shrinkage. This equals a prototypical network whose encoder is the
    identity. One step adds one support example to the mean of its class; logits are minus the distances.
    """

    title = "Nearest centroid"
    family = "baseline"
    axis = "context_example"
    channels: ClassVar[tuple[str, ...]] = ("prototypes", "distances")
    meta_trained = False
    takes_regression = False

    def __init__(self) -> None:
        super().__init__()

    @property
    def hyper(self) -> dict[str, Any]:
        return {}

    @property
    def distance_rule(self) -> DistanceRule:
        return DistanceRule("squared_euclidean", "class_mean", 1.0)

    def n_steps(self, support: Support) -> int:
        return len(support)

    def init(self, support: Support) -> PrototypeState:
        return PrototypeState.empty(support.x.flatten(1), self.require_classes(support))

    def step(self, state: PrototypeState, support: Support, t: int) -> PrototypeState:
        return state.absorb(support.y, slice(t, t + 1))

    def adapted(self, support: Support) -> PrototypeState:
        return self.init(support).absorb(support.y)

    def readout(self, state: PrototypeState, x: Tensor) -> dict[str, Tensor]:
        return state.compare(x.flatten(1), "squared_euclidean")
