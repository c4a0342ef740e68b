"""The base of learners that attend to all examples read so far: causal attention, caches, and queries that do not see each other."""

import abc
from typing import NamedTuple, Protocol, cast

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from metawidgets.learners.base import Support
from metawidgets.learners.model_based.sequences import SequenceLearner

__all__ = ["CausalAttention", "Layout", "PrefixLearner", "PrefixState"]

Cache = tuple[Tensor, ...]
"""The tensors `(row, token, ...)` that a layer keeps from earlier tokens."""


class Layout(NamedTuple):
    """The positions of new tokens, and the mask of tokens that each may attend to. Kept tokens come before new tokens."""

    position: Int[Tensor, " new"]
    visible: Bool[Tensor, "new all"]
    n_read: int
    """Number of new tokens at the front that later tokens may attend to; the others are queries, which are not kept."""

    @classmethod
    def of(cls, before: int, n_read: int, asked: Int[Tensor, " asked"]) -> "Layout":
        """Return the layout of `n_read` tokens that follow `before` kept tokens, and of query tokens at the positions `asked`.

        Several queries may have the same position. Each attends to the tokens read before its position, and to itself.
        """
        total, device = before + n_read, asked.device
        position = torch.cat([torch.arange(before, total, device=device), asked])
        place = torch.arange(total + len(asked), device=device)
        own = torch.arange(before, total + len(asked), device=device).unsqueeze(-1)
        earlier = (place < total) & (place < position.unsqueeze(-1))  # only the query itself attends to its token
        return cls(position, earlier | (place == own), n_read)

    def kept(self, cache: Cache, new: Cache) -> Cache:
        """Return the cache extended by the new tokens, except queries, which are not kept."""
        return tuple(torch.cat([old, x[:, : self.n_read]], 1) for old, x in zip(cache, new, strict=True))


class Block(Protocol):
    """A layer that takes new tokens and a cache of the tokens before them."""

    def empty(self, rows: int) -> Cache:
        """Return the cache before the first token."""
        ...

    def __call__(self, x: Tensor, cache: Cache, layout: Layout) -> tuple[Tensor, Cache, Tensor | None]:
        """Return the layer's outputs at the new tokens, the extended cache, and the attention `(row, head, new, all)` or `None`."""
        ...


class Read(NamedTuple):
    """The result of one pass over new tokens."""

    out: Float[Tensor, "row new channel"]
    caches: tuple[Cache, ...]  # one per block
    attention: tuple[Float[Tensor, "row head new all"], ...]  # one per block that attends


class CausalAttention(nn.Module):
    """Softmax attention with the mask of a `Layout` (Vaswani 2017, eq. 1).

    Args:
        channels: width of the tokens.
        key_dim, value_dim: width of the keys and values of a head.
        n_heads: number of heads.
    """

    def __init__(self, channels: int, key_dim: int, value_dim: int, n_heads: int = 1) -> None:
        super().__init__()
        self.n_heads, self.key_dim, self.value_dim = n_heads, key_dim, value_dim
        self.queries = nn.Linear(channels, n_heads * key_dim)
        self.keys = nn.Linear(channels, n_heads * key_dim)
        self.values = nn.Linear(channels, n_heads * value_dim)

    def empty(self, rows: int) -> Cache:
        """Return the cache before the first token: keys and values."""
        new = self.keys.weight.new_zeros
        return new(rows, 0, self.n_heads, self.key_dim), new(rows, 0, self.n_heads, self.value_dim)

    def forward(
        self, x: Float[Tensor, "row new channel"], cache: Cache, layout: Layout
    ) -> tuple[Float[Tensor, "row new read"], Cache, Float[Tensor, "row head new all"]]:
        q, k, v = (f(x).unflatten(-1, (self.n_heads, -1)) for f in (self.queries, self.keys, self.values))
        all_k, all_v = torch.cat([cache[0], k], 1), torch.cat([cache[1], v], 1)
        scores = torch.einsum("rnhc,rahc->rhna", q, all_k) / self.key_dim**0.5
        weights = torch.softmax(scores.masked_fill(~layout.visible, -torch.inf), -1)
        read = torch.einsum("rhna,rahc->rnhc", weights, all_v).flatten(2)
        return read, layout.kept(cache, (k, v)), weights


class PrefixState(NamedTuple):
    """The embedded support set, and each layer's cache of the items read so far."""

    z: Float[Tensor, "support feature"]
    caches: tuple[Cache, ...]
    n_read: int
    attended: Float[Tensor, "head read"] | None = None  # attention of the last item read


