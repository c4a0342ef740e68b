"""The bases of classifiers on fixed features: optional centring by a base mean, and inference over all queries at once."""

import abc
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from metawidgets.episodes import ClassPool
from metawidgets.learners.base import Support
from metawidgets.learners.loop import evaluating
from metawidgets.learners.option_checks import count
from metawidgets.learners.tensors import as_tensor
from metawidgets.learners.transfer.pretrained import Pretrained

__all__ = ["FeatureHead", "HeadState", "TransductiveHead", "class_means", "descend", "squared_distances"]


class FeatureHead(Pretrained, abc.ABC):
    """A classifier on the features of a pretrained encoder, which no episode changes.

    `learners.build` gives vectors the identity as encoder, so that precomputed features are used as they are; give `hidden` for
    an MLP. Features are centred by the mean of the base classes if `centre_on` was called, then scaled to length 1.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. It gets images in [0, 1], so it must contain its own normalisation.
        base_features: the number of features of the base mean. Leave it out: `centre_on` sets it, and a checkpoint stores it.
    """

    family = "transfer"
    axis = "context_example"
    takes_regression = False
    channels: ClassVar[tuple[str, ...]] = ("embeddings",)
    vector_defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({"hidden": ()})

    base_mean: Tensor | None

    def __init__(
        self,
        encoder: nn.Module,
        *,
        base_features: int | None = None,
        pretraining_head: Sequence[int] | None = None,
    ) -> None:
        super().__init__(encoder, pretraining_head=pretraining_head)
        size = None if base_features is None else count("base_features", base_features, 1, 1_000_000)
        self.register_buffer("base_mean", None if size is None else torch.zeros(size))

    @property
    def hyper(self) -> dict[str, Any]:
        return {**super().hyper, "base_features": None if self.base_mean is None else len(self.base_mean)}

    def centre_on(self, pool: ClassPool, batch_size: int = 256) -> None:
        """Measure the mean feature of the base classes, and subtract it from all features from now on.

        Call it after training, with the pool of the training classes; never with the classes of the test.

        Args:
            pool: the base classes.
            batch_size: items that are encoded at once.
        """
        total: Tensor | None = None
        none = as_tensor(self, pool.items[:0])
        with evaluating(self):
            for first in range(0, len(pool.items), batch_size):
                x = as_tensor(self, pool.items[first : first + batch_size])
                z = self.features(x, Support(none, none, 0)).double().sum(0)
                total = z if total is None else total + z
        assert total is not None  # a pool has items
        self.base_mean = (total / len(pool.items)).to(self.dtype)

    def encode(self, x: Tensor, support: Support) -> Float[Tensor, "item feature"]:
        z = self.features(x, support)
        return F.normalize(z if self.base_mean is None else z - self.base_mean, dim=-1)

    def n_steps(self, support: Support) -> int:
        return len(support)


class HeadState(NamedTuple):
    """The encoded support items, their labels, the number of classes, and how many items were read so far."""

    embeddings: Float[Tensor, "support feature"]
    labels: Int[Tensor, " support"]
    n_way: int
    n_read: int


class TransductiveHead(FeatureHead, abc.ABC):
    """A classifier that uses all queries of an episode together. One step adds one support item; the inference is in `readout`.

    `readout` takes the items that it gets as the unlabelled set: queries, or the support items, or the points of a probe grid.
    """

    @property
    def transductive(self) -> bool:
        return True

    @abc.abstractmethod
    def classify(
        self,
        support_z: Float[Tensor, "support feature"],
        y: Int[Tensor, " support"],
        n_way: int,
        z: Float[Tensor, "query feature"],
    ) -> Float[Tensor, "query way"]:
        """Return the logits of the queries. Every class from 0 to `n_way - 1` has a support item."""

    def init(self, support: Support) -> HeadState:
        n_way = self.require_classes(support)
        return HeadState(self.encode(support.x, support), support.y, n_way, 0)

    def step(self, state: HeadState, support: Support, t: int) -> HeadState:
        return state._replace(n_read=t + 1)

    def adapted(self, support: Support) -> HeadState:
        return self.init(support)._replace(n_read=len(support))

    def readout(self, state: HeadState, x: Float[Tensor, "query feature"]) -> dict[str, Tensor]:
        if not state.n_read or not len(x):  # nothing seen: all classes are equally likely
            return {"outputs": x.new_zeros(len(x), state.n_way), "embeddings": x}
        labels = state.labels[: state.n_read]
        present, y = labels.unique(return_inverse=True)
        found = self.classify(state.embeddings[: state.n_read], y, len(present), x)
        outputs = found.new_full((len(x), state.n_way), -torch.inf).index_copy(1, present, found)
        return {"outputs": outputs, "embeddings": x}


def class_means(
    z: Float[Tensor, "support feature"], y: Int[Tensor, " support"], n_way: int
) -> Float[Tensor, "way feature"]:
    """Return the mean of each class; every class has an item."""
    one_hot = F.one_hot(y, n_way).to(z.dtype)
    return one_hot.t() @ z / one_hot.sum(0).unsqueeze(-1)


def squared_distances(
    z: Float[Tensor, "query feature"], centres: Float[Tensor, "way feature"]
) -> Float[Tensor, "query way"]:
    return (z.unsqueeze(1) - centres).square().sum(-1)


def descend(start: Sequence[Tensor], loss: Callable[..., Tensor], *, lr: float, iterations: int) -> list[Tensor]:
    """Return the parameters after steps of Adam (Kingma and Ba 2015) on `loss(*parameters)`. No gradient flows to `start`.

    `torch.optim` takes seconds to import and more time per step than the loss itself.
    """
    parameters = [p.detach().clone() for p in start]
    first, second = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
    for t in range(1, iterations + 1):
        with torch.enable_grad():
            at = [p.requires_grad_() for p in parameters]
            gradients = torch.autograd.grad(loss(*at), at)
        for i, g in enumerate(gradients):
            first[i] = 0.9 * first[i] + 0.1 * g
            second[i] = 0.999 * second[i] + 0.001 * g.square()
            root = (second[i] / (1 - 0.999**t)).sqrt() + 1e-8
            parameters[i] = parameters[i].detach() - lr / (1 - 0.9**t) * first[i] / root
    return [p.detach() for p in parameters]
