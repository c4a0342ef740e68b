"""Episodes of thousands of support examples, with a learner that embeds them quickly."""

import numpy as np
import torch
from torch import nn

from metawidgets.episodes import Episode, ItemId
from metawidgets.learners import ProtoNet


def large_episode(
    *, way: int = 50, shots: int = 100, query: int = 15, shape: tuple[int, int, int] = (1, 28, 28)
) -> Episode:
    """Make images with one pattern per class, and noise."""
    rng = np.random.default_rng(0)
    channels, height, width = shape
    patterns = rng.integers(60, 200, (way, channels, 7, 7))

    def images(y: np.ndarray) -> np.ndarray:
        small = np.clip(patterns[y] + rng.integers(-60, 60, (len(y), channels, 7, 7)), 0, 255).astype(np.uint8)
        return small.repeat(-(-height // 7), 2).repeat(-(-width // 7), 3)[:, :, :height, :width]

    support_y, query_y = (np.repeat(np.arange(way), n) for n in (shots, query))

    def ids(y: np.ndarray, side: str) -> tuple[ItemId, ...]:
        return tuple(ItemId("omniglot", f"Alphabet/character{k:02d}", f"{side}{i:05d}") for i, k in enumerate(y))

    names = tuple(f"Alphabet/character{k:02d}" for k in range(way))
    return Episode(
        images(support_y), support_y, images(query_y), query_y, names, ids(support_y, "s"), ids(query_y, "q")
    )


def large_protonet(episode: Episode, features: int = 64) -> ProtoNet:
    torch.manual_seed(0)
    return ProtoNet(nn.Sequential(nn.Flatten(), nn.Linear(int(np.prod(episode.item_shape)), features)))
