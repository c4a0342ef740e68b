"""Relation networks: a second network learns to compare a query with a class."""

import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Literal, get_args

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.metric_based.protonet import PrototypeState
from metawidgets.learners.networks.encoders import EpisodeNorm, call, call_once, feature_shape_of
from metawidgets.learners.networks.interface import statistics_of
from metawidgets.learners.option_checks import count

__all__ = ["Pooling", "RelationModule", "RelationNetwork"]

Pooling = Literal["sum", "mean"]


class RelationModule(nn.Module):
    """A network that scores the similarity of a class and a query from their concatenated features.

    For feature maps it has two blocks of 3x3 convolution, normalisation, ReLU and 2x2 max pooling, then two fully connected layers
    (Sung 2018, figure 2). For vectors, and for maps below 4x4, which cannot be halved twice, one fully connected layer replaces the
    blocks.

    Args:
        feature_shape: `(channel, height, width)`, or `(feature,)`.
        width: filters, or units, of the blocks.
        hidden: units between the last two layers.
        statistics: see `EpisodeNorm`.
    """

    def __init__(self, feature_shape: Sequence[int], *, width: int, hidden: int, statistics: str) -> None:
        super().__init__()
        self.is_spatial = len(feature_shape) == 3 and min(feature_shape[1:]) >= 4
        self.shape = tuple(feature_shape) if self.is_spatial else (math.prod(feature_shape),)
        flat = width
        self.blocks, self.norms = nn.ModuleList(), nn.ModuleList()
        if self.is_spatial:
            self.blocks.extend(nn.Conv2d(n, width, 3, padding=1, bias=False) for n in (2 * self.shape[0], width))
            self.norms.extend(EpisodeNorm(width, statistics) for _ in range(2))
            flat *= math.prod(side // 4 for side in self.shape[1:])
        else:
            self.blocks.append(nn.Linear(2 * self.shape[0], width))
        self.hidden, self.score = nn.Linear(flat, hidden), nn.Linear(hidden, 1)

    def forward(
        self, classes: Float[Tensor, "way feature"], queries: Float[Tensor, "query feature"], n_reference: int | None
    ) -> Float[Tensor, "query way"]:
        """Return the score of each class for each query, before the sigmoid.

        Args:
            n_reference: batch statistics come from the pairs of the first `n_reference` queries (`None`: of all), see `EpisodeNorm`.
        """
        # The first layer is linear in the concatenation: each half is computed once per item, not once per pair.
        first = self.blocks[0]
        assert isinstance(first, nn.Conv2d | nn.Linear)
        of_class, of_query = first.weight.chunk(2, 1)
        classes, queries = classes.unflatten(1, self.shape), queries.unflatten(1, self.shape)
        if not self.is_spatial:
            pairs = F.linear(classes, of_class, first.bias) + F.linear(queries, of_query).unsqueeze(1)
            x = F.relu(pairs.flatten(0, 1))
        else:
            classes, queries = (x.contiguous(memory_format=torch.channels_last) for x in (classes, queries))  # faster
            pairs = F.conv2d(classes, of_class, padding=1) + F.conv2d(queries, of_query, padding=1).unsqueeze(1)
            n = None if n_reference is None else n_reference * len(classes)
            # ReLU and pooling commute; pooling first is faster
            x = F.relu(F.max_pool2d(self.norms[0](pairs.flatten(0, 1), n), 2))
            x = F.relu(F.max_pool2d(self.norms[1](self.blocks[1](x), n), 2)).flatten(1)
        return self.score(F.relu(self.hidden(x))).view(len(queries), len(classes))


class RelationNetwork(Learner):
    """Relation networks (Sung, Yang, Zhang, Xiang, Torr and Hospedales, *Learning to Compare: Relation Network for Few-Shot
    Learning*, CVPR 2018, equations 1 to 3).

    A class is represented by the *sum* of its support items' feature maps (or their mean, see `pooling`). A relation module
    scores each pair of class and query from 0 to 1. Training minimises the mean squared error of the scores, with target 1
    for the query's class and 0 for other classes (equation 3, with the mean instead of the sum). `outputs` are logarithms of
    the scores, so that a class's probability is its score divided by the sum of all scores. Each step reads one support
    example.

    Args:
        encoder: maps items to feature maps, flattened or not, or to vectors; any `nn.Module`. Images come in [0, 1].
        pooling: "sum", as in the paper, ties a learner to the number of shots that it was trained with. "mean" takes any number
            of shots, and equals "sum" for one shot.
        relation_width: filters of the relation module.
        relation_hidden: units of the relation module's second last layer, 8 in the paper.
        feature_shape: shape of an item's features, for an encoder that does not declare it.

    Departures: convolutions are padded, so that maps of 28x28 images are 7x7 and not 5x5. Norms use batch statistics of the whole
    episode in training and running averages afterwards (`statistics="running"`).
    """

    title = "Relation network"
    family = "metric-based"
    axis = "context_example"
    takes_regression = False
    channels: ClassVar[tuple[str, ...]] = ("relation_scores",)
    image_defaults = MappingProxyType({"halvings": 2})

    def __init__(
        self,
        encoder: nn.Module,
        *,
        pooling: Pooling = "sum",
        relation_width: int = 64,
        relation_hidden: int = 8,
        feature_shape: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        if pooling not in get_args(Pooling):
            raise LearnerError(f"unknown pooling={pooling!r}; {did_you_mean(pooling, get_args(Pooling))}")
        self.pooling = pooling
        self._encoder = encoder
        self.relation_width = count("relation_width", relation_width, 1, 10_000)
        self.relation_hidden = count("relation_hidden", relation_hidden, 1, 10_000)
        self.feature_shape = feature_shape_of(encoder, feature_shape)
        policy = statistics_of(encoder)
        policy = "running" if policy == "none" else policy  # the relation module has norms even if the encoder has none
        module = RelationModule(self.feature_shape, width=relation_width, hidden=relation_hidden, statistics=policy)
        self.relation = module.to(self.device, self.dtype)

    @property
    def network(self) -> nn.Module:
        return self._encoder

    @property
    def hyper(self) -> dict[str, Any]:
        return {
            "pooling": self.pooling,
            "relation_width": self.relation_width,
            "relation_hidden": self.relation_hidden,
            "feature_shape": list(self.feature_shape),
        }

    @property
    def statistics(self) -> str:
        norms = [m for m in self.relation.norms if isinstance(m, EpisodeNorm)]
        return norms[0].statistics if norms else super().statistics

    def encode(self, x: Tensor, support: Support) -> Float[Tensor, "item feature"]:
        return call(self._encoder, None, x, reference=support.x).flatten(1)

    def n_steps(self, support: Support) -> int:
        return len(support)

    def init(self, support: Support) -> PrototypeState:
        n_way = self.require_classes(support)
        return PrototypeState.empty(self.encode(support.x, support), n_way)

    def step(self, state: PrototypeState, support: Support, t: int) -> PrototypeState:
        return state.absorb(support.y, slice(t, t + 1))

    def adapted(self, support: Support) -> PrototypeState:
        return self.init(support).absorb(support.y)

    def readout(self, state: PrototypeState, x: Float[Tensor, "query feature"]) -> dict[str, Tensor]:
        present = state.counts > 0
        outputs = x.new_full((len(x), len(present)), -torch.inf)
        if not present.any():  # nothing seen: all classes are equally likely
            return {"outputs": torch.zeros_like(outputs), "relation_scores": torch.full_like(outputs, torch.nan)}
        n = len(state.embeddings) if self.statistics == "support_stats" else 0
        queries = torch.cat([state.embeddings, x]) if n else x
        classes = state.sums if self.pooling == "sum" else state.prototypes
        raw = self.relation(classes[present], queries, n or None)[n:]
        outputs[:, present] = F.logsigmoid(raw)
        return {"outputs": outputs, "relation_scores": torch.where(present, outputs.exp(), torch.nan)}

    def task_outputs(self, support: Support, query_x: Tensor) -> Tensor:
        n_way = self.require_classes(support)
        of_support, of_queries = (z.flatten(1) for z in call_once(self._encoder, support.x, query_x))
        return self.readout(PrototypeState.empty(of_support, n_way).absorb(support.y), of_queries)["outputs"]

    def outer_loss(self, outputs: Tensor, y: Tensor) -> Float[Tensor, ""]:
        return (outputs.exp() - F.one_hot(y, outputs.shape[-1])).square().mean()
