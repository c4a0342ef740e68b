"""Prototypical networks: a class is the mean of its embedded examples, a query belongs to the nearest."""

from typing import Any, ClassVar, Literal, NamedTuple, Self, get_args

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.encoders import call, call_once
from metawidgets.learners.numbers import positive_number

__all__ = ["Metric", "ProtoNet", "PrototypeState", "class_distances"]

Metric = Literal["squared_euclidean", "euclidean", "cosine"]


class PrototypeState(NamedTuple):
    """The embedded support set, and what has been absorbed of it."""

    embeddings: Float[Tensor, "support feature"]
    sums: Float[Tensor, "way feature"]
    counts: Float[Tensor, " way"]

    @classmethod
    def empty(cls, embeddings: Float[Tensor, "support feature"], n_way: int) -> Self:
        """Nothing absorbed yet."""
        return cls(embeddings, embeddings.new_zeros(n_way, embeddings.shape[-1]), embeddings.new_zeros(n_way))

    def absorb(self, labels: Int[Tensor, " support"], items: slice = slice(None)) -> Self:
        """With the support items of these places added to the sums of their classes; all of them by default."""
        labels, embeddings = labels[items], self.embeddings[items]
        return self._replace(
            sums=self.sums.index_add(0, labels, embeddings),
            counts=self.counts.index_add(0, labels, torch.ones_like(labels, dtype=self.counts.dtype)),
        )

    @property
    def prototypes(self) -> Float[Tensor, "way feature"]:
        """Class means; NaN for a class with no support yet."""
        return self.sums / torch.where(self.counts > 0, self.counts, torch.nan).unsqueeze(-1)

    def compare(self, x: Float[Tensor, "query feature"], metric: str, scale: float = 1.0) -> dict[str, Tensor]:
        """Prototypes, distances to them, and as `outputs` their negatives (for the cosine, times `scale`)."""
        prototypes = self.prototypes
        distances = class_distances(x, prototypes, metric)  # (query, way)
        logits = -distances * (scale if metric == "cosine" else 1.0)
        logits = torch.where(self.counts > 0, logits, -torch.inf)
        if not self.counts.any():  # nothing seen: every class alike
            logits = torch.zeros_like(logits)
        return {"outputs": logits, "prototypes": prototypes, "distances": distances}


def class_distances(
    z: Float[Tensor, "query feature"], centres: Float[Tensor, "way feature"], metric: str
) -> Float[Tensor, "query way"]:
    """Distance of every query to every centre: squared Euclidean, Euclidean, or one minus the cosine."""
    if metric == "cosine":
        return 1 - F.normalize(z, dim=-1) @ F.normalize(centres, dim=-1).t()
    squared = (z.unsqueeze(1) - centres).square().sum(-1)
    return squared if metric == "squared_euclidean" else torch.sqrt(squared + 1e-12)  # the root has no slope at 0


class ProtoNet(Learner):
    """Prototypical networks (Snell, Swersky and Zemel, *Prototypical Networks for Few-shot Learning*, NeurIPS 2017, eq. 1-2).

    One step absorbs one support example into the sum of its class. Logits are minus the distances; for the cosine they are
    multiplied by `scale`, without which a softmax over values in [0, 2] stays nearly flat.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`.
        metric: "squared_euclidean" (the paper's), "euclidean" or "cosine".
        scale: factor on cosine distances; unused otherwise.

    Departure: batch statistics of the whole episode in training, running averages afterwards (`statistics="running"`).
    """

    axis = "context_example"
    takes_regression = False
    channels: ClassVar[tuple[str, ...]] = ("embeddings", "prototypes", "distances")

    def __init__(self, encoder: nn.Module, *, metric: Metric = "squared_euclidean", scale: float = 10.0) -> None:
        super().__init__()
        if metric not in get_args(Metric):
            raise LearnerError(f"unknown metric={metric!r}; {did_you_mean(metric, get_args(Metric))}")
        self._encoder, self.metric, self.scale = encoder, metric, positive_number("scale", scale)

    @property
    def network(self) -> nn.Module:
        return self._encoder

    @property
    def hyper(self) -> dict[str, Any]:
        return {"metric": self.metric, "scale": self.scale}

    def encode(self, x: Tensor, support: Support) -> Float[Tensor, "item feature"]:
        return call(self._encoder, None, x, reference=support.x)

    def n_steps(self, support: Support) -> int:
        return len(support)

    def init(self, support: Support) -> PrototypeState:
        return PrototypeState.empty(self.encode(support.x, support), self.require_classes(support))

    def step(self, state: PrototypeState, support: Support, t: int) -> PrototypeState:
        return state.absorb(support.y, slice(t, t + 1))

    def adapted(self, support: Support) -> PrototypeState:
        return self.init(support).absorb(support.y)

    def readout(self, state: PrototypeState, x: Float[Tensor, "query feature"]) -> dict[str, Tensor]:
        return {**state.compare(x, self.metric, self.scale), "embeddings": x}

    def task_outputs(self, support: Support, query_x: Tensor) -> Tensor:
        of_support, of_queries = call_once(self._encoder, support.x, query_x)
        state = PrototypeState.empty(of_support, self.require_classes(support)).absorb(support.y)
        return self.readout(state, of_queries)["outputs"]
