"""PT-MAP: power-transformed features, and class means that are moved by balanced optimal transport."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.learners.base import Support
from metawidgets.learners.feature_heads.base import TransductiveHead, class_means, squared_distances
from metawidgets.learners.option_checks import count, positive_number

__all__ = ["PTMAP"]

_SHIFT = 1e-6  # added to features before the power
_ROUNDS, _TOLERANCE = 1000, 1e-6  # of Sinkhorn's algorithm


class PTMAP(TransductiveHead):
    """PT-MAP (Hu, Gripon and Pateux, *Leveraging the Feature Distribution in Transfer-based Few-Shot Learning*, ICANN 2021).

    Features get the power `power` and length 1; then support items and queries are centred by their own means and scaled to length
    1 again. Queries are assigned to classes by optimal transport with entropy factor `regularisation`, every class getting the
    same share of the queries. In each round the class means move by the fraction `pull` towards the means of support items and
    assigned queries. Logits are the logarithms of the last assignments.

    The equal shares are knowledge about the episode: with unbalanced queries they cost accuracy.

    Args:
        encoder: as in `FeatureHead`.
        power: the exponent (the paper's beta); 1 leaves the features as they are.
        regularisation: the paper's lambda.
        pull: the paper's alpha.
        iterations: rounds.
        base_features: as in `FeatureHead`; the paper uses no base mean.

    Departure: a negative feature, which the paper's encoders never give, keeps its sign.
    """

    title = "PT-MAP"

    def __init__(
        self,
        encoder: nn.Module,
        *,
        power: float = 0.5,
        regularisation: float = 10.0,
        pull: float = 0.2,
        iterations: int = 20,
        base_features: int | None = None,
        pretraining_head: Sequence[int] | None = None,
    ) -> None:
        super().__init__(encoder, base_features=base_features, pretraining_head=pretraining_head)
        self.power, self.pull = positive_number("power", power), positive_number("pull", pull)
        self.regularisation = positive_number("regularisation", regularisation)
        self.iterations = count("iterations", iterations, 0)

    @property
    def hyper(self) -> dict[str, Any]:
        own = ("power", "regularisation", "pull", "iterations")
        return {**super().hyper, **{name: getattr(self, name) for name in own}}

    def encode(self, x: Tensor, support: Support) -> Tensor:
        z = self.features(x, support)
        z = z if self.base_mean is None else z - self.base_mean
        return F.normalize(torch.where(z < 0, -1.0, 1.0) * (z.abs() + _SHIFT) ** self.power, dim=-1)

    def classify(self, support_z: Tensor, y: Tensor, n_way: int, z: Tensor) -> Tensor:
        support_z, z = (F.normalize(part - part.mean(0), dim=-1) for part in (support_z, z))
        one_hot = F.one_hot(y, n_way).to(z.dtype)
        centres = class_means(support_z, y, n_way)
        for _ in range(self.iterations):
            plan = transport(squared_distances(z, centres), self.regularisation)
            sums, sizes = one_hot.t() @ support_z + plan.t() @ z, one_hot.sum(0) + plan.sum(0)
            centres = centres + self.pull * (sums / sizes.unsqueeze(-1) - centres)
        return transport(squared_distances(z, centres), self.regularisation).clamp_min(1e-30).log()


def transport(costs: Float[Tensor, "query way"], regularisation: float) -> Float[Tensor, "query way"]:
    """Return the plan of entropic optimal transport: rows sum to 1, and columns to equal shares (Sinkhorn's algorithm)."""
    plan = torch.exp(-regularisation * costs)
    plan = plan / plan.sum()
    share, before = len(costs) / costs.shape[1], torch.zeros(len(costs), dtype=costs.dtype, device=costs.device)
    for _ in range(_ROUNDS):
        rows = plan.sum(1)
        if (rows - before).abs().max() <= _TOLERANCE:
            break
        before = rows
        plan = plan / rows.unsqueeze(1)
        plan = plan * (share / plan.sum(0))
    return plan
