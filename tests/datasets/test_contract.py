"""The contract of datasets, run over `ALL`."""

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metawidgets import datasets
from metawidgets.datasets import ALL, Dataset, describe, load
from metawidgets.datasets._class_lists import ClassDataset
from metawidgets.episodes import ClassPool, Episode, EpisodeSampler, EpisodeSpec, TaskSource, check_disjoint
from metawidgets.errors import EpisodeError

NAMES = sorted(ALL)
IMAGES = [n for n in NAMES if ALL[n].kind == "image"]
CLASSES = [n for n in NAMES if ALL[n].kind != "curve"]
POOLS = [*IMAGES, "features", "table"]
Small = dict[str, dict[str, Any]]

# SHA-256 over the support and query images of `EpisodeSampler(source("test"), k_shot=2, n_query=3, seed=11).episode(4)`.
GOLDEN_BYTES = {
    "digits": "9204005e4dcb27edb20281aa6c22be07a68cd3647333f2ec9eba335c87d784a7",
    "glyphs": "63db5d18c15cb7e2b05c12a2fd719591d5cba0bbdb6c884ad4d1f2f5cd78322d",
    "image_folder": "ad2b10d9960532eb2477bcff91e9dd84a53a6440b4df2d09e07f85c034c7af65",
    "omniglot": "9c16a29b43fa9b8d843bad2e21652cf1c77e49ed689490cf51991c9055068a2d",
}
# First support item and its target, first query item, of the same episode.
GOLDEN_NUMBERS = {
    "features": [0.7414, 1.5158, 4, -0.0591, -0.7066],
    "gaussians": [-0.59610796, -4.09805918, 4, 1.22473979, -1.84785187],
    "linear_functions": [-1.09618664, -0.60172242, -0.58589417],
    "sinusoids": [1.57688606, 2.51711869, 1.19781864],
    "table": [2.6925597, -0.09200232, 4, -2.3481772, -0.63462025],
}


def sampler(name: str, small: Small, split: Any = "test", seed: int = 11, **spec: Any) -> EpisodeSampler:
    return EpisodeSampler(load(name, **small[name]).source(split), **{"k_shot": 2, "n_query": 3, **spec}, seed=seed)


def digest(episode: Episode) -> str:
    return hashlib.sha256(episode.support_x.tobytes() + episode.query_x.tobytes()).hexdigest()


def test_all_lists_every_module_of_the_folder() -> None:
    folder = Path(datasets.__file__).parent
    modules = {p.stem for p in folder.glob("*.py") if not p.stem.startswith("_")} - {"base"}
    assert modules == set(ALL)


@pytest.mark.parametrize("name", NAMES)
def test_is_a_final_subclass_that_says_what_it_is(name: str) -> None:
    cls = ALL[name]
    assert cls.name == name
    assert cls.__bases__ in ((Dataset,), (ClassDataset,))
    assert issubclass(cls, ClassDataset) == (name in POOLS)
    assert cls.__subclasses__() == []
    assert 10 < len(cls.summary) <= 100


@pytest.mark.parametrize("name", NAMES)
def test_source_is_a_task_source(name: str, small: Small) -> None:
    source = load(name, **small[name]).source("train")
    assert isinstance(source, TaskSource)
    assert source.name == name
    assert source.is_regression == (ALL[name].kind == "curve")


@pytest.mark.parametrize("name", NAMES)
def test_episode_has_the_promised_shapes(name: str, small: Small) -> None:
    s = sampler(name, small)
    episode = s.episode(0)
    if ALL[name].kind == "curve":
        assert episode.support_x.shape == (2, 1)
        assert episode.query_x.shape == (3, 1)
        assert episode.support_y.dtype == episode.query_y.dtype == np.float32
        assert episode.support_y.shape == (2, 1)
        assert episode.n_way is None
    else:
        assert episode.n_way == 5
        assert episode.shots.tolist() == [2] * 5
        assert episode.queries.tolist() == [3] * 5
        assert episode.support_y.dtype == np.int64
        assert len(set(episode.class_names)) == 5
    expected = {"image": (np.uint8, (1, 28, 28)), "point": (np.float32, (2,)), "curve": (np.float32, (1,))}
    dtype, shape = expected[ALL[name].kind]
    assert episode.support_x.dtype == episode.query_x.dtype == dtype
    assert episode.item_shape == shape
    assert all(item.dataset == name for item in (*episode.support_items, *episode.query_items))
    json.dumps(dict(episode.task))


