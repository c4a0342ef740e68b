"""SNAIL: temporal convolutions aggregate the items read so far, and causal attention looks up single items."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.errors import LearnerError
from metawidgets.learners.model_based.prefixes import Cache, CausalAttention, Layout, PrefixLearner
from metawidgets.learners.model_based.sequences import positive

__all__ = ["SNAIL", "DenseBlock"]


class DenseBlock(nn.Module):
    """A gated causal convolution, concatenated to its input. It has two taps: a token and the one `dilation` places before it.

    Mishra 2018, pseudocode of section 3: `concat(x, tanh(conv(x)) * sigmoid(conv(x)))`.
    """

    def __init__(self, channels: int, filters: int, dilation: int) -> None:
        super().__init__()
        self.channels, self.dilation = channels, dilation
        self.taps = nn.Linear(2 * channels, 2 * filters)

    def empty(self, rows: int) -> Cache:
        """Return the cache before the first token; it holds the tokens themselves."""
        return (self.taps.weight.new_zeros(rows, 0, self.channels),)

    def forward(
        self, x: Float[Tensor, "row new channel"], cache: Cache, layout: Layout
    ) -> tuple[Float[Tensor, "row new wider"], Cache, None]:
        every = torch.cat([x.new_zeros(len(x), 1, self.channels), cache[0], x], 1)  # zeros before the first token
        before = every[:, (layout.position + 1 - self.dilation).clamp(min=0)]
        value, gate = self.taps(torch.cat([before, x], -1)).chunk(2, -1)
        return torch.cat([x, torch.tanh(value) * torch.sigmoid(gate)], -1), layout.kept(cache, (x,)), None


class AttentionBlock(nn.Module):
    """Causal attention with one head, concatenated to its input."""

    def __init__(self, channels: int, key_dim: int, value_dim: int) -> None:
        super().__init__()
        self.attend = CausalAttention(channels, key_dim, value_dim)

    def empty(self, rows: int) -> Cache:
        return self.attend.empty(rows)

    def forward(self, x: Tensor, cache: Cache, layout: Layout) -> tuple[Tensor, Cache, Tensor]:
        found, kept, weights = self.attend(x, cache, layout)
        return torch.cat([x, found], -1), kept, weights


class SNAIL(PrefixLearner):
    """SNAIL (Mishra, Rohaninejad, Chen and Abbeel, *A Simple Neural Attentive Meta-Learner*, ICLR 2018, sections 3 and 5.1).

    A token is (embedding, label); a query's label is zeros. The blocks are: attention, temporal convolution, attention,
    temporal convolution, attention, linear. A temporal convolution consists of dense blocks with dilations 1, 2, 4, ..., until
    they cover the whole sequence.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. Images come in [0, 1].
        output_dim: number of classes, or dimension of a regression target.
        feature_shape: shape of an item's features, for an encoder that does not declare it.
        filters: filters of each dense block. Paper: 128.
        key_dims, value_dims: widths of keys and values in the three attention blocks. Paper: 64, 256, 512 and 32, 128, 256.
        max_context: number of support items that the convolutions cover (attention covers any number). Paper: n_way * k_shot.
        prefix_loss: also train on the predictions of support items; the paper trains on the query alone.

    Departures: the width is a quarter of the paper's or less, so that a checkpoint stays small; dilations begin with 1, so
    that each token sees its neighbour (the pseudocode begins with 2); no linear layer follows the convolutional encoder.
    """

    title = "SNAIL"
    family = "model-based"
    axis = "context_example"
    channels: ClassVar[tuple[str, ...]] = ("attention", "context_attention")

    def __init__(
        self,
        encoder: nn.Module,
        *,
        output_dim: int,
        feature_shape: Sequence[int] | None = None,
        filters: int = 20,
        key_dims: tuple[int, int, int] = (16, 32, 32),
        value_dims: tuple[int, int, int] = (16, 32, 32),
        max_context: int = 25,
        prefix_loss: bool = False,
    ) -> None:
        super().__init__(encoder, output_dim=output_dim, feature_shape=feature_shape, prefix_loss=prefix_loss)
        self.filters, self.max_context = positive("filters", filters), positive("max_context", max_context)
        self.key_dims, self.value_dims = tuple(key_dims), tuple(value_dims)
        if len(self.key_dims) != 3 or len(self.value_dims) != 3:
            raise LearnerError(
                f"there are three attention blocks, but key_dims={self.key_dims} and value_dims={self.value_dims}; give three of each."
            )
        n_dense = math.ceil(math.log2(max_context + 1))
        width, blocks = self.features + self.output_dim, []
        for i, (key_dim, value_dim) in enumerate(zip(self.key_dims, self.value_dims, strict=True)):
            for dilation in (2**d for d in range(n_dense if i else 0)):
                blocks.append(DenseBlock(width, filters, dilation))
                width += filters
            blocks.append(AttentionBlock(width, positive("key_dims", key_dim), positive("value_dims", value_dim)))
            width += value_dim
        self.blocks = nn.ModuleList(blocks)
        self.head = nn.Linear(width, self.output_dim)

    @property
    def hyper(self) -> dict[str, Any]:
        own = {"filters": self.filters, "max_context": self.max_context}
        return {**super().hyper, **own, "key_dims": list(self.key_dims), "value_dims": list(self.value_dims)}

    @property
    def coords(self) -> dict[str, tuple[str, ...]]:
        return {"head": tuple(f"attention {i + 1}" for i in range(len(self.key_dims)))}

    def tokens(self, z: Tensor, y: Tensor) -> Tensor:
        return torch.cat([z, y], -1)

    def questions(self, z: Tensor) -> Tensor:
        return torch.cat([z, z.new_zeros(*z.shape[:-1], self.output_dim)], -1)

    def answer(self, out: Tensor) -> Tensor:
        return self.head(out)
