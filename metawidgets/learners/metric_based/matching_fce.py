"""Matching networks with full-context embeddings: an item's embedding depends on the whole support set."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.learners.base import Learner, Support
from metawidgets.learners.metric_based.matching import MatchingState, check_scale
from metawidgets.learners.networks.encoders import call, call_once, feature_shape_of
from metawidgets.learners.option_checks import count
from metawidgets.records import DistanceRule

__all__ = ["FullContextMatching"]


class FullContextMatching(Learner):
    """Matching networks with full-context embeddings (Vinyals and others, NeurIPS 2016, section 2.1.2; appendix A.1 for f,
    equations 3 to 6, and A.2 for g).

    A bidirectional LSTM over the support items, in their order, embeds each of them again. An LSTM that attends to them for
    `processing_steps` steps embeds a query again. One step writes one support item and re-embeds all items before it.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. It is both f' and g' of the paper.
        processing_steps: the paper's K; the paper does not give its value.
        scale: factor on the cosines in the softmax, as in `MatchingNetwork`.
        feature_shape: shape of an item's features, for an encoder that does not declare it.

    Departures: the same as in `MatchingNetwork`.
    """

    title = "Full-context matching"
    family = "metric-based"
    axis = "write"
    reads_in_order = True
    channels: ClassVar[tuple[str, ...]] = ("embeddings", "support_embeddings", "attention")

    def __init__(
        self,
        encoder: nn.Module,
        *,
        processing_steps: int = 5,
        scale: float = 30.0,
        feature_shape: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        self._encoder, self.scale = encoder, check_scale(scale)
        self.processing_steps = count("processing_steps", processing_steps, 1, 10_000)
        self.feature_shape = feature_shape_of(encoder, feature_shape)
        width = math.prod(self.feature_shape)
        like = {"device": self.device, "dtype": self.dtype}  # device and dtype of the encoder
        self.support_reader = nn.LSTM(width, width, bidirectional=True, **like)
        # Equation 3 feeds [h, r] back into a cell of h's width. This equals a standard cell whose input contains r.
        self.query_reader = nn.LSTMCell(2 * width, width, **like)

    @property
    def network(self) -> nn.Module:
        return self._encoder

    @property
    def hyper(self) -> dict[str, Any]:
        return {
            "processing_steps": self.processing_steps,
            "scale": self.scale,
            "feature_shape": list(self.feature_shape),
        }

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
        return self._write(state, t + 1)

    def adapted(self, support: Support) -> MatchingState:
        return self._write(self.init(support), len(support))

    def readout(self, state: MatchingState, x: Float[Tensor, "query feature"]) -> dict[str, Tensor]:
        f = self._read(state, x)
        return {**state.answer(f, self.scale), "embeddings": f, "support_embeddings": state.keys}

    def task_outputs(self, support: Support, query_x: Tensor) -> Tensor:
        of_support, of_queries = (z.flatten(1) for z in call_once(self._encoder, support.x, query_x))
        state = self._write(MatchingState.start(support, of_support), len(support))
        return self.readout(state, of_queries)["outputs"]

    def _write(self, state: MatchingState, n: int) -> MatchingState:
        """Embed the first `n` support items in the context of each other (A.2). The other items keep the encoder's embeddings."""
        z = state.embeddings
        forward, backward = self.support_reader(z[:n].unsqueeze(1))[0].squeeze(1).chunk(2, -1)
        keys = torch.cat([forward + backward + z[:n], z[n:]])
        return state._replace(keys=keys, written=torch.arange(len(z), device=z.device) < n)

    def _read(self, state: MatchingState, x: Float[Tensor, "query feature"]) -> Float[Tensor, "query feature"]:
        """Embed queries in the context of the support items written so far (A.1). If none is written yet, return `x`."""
        keys = state.keys[state.written]
        if not len(keys):
            return x
        h = c = torch.zeros_like(x)
        for _ in range(self.processing_steps):
            r = torch.softmax(h @ keys.t(), -1) @ keys  # (5), (6)
            h, c = self.query_reader(torch.cat([x, r], -1), (h, c))  # (3)
            h = h + x  # (4)
        return h
