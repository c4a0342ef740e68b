"""Episodes, traces and draws of any size: saving and loading changes nothing, and randomly damaged ones are refused with a message."""

import json
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metawidgets.episodes import ClassPool, Episode, EpisodeSampler
from metawidgets.errors import MetawidgetsError
from metawidgets.files.npz import read_npz, write_npz
from metawidgets.records import Trace

QUICK = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda s: st.lists(s) | st.dictionaries(st.text(), s),
    max_leaves=8,
)


@st.composite
def episodes(draw: Any) -> Episode:
    names = tuple(draw(st.lists(st.text(min_size=1, max_size=20), min_size=2, max_size=4)))
    labels = st.integers(0, len(names) - 1)
    support_y, query_y = draw(st.lists(labels, min_size=1, max_size=5)), draw(st.lists(labels, min_size=1, max_size=5))
    dim = draw(st.integers(1, 3))
    x = [draw(st.lists(NUMBERS, min_size=len(y) * dim, max_size=len(y) * dim)) for y in (support_y, query_y)]
    support_x, query_x = (np.array(v, np.float32).reshape(-1, dim) for v in x)
    seed = tuple(draw(st.lists(st.integers(0, 2**40), max_size=3)))
    task = draw(st.dictionaries(st.text(), NUMBERS))
    return Episode(support_x, np.array(support_y), query_x, np.array(query_y), names, seed=seed, task=task)


@QUICK
@given(episodes())
def test_an_episode_survives_json(episode: Episode) -> None:
    again = Episode.from_dict(json.loads(json.dumps(episode.to_dict())))
    assert again.to_dict() == episode.to_dict()


@QUICK
@given(episodes(), st.data())
def test_any_value_in_the_place_of_another_is_refused_or_read(episode: Episode, data: Any) -> None:
    plain = episode.to_dict()
    key = data.draw(st.sampled_from(sorted(plain)))
    plain[key] = data.draw(JSON)
    try:
        again = Episode.from_dict(plain)
    except MetawidgetsError as error:
        sentence = str(error)
    else:
        again.to_dict()
        return
    assert sentence.endswith(".")


@QUICK
@given(st.dictionaries(st.sampled_from(["axis", "meta", "coords", "episode", "format"]), JSON, min_size=1))
def test_any_description_of_a_trace_is_refused_or_read(tmp_path: Any, change: dict[str, Any]) -> None:
    x = np.ones((2, 1), np.float32)
    trace = Trace("write", {"query_loss": np.ones(3)}, Episode(x, x, x, x))
    arrays, plain = read_npz(trace.save(tmp_path / "t.npz"), MetawidgetsError)
    path = write_npz(tmp_path / "x.npz", arrays, json.dumps({**plain, **change}))
    try:
        found = Trace.load(path)
    except MetawidgetsError:
        return
    assert np.array_equal(found["query_loss"], trace["query_loss"])


@QUICK
@given(st.integers(2, 5), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2**32 - 1), st.integers(0, 2**31))
def test_every_draw_is_an_episode_of_its_size(n_way: int, k_shot: int, n_query: int, seed: int, index: int) -> None:
    items = np.arange(36, dtype=np.float32).reshape(36, 1)
    pool = ClassPool("made", items, np.arange(0, 37, 6), tuple("abcdef"))
    sampler = EpisodeSampler(pool, n_way=n_way, k_shot=k_shot, n_query=n_query, seed=seed)
    drawn = sampler.episode(index)
    assert drawn.shots.tolist() == [k_shot] * n_way
    assert drawn.queries.tolist() == [n_query] * n_way
    assert not set(drawn.support_items) & set(drawn.query_items)
    assert np.array_equal(sampler.episode(index).query_x, drawn.query_x)
