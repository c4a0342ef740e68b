"""Contests as components' state: the episode that a dot stands for, and what must not be read before its time."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import UInt8

from metawidgets.analysis import Interval
from metawidgets.contests import Contest
from metawidgets.episodes import Episode
from metawidgets.widgets.episode_state import pack_episode

__all__ = ["episode_key", "episode_kind", "is_clear", "pack_contest", "sealed", "unsealed"]

_PAD = 0x5A
_FEW = 5  # below so many episodes an interval by the normal distribution is too narrow to call anything clear


def is_clear(difference: Interval) -> bool:
    """Whether a paired difference may be called clear: its interval leaves zero out, over five episodes or more."""
    return difference.excludes_zero and difference.n >= _FEW


def episode_key(episode: Episode) -> str:
    """A name that tells one episode from another, by its seed and support items: links what is played to what was played."""
    items = " ".join(sorted(map(str, episode.support_items)))
    numbers = "".join(f"{value:.6g} " for value in episode.support_y.ravel()[:4])  # functions have no lasting items
    return f"{'.'.join(map(str, episode.seed)) or 'by hand'}:{zlib.crc32(f'{items} {numbers}'.encode()):08x}"


def episode_kind(episode: Episode) -> str:
    """How the browser draws its items: "images", "points" in the plane, a "curve", or "vectors", which have no picture."""
    if episode.is_image:
        return "images"
    if episode.is_regression:
        return "curve" if episode.item_shape == (1,) and episode.output_dim == 1 else "vectors"
    return "points" if episode.item_shape == (2,) else "vectors"


def pack_contest(contest: Contest, prefix: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays to send of one contest, their names beginning with `prefix`, and the small JSON beside them."""
    arrays, plain = pack_episode(contest.episode)
    arrays["answers"] = np.stack([a.answers for a in contest.answers])
    if contest.probe is not None and all(a.curve is not None for a in contest.answers):
        arrays["probe"] = contest.probe
        arrays["curves"] = np.stack([np.asarray(a.curve) for a in contest.answers])
    kept = ("class_names", "support_ids", "query_ids", "seed")
    return {f"{prefix}{name}": a for name, a in arrays.items()}, {name: plain[name] for name in kept}


def sealed(values: Mapping[str, Any]) -> UInt8[np.ndarray, " byte"]:
    """Values that a reader of the page's source should not stumble over. It hides; it does not protect."""
    raw = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    return np.frombuffer(raw, np.uint8) ^ np.uint8(_PAD)


def unsealed(data: UInt8[np.ndarray, " byte"]) -> dict[str, Any]:
    """The inverse of `sealed`."""
    return json.loads((np.asarray(data, np.uint8) ^ np.uint8(_PAD)).tobytes())
