"""Memory-augmented neural network: a recurrent controller with a memory; it writes to the least recently used slots."""

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.errors import LearnerError
from metawidgets.learners.model_based.recurrent import CellLearner
from metawidgets.learners.model_based.sequences import positive

__all__ = ["MANN", "MemoryCell", "cosine_similarity", "least_used"]


class MemoryCell(NamedTuple):
    """State of the controller and of the memory after a read."""

    hidden: Float[Tensor, "row unit"]
    cell: Float[Tensor, "row unit"]
    memory: Float[Tensor, "row slot content"]
    usage: Float[Tensor, "row slot"]
    read_weights: Float[Tensor, "row head slot"]
    write_weights: Float[Tensor, "row head slot"]
    found: Float[Tensor, "row head content"]
    erased: Float[Tensor, "row slot"]


def cosine_similarity(
    keys: Float[Tensor, "row head content"], memory: Float[Tensor, "row slot content"]
) -> Float[Tensor, "row head slot"]:
    """Return the cosine of every key and every slot (Santoro 2016, eq. 2); 0 for an empty slot."""
    lengths = keys.norm(dim=-1).unsqueeze(-1) * memory.norm(dim=-1).unsqueeze(-2)
    return keys @ memory.transpose(1, 2) / lengths.clamp(min=1e-6)


def least_used(usage: Float[Tensor, "row slot"], n: int) -> Float[Tensor, "row n slot"]:
    """Return the positions of the `n` least used slots, one-hot and the least used first (eq. 6); the first slot wins a tie."""
    places = torch.sort(usage, dim=-1, stable=True).indices[:, :n]
    return F.one_hot(places, usage.shape[-1]).to(usage.dtype)


