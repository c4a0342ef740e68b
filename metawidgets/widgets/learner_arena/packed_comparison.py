"""The data of one episode's comparison that the arena sends."""

from typing import Any

import numpy as np

from metawidgets.records import EpisodeComparison
from metawidgets.widgets.base.packed_episode import pack_episode

__all__ = ["pack_comparison"]


def pack_comparison(comparison: EpisodeComparison, prefix: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return a comparison's arrays, with `prefix` before their names, and a JSON-able dictionary of its other values."""
    arrays, plain = pack_episode(comparison.episode)
    arrays["answers"] = np.stack([a.answers for a in comparison.answers])
    if comparison.probe is not None and all(a.curve is not None for a in comparison.answers):
        arrays["probe"] = comparison.probe
        arrays["curves"] = np.stack([np.asarray(a.curve) for a in comparison.answers])
    kept = ("class_names", "support_ids", "query_ids", "seed")
    return {f"{prefix}{name}": a for name, a in arrays.items()}, {name: plain[name] for name in kept}
