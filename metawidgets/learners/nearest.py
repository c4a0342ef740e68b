"""The first baseline that any meta-learner must beat: the nearest support item, on raw input."""

from typing import Any, ClassVar, NamedTuple

import torch
from jaxtyping import Bool
from torch import Tensor

from metawidgets.learners.base import Learner, Support

__all__ = ["NearestNeighbour", "NeighbourState"]


class NeighbourState(NamedTuple):
    """The support set, and which of its items have been seen."""

    support: Support
    seen: Bool[Tensor, " support"]


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
        return NeighbourState(support, torch.zeros(len(support), dtype=torch.bool, device=support.x.device))

    def step(self, state: NeighbourState, support: Support, t: int) -> NeighbourState:
        return state._replace(seen=state.seen | (torch.arange(len(support), device=state.seen.device) == t))

    def readout(self, state: NeighbourState, x: Tensor) -> dict[str, Tensor]:
        support, seen = state
        items = torch.cdist(x.flatten(1), support.x.flatten(1), compute_mode="donot_use_mm_for_euclid_dist").square()
        items = items.masked_fill(~seen, torch.inf)  # (query, support)
        if support.n_way is None:
            nearest = support.y[items.argmin(-1)]
            return {"outputs": nearest if seen.any() else torch.zeros_like(nearest)}
        of_class = support.y == torch.arange(support.n_way, device=x.device).unsqueeze(-1)  # (way, support)
        per_class = items.unsqueeze(1).masked_fill(~of_class, torch.inf).amin(-1)  # (query, way)
        logits = -per_class if seen.any() else torch.zeros_like(per_class)
        return {"outputs": logits, "distances": per_class.masked_fill(per_class.isinf(), torch.nan)}
