"""Tables of queries, and their predicted classes."""

import dataclasses

import numpy as np
import pytest

from metawidgets.episodes import Episode
from metawidgets.records import Trace
from metawidgets.views.queries import accuracy, columns, guesses

NAN = np.nan


def test_a_tie_is_no_guess_and_half_a_hit() -> None:
    scores = np.array([[[0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [NAN, NAN, NAN], [NAN, 1.0, 2.0]]])
    assert guesses(scores).tolist() == [[1, -1, -1, 2]]
    assert accuracy(scores, np.array([1, 0, 2, 1])).tolist() == [pytest.approx((1 + 0.5 + 1 / 3 + 0) / 4)]


def test_accuracy_is_the_traces_own(prototypes: Trace, regions: Trace) -> None:
    for trace in (prototypes, regions):
        np.testing.assert_allclose(
            accuracy(trace["probabilities"], trace.episode.query_y), trace["query_accuracy"], rtol=1e-6
        )


def test_columns_stand_side_by_side_under_their_class(prototypes: Trace) -> None:
    episode = prototypes.episode
    place = columns(episode, 400)
    assert (np.diff(episode.query_y[place.order]) >= 0).all()
    assert (np.diff(place.left) >= place.size - 1e-9).all()
    assert place.width <= 400
    for left, label in zip(place.left, episode.query_y[place.order], strict=True):
        low, high = place.groups[label]
        assert low - 1e-9 <= left
        assert left + place.size <= high + 1e-9


def test_a_class_without_queries_keeps_its_slot(prototypes: Trace) -> None:
    whole = prototypes.episode
    kept = np.flatnonzero(whole.query_y != 1)
    episode = dataclasses.replace(
        whole,
        query_x=whole.query_x[kept],
        query_y=whole.query_y[kept],
        query_items=tuple(whole.query_items[i] for i in kept),
    )
    place = columns(episode, 400)
    assert len(place.order) == len(kept)
    assert place.groups[1, 1] - place.groups[1, 0] == pytest.approx(place.size)
    assert len(place.names(episode).to_dict()["datasets"]) == 1


def test_many_queries_still_fit(prototypes: Trace) -> None:
    y = np.repeat(np.arange(20), 15)
    points = np.zeros((300, 2), np.float32)
    episode = Episode(points[:20], np.arange(20), points, y, tuple(f"class {c}" for c in range(20)))
    place = columns(episode, 480)
    assert place.width <= 480 + 1e-6
    assert place.size > 0.8
    assert place.images(episode) is None


def test_images_stand_under_columns_that_are_wide_enough(prototypes: Trace) -> None:
    wide, narrow = columns(prototypes.episode, 480), columns(prototypes.episode, 200)
    assert wide.images(prototypes.episode) is not None
    assert narrow.images(prototypes.episode) is None
