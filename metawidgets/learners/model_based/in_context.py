"""In-context learning: a decoder transformer reads the examples as tokens; its weights do not change."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Support
from metawidgets.learners.model_based.prefixes import Cache, CausalAttention, Layout, PrefixLearner
from metawidgets.learners.model_based.sequences import positive

__all__ = ["InContext"]


class DecoderBlock(nn.Module):
    """GPT-2's block: causal attention and a network of one hidden layer, each after a layer norm and added to its input."""

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.attend = CausalAttention(width, width // n_heads, width // n_heads, n_heads)
        self.join = nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def empty(self, rows: int) -> Cache:
        return self.attend.empty(rows)

    def forward(self, x: Tensor, cache: Cache, layout: Layout) -> tuple[Tensor, Cache, Tensor]:
        found, kept, weights = self.attend(self.norms[0](x), cache, layout)
        x = x + self.join(found)
        return x + self.down(F.gelu(self.up(self.norms[1](x)))), kept, weights


class InContext(PrefixLearner):
    """In-context learning by a decoder transformer (Garg, Tsipras, Liang and Valiant, *What Can Transformers Learn In-Context? A
    Case Study of Simple Function Classes*, NeurIPS 2022, section 2).

    The tokens are x1, y1, x2, y2, ... The output at an x predicts its y. The loss is the mean over prefixes (eq. 2). Images pass
    through an encoder first, and their y are one-hot labels.

    Args:
        encoder: maps items to feature vectors; any `nn.Module`. Functions need none: `learners.build` passes numbers on as
            they are.
        output_dim: number of classes, or dimension of a regression target.
        feature_shape: shape of an item's features, for an encoder that does not declare it.
        embed_dim: width of the tokens. Paper: 256.
        n_layers: decoder blocks. Paper: 12.
        n_heads: attention heads of each block; must divide `embed_dim`. Paper: 8.
        max_context: largest number of examples that the learner can read; it learns one vector for each position.
        tokens: "apart" for x1, y1, x2, y2, ... as in the paper; or "joined" for one token for each (x, y), which is easier to learn.
        prefix_loss: train on the prediction at every prefix, as the paper does; `False` for the queries alone.

    Departures: width and depth are a fraction of the paper's, so that a checkpoint stays small; x and y have separate linear
    maps to tokens (the paper pads y with zeros to the width of x); the paper's curriculum (few dimensions and short prompts
    first) is left to the caller.
    """

    title = "In-context transformer"
    family = "model-based"
    axis = "context_example"
    channels: ClassVar[tuple[str, ...]] = ("attention", "context_attention")

    def __init__(
        self,
        encoder: nn.Module,
        *,
        output_dim: int,
        feature_shape: Sequence[int] | None = None,
        embed_dim: int = 64,
        n_layers: int = 4,
        n_heads: int = 4,
        max_context: int = 100,
        tokens: Literal["apart", "joined"] = "apart",
        prefix_loss: bool = True,
    ) -> None:
        super().__init__(encoder, output_dim=output_dim, feature_shape=feature_shape, prefix_loss=prefix_loss)
        self.embed_dim, self.n_layers = positive("embed_dim", embed_dim), positive("n_layers", n_layers)
        self.n_heads, self.max_context = positive("n_heads", n_heads), positive("max_context", max_context)
        if embed_dim % n_heads:
            raise LearnerError(f"n_heads={n_heads} does not divide embed_dim={embed_dim}; give a divisor.")
        if tokens not in ("apart", "joined"):
            raise LearnerError(f"unknown tokens={tokens!r}; {did_you_mean(tokens, ('apart', 'joined'))}")
        self.token_kind, self.tokens_per_item = tokens, 2 if tokens == "apart" else 1
        self.read_x, self.read_y = nn.Linear(self.features, embed_dim), nn.Linear(self.output_dim, embed_dim)
        # Initialised as in GPT-2
        self.positions = nn.Parameter(0.02 * torch.randn(self.tokens_per_item * max_context + 1, embed_dim))
        self.blocks = nn.ModuleList(DecoderBlock(embed_dim, n_heads) for _ in range(n_layers))
        self.norm = nn.LayerNorm(embed_dim)
        self.head = nn.Linear(embed_dim, self.output_dim)

    @property
    def hyper(self) -> dict[str, Any]:
        names = ("embed_dim", "n_layers", "n_heads", "max_context")
        return {**super().hyper, "tokens": self.token_kind, **{name: getattr(self, name) for name in names}}

    @property
    def coords(self) -> dict[str, tuple[str, ...]]:
        heads = (f"layer {i + 1} head {j + 1}" for i in range(self.n_layers) for j in range(self.n_heads))
        return {"head": tuple(heads)}

    def labels(self, support: Support) -> Float[Tensor, "*task support output"]:
        if len(support) > self.max_context:
            raise LearnerError(
                f"this InContext has positions for max_context={self.max_context} examples, the episode has {len(support)}; "
                f"give fewer, or make the learner with max_context={len(support)}."
            )
        return super().labels(support)

    def tokens(self, z: Tensor, y: Tensor) -> Tensor:
        if self.tokens_per_item == 1:
            return self.read_x(z) + self.read_y(y)
        return torch.stack([self.read_x(z), self.read_y(y)], 2).flatten(1, 2)  # x1, y1, x2, y2, ...

    def questions(self, z: Tensor) -> Tensor:
        return self.read_x(z)

    def placed(self, tokens: Tensor, layout: Layout) -> Tensor:
        return tokens + self.positions[layout.position]

    def answer(self, out: Tensor) -> Tensor:
        return self.head(self.norm(out))
