"""Matching networks: a query's label is predicted by attention over the support set."""

from typing import Any, ClassVar, NamedTuple, Self

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from metawidgets.learners.base import Learner, Support
from metawidgets.learners.networks.encoders import call, call_once
from metawidgets.learners.option_checks import positive_number
from metawidgets.records import DistanceRule

__all__ = ["MatchingNetwork", "MatchingState", "check_scale"]


class MatchingState(NamedTuple):
    """The support set with its embeddings, the keys that queries are compared with, and a mask of the keys written so far."""

    support: Support
    embeddings: Float[Tensor, "support feature"]
    keys: Float[Tensor, "support feature"]
    written: Bool[Tensor, " support"]

    @classmethod
    def start(cls, support: Support, embeddings: Float[Tensor, "support feature"]) -> Self:
        """Return the state before any item was written."""
        return cls(
            support, embeddings, embeddings, torch.zeros(len(support), dtype=torch.bool, device=embeddings.device)
        )

    def answer(self, x: Float[Tensor, "query feature"], scale: float) -> dict[str, Tensor]:
        """Attend to the keys written so far, by a softmax over scaled cosines, and read the labels or targets.

        For classes, `outputs` are logarithms of the total attention to each class. Their softmax is this attention, and their
        cross-entropy is the paper's loss.
        """
        support, written = self.support, self.written
        if not written.any():
            width = support.n_way or support.y.shape[-1]
            return {"outputs": x.new_zeros(len(x), width), "attention": x.new_zeros(1, len(x), len(support))}
        cosines = F.normalize(x, dim=-1) @ F.normalize(self.keys, dim=-1).t()
        log_attention = (scale * cosines).masked_fill(~written, -torch.inf).log_softmax(-1)  # (query, support)
        attention = log_attention.exp()
        if support.n_way is None:
            outputs = attention @ support.y
        else:
            of_class = support.y == torch.arange(support.n_way, device=x.device).unsqueeze(-1)  # (way, support)
            outputs = log_attention.unsqueeze(1).masked_fill(~of_class, -torch.inf).logsumexp(-1)
        return {"outputs": outputs, "attention": attention.unsqueeze(0)}


def check_scale(scale: float) -> float:
    return positive_number("scale", scale)


class MatchingNetwork(Learner):
    """Matching networks without full-context embeddings: f = g = the encoder.

    Vinyals, Blundell, Lillicrap, Kavukcuoglu and Wierstra, *Matching Networks for One Shot Learning*, NeurIPS 2016,
    section 2.1, equation 1; section 2.1.1 for the attention.

    One step writes one support item. A query's attention is a softmax over its cosines to the items written so far. A class's
    probability is the sum over its items, so a class with more items gets a higher probability. For regression, the prediction is
    the mean of the targets with the same weights, and 0 before the first item.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. Images come in [0, 1].
        scale: factor on the cosines in the softmax.

    Departures: the paper has no `scale`. Its rule, `scale=1`, keeps a 5-way softmax below 0.65 and slows training. Norms use
    batch statistics of the whole episode in training and running averages afterwards (`statistics="running"`).
    """

    title = "Matching network"
    family = "metric-based"
    axis = "write"
    channels: ClassVar[tuple[str, ...]] = ("embeddings", "attention")

    def __init__(self, encoder: nn.Module, *, scale: float = 30.0) -> None:
        super().__init__()
        self._encoder, self.scale = encoder, check_scale(scale)

    @property
    def network(self) -> nn.Module:
        return self._encoder

    @property
    def hyper(self) -> dict[str, Any]:
        return {"scale": self.scale}

    def encode(self, x: Tensor, support: Support) -> Float[Tensor, "item feature"]:
        return call(self._encoder, None, x, reference=support.x).flatten(1)

    @property
    def distance_rule(self) -> DistanceRule:
        return DistanceRule("cosine", "items")

    def n_steps(self, support: Support) -> int:
        return len(support)

    def init(self, support: Support) -> MatchingState:
        return MatchingState.start(support, self.encode(support.x, support))

    def step(self, state: MatchingState, support: Support, t: int) -> MatchingState:
        return state._replace(written=state.written | (torch.arange(len(support), device=state.written.device) == t))

    def adapted(self, support: Support) -> MatchingState:
        state = self.init(support)
        return state._replace(written=torch.ones_like(state.written))

    def readout(self, state: MatchingState, x: Float[Tensor, "query feature"]) -> dict[str, Tensor]:
        return {**state.answer(x, self.scale), "embeddings": x}

    def task_outputs(self, support: Support, query_x: Tensor) -> Tensor:
        of_support, of_queries = (z.flatten(1) for z in call_once(self._encoder, support.x, query_x))
        state = MatchingState.start(support, of_support)
        return state._replace(written=torch.ones_like(state.written)).answer(of_queries, self.scale)["outputs"]
