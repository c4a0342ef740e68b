"""Lists of episodes, in memory and in one file."""

from pathlib import Path

import numpy as np
import pytest

from metawidgets import datasets
from metawidgets.episodes import Episode, EpisodeList, EpisodeSampler
from metawidgets.errors import EpisodeError
from metawidgets.files.tensors import write_arrays


@pytest.fixture(scope="module")
def episodes() -> EpisodeList:
    sampler = EpisodeSampler(datasets.load("gaussians").source("test"), n_way=3, k_shot=(1, 4), n_query=2, seed=5)
    return EpisodeList((sampler.episode(i) for i in range(5)), name="five")


@pytest.mark.parametrize("name", ["five.safetensors", "five.npz"])
def test_it_comes_back_from_a_file(name: str, episodes: EpisodeList, tmp_path: Path) -> None:
    again = EpisodeList.load(episodes.save(tmp_path / name))
    assert repr(again) == repr(episodes)
    for one, other in zip(again, episodes, strict=True):
        assert one.plain_fields() == other.plain_fields()
        for field in ("support_x", "support_y", "query_x", "query_y"):
            np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
    assert EpisodeList.load(episodes[2].save(tmp_path / "one"))[0].seed == (5, 2)


def test_it_is_a_sequence_that_answers_as_a_sampler(episodes: EpisodeList) -> None:
    assert len(episodes) == 5
    assert episodes.episode(3) is episodes[3]
    assert episodes[1:3].name == "five"
    assert list(episodes[1:3]) == [episodes[1], episodes[2]]
    assert episodes.settings == {"source": "five", "n_way": 3, "k_shot": "1 to 4", "n_query": 2, "seed": None}
    with pytest.raises(EpisodeError, match="'five' has 5 episodes, not number 5; give 0 to 4"):
        episodes.episode(5)


def test_what_is_no_list_is_refused(episodes: EpisodeList, tmp_path: Path) -> None:
    line = EpisodeSampler(datasets.load("sinusoids").source("test"), k_shot=3).episode(0)
    with pytest.raises(EpisodeError, match="is empty"):
        EpisodeList([])
    with pytest.raises(EpisodeError, match="mixes classification and regression"):
        EpisodeList([episodes[0], line])
    with pytest.raises(EpisodeError, match="entry 1 of the list is str, not an episode"):
        EpisodeList([line, "another"])  # type: ignore[list-item]
    with pytest.raises(EpisodeError, match="is not a saved episode"):
        Episode.load(episodes.save(tmp_path / "many"))
    with pytest.raises(EpisodeError, match="there is no file"):
        EpisodeList.load(tmp_path / "none")
    bad = write_arrays(tmp_path / "bad", {}, '{"format": "metawidgets.episodes/1", "name": "x", "episodes": [{}]}')
    with pytest.raises(EpisodeError, match="lacks arrays or fields of an episode"):
        EpisodeList.load(bad)
    other = write_arrays(tmp_path / "other", {}, '{"format": "metawidgets.trace/1"}')
    with pytest.raises(EpisodeError, match="is not a saved list of episodes"):
        EpisodeList.load(other)
