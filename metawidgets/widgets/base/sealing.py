"""Obfuscation of values, such as the answers of a quiz, so that a reader of the page's source does not see them by accident."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import UInt8

__all__ = ["sealed", "unsealed"]

_PAD = 0x5A


def sealed(values: Mapping[str, Any]) -> UInt8[np.ndarray, " byte"]:
    """Return the values as obfuscated bytes. This hides them from a casual look but does not protect them."""
    raw = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    return np.frombuffer(raw, np.uint8) ^ np.uint8(_PAD)


def unsealed(data: UInt8[np.ndarray, " byte"]) -> dict[str, Any]:
    """Return the values that `sealed` hid."""
    return json.loads((np.asarray(data, np.uint8) ^ np.uint8(_PAD)).tobytes())
