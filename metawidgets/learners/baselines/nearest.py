"""Nearest neighbour on raw input: the simplest baseline that a meta-learner must beat."""

from typing import Any, ClassVar, NamedTuple, Self

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from metawidgets.learners.base import Learner, Support
from metawidgets.records import DistanceRule

__all__ = ["NearestNeighbour", "NeighbourState"]


class NeighbourState(NamedTuple):
    """The support set, with a mask of the items seen so far."""

    support: Support
    seen: Bool[Tensor, " support"]

    @classmethod
    def start(cls, support: Support) -> Self:
        """Return the state before the first support item."""
        return cls(support, torch.zeros(len(support), dtype=torch.bool, device=support.x.device))

    def see(self, t: int) -> Self:
        """Return the state after reading support item `t`."""
        return self._replace(seen=self.seen | (torch.arange(len(self.seen), device=self.seen.device) == t))

    def see_all(self) -> Self:
        return self._replace(seen=torch.ones_like(self.seen))

    def answer(self, distances: Float[Tensor, "query support"]) -> dict[str, Tensor]:
        """Compute the outputs from the distances between queries and support items; for classification, also the distance to each class.

        The distance to a class is the distance to its nearest item seen so far, NaN if none was seen. For regression, the output
        is the target of the nearest item seen so far. Before the first item, all outputs are 0.
        """
        support, seen = self
        items = distances.masked_fill(~seen, torch.inf)
        if support.n_way is None:
            nearest = support.y[items.argmin(-1)]
            return {"outputs": nearest if seen.any() else torch.zeros_like(nearest)}
        of_class = support.y == torch.arange(support.n_way, device=seen.device).unsqueeze(-1)  # (way, support)
        per_class = items.unsqueeze(1).masked_fill(~of_class, torch.inf).amin(-1)  # (query, way)
        logits = -per_class if seen.any() else torch.zeros_like(per_class)
        return {"outputs": logits, "distances": per_class.masked_fill(per_class.isinf(), torch.nan)}


class NearestNeighbour(Learner):
    """One nearest neighbour by squared Euclidean distance between raw items (Cover and Hart 1967); nothing is trained.

    Each step adds one support item. In classification, a class's distance is the distance to its nearest item, and logits are
    minus the distances, so that the most probable class is the nearest one. In regression, the prediction is the nearest item's
    target, and 0 before the first item.
    """

    title = "Nearest neighbour"
    family = "baseline"
    axis = "context_example"
    channels: ClassVar[tuple[str, ...]] = ("distances",)
    meta_trained = False

    def __init__(self) -> None:
        super().__init__()

    @property
    def hyper(self) -> dict[str, Any]:
        return {}

    @property
    def distance_rule(self) -> DistanceRule:
        return DistanceRule("squared_euclidean", "nearest_item", 1.0)

    def n_steps(self, support: Support) -> int:
        return len(support)

    def init(self, support: Support) -> NeighbourState:
        return NeighbourState.start(support)

    def step(self, state: NeighbourState, support: Support, t: int) -> NeighbourState:
        return state.see(t)

    def adapted(self, support: Support) -> NeighbourState:
        return self.init(support).see_all()

    def readout(self, state: NeighbourState, x: Tensor) -> dict[str, Tensor]:
        # Subtract the items: the expansion with a matrix product would round small distances to 0.
        distances = torch.cdist(x.flatten(1), state.support.x.flatten(1), compute_mode="donot_use_mm_for_euclid_dist")
        return state.answer(distances.square())
