"""The base of learners that read (x, y) pairs in sequence: labels as vectors, and a loss at every prefix."""

import abc
import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.episodes import EpisodeBatch
from metawidgets.errors import LearnerError
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.loop import MetaGradient, differentiate
from metawidgets.learners.losses import task_losses
from metawidgets.learners.networks.encoders import call, feature_shape_of
from metawidgets.learners.option_checks import count

__all__ = ["SequenceLearner", "positive"]


class SequenceLearner(Learner, abc.ABC):
    """A learner with fixed weights: it adapts to a task through the items that it reads.

    It reads the support items in their order. Then it reads each query by itself.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. Images come in [0, 1].
        output_dim: number of classes, or dimension of a regression target.
        feature_shape: shape of an item's features, for an encoder that does not declare it.
        prefix_loss: train on the prediction of every support item from the items before it, as well as on the queries.
    """

    reads_in_order = True
    # small, to train many steps without a GPU and to keep checkpoints small
    image_defaults: ClassVar[MappingProxyType[str, Any]] = MappingProxyType({"width": 32, "downsample": "stride"})
    vector_defaults: ClassVar[MappingProxyType[str, Any]] = MappingProxyType({"hidden": ()})  # vectors need no encoder

    def __init__(
        self,
        encoder: nn.Module,
        *,
        output_dim: int,
        feature_shape: Sequence[int] | None = None,
        prefix_loss: bool = True,
    ) -> None:
        super().__init__()
        self._encoder, self.feature_shape = encoder, feature_shape_of(encoder, feature_shape)
        self.features = math.prod(self.feature_shape)
        self.output_dim, self.prefix_loss = positive("output_dim", output_dim), prefix_loss

    @property
    def network(self) -> nn.Module:
        return self._encoder

    @property
    def hyper(self) -> dict[str, Any]:
        shape = list(self.feature_shape)
        return {"output_dim": self.output_dim, "feature_shape": shape, "prefix_loss": self.prefix_loss}

    @property
    def takes_tasks(self) -> bool:
        return True

    @abc.abstractmethod
    def predictions(
        self,
        z: Float[Tensor, "task support feature"],
        y: Float[Tensor, "task support output"],
        queries: Float[Tensor, "task query feature"],
        *,
        guesses: bool,
    ) -> tuple[Float[Tensor, "task support output"] | None, Float[Tensor, "task query output"]]:
        """Predict every support item from the items before it (`None` unless `guesses`), and every query from all support items."""

    def n_steps(self, support: Support) -> int:
        return len(support)

    def encode(self, x: Tensor, support: Support) -> Float[Tensor, "item feature"]:
        return call(self._encoder, None, x, reference=support.x).flatten(1)

    def labels(self, support: Support) -> Float[Tensor, "*task support output"]:
        """Return the support set's class labels as one-hot vectors; for regression, return its targets unchanged.

        Raises:
            LearnerError: if the episode has another number of classes or target dimensions than the learner was made for.
        """
        found = support.n_way or support.y.shape[-1]
        if found != self.output_dim:
            what = "classes" if support.n_way else "target dimensions"
            raise LearnerError(
                f"this {type(self).__name__} was made for {self.output_dim} {what}, the episode has {found}; "
                f"draw episodes of {self.output_dim} or make the learner with output_dim={found}."
            )
        return F.one_hot(support.y, self.output_dim).to(self.dtype) if support.n_way else support.y

    def task_outputs(self, support: Support, query_x: Tensor) -> Float[Tensor, "task query output"]:
        z, queries = self.embed_tasks(support.x, query_x)
        return self.predictions(z, self.labels(support), queries, guesses=False)[1]

    def embed_tasks(
        self, support_x: Float[Tensor, "task support *item"], query_x: Float[Tensor, "task query *item"]
    ) -> tuple[Float[Tensor, "task support feature"], Float[Tensor, "task query feature"]]:
        """Return the features of a stack of tasks, in one pass if the policy of batch statistics allows it."""
        n, items = support_x.shape[1], torch.cat([support_x, query_x], 1)
        if self.statistics == "support_stats":
            z = torch.stack([self._encoder(task, n) for task in items])
        elif self.statistics == "transductive":
            z = torch.stack([self._encoder(task) for task in items])
        else:
            z = self._encoder(items.flatten(0, 1)).unflatten(0, items.shape[:2])
        z = z.flatten(2)
        return z[:, :n], z[:, n:]

    def meta_gradient(self, batch: EpisodeBatch) -> MetaGradient:
        """Add the gradient of the training loss to each parameter's `.grad`, all tasks and all queries at once."""
        return differentiate(self, batch, type(self).loss_at_every_prefix if self.prefix_loss else None)

    def loss_at_every_prefix(self, support: Support, query_x: Tensor, query_y: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean loss over context lengths 0 to n (Garg 2022, eq. 2), and the outputs of the queries.

        A length below n predicts the next support item; length n predicts all queries.
        """
        z, queries = self.embed_tasks(support.x, query_x)
        guesses, outputs = self.predictions(z, self.labels(support), queries, guesses=True)
        assert guesses is not None
        n = len(support)
        loss = (task_losses(outputs, query_y) + n * task_losses(guesses, support.y)) / (n + 1)
        return loss.mean(), outputs


def positive(name: str, value: Any) -> int:
    """Return the value if it is a whole number above 0.

    Raises:
        LearnerError: if the value is anything else.
    """
    return count(name, value, 1, 10_000)
