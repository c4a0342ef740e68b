"""Recurrent learners: they read (x, y) pairs into a hidden state and predict from this state."""

import abc
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.learners.base import Support
from metawidgets.learners.model_based.sequences import SequenceLearner, positive

__all__ = ["CellLearner", "CellState", "LongShortTerm", "RecurrentLearner"]


class CellState(NamedTuple):
    """The embedded support set, and the state of the cell after the items read so far."""

    z: Float[Tensor, "support feature"]
    cell: Any  # a NamedTuple of tensors with a leading row axis; here it has one row
    label: Float[Tensor, "row output"]  # input of the next read: the label of the item before it


class CellLearner(SequenceLearner, abc.ABC):
    """A learner that reads items one by one with a recurrent cell.

    With `label_offset` a label comes one read late, with the next item: read t takes (x_t, y_t-1) and predicts y_t. The last
    label comes with the query (Hochreiter 2001, section 3; Santoro 2016, section 2). Without `label_offset`, read t takes
    (x_t, y_t) together. A query is then one more read of (x, zeros), whose state is dropped.
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
        """Return the cell's first state: a NamedTuple of tensors with a leading row axis."""

    @abc.abstractmethod
    def read(self, cell: Any, z: Float[Tensor, "row feature"], label: Float[Tensor, "row output"]) -> Any:
        """Return the state of the cell after one read in each row."""

    @abc.abstractmethod
    def answer(self, cell: Any) -> Float[Tensor, "row output"]:
        """Return the prediction for the item that was read last."""

    def show(self, cell: Any) -> dict[str, Tensor]:
        """Return the cell's tensors that a trace records as channels, without the row axis."""
        return {}

    def show_query(self, cell: Any) -> dict[str, Tensor]:
        """Return the tensors of a query's read that a trace records as channels, one row per query."""
        return {}

    def init(self, support: Support) -> CellState:
        labels = self.labels(support)  # raises if the labels do not fit, before anything is read
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
        """Read one support item. Return the new cell, and the label that is pending for the next read.

        With `label_offset`, this read takes the label `pending`, and `y` becomes pending. Without it, this read takes `y`.
        """
        if self.label_offset:
            return self.read(cell, z, pending), y
        return self.read(cell, z, y), pending  # no label waits for the next read


def _repeated(cell: Any, times: int) -> Any:
    """Repeat each row `times` times, so that queries are read in parallel without seeing each other."""
    return type(cell)(*(a.repeat_interleave(times, 0) for a in cell))


class LongShortTerm(NamedTuple):
    """State of an LSTM."""

    hidden: Float[Tensor, "row unit"]
    cell: Float[Tensor, "row unit"]


class RecurrentLearner(CellLearner):
    """LSTM over (x, y) pairs (Hochreiter, Younger and Conwell, *Learning to Learn Using Gradient Descent*, ICANN 2001).

    Santoro et al. 2016, section 4.1, compare their memory with such an LSTM.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. Images come in [0, 1].
        output_dim: number of classes, or dimension of a regression target.
        feature_shape: shape of an item's features, for an encoder that does not declare it.
        hidden_size: units of the LSTM; Santoro has 200.
        prefix_loss: train on the prediction at every read, as both papers do; `False` trains on the queries alone.
        label_offset: labels come one read late, as in both papers; see `CellLearner`.

    Departures: images pass through a convolutional encoder (Santoro's LSTM reads pixels); there are fewer units, so that a
    checkpoint stays small.
    """

    title = "LSTM"
    family = "model-based"
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