class PrefixLearner(SequenceLearner, abc.ABC):
    """A learner whose state is everything that it has read. Caches keep the results for earlier tokens."""

    tokens_per_item: int = 1
    blocks: nn.ModuleList
    """The layers of the network, each a `Block`."""

    @abc.abstractmethod
    def tokens(
        self, z: Float[Tensor, "row item feature"], y: Float[Tensor, "row item output"]
    ) -> Float[Tensor, "row token channel"]:
        """Turn support items into tokens, `tokens_per_item` for each."""

    @abc.abstractmethod
    def questions(self, z: Float[Tensor, "row item feature"]) -> Float[Tensor, "row item channel"]:
        """Turn items without labels into tokens, one for each."""

    @abc.abstractmethod
    def answer(self, out: Float[Tensor, "row new channel"]) -> Float[Tensor, "row new output"]:
        """Return the predictions at query tokens."""

    def placed(self, tokens: Float[Tensor, "row new channel"], layout: Layout) -> Float[Tensor, "row new channel"]:
        """Return tokens with position embeddings, for a network that does not know their order; by default, return them unchanged."""
        return tokens

    def start(self, rows: int) -> tuple[Cache, ...]:
        """Return the caches before the first token."""
        return tuple(cast(Block, block).empty(rows) for block in self.blocks)

    def read(self, tokens: Float[Tensor, "row new channel"], caches: tuple[Cache, ...], layout: Layout) -> Read:
        """Pass new tokens through all layers. Return their outputs, the extended caches and the attention."""
        x, kept, attention = self.placed(tokens, layout), [], []
        for block, cache in zip(self.blocks, caches, strict=True):
            x, now, weights = block(x, cache, layout)
            kept.append(now)
            attention += [] if weights is None else [weights]
        return Read(x, tuple(kept), tuple(attention))

    def init(self, support: Support) -> PrefixState:
        self.labels(support)  # raises if the labels do not fit the learner
        return PrefixState(self.encode(support.x, support), self.start(1), 0)

    def step(self, state: PrefixState, support: Support, t: int) -> PrefixState:
        return self._read_on(state, support, t + 1)

    def adapted(self, support: Support) -> PrefixState:
        return self._read_on(self.init(support), support, len(support))

    def readout(self, state: PrefixState, x: Float[Tensor, "query feature"]) -> dict[str, Tensor]:
        kept = state.n_read * self.tokens_per_item
        layout = Layout.of(kept, 0, torch.full((len(x),), kept, device=x.device))
        read = self.read(self.questions(x.unsqueeze(0)), state.caches, layout)
        attention = self._by_item(read, state.n_read)  # (head, query, read)
        n_unread = len(state.z) - state.n_read
        attended = attention.new_zeros(len(attention), 0) if state.attended is None else state.attended
        return {
            "outputs": self.answer(read.out)[0],
            "attention": F.pad(attention, (0, n_unread)),
            "context_attention": F.pad(attended, (0, n_unread)),
        }

    def _by_item(self, read: Read, n_items: int) -> Float[Tensor, "head new item"]:
        """Return the attention of new tokens to the first `n_items` items, summed over each item's tokens."""
        each = self.tokens_per_item
        items = [w[0, :, :, : n_items * each].unflatten(-1, (n_items, each)).sum(-1) for w in read.attention]
        return torch.cat(items)

    def predictions(
        self,
        z: Float[Tensor, "task support feature"],
        y: Float[Tensor, "task support output"],
        queries: Float[Tensor, "task query feature"],
        *,
        guesses: bool,
    ) -> tuple[Float[Tensor, "task support output"] | None, Float[Tensor, "task query output"]]:
        n, each = z.shape[1], self.tokens_per_item
        # If a token contains its label, it would reveal the answer. Each support item is then also read as a query at its position.
        again = guesses and each == 1
        items = torch.cat([z, queries], 1) if again else queries
        first = torch.arange(0 if again else n, n + queries.shape[1], device=z.device)
        layout = Layout.of(0, n * each, first.clamp(max=n) * each)
        out = self.read(torch.cat([self.tokens(z, y), self.questions(items)], 1), self.start(len(z)), layout).out
        said = self.answer(out[:, n * each :])
        if again:
            return said[:, :n], said[:, n:]
        return self.answer(out[:, : n * each : each]) if guesses else None, said

    def _read_on(self, state: PrefixState, support: Support, until: int) -> PrefixState:
        items = slice(state.n_read, until)
        tokens = self.tokens(state.z[items].unsqueeze(0), self.labels(support)[items].unsqueeze(0))
        layout = Layout.of(state.n_read * self.tokens_per_item, tokens.shape[1], torch.arange(0, device=tokens.device))
        read = self.read(tokens, state.caches, layout)
        last = self._by_item(read, until)[:, -self.tokens_per_item :] if until > state.n_read else None
        attended = state.attended if last is None else last.mean(1)  # the mean over the item's tokens
        return state._replace(caches=read.caches, n_read=until, attended=attended)