class MANN(CellLearner):
    """MANN (Santoro, Bartunov, Botvinick, Wierstra and Lillicrap, *Meta-Learning with Memory-Augmented Neural Networks*, ICML 2016).

    The controller is an LSTM whose input includes the last memory reading. At each read every head writes a key and reads by it:

        w_write = s(a) w_read_before + (1 - s(a)) w_least_used_before    (7)   s(a): gate, from the controller
        M       = M_before, least used slots emptied, + w_write key      (8)
        w_read  = softmax(cosine(key, M)),  found = w_read M             (2-4)
        usage   = decay usage_before + w_read + w_write                  (5)   summed over heads

    The output is linear in the hidden state and `found`.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. Images come in [0, 1].
        output_dim: number of classes, or dimension of a regression target.
        feature_shape: shape of an item's features, for an encoder that does not declare it.
        hidden_size: units of the controller. Paper: 200.
        n_slots: slots of the memory. Paper: 128.
        slot_dim: numbers in a slot. Paper: 40.
        n_heads: heads; each reads and writes. Paper: 4.
        usage_decay: fraction of a slot's usage that is left after one read.
        key_strength: multiply the cosines by a factor > 1 that the controller outputs with each key, as in the neural Turing
            machine (Graves 2014, eq. 5). The paper has no such factor, and its softmax over cosines stays flat.
        prefix_loss: train on the prediction at every read, as the paper does; `False` trains on the queries alone.
        label_offset: labels come one read late, as in the paper; see `CellLearner`.

    Departures: with several heads, head i writes to the i-th least used slot (in eq. 6 every head writes to all n of them);
    keys pass through tanh; images pass through a convolutional encoder (the paper reads pixels); the controller is smaller,
    so that a checkpoint stays small.
    """

    title = "MANN"
    family = "model-based"
    axis = "write"
    channels: ClassVar[tuple[str, ...]] = ("memory", "usage", "write_weights", "erased", "read_weights", "hidden")

    def __init__(
        self,
        encoder: nn.Module,
        *,
        output_dim: int,
        feature_shape: Sequence[int] | None = None,
        hidden_size: int = 64,
        n_slots: int = 128,
        slot_dim: int = 40,
        n_heads: int = 4,
        usage_decay: float = 0.95,
        key_strength: bool = False,
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
        self.hidden_size, self.n_slots = positive("hidden_size", hidden_size), positive("n_slots", n_slots)
        self.slot_dim, self.n_heads = positive("slot_dim", slot_dim), positive("n_heads", n_heads)
        if self.n_heads > self.n_slots:
            raise LearnerError(
                f"n_heads={n_heads} need a slot each, but there are n_slots={n_slots}; give n_heads <= n_slots."
            )
        if not isinstance(usage_decay, int | float) or not 0 <= usage_decay < 1:
            raise LearnerError(f"usage_decay={usage_decay!r} is not in [0, 1); give a number such as 0.95.")
        self.usage_decay, self.key_strength = usage_decay, key_strength
        found = n_heads * slot_dim
        self.controller = nn.LSTMCell(self.features + self.output_dim + found, hidden_size)
        self.keys = nn.Linear(hidden_size, found)
        self.gates = nn.Linear(hidden_size, n_heads)
        self.strengths = nn.Linear(hidden_size, n_heads) if key_strength else None
        if self.strengths is not None:
            nn.init.constant_(self.strengths.bias, 9.0)  # so that the softmax can pick a single slot from the start
        self.head = nn.Linear(hidden_size + found, self.output_dim)

    @property
    def hyper(self) -> dict[str, Any]:
        names = ("hidden_size", "n_slots", "slot_dim", "n_heads", "usage_decay", "key_strength")
        return {**super().hyper, **{name: getattr(self, name) for name in names}}

    def start(self, rows: int) -> MemoryCell:
        new = self.head.weight.new_zeros
        weights = new(rows, self.n_heads, self.n_slots)
        return MemoryCell(
            hidden=new(rows, self.hidden_size),
            cell=new(rows, self.hidden_size),
            memory=new(rows, self.n_slots, self.slot_dim),
            usage=new(rows, self.n_slots),
            read_weights=weights,
            write_weights=weights,
            found=new(rows, self.n_heads, self.slot_dim),
            erased=new(rows, self.n_slots),
        )

    def read(self, cell: MemoryCell, z: Tensor, label: Tensor) -> MemoryCell:
        hidden, long = self.controller(torch.cat([z, label, cell.found.flatten(1)], -1), (cell.hidden, cell.cell))
        keys = torch.tanh(self.keys(hidden)).unflatten(-1, (self.n_heads, self.slot_dim))
        gates = torch.sigmoid(self.gates(hidden)).unsqueeze(-1)  # (row, head, 1)
        least = least_used(cell.usage, self.n_heads)  # (row, head, slot)
        writes = gates * cell.read_weights + (1 - gates) * least
        erased = least.sum(1)
        memory = cell.memory * (1 - erased).unsqueeze(-1) + writes.transpose(1, 2) @ keys
        likeness = cosine_similarity(keys, memory)
        if self.strengths is not None:
            likeness = likeness * (1 + F.softplus(self.strengths(hidden))).unsqueeze(-1)
        reads = torch.softmax(likeness, -1)
        # only the order of the usages matters, and an order has no gradient
        usage = (self.usage_decay * cell.usage + reads.sum(1) + writes.sum(1)).detach()
        return MemoryCell(hidden, long, memory, usage, reads, writes, reads @ memory, erased)

    def answer(self, cell: MemoryCell) -> Tensor:
        return self.head(torch.cat([cell.hidden, cell.found.flatten(1)], -1))

    def show(self, cell: MemoryCell) -> dict[str, Tensor]:
        writes = cell.write_weights[0].mean(0)  # the mean over heads, because they share the slots
        kept = {"memory": cell.memory[0], "usage": cell.usage[0], "hidden": cell.hidden[0]}
        return {**kept, "write_weights": writes, "erased": cell.erased[0]}

    def show_query(self, cell: MemoryCell) -> dict[str, Tensor]:
        return {"read_weights": cell.read_weights.mean(1)}
