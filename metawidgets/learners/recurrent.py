"""A recurrent network that learns to learn: reading (x, y) pairs changes its hidden state, and the state predicts."""

import abc
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.learners.base import Support
from metawidgets.learners.sequences import SequenceLearner, positive

__all__ = ["CellLearner", "CellState", "LongShortTerm", "RecurrentLearner"]


class CellState(NamedTuple):
    """The embedded support set, and what a cell made of those of its items that it has read."""

    z: Float[Tensor, "support feature"]
    cell: Any  # a NamedTuple of tensors with a leading row axis, of one row here
    label: Float[Tensor, "row output"]  # what the next read brings along: the label of the item before


class CellLearner(SequenceLearner, abc.ABC):
    """A learner whose state passes through one cell, item by item.

    With `label_offset` a label comes one read late, with the next item: read t takes (x_t, y_t-1), and its output is the
    prediction of y_t; the last label comes with the query (Hochreiter 2001, section 3; Santoro 2016, section 2). Without it, read
    t takes (x_t, y_t) together, and a prediction is one more read of (x, nothing) whose state is thrown away.
    """

    image_defaults = MappingProxyType({"width": 24, "downsample": "stride"})

    def __init__(
        self,
        encoder: nn.Module,
        *,
        output_dim: int,
        feature_shape: Sequence[int] | None,
        prefix_loss: bool,
        label_offset: bool,
    ) -> None:
        super().__init__(encoder, output_dim=output_dim, feature_shape=feature_shape, prefix_loss=prefix_loss)
        self.label_offset = label_offset

    @property
    def hyper(self) -> dict[str, Any]:
        return {**super().hyper, "label_offset": self.label_offset}

    @abc.abstractmethod
    def start(self, rows: int) -> Any:
        """The cell before anything was read: a NamedTuple of tensors with a leading row axis."""

    @abc.abstractmethod
    def read(self, cell: Any, z: Float[Tensor, "row feature"], label: Float[Tensor, "row output"]) -> Any:
        """The cell after one read in each row."""

    @abc.abstractmethod
    def answer(self, cell: Any) -> Float[Tensor, "row output"]:
        """What the last read predicts for the item that was read."""

    def show(self, cell: Any) -> dict[str, Tensor]:
        """What a trace records of the state, without the row axis."""
        return {}

    def show_query(self, cell: Any) -> dict[str, Tensor]:
        """What a trace records of a read, one row a query."""
        return {}

    def init(self, support: Support) -> CellState:
        labels = self.labels(support)  # checked before anything is read
        return CellState(self.encode(support.x, support), self.start(1), torch.zeros_like(labels[:1]))

    def step(self, state: CellState, support: Support, t: int) -> CellState:
        cell, label = self._take(state.cell, state.z[t : t + 1], self.labels(support)[t : t + 1], state.label)
        return state._replace(cell=cell, label=label)

    def readout(self, state: CellState, x: Float[Tensor, "query feature"]) -> dict[str, Tensor]:
        asked = self.read(_repeated(state.cell, len(x)), x, state.label.expand(len(x), -1))
        return {"outputs": self.answer(asked), **self.show(state.cell), **self.show_query(asked)}

    def predictions(
        self,
        z: Float[Tensor, "task support feature"],
        y: Float[Tensor, "task support output"],
        queries: Float[Tensor, "task query feature"],
        *,
        guesses: bool,
    ) -> tuple[Float[Tensor, "task support output"] | None, Float[Tensor, "task query output"]]:
        cell, label, said = self.start(len(z)), torch.zeros_like(y[:, 0]), []
        for t in range(z.shape[1]):
            if guesses and not self.label_offset:
                said.append(self.answer(self.read(cell, z[:, t], label)))
            cell, label = self._take(cell, z[:, t], y[:, t], label)
            if guesses and self.label_offset:
                said.append(self.answer(cell))
        n_query = queries.shape[1]
        asked = self.read(_repeated(cell, n_query), queries.flatten(0, 1), label.repeat_interleave(n_query, 0))
        return torch.stack(said, 1) if said else None, self.answer(asked).unflatten(0, queries.shape[:2])

    def _take(self, cell: Any, z: Tensor, y: Tensor, pending: Tensor) -> tuple[Any, Tensor]:
        """The cell after reading one support item, and the label that the next read brings along."""
        if self.label_offset:
            return self.read(cell, z, pending), y
        return self.read(cell, z, y), pending  # nothing is ever pending


def _repeated(cell: Any, times: int) -> Any:
    """Each row `times` times, so that as many queries are asked without one seeing another."""
    return type(cell)(*(a.repeat_interleave(times, 0) for a in cell))


class LongShortTerm(NamedTuple):
    """An LSTM's state."""

    hidden: Float[Tensor, "row unit"]
    cell: Float[Tensor, "row unit"]


class RecurrentLearner(CellLearner):
    """LSTM over (x, y) pairs (Hochreiter, Younger and Conwell, *Learning to Learn Using Gradient Descent*, ICANN 2001; the LSTM
    that Santoro et al. 2016, section 4.1, compare their memory with).

    Args:
        encoder: maps items to feature vectors; any `nn.Module`.
        output_dim: number of classes, or dimension of a regression target.
        feature_shape: of an item's features, for an encoder that does not declare it.
        hidden_size: units of the LSTM. Santoro: 200.
        prefix_loss: train on the prediction at every read, as both papers do; `False` for the queries alone.
        label_offset: labels come one read late, as in both papers; see `CellLearner`.

    Departures: images pass through a convolutional encoder (Santoro's LSTM reads pixels); fewer units, so that a checkpoint
    stays small.
    """

    axis = "context_example"
    channels: ClassVar[tuple[str, ...]] = ("hidden",)

    def __init__(
        self,
        encoder: nn.Module,
        *,
        output_dim: int,
        feature_shape: Sequence[int] | None = None,
        hidden_size: int = 112,
        prefix_loss: bool = True,
        label_offset: bool = True,
    ) -> None:
        super().__init__(
            encoder,
            output_dim=output_dim,
            feature_shape=feature_shape,
            prefix_loss=prefix_loss,
            label_offset=label_offset,
        )
        self.hidden_size = positive("hidden_size", hidden_size)
        self.lstm = nn.LSTMCell(self.features + self.output_dim, hidden_size)
        self.head = nn.Linear(hidden_size, self.output_dim)

    @property
    def hyper(self) -> dict[str, Any]:
        return {**super().hyper, "hidden_size": self.hidden_size}

    def start(self, rows: int) -> LongShortTerm:
        nothing = self.head.weight.new_zeros(rows, self.hidden_size)
        return LongShortTerm(nothing, nothing)

    def read(self, cell: LongShortTerm, z: Tensor, label: Tensor) -> LongShortTerm:
        return LongShortTerm(*self.lstm(torch.cat([z, label], -1), (cell.hidden, cell.cell)))

    def answer(self, cell: LongShortTerm) -> Tensor:
        return self.head(cell.hidden)

    def show(self, cell: LongShortTerm) -> dict[str, Tensor]:
        return {"hidden": cell.hidden[0]}
