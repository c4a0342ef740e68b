"""Prototypical networks: a class is the mean of its embedded examples, a query belongs to the nearest."""

from typing import Any, ClassVar, Literal, NamedTuple, get_args

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.encoders import call

__all__ = ["Metric", "ProtoNet", "PrototypeState", "class_distances"]

Metric = Literal["squared_euclidean", "euclidean", "cosine"]


class PrototypeState(NamedTuple):
    """The embedded support set, and what has been absorbed of it."""

    embeddings: Float[Tensor, "support feature"]
    sums: Float[Tensor, "way feature"]
    counts: Float[Tensor, " way"]

    @property
    def prototypes(self) -> Float[Tensor, "way feature"]:
        """Class means; NaN for a class with no support yet."""
        return self.sums / torch.where(self.counts > 0, self.counts, torch.nan).unsqueeze(-1)


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
        self._encoder, self.metric, self.scale = encoder, metric, scale

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
        return self._start(self.encode(support.x, support), self.require_classes(support))

    def step(self, state: PrototypeState, support: Support, t: int) -> PrototypeState:
        label = support.y[t : t + 1]
        return state._replace(
            sums=state.sums.index_add(0, label, state.embeddings[t : t + 1]),
            counts=state.counts.index_add(0, label, torch.ones_like(state.counts[:1])),
        )

    def adapted(self, support: Support) -> PrototypeState:
        return self._absorb_all(self.init(support), support)

    def readout(self, state: PrototypeState, x: Float[Tensor, "query feature"]) -> dict[str, Tensor]:
        prototypes = state.prototypes
        distances = class_distances(x, prototypes, self.metric)  # (query, way)
        logits = -distances * (self.scale if self.metric == "cosine" else 1.0)
        logits = torch.where(state.counts > 0, logits, -torch.inf)
        if not state.counts.any():  # nothing seen: every class alike
            logits = torch.zeros_like(logits)
        return {"outputs": logits, "embeddings": x, "prototypes": prototypes, "distances": distances}

    def task_outputs(self, support: Support, query_x: Tensor) -> Tensor:
        # support and queries in one pass: the norm sees the whole episode, and one large convolution is faster than two
        items = torch.cat([support.x, query_x])
        z = self._encoder(items, len(support)) if self.statistics == "support_stats" else self._encoder(items)
        state = self._start(z[: len(support)], self.require_classes(support))
        return self.readout(self._absorb_all(state, support), z[len(support) :])["outputs"]

    def _start(self, embeddings: Tensor, n_way: int) -> PrototypeState:
        return PrototypeState(
            embeddings, embeddings.new_zeros(n_way, embeddings.shape[-1]), embeddings.new_zeros(n_way)
        )

    def _absorb_all(self, state: PrototypeState, support: Support) -> PrototypeState:
        return state._replace(
            sums=state.sums.index_add(0, support.y, state.embeddings),
            counts=state.counts.index_add(0, support.y, state.embeddings.new_ones(len(support))),
        )
