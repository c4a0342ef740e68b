"""Prototypical networks: a class's prototype is the mean of its embedded examples. A query gets the class of the nearest prototype."""

from typing import Any, ClassVar, Literal, NamedTuple, Self, get_args

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.networks.encoders import call, call_once
from metawidgets.learners.option_checks import positive_number
from metawidgets.records import DistanceRule

__all__ = ["Metric", "ProtoNet", "PrototypeState", "class_distances", "metric_options"]

Metric = Literal["squared_euclidean", "euclidean", "cosine"]


class PrototypeState(NamedTuple):
    """The embedded support set, with the sum and the number of the items read so far in each class."""

    embeddings: Float[Tensor, "support feature"]
    sums: Float[Tensor, "way feature"]
    counts: Float[Tensor, " way"]

    @classmethod
    def empty(cls, embeddings: Float[Tensor, "support feature"], n_way: int) -> Self:
        """Return the state before the first support item."""
        return cls(embeddings, embeddings.new_zeros(n_way, embeddings.shape[-1]), embeddings.new_zeros(n_way))

    def absorb(self, labels: Int[Tensor, " support"], items: slice = slice(None)) -> Self:
        """Return the state after adding these support items (all by default) to the sums of their classes."""
        labels, embeddings = labels[items], self.embeddings[items]
        return self._replace(
            sums=self.sums.index_add(0, labels, embeddings),
            counts=self.counts.index_add(0, labels, torch.ones_like(labels, dtype=self.counts.dtype)),
        )

    @property
    def prototypes(self) -> Float[Tensor, "way feature"]:
        """The class means; NaN for a class without support so far."""
        return self.sums / torch.where(self.counts > 0, self.counts, torch.nan).unsqueeze(-1)

    def compare(self, x: Float[Tensor, "query feature"], metric: str, scale: float = 1.0) -> dict[str, Tensor]:
        """Return prototypes, distances to them, and minus the distances (times `scale` for the cosine) as `outputs`."""
        prototypes = self.prototypes
        distances = class_distances(x, prototypes, metric)  # (query, way)
        logits = -distances * (scale if metric == "cosine" else 1.0)
        logits = torch.where(self.counts > 0, logits, -torch.inf)
        if not self.counts.any():  # nothing seen: all classes are equally likely
            logits = torch.zeros_like(logits)
        return {"outputs": logits, "prototypes": prototypes, "distances": distances}


def class_distances(
    z: Float[Tensor, "query feature"], centres: Float[Tensor, "way feature"], metric: str
) -> Float[Tensor, "query way"]:
    """Return the distance of every query to every centre: squared Euclidean, Euclidean, or one minus the cosine."""
    if metric == "cosine":
        return 1 - F.normalize(z, dim=-1) @ F.normalize(centres, dim=-1).t()
    squared = (z.unsqueeze(1) - centres).square().sum(-1)
    return (
        squared if metric == "squared_euclidean" else torch.sqrt(squared + 1e-12)
    )  # the square root has no finite gradient at 0


def metric_options(metric: str, scale: float) -> dict[str, Any]:
    """Return the options that matter for this metric: `scale` only multiplies cosine distances."""
    return {"metric": metric, "scale": scale} if metric == "cosine" else {"metric": metric}


class ProtoNet(Learner):
    """Prototypical networks (Snell, Swersky and Zemel, *Prototypical Networks for Few-shot Learning*, NeurIPS 2017, eq. 1-2).

    One step adds one support example to the sum of its class. Logits are minus the distances. Cosine distances are multiplied
    by `scale`: they lie in [0, 2], and without a factor their softmax stays nearly flat.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. Images come in [0, 1].
        metric: "squared_euclidean" (as in the paper), "euclidean" or "cosine".
        scale: factor on cosine distances; the other metrics do not use it.

    Departure: norms use batch statistics of the whole episode in training and running averages afterwards
    (`statistics="running"`).
    """

    title = "ProtoNet"
    family = "metric-based"
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
        return metric_options(self.metric, self.scale)

    def encode(self, x: Tensor, support: Support) -> Float[Tensor, "item feature"]:
        return call(self._encoder, None, x, reference=support.x)

    @property
    def distance_rule(self) -> DistanceRule:
        return DistanceRule(self.metric, "class_mean", self.scale if self.metric == "cosine" else 1.0)

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