@pytest.mark.parametrize("name", NAMES)
def test_batch_has_the_shapes_and_types_of_its_episodes(name: str, small: Small) -> None:
    s = sampler(name, small)
    batch, episode = s.batch(0, 7), s.episode(0)
    assert len(batch) == 7
    assert batch.n_way == episode.n_way
    for part in ("support_x", "support_y", "query_x", "query_y"):
        stacked, single = getattr(batch, part), getattr(episode, part)
        assert stacked.shape == (7, *single.shape), part
        assert stacked.dtype == single.dtype, part
    if batch.n_way:
        for labels, count in ((batch.support_y, 2), (batch.query_y, 3)):
            assert all(np.bincount(row, minlength=5).tolist() == [count] * 5 for row in labels)


@pytest.mark.parametrize("name", IMAGES)
def test_images_are_ink_on_paper(name: str, small: Small) -> None:
    pool = load(name, **small[name]).source("all")
    assert isinstance(pool, ClassPool)
    assert 0.02 < (pool.items > 127).mean() < 0.3  # little ink, much paper
    assert pool.items.max() == 255
    assert (pool.items.max(axis=(1, 2, 3)) > 100).all()  # no image is empty
    corners = pool.items[..., [0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners == 0).mean() > 0.99


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_episode_other_seed_another(name: str, small: Small) -> None:
    first, again = sampler(name, small).episode(4), sampler(name, small).episode(4)
    assert digest(first) == digest(again)
    assert first.support_items == again.support_items
    assert first.class_names == again.class_names
    assert dict(first.task) == dict(again.task)
    batch, batch_again = sampler(name, small).batch(2, 3), sampler(name, small).batch(2, 3)
    np.testing.assert_array_equal(batch.support_x, batch_again.support_x)
    np.testing.assert_array_equal(batch.query_y, batch_again.query_y)
    others = {digest(sampler(name, small, seed=s).episode(i)) for s in (11, 12) for i in range(4, 8)}
    assert len(others) == 8


def test_another_process_draws_the_same_bytes(small: Small) -> None:
    program = (
        "import sys, json, hashlib\n"
        "from metawidgets.datasets import load\n"
        "from metawidgets.episodes import EpisodeSampler\n"
        "for name, options in json.load(sys.stdin).items():\n"
        "    s = EpisodeSampler(load(name, **options).source('test'), k_shot=2, n_query=3, seed=11)\n"
        "    e, b = s.episode(4), s.batch(4, 3)\n"
        "    data = e.support_x.tobytes() + e.query_x.tobytes() + b.support_x.tobytes() + b.query_y.tobytes()\n"
        "    print(name, hashlib.sha256(data).hexdigest())\n"
    )
    env = {**os.environ, "PYTHONHASHSEED": "271"}
    run = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(small), capture_output=True, text=True, check=True, env=env
    )
    for line in run.stdout.splitlines():
        name, found = line.split()
        episode, batch = sampler(name, small).episode(4), sampler(name, small).batch(4, 3)
        data = episode.support_x.tobytes() + episode.query_x.tobytes()
        data += batch.support_x.tobytes() + batch.query_y.tobytes()
        assert found == hashlib.sha256(data).hexdigest(), name
    assert len(run.stdout.splitlines()) == len(ALL)


@pytest.mark.parametrize("name", IMAGES)
def test_golden_bytes(name: str, small: Small) -> None:
    assert digest(sampler(name, small).episode(4)) == GOLDEN_BYTES[name]


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(IMAGES)))
def test_golden_numbers(name: str, small: Small) -> None:
    episode = sampler(name, small).episode(4)
    found = [*episode.support_x[0], *np.atleast_1d(episode.support_y[0]), *episode.query_x[0]]
    np.testing.assert_allclose(found, GOLDEN_NUMBERS[name], rtol=1e-6, atol=1e-6)


def test_options_may_be_numbers_of_numpy() -> None:
    made = load("glyphs", n_classes=np.int64(60), n_drawers=np.int32(10))
    assert made == load("glyphs", n_classes=60, n_drawers=10)
    assert type(vars(made)["n_classes"]) is int


@pytest.mark.parametrize("name", NAMES)
def test_no_query_repeats_a_support_item(name: str, small: Small) -> None:
    assert all(sampler(name, small).episode(i).repeated_items == () for i in range(5))


@pytest.mark.parametrize("name", POOLS)
def test_splits_share_no_class_and_make_up_the_whole(name: str, small: Small) -> None:
    dataset = load(name, **small[name])
    pools: dict[str, Any] = {split: dataset.source(split) for split in ("train", "validation", "test")}
    check_disjoint(**pools)
    origins = {split: set(pool.origins) for split, pool in pools.items()}
    assert all(origins.values())
    whole = dataset.source("all")
    assert isinstance(whole, ClassPool)
    assert set().union(*origins.values()) == set(whole.origins)


