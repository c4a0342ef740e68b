"""A baseline without training: the nearest class mean, on raw input."""

from typing import Any, ClassVar

from torch import Tensor

from metawidgets.learners.base import Learner, Support
from metawidgets.learners.protonet import PrototypeState

__all__ = ["NearestCentroid"]


class NearestCentroid(Learner):
    """The class whose mean of raw items is nearest by squared Euclidean distance (Rocchio 1971; Tibshirani and others 2002
    without shrinkage): prototypical networks with the identity for an encoder. Nothing is trained.

    One step absorbs one support example into the mean of its class; logits are minus the distances.
    """

    axis = "context_example"
    channels: ClassVar[tuple[str, ...]] = ("prototypes", "distances")
    meta_trained = False
    takes_regression = False

    def __init__(self) -> None:
        super().__init__()

    @property
    def hyper(self) -> dict[str, Any]:
        return {}

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
