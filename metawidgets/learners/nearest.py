"""The first baseline that any meta-learner must beat: the nearest support item, on raw input."""

from typing import Any, ClassVar, NamedTuple, Self

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from metawidgets.learners.base import Learner, Support

__all__ = ["NearestNeighbour", "NeighbourState"]


class NeighbourState(NamedTuple):
    """The support set, and which of its items have been seen."""

    support: Support
    seen: Bool[Tensor, " support"]

    @classmethod
    def start(cls, support: Support) -> Self:
        """Nothing seen yet."""
        return cls(support, torch.zeros(len(support), dtype=torch.bool, device=support.x.device))

    def see(self, t: int) -> Self:
        """With support item `t` seen as well."""
        return self._replace(seen=self.seen | (torch.arange(len(self.seen), device=self.seen.device) == t))

    def see_all(self) -> Self:
        return self._replace(seen=torch.ones_like(self.seen))

    def answer(self, distances: Float[Tensor, "query support"]) -> dict[str, Tensor]:
        """What the nearest item seen says, by distances to all support items; a class is as far as its nearest."""
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

    One step shows it one more support item. Classification: a class is as far as its nearest item, and logits are minus the
    distances, so that probabilities are those of a softmax and accuracy that of the rule. Regression: the nearest item's
    target; 0 before the first.
    """

    axis = "context_example"
    channels: ClassVar[tuple[str, ...]] = ("distances",)
    meta_trained = False

    def __init__(self) -> None:
        super().__init__()

    @property
    def hyper(self) -> dict[str, Any]:
        return {}

    def n_steps(self, support: Support) -> int:
        return len(support)

    def init(self, support: Support) -> NeighbourState:
        return NeighbourState.start(support)

    def step(self, state: NeighbourState, support: Support, t: int) -> NeighbourState:
        return state.see(t)

    def adapted(self, support: Support) -> NeighbourState:
        return self.init(support).see_all()

    def readout(self, state: NeighbourState, x: Tensor) -> dict[str, Tensor]:
        # the plain formula: the one by a matrix product rounds small distances away
        distances = torch.cdist(x.flatten(1), state.support.x.flatten(1), compute_mode="donot_use_mm_for_euclid_dist")
        return state.answer(distances.square())
