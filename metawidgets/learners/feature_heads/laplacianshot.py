"""LaplacianShot: nearest prototype, with a penalty on different labels of neighbouring queries."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.errors import LearnerError
from metawidgets.learners.feature_heads.base import TransductiveHead, class_means, squared_distances
from metawidgets.learners.feature_heads.bd_cspn import rectified
from metawidgets.learners.option_checks import count, positive_number

__all__ = ["LaplacianShot"]


class LaplacianShot(TransductiveHead):
    """LaplacianShot (Ziko, Dolz, Granger and Ben Ayed, *Laplacian Regularized Few-Shot Learning*, ICML 2020).

    The energy of equation 1 is the squared distance of each query to the prototype of its label, plus `laplacian` times the number
    of neighbouring queries with another label. `iterations` updates of the bound (equation 8) lower it, starting from the
    softmax of the distances. Each query has its `neighbours` nearest other queries as neighbours, with affinity 1. Logits are
    log-assignments.

    Args:
        encoder, base_features: as in `FeatureHead`.
        laplacian: weight of the second term; the paper chooses it on validation classes, from 0.1 to 1.5.
        neighbours: nearest queries per query, without itself. The paper's k = 3 counts the query too.
        iterations: updates of the bound.
        rectify: use rectified prototypes and shifted queries, as the paper does (see `BDCSPN`), with weights by a softmax over classes, as
            in the authors' code.

    Departure: the weights of a rectified prototype sum to 1.
    """

    title = "LaplacianShot"

    def __init__(
        self,
        encoder: nn.Module,
        *,
        laplacian: float = 0.7,
        neighbours: int = 2,
        iterations: int = 20,
        rectify: bool = True,
        base_features: int | None = None,
        pretraining_head: Sequence[int] | None = None,
    ) -> None:
        super().__init__(encoder, base_features=base_features, pretraining_head=pretraining_head)
        if not isinstance(rectify, bool):
            raise LearnerError(f"rectify={rectify!r} is not True or False; give one of these.")
        self.laplacian, self.rectify = positive_number("laplacian", laplacian), rectify
        self.neighbours, self.iterations = count("neighbours", neighbours, 1), count("iterations", iterations, 0)

    @property
    def hyper(self) -> dict[str, Any]:
        own = ("laplacian", "neighbours", "iterations", "rectify")
        return {**super().hyper, **{name: getattr(self, name) for name in own}}

    def classify(self, support_z: Tensor, y: Tensor, n_way: int, z: Tensor) -> Tensor:
        centres = class_means(support_z, y, n_way)
        if self.rectify:
            centres, z = rectified(support_z, y, n_way, z, 10.0, by_class=True)
        unary, affinity = squared_distances(z, centres), nearest_neighbours(z, self.neighbours)
        outputs = (-unary).log_softmax(-1)
        for _ in range(self.iterations):
            outputs = (self.laplacian * (affinity @ outputs.exp()) - unary).log_softmax(-1)
        return outputs


def nearest_neighbours(z: Float[Tensor, "query feature"], k: int) -> Float[Tensor, "query query"]:
    """Return 1 where the second query is one of the `k` nearest others of the first, else 0."""
    distances = torch.cdist(z, z).fill_diagonal_(torch.inf)
    nearest = distances.topk(min(k, len(z) - 1), largest=False).indices
    return torch.zeros_like(distances).scatter(1, nearest, 1.0)
