"""The state of an `OuterLoopMonitor` as plain values, for its text and its picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Shaped

__all__ = ["MonitorState"]


@dataclass(frozen=True, eq=False)
class MonitorState:
    """The state of an `OuterLoopMonitor`.

    Args:
        arrays, config: as the monitor sends them.
        points: the values of each column of the record, see `History`.
        shown: the outer step shown.
        phase, figures, validations, meta_lr, target: the monitor's traits with these names.
    """

    arrays: dict[str, Shaped[np.ndarray, "..."]]
    config: dict[str, Any]
    points: dict[str, Float[np.ndarray, " point"]]
    shown: int
    phase: str
    figures: dict[str, Any]
    validations: Sequence[Any]
    meta_lr: float
    target: int
