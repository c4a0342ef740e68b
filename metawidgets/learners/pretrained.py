"""What the transfer baselines share: an encoder trained on all classes, or all functions, of the training data at once."""

import abc
from collections.abc import Sequence, Sized
from typing import Any

import numpy as np
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.episodes import EpisodeBatch, EpisodeSpec
from metawidgets.errors import LearnerError
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.encoders import call
from metawidgets.learners.loop import MetaGradient, as_tensor, evaluating
from metawidgets.learners.losses import task_losses, task_metrics
from metawidgets.sampling import TaskSource

__all__ = ["Pretrained"]


class Pretrained(Learner, abc.ABC):
    """An encoder that ordinary training made, without a thought of episodes (the training stage of Chen and others,
    *A Closer Look at Few-shot Classification*, ICLR 2019, section 3.2; for functions, the baseline of Finn 2017, section 5.1).

    An outer step takes the same meta-batch as a meta-learner's, forgets which task an item is from and whether it is support
    or query, and follows the cross-entropy over all classes of the *pool* (`EpisodeBatch.classes`), or the squared error of
    the pooled targets. So data and budget are those of the meta-learners, and only the objective differs.

    Args:
        encoder: maps items to features; any `nn.Module`.
        pretraining_head: (features, outputs) of the layer on top that pretraining needs. `prepare`, which `meta_train` calls,
            makes it to measure; it is given when a checkpoint is loaded.
    """

    def __init__(self, encoder: nn.Module, *, pretraining_head: Sequence[int] | None = None) -> None:
        super().__init__()
        self._encoder = encoder
        self.head: nn.Linear | None = None
        self._head_size: list[int] | None = None
        if pretraining_head is not None:
            self._make_head(pretraining_head)

    @property
    def network(self) -> nn.Module:
        return self._encoder

    @property
    def hyper(self) -> dict[str, Any]:
        return {"pretraining_head": self._head_size}

    def features(self, x: Tensor, support: Support) -> Float[Tensor, "item feature"]:
        """Items as the encoder sees them; feature maps are flattened."""
        return call(self._encoder, None, x, reference=support.x).flatten(1)

    def prepare(self, source: TaskSource) -> None:
        example = source.draw_batch(np.random.default_rng(0), EpisodeSpec(None if source.is_regression else 2, 1, 1), 1)
        if source.is_regression:
            outputs = example.support_y.shape[-1]
        elif example.classes is not None and isinstance(source, Sized):
            outputs = len(source)
        else:
            raise LearnerError(
                f"{type(self).__name__} pretrains on classes that last, but {source.name!r} makes new ones for every task; "
                "train it on a pool of classes, or take a meta-learner."
            )
        with evaluating(self):
            features = self._encoder(as_tensor(self, example.support_x[0])).flatten(1).shape[-1]
        if self._head_size != [features, outputs]:  # the same pool again: training goes on
            self._make_head((features, outputs))

    def meta_gradient(self, batch: EpisodeBatch) -> MetaGradient:
        """Add the gradient of the pretraining loss; loss and accuracy are those over the pool's classes.

        Raises:
            LearnerError: if there is no output for a class of this batch.
        """
        x = as_tensor(self, np.concatenate([batch.support_x, batch.query_x], 1)).flatten(0, 1)
        y = np.concatenate([batch.support_y, batch.query_y], 1)
        if batch.n_way is not None and batch.classes is not None:
            y = np.take_along_axis(batch.classes, y, 1)
        outputs = 0 if self._head_size is None else self._head_size[1]
        needed = y.shape[-1] if batch.n_way is None else int(y.max()) + 1
        if self.head is None or outputs < needed or (batch.n_way is not None and batch.classes is None):
            raise LearnerError(
                f"{type(self).__name__} has {outputs} outputs to pretrain, this batch needs {needed} that last from task to "
                "task; call prepare(source) with the pool that it is drawn from (meta_train does)."
            )
        targets = as_tensor(self, y).flatten(0, 1)
        read = self.pretraining_outputs(self.head, self._encoder(x).flatten(1))
        loss = task_losses(read, targets)
        loss.backward()
        return MetaGradient(loss.item(), task_metrics(read.detach(), targets).item())

    def pretraining_outputs(self, head: nn.Linear, z: Float[Tensor, "item feature"]) -> Float[Tensor, "item output"]:
        """What pretraining says of features."""
        return head(z)

    def drop_head(self) -> None:
        """Forget the layer over the pool's classes, which only more pretraining needs: with thousands of classes it is larger
        than the encoder, and a checkpoint to adapt from need not carry it. (A head of targets is where adaptation begins.)"""
        self.head = self._head_size = None

    def _make_head(self, size: Sequence[int]) -> None:
        features, outputs = map(int, size)
        self._head_size = [features, outputs]
        self.head = self._new_head(features, outputs).to(self.device, self.dtype)

    def _new_head(self, features: int, outputs: int) -> nn.Linear:
        return nn.Linear(features, outputs)
