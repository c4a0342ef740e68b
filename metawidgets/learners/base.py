"""The one interface of all few-shot learners: a small state machine that a loop folds over the support set."""

import abc
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from metawidgets.errors import LearnerError
from metawidgets.learners.losses import task_losses
from metawidgets.sampling import TaskSource

__all__ = ["Learner", "State", "Support"]

State = Any
"""Whatever a learner carries from step to step: parameters, sums, a memory. Never changed in place."""


class Support(NamedTuple):
    """A support set as tensors. With a leading task axis on both for learners whose `takes_tasks` is true."""

    x: Float[Tensor, "..."]  # (*task, support, *item)
    y: Shaped[Tensor, "..."]  # (*task, support) labels or (*task, support, target)
    n_way: int | None

    def __len__(self) -> int:
        return self.y.shape[-1 if self.n_way else -2]


class Learner(nn.Module, abc.ABC):
    """A few-shot learner. Subclasses are abstract or final.

    `init`, `step` and `readout` are pure: they return new values and leave the module and the state they are given as they
    were. No episode is kept on the module, so the same query gives the same answer twice.
    """

    card: dict[str, Any]
    """Of a learner that `checkpoints.load` made: data, settings, steps, versions, measured score."""
    axis: ClassVar[str]
    """What one step is: a key of `traces.AXES`."""
    channels: ClassVar[tuple[str, ...]] = ()
    """What `readout` gives beside `outputs`: names from `traces.CHANNELS`."""
    meta_trained: ClassVar[bool] = True
    """Whether it has parameters that an outer loop trains."""
    takes_regression: ClassVar[bool] = True
    """Whether it can learn functions; classes every learner can."""
    reads_in_order: ClassVar[bool] = False
    """Whether the order of the support items may matter."""
    adapts_head: ClassVar[bool] = False
    """Whether its network ends in outputs (and is adapted whole), rather than in features to be compared or read."""
    image_defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """What `build` takes for images where the caller says nothing: options of the network or of the learner."""
    vector_defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """The same for vectors."""

    @abc.abstractmethod
    def n_steps(self, support: Support) -> int:
        """How many steps adapt it to this support set."""

    @abc.abstractmethod
    def init(self, support: Support) -> State:
        """The state before any adaptation."""

    @abc.abstractmethod
    def step(self, state: State, support: Support, t: int) -> State:
        """The state after step `t` (from 0)."""

    @abc.abstractmethod
    def readout(self, state: State, x: Tensor) -> dict[str, Tensor]:
        """What the state says of encoded items `x`.

        Returns:
            `outputs`: `(query, way)` logits or `(query, target)` predictions, and whatever `channels` names.
        """

    def readout_both(
        self, state: State, query_x: Tensor, support_x: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """`readout` of encoded queries and of the encoded support items. A learner that can do both at once overrides it."""
        return self.readout(state, query_x), self.readout(state, support_x)

    @property
    @abc.abstractmethod
    def hyper(self) -> dict[str, Any]:
        """The JSON-able options that make this learner again, by the names of its constructor (encoder excepted)."""

    @property
    def network(self) -> nn.Module | None:
        """The encoder, or the whole network that is adapted."""
        return None

    @property
    def statistics(self) -> str:
        """The batch-statistics policy in force, see `encoders.STATISTICS`; "none" where nothing is normalised."""
        return getattr(self.network, "statistics", "none")

    @property
    def transductive(self) -> bool:
        """Whether queries may influence one another."""
        return self.statistics == "transductive"

    @property
    def takes_tasks(self) -> bool:
        """Whether support and queries may carry a leading task axis, so that a meta-batch is adapted in one go."""
        return False

    def encode(self, x: Tensor, support: Support) -> Tensor:
        """The part of reading items `x` that no step changes, so that a trace does it once. Identity by default."""
        return x

    def adapted(self, support: Support) -> State:
        """The state after all steps. A learner with a faster formulation overrides it; the contract suite compares the two."""
        state = self.init(support)
        for t in range(self.n_steps(support)):
            state = self.step(state, support, t)
        return state

    def task_outputs(self, support: Support, query_x: Tensor) -> Tensor:
        """Outputs for the queries of a training task, differentiable with respect to what the outer loop trains."""
        return self.readout(self.adapted(support), self.encode(query_x, support))["outputs"]

    def outer_loss(self, outputs: Tensor, y: Tensor) -> Float[Tensor, ""]:
        """What training minimises over the queries of a task, or of a stack of tasks: cross-entropy or squared error."""
        return task_losses(outputs, y).mean()

    def prepare(self, source: TaskSource) -> None:
        """Called once before an outer loop begins, with what it will draw from.

        For learners whose parameters depend on it: those that pretrain on all classes of a pool at once have an output for
        each. Nothing to do for others.

        Raises:
            LearnerError: if the learner cannot be trained on this source.
        """

    def parameter_groups(self, state: State) -> dict[str, tuple[Tensor, Tensor]]:
        """Layer -> (parameters now, parameters at the start) for learners whose steps move parameters; empty for others."""
        return {}

    def support_gradient_norm(self, state: State, support: Support) -> Tensor | None:
        """Euclidean norm of the support loss's gradient at this state, for learners that follow it; `None` for others."""
        return None

    def require_classes(self, support: Support) -> int:
        """`n_way`, for a learner that can only classify.

        Raises:
            LearnerError: if the episode is a regression.
        """
        if support.n_way is None:
            raise LearnerError(
                f"{type(self).__name__} compares classes and cannot take a regression episode; use MAML or FineTune."
            )
        return support.n_way

    @property
    def coords(self) -> dict[str, tuple[str, ...]]:
        """Names along axes of what `readout` gives, such as those of its attention heads."""
        return {}

    @property
    def device(self) -> torch.device:
        return next((p.device for p in self.parameters()), torch.device("cpu"))

    @property
    def dtype(self) -> torch.dtype:
        return next((p.dtype for p in self.parameters()), torch.get_default_dtype())
