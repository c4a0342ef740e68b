"""BD-CSPN: prototypes that are rectified by pseudo-labelled queries."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from metawidgets.learners.feature_heads.base import TransductiveHead, class_means
from metawidgets.learners.option_checks import positive_number

__all__ = ["BDCSPN", "rectified"]


class BDCSPN(TransductiveHead):
    """BD-CSPN (Liu, Song and Qin, *Prototype Rectification for Few-Shot Learning*, ECCV 2020, section 3.2).

    Queries are shifted by the difference of the means of support and queries, which lessens the bias between the two sets. Each
    query then gets the label of the nearest class mean by cosine. A rectified prototype is the weighted mean of a class's support
    items and of the queries with its label; the weights are the softmax over these items of `epsilon` times their cosine with the class
    mean. Logits are `epsilon` times the cosine of a query with the rectified prototypes.

    Args:
        encoder, base_features: as in `FeatureHead`.
        epsilon: factor on the cosines.

    Departure: all queries take part; the paper takes those with the most confident labels.
    """

    title = "BD-CSPN"

    def __init__(
        self,
        encoder: nn.Module,
        *,
        epsilon: float = 10.0,
        base_features: int | None = None,
        pretraining_head: Sequence[int] | None = None,
    ) -> None:
        super().__init__(encoder, base_features=base_features, pretraining_head=pretraining_head)
        self.epsilon = positive_number("epsilon", epsilon)

    @property
    def hyper(self) -> dict[str, Any]:
        return {**super().hyper, "epsilon": self.epsilon}

    def classify(self, support_z: Tensor, y: Tensor, n_way: int, z: Tensor) -> Tensor:
        prototypes, shifted = rectified(support_z, y, n_way, z, self.epsilon)
        return self.epsilon * _cosines(shifted, prototypes)


def rectified(
    support_z: Float[Tensor, "support feature"],
    y: Int[Tensor, " support"],
    n_way: int,
    z: Float[Tensor, "query feature"],
    epsilon: float,
    *,
    by_class: bool = False,
) -> tuple[Float[Tensor, "way feature"], Float[Tensor, "query feature"]]:
    """Return the rectified prototypes and the shifted queries. With `by_class`, the weights come from a softmax over classes."""
    shifted = z + support_z.mean(0) - z.mean(0)
    centres = class_means(support_z, y, n_way)
    items = torch.cat([support_z, shifted])
    cosines = _cosines(items, centres)
    labels = torch.cat([y, cosines[len(y) :].argmax(-1)])
    weights = (epsilon * cosines).softmax(-1) if by_class else (epsilon * cosines).exp()
    weights = weights * F.one_hot(labels, n_way)  # (item, way): zero for other classes
    return weights.t() @ items / weights.sum(0).unsqueeze(-1), shifted


def _cosines(z: Float[Tensor, "item feature"], centres: Float[Tensor, "way feature"]) -> Float[Tensor, "item way"]:
    return F.normalize(z, dim=-1) @ F.normalize(centres, dim=-1).t()
