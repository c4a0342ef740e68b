"""Which slots of a memory a chart shows: a memory has more of them than a chart has rows, and an episode uses few."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from metawidgets.traces import Trace

__all__ = ["MOST_SLOTS", "Slots", "slots_of"]

MOST_SLOTS = 32


class Slots(NamedTuple):
    """The slots shown, in the memory's own order, and a sentence that says which they are."""

    shown: Int[np.ndarray, " slot"]
    sentence: str

    @property
    def names(self) -> list[str]:
        """Their numbers in the memory, from 0."""
        return [str(i) for i in self.shown]


def slots_of(trace: Trace, most: int = MOST_SLOTS) -> Slots:
    """Those that were written most over all steps, at most `most`; of equals the first.

    One choice for all steps and all charts of a memory: a row must stay the same slot.
    """
    written = trace["write_weights"].sum(axis=0, dtype=np.float64)  # (slot,)
    n = len(written)
    most = max(1, min(most, MOST_SLOTS))
    if n <= most:
        return Slots(np.arange(n), f"All {n} slots.")
    shown = np.sort(np.argsort(-written, kind="stable")[:most])
    share = written[shown].sum() / max(written.sum(), 1e-12)
    return Slots(shown, f"The {most} of {n} slots written to most, with {100 * share:.0f} % of all writing.")
