"""The choice of the memory slots that a chart shows."""

import numpy as np

from metawidgets.episodes import Episode
from metawidgets.records import Trace
from metawidgets.views.slots import MOST_SLOTS, slots_of


def _trace(weights: np.ndarray) -> Trace:
    episode = Episode(np.zeros((2, 2)), np.arange(2), np.zeros((1, 2)), np.zeros(1, int), ("a", "b"))
    return Trace("write", {"write_weights": weights}, episode)


def test_a_small_memory_is_shown_whole(memory: Trace) -> None:
    slots = slots_of(memory)
    assert slots.names == [str(i) for i in range(10)]
    assert slots.sentence == "All 10 slots."


def test_of_many_slots_those_written_most_in_their_own_order() -> None:
    weights = np.zeros((3, 128))
    weights[1, 90], weights[1, 7], weights[2, 40], weights[2, 7] = 0.75, 0.25, 0.5, 0.5
    slots = slots_of(_trace(weights), 2)
    assert slots.shown.tolist() == [7, 90]  # sums: 0.75 each, and 0.5 for slot 40
    assert slots.sentence == "The 2 of 128 slots written to most, with 75 % of all writing."


def test_never_more_than_fit_and_the_first_of_equals() -> None:
    assert slots_of(_trace(np.ones((2, 100))), 99).shown.tolist() == list(range(MOST_SLOTS))
