"""The interface of all few-shot learners: a small state machine whose steps adapt it to a support set."""

import abc
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal, NamedTuple

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from metawidgets.episodes import TaskSource
from metawidgets.errors import LearnerError
from metawidgets.learners.losses import task_losses
from metawidgets.learners.networks.interface import statistics_of
from metawidgets.records import AXES, CHANNELS, DistanceRule

__all__ = ["Family", "Learner", "State", "Support"]

Family = Literal["metric-based", "optimisation-based", "model-based", "transfer", "baseline"]
"""The three families of meta-learners, transfer from pretraining, and baselines that learn nothing beforehand."""

State = Any
"""A learner's state between steps: parameters, sums, a memory. It is never changed in place."""


class Support(NamedTuple):
    """A support set as tensors. Both tensors have a leading task axis for learners whose `takes_tasks` is true."""

    x: Float[Tensor, "..."]  # (*task, support, *item)
    y: Shaped[Tensor, "..."]  # (*task, support) labels or (*task, support, target)
    n_way: int | None

    def __len__(self) -> int:
        return self.y.shape[-1 if self.n_way else -2]


def _is_abstract(member: object) -> bool:
    return getattr(member, "__isabstractmethod__", False)


class Learner(nn.Module, abc.ABC):
    """A few-shot learner. Subclasses are abstract or final.

    `init`, `step` and `readout` are pure: they return new values and change neither the module nor a state. The module keeps
    no episode, so that the same query gets the same prediction twice.
    """

    card: Mapping[str, Any] = MappingProxyType({})
    """For a learner from `checkpoints.load`: data, settings, steps, versions, measured score. Empty for others."""
    made_by: Mapping[str, Any] | None = None
    """Import path and options of the function that made the learner; `None` if its class made it."""
    note: str = ""
    """A sentence that components show beside the learner's name."""
    title: str
    """The name to show, as the literature writes it: "In-context transformer". By default the name of the class."""
    family: ClassVar[Family | None] = None
    """The kind of few-shot learner; `None` if the class does not declare it."""
    axis: ClassVar[str]
    """The meaning of one step: a key of `records.AXES`."""
    channels: ClassVar[tuple[str, ...]] = ()
    """The channels that `readout` returns besides `outputs`: names from `records.CHANNELS`."""
    meta_trained: ClassVar[bool] = True
    """True if the learner has parameters that an outer loop trains."""
    takes_regression: ClassVar[bool] = True
    """True if the learner can do regression. Every learner can classify."""
    reads_in_order: ClassVar[bool] = False
    """True if the order of the support items may matter."""
    adapts_head: ClassVar[bool] = False
    """True if the network returns outputs and the learner adapts all of it; false if the network returns features."""
    image_defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """Default options of `build` for images, for the network or the learner."""
    vector_defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """Default options of `build` for vectors."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "title" not in vars(cls):
            cls.title = cls.__name__
        if abc.ABC in cls.__bases__:
            return
        wrong = [name for name in sorted(Learner.__abstractmethods__) if _is_abstract(getattr(cls, name))]
        axis, channels = getattr(cls, "axis", None), cls.channels
        wrong += [] if axis in AXES else [f"axis (it is {axis!r}; give one of {', '.join(AXES)})"]
        if isinstance(channels, str):
            wrong += [f"channels (it is the text {channels!r}; give a tuple of names)"]
        else:
            wrong += [
                f"channels (there is no channel {name!r} in records.CHANNELS)"
                for name in channels
                if name not in CHANNELS
            ]
        if wrong:
            raise LearnerError(
                f"the learner {cls.__name__} lacks {', '.join(wrong)}; "
                "define them in the class, or add abc.ABC to its bases if it is abstract."
            )

    @abc.abstractmethod
    def n_steps(self, support: Support) -> int:
        """Return the number of steps that the learner takes on this support set."""

    @abc.abstractmethod
    def init(self, support: Support) -> State:
        """Return the state before adaptation."""

    @abc.abstractmethod
    def step(self, state: State, support: Support, t: int) -> State:
        """Return the state after step `t` (from 0)."""

    @abc.abstractmethod
    def readout(self, state: State, x: Tensor) -> dict[str, Tensor]:
        """Predict encoded items `x` from the state.

        Returns:
            `outputs`: `(query, way)` logits or `(query, target)` predictions, and the tensors named in `channels`.
        """

    def readout_both(
        self, state: State, query_x: Tensor, support_x: Tensor
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return `readout` of the encoded queries and of the encoded support items. Override it to do both in one pass."""
        return self.readout(state, query_x), self.readout(state, support_x)

    def read_all(self, support: Support, query_x: Tensor, probe_x: Tensor | None) -> dict[str, Tensor] | None:
        """Return all channels of all states, stacked: `(step, ...)`, but for losses and scores. By default return `None`.

        A trace then computes the states one after the other. Override it if all at once are much faster; the contract tests compare
        both. `query_x` and `probe_x` are encoded.
        """
        return None

    @property
    @abc.abstractmethod
    def hyper(self) -> dict[str, Any]:
        """The constructor's options, except the encoder, with which an equal learner can be made. They are JSON-able.

        Options without effect are left out, because cards, summaries and reports print every option here.
        """

    @property
    def network(self) -> nn.Module | None:
        """The encoder, or the whole network that is adapted."""
        return None

    @property
    def statistics(self) -> str:
        """The policy of batch statistics, one of `learners.networks.encoders.STATISTICS`; "none" without normalisation."""
        return statistics_of(self.network)

    @property
    def transductive(self) -> bool:
        """True if queries may influence each other."""
        return self.statistics == "transductive"

    @property
    def takes_tasks(self) -> bool:
        """True if support and queries may have a leading task axis, to adapt to a whole meta-batch at once."""
        return False

    @property
    def distance_rule(self) -> DistanceRule | None:
        """The rule for the distance between a query and a class; `None` if the learner measures no distances.

        A learner that records `distances` or `attention` should declare its rule. Traces store the rule, and components use it
        to compute predictions in the browser and to name the metric.
        """
        return None

    def encode(self, x: Tensor, support: Support) -> Tensor:
        """Compute the part of `readout` that does not depend on the state, so that a trace does it once. Identity by default."""
        return x

    def adapted(self, support: Support) -> State:
        """Return the state after all steps. Override it if there is a faster formula; the contract tests compare it with the steps."""
        state = self.init(support)
        for t in range(self.n_steps(support)):
            state = self.step(state, support, t)
        return state

    def task_outputs(self, support: Support, query_x: Tensor) -> Tensor:
        """Return the outputs for the queries of a training task, differentiable for the outer loop."""
        return self.readout(self.adapted(support), self.encode(query_x, support))["outputs"]

    def outer_loss(self, outputs: Tensor, y: Tensor) -> Float[Tensor, ""]:
        """Return the training loss of the queries of a task, or of a stack of tasks: cross-entropy or squared error."""
        return task_losses(outputs, y).mean()

    def prepare(self, source: TaskSource) -> None:
        """Prepare for an outer loop on this source; `meta_train` calls it once, before the first step.

        Learners that pretrain on all classes of a pool make one output per class here. Other learners do nothing.

        Raises:
            LearnerError: if the learner cannot be trained on this source.
        """

    def parameter_groups(self, state: State) -> dict[str, tuple[Tensor, Tensor]]:
        """Return each layer's parameters in this state and before the first step. The mapping is empty if steps change no parameters."""
        return {}

    def with_gradient(self, state: State, support: Support) -> State:
        """Return a copy of the state that also stores the gradient of the support loss, if the learner's next step uses it.

        A trace calls this once for each state that it records. `support_gradient_norm` and `step` then read the stored gradient,
        so that it is computed only once. By default, and while gradients are enabled, return `state` itself.
        """
        return state

    def support_gradient_norm(self, state: State, support: Support) -> Tensor | None:
        """Return the Euclidean norm of the support loss's gradient at this state; `None` for learners without gradient steps."""
        return None

    def require_classes(self, support: Support) -> int:
        """Return `n_way`, for a learner that can only classify.

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
        """Names along the axes of channels, such as the names of attention heads."""
        return {}

    @property
    def device(self) -> torch.device:
        return next((p.device for p in self.parameters()), torch.device("cpu"))

    @property
    def dtype(self) -> torch.dtype:
        return next((p.dtype for p in self.parameters()), torch.get_default_dtype())
