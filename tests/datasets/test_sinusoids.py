import time

import numpy as np
import pytest

from metawidgets.datasets import load
from metawidgets.episodes import EpisodeSampler, EpisodeSpec
from metawidgets.errors import DatasetError


def curves(n: int = 400, **options: float) -> list:
    sampler = EpisodeSampler(load("sinusoids", **options).source(), k_shot=5, n_query=10, seed=2)
    return [sampler.episode(i) for i in range(n)]


def test_the_task_draws_its_own_curve() -> None:
    for episode in curves(50):
        a, p = episode.task["amplitude"], episode.task["phase"]
        for x, y in ((episode.support_x, episode.support_y), (episode.query_x, episode.query_y)):
            np.testing.assert_allclose(y, a * np.sin(x.astype(float) - p), atol=1e-6)


def test_the_defaults_are_those_of_the_paper() -> None:
    episodes = curves()
    amplitude = np.array([e.task["amplitude"] for e in episodes])
    phase = np.array([e.task["phase"] for e in episodes])
    x = np.concatenate([e.query_x for e in episodes])
    for values, low, high in ((amplitude, 0.1, 5), (phase, 0, np.pi), (x, -5, 5)):
        assert low <= values.min() < low + 0.03 * (high - low)
        assert high - 0.03 * (high - low) < values.max() <= high
        error = (high - low) / np.sqrt(12 * len(values))  # standard error of the mean of a uniform distribution
        assert abs(values.mean() - (low + high) / 2) < 5 * error
    assert dict(episodes[0].task) | {"amplitude": 0, "phase": 0} == {
        "amplitude": 0,
        "phase": 0,
        "x_low": -5.0,
        "x_high": 5.0,
        "noise": 0.0,
    }


def test_ranges_can_be_turned() -> None:
    options = {"amplitude_low": 2, "amplitude_high": 2, "phase_low": 1, "phase_high": 1, "x_low": 0, "x_high": 1}
    for episode in curves(5, **options):
        assert episode.task["amplitude"] == 2
        assert episode.task["phase"] == 1
        assert 0 <= episode.support_x.min() <= episode.support_x.max() <= 1


def test_noise_has_the_deviation_that_was_asked_for() -> None:
    off = []
    for episode in curves(noise=0.3):
        a, p = episode.task["amplitude"], episode.task["phase"]
        off += [
            *(episode.query_y - a * np.sin(episode.query_x - p)),
            *(episode.support_y - a * np.sin(episode.support_x - p)),
        ]
    assert np.std(off) == pytest.approx(0.3, rel=0.05)
    assert abs(np.mean(off)) < 0.02


@pytest.mark.parametrize("what", ["amplitude", "phase"])
def test_a_range_upside_down_is_refused(what: str) -> None:
    with pytest.raises(DatasetError, match=f"{what}_low=3 is not below {what}_high=2; swap them or widen the range"):
        load("sinusoids", **{f"{what}_low": 3, f"{what}_high": 2})


def test_an_empty_range_of_x_is_refused() -> None:
    with pytest.raises(DatasetError, match="x_low=1 is not below x_high=1"):
        load("sinusoids", x_low=1, x_high=1)


def test_a_meta_batch_costs_less_than_a_millisecond() -> None:
    source, spec, rng = load("sinusoids").source(), EpisodeSpec(None, 10, 10), np.random.default_rng(0)
    seconds = []
    for _ in range(50):
        begin = time.perf_counter()
        source.draw_batch(rng, spec, 25)
        seconds.append(time.perf_counter() - begin)
    assert min(seconds) < 1e-3
