"""The choice of memory slots for a chart: a memory has more slots than a chart has rows, and an episode uses few of them."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from metawidgets.records import Trace

__all__ = ["MOST_SLOTS", "Slots", "slots_of"]

MOST_SLOTS = 32


class Slots(NamedTuple):
    """The slots shown, in the memory's order, with a sentence that describes the choice."""

    shown: Int[np.ndarray, " slot"]
    sentence: str

    @property
    def names(self) -> list[str]:
        """The indices of the slots in the memory, as strings."""
        return [str(i) for i in self.shown]


def slots_of(trace: Trace, most: int = MOST_SLOTS) -> Slots:
    """Return the slots with the largest total write weight over all steps, at most `most`; the first slot wins a tie.

    The choice is the same for all steps and all charts of a memory, so that a row is always the same slot.
    """
    written = trace["write_weights"].sum(axis=0, dtype=np.float64)  # (slot,)
    n = len(written)
    most = max(1, min(most, MOST_SLOTS))
    if n <= most:
        return Slots(np.arange(n), f"All {n} slots.")
    shown = np.sort(np.argsort(-written, kind="stable")[:most])
    share = written[shown].sum() / max(written.sum(), 1e-12)
    return Slots(shown, f"The {most} of {n} slots written to most, with {100 * share:.0f} % of all writing.")