@pytest.mark.parametrize("name", NAMES)
def test_no_item_is_in_both_support_and_query(name: str, small: Small) -> None:
    s = sampler(name, small)
    for i in range(20):
        episode = s.episode(i)
        items = [str(item) for item in (*episode.support_items, *episode.query_items)]
        assert len(set(items)) == len(items)
    batch = s.batch(0, 40)
    for support, query in zip(batch.support_x, batch.query_x, strict=True):
        assert not {x.tobytes() for x in support} & {x.tobytes() for x in query}


@pytest.mark.parametrize("name", CLASSES)
def test_labels_say_nothing_about_classes(name: str, small: Small) -> None:
    source = load(name, **small[name]).source("test")
    place = {c: i for i, c in enumerate(source.class_ids)} if isinstance(source, ClassPool) else {}
    pairs, orders = [], set()
    s = EpisodeSampler(source, k_shot=1, n_query=1, seed=3)
    for i in range(400):
        episode = s.episode(i)
        orders.add(tuple(episode.support_y))
        for label, class_name in enumerate(episode.class_names):
            where = place[class_name] if place else episode.task["means"][label][0][0]
            pairs.append((label, where))
    labels, places = np.array(pairs, float).T
    assert (
        abs(np.corrcoef(labels, places)[0, 1]) < 0.12
    )  # 5 standard errors of 2,000 pairs; sorted labels would give 0.9
    assert len(orders) > 100  # the support set is in random order


@pytest.mark.parametrize("name", POOLS)
def test_too_many_ways_or_shots_are_refused(name: str, small: Small) -> None:
    source = load(name, **small[name]).source("test")
    assert isinstance(source, ClassPool)
    n, smallest = len(source), int(source.sizes.min())
    with pytest.raises(EpisodeError, match=rf"n_way={n + 1}, but .*{name}.* has {n} classes; give n_way <= {n}"):
        EpisodeSampler(source, n_way=n + 1, k_shot=1, n_query=1)
    with pytest.raises(
        EpisodeError, match=rf"k_shot={smallest} .* has {smallest}; give k_shot \+ n_query <= {smallest}"
    ):
        EpisodeSampler(source, n_way=2, k_shot=smallest, n_query=1)
    with pytest.raises(EpisodeError, match="needs n_way"):
        source.draw(np.random.default_rng(0), EpisodeSpec(None, 1, 1))


def test_families_refuse_the_other_kind_of_spec() -> None:
    with pytest.raises(EpisodeError, match="needs n_way; give n_way >= 2"):
        load("gaussians").source().draw(np.random.default_rng(0), EpisodeSpec(None, 1, 1))
    with pytest.raises(EpisodeError, match="n_way=5, but 'sinusoids' draws functions"):
        EpisodeSampler(load("sinusoids").source(), n_way=5)
    with pytest.raises(EpisodeError, match="n_way=5, but 'sinusoids' draws functions"):
        load("sinusoids").source().draw_batch(np.random.default_rng(0), EpisodeSpec(5, 1, 1), 2)


@pytest.mark.parametrize("name", NAMES)
def test_single_and_batched_draws_agree_in_distribution(name: str, small: Small) -> None:
    n, s = 400, sampler(name, small)
    episodes, batch = [s.episode(i) for i in range(n)], s.batch(0, n)
    for side in ("support_x", "query_x", "query_y"):
        one = np.array([getattr(e, side).astype(float).mean() for e in episodes])
        many = getattr(batch, side).astype(float).reshape(n, -1).mean(1)
        spread = np.sqrt((one.var() + many.var()) / n)
        assert abs(one.mean() - many.mean()) <= 5 * spread + 1e-9, side
        assert one.std() == pytest.approx(many.std(), rel=0.35, abs=1e-9), side


@pytest.mark.parametrize("name", NAMES)
def test_options_are_described_and_come_back(name: str, small: Small) -> None:
    dataset = load(name, **small[name])
    assert load(name, **dataclasses.asdict(dataset)) == dataset
    summary, options = describe()[name]
    assert summary == ALL[name].summary
    assert [o.name for o in options] == [f.name for f in dataclasses.fields(ALL[name])]
    for o in options:
        assert o.help
        assert o.default == getattr(ALL[name](), o.name)
        assert (o.range is not None) == (o.type in ("int", "float"))


def test_importing_datasets_is_light() -> None:
    program = (
        "import sys, metawidgets.datasets\n"
        "heavy = {'sklearn', 'pooch', 'PIL', 'torch', 'altair', 'ipywidgets', 'pandas'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
