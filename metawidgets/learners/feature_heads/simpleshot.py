"""SimpleShot: nearest centroid on features that are centred by the base classes and scaled to length 1."""

from typing import ClassVar

from torch import Tensor

from metawidgets.learners.base import Support
from metawidgets.learners.feature_heads.base import FeatureHead
from metawidgets.learners.metric_based.protonet import PrototypeState
from metawidgets.records import DistanceRule

__all__ = ["SimpleShot"]


class SimpleShot(FeatureHead):
    """SimpleShot (Wang, Chao, Weinberger and van der Maaten, *SimpleShot: Revisiting Nearest-Neighbor Classification for Few-Shot
    Learning*, 2019).

    Features are centred by the mean of the base classes and scaled to length 1 (the paper's CL2N, section 2.2), and a query gets
    the class of the nearest mean. Call `centre_on` with the base classes; without it the features are only scaled (L2N).
    `pretrained_centroid` without `normalise` is the paper's UN.

    Args:
        encoder, base_features: as in `FeatureHead`.
    """

    title = "SimpleShot"
    channels: ClassVar[tuple[str, ...]] = ("embeddings", "prototypes", "distances")

    @property
    def distance_rule(self) -> DistanceRule:
        return DistanceRule("squared_euclidean", "class_mean", 1.0)

    def init(self, support: Support) -> PrototypeState:
        n_way = self.require_classes(support)
        return PrototypeState.empty(self.encode(support.x, support), n_way)

    def step(self, state: PrototypeState, support: Support, t: int) -> PrototypeState:
        return state.absorb(support.y, slice(t, t + 1))

    def adapted(self, support: Support) -> PrototypeState:
        return self.init(support).absorb(support.y)

    def readout(self, state: PrototypeState, x: Tensor) -> dict[str, Tensor]:
        return {**state.compare(x, "squared_euclidean"), "embeddings": x}
