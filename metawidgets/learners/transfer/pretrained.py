"""The base of transfer baselines: an encoder pretrained on all classes, or all functions, of the training data at once."""

import abc
from collections.abc import Sequence, Sized
from typing import Any

import numpy as np
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.episodes import EpisodeBatch, EpisodeSpec, TaskSource
from metawidgets.errors import LearnerError
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.loop import MetaGradient, evaluating
from metawidgets.learners.losses import task_losses, task_metrics
from metawidgets.learners.networks.encoders import call
from metawidgets.learners.tensors import as_tensor

__all__ = ["Pretrained"]


class Pretrained(Learner, abc.ABC):
    """A learner with an encoder from ordinary supervised training, without episodes.

    This is the training stage of Chen and others, *A Closer Look at Few-shot Classification*, ICLR 2019, section 3.2; for
    functions, it is the baseline of Finn 2017, section 5.1.

    An outer step takes the same meta-batch as a meta-learner. It pools the items of all tasks, support and queries together,
    and descends the cross-entropy over all classes of the *pool* (`EpisodeBatch.classes`), or the squared error of the targets.
    Thus data and number of steps are the same as for meta-learners, and only the objective differs.

    Args:
        encoder: maps items to features; any `nn.Module`. Images come in [0, 1].
        pretraining_head: (features, outputs) of the linear layer that pretraining adds to the encoder. Leave it out: for a new
            learner, `meta_train` calls `prepare`, which makes the layer for the training data; a checkpoint stores the sizes.
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
        """Encode items; feature maps are flattened."""
        return call(self._encoder, None, x, reference=support.x).flatten(1)

    def prepare(self, source: TaskSource) -> None:
        example = source.draw_batch(np.random.default_rng(0), EpisodeSpec(None if source.is_regression else 2, 1, 1), 1)
        if source.is_regression:
            outputs = example.support_y.shape[-1]
        elif example.classes is not None and isinstance(source, Sized):
            outputs = len(source)
        else:
            raise LearnerError(
                f"{type(self).__name__} pretrains on a fixed set of classes, but {source.name!r} makes new classes for every task; "
                "train it on a pool of classes, or train a meta-learner."
            )
        with evaluating(self):
            features = self._encoder(as_tensor(self, example.support_x[0])).flatten(1).shape[-1]
        if self._head_size != [features, outputs]:  # keep the layer if training continues on the same pool
            self._make_head((features, outputs))

    def meta_gradient(self, batch: EpisodeBatch) -> MetaGradient:
        """Add the gradient of the pretraining loss to each parameter's `.grad`. Return loss and accuracy over the pool's classes.

        Raises:
            LearnerError: if the head has no output for a class of this batch.
        """
        x = as_tensor(self, np.concatenate([batch.support_x, batch.query_x], 1)).flatten(0, 1)
        y = np.concatenate([batch.support_y, batch.query_y], 1)
        if batch.n_way is not None and batch.classes is not None:
            y = np.take_along_axis(batch.classes, y, 1)
        outputs = 0 if self._head_size is None else self._head_size[1]
        needed = y.shape[-1] if batch.n_way is None else int(y.max()) + 1
        if self.head is None or outputs < needed or (batch.n_way is not None and batch.classes is None):
            raise LearnerError(
                f"{type(self).__name__} has {outputs} pretraining outputs, but this batch needs {needed} with the same "
                "meaning in all tasks; call prepare(source) with the pool of the batch, as meta_train does."
            )
        targets = as_tensor(self, y).flatten(0, 1)
        read = self.pretraining_outputs(self.head, self._encoder(x).flatten(1))
        loss = task_losses(read, targets)
        loss.backward()
        return MetaGradient(loss.item(), task_metrics(read.detach(), targets).item())

    def pretraining_outputs(self, head: nn.Linear, z: Float[Tensor, "item feature"]) -> Float[Tensor, "item output"]:
        """Return the outputs of the pretraining head for these features."""
        return head(z)

    def drop_head(self) -> None:
        """Remove the pretraining head, the layer over the pool's classes, so that a checkpoint is smaller.

        Only further pretraining needs this layer, and with thousands of classes it is larger than the encoder. Do not call this
        method for regression, because adaptation then starts from the head.
        """
        self.head = self._head_size = None

    def _make_head(self, size: Sequence[int]) -> None:
        features, outputs = map(int, size)
        self._head_size = [features, outputs]
        self.head = self._new_head(features, outputs).to(self.device, self.dtype)

    def _new_head(self, features: int, outputs: int) -> nn.Linear:
        return nn.Linear(features, outputs)
