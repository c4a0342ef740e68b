"""One line to an episode builder."""

import pytest

from metawidgets import datasets
from metawidgets.errors import DatasetError
from metawidgets.instruments import episode_builder
from metawidgets.sampling import EpisodeSampler
from metawidgets.widgets import Selection
from tests.widgets.examples import sheet


def test_a_dataset_by_name_begins_with_the_samplers_episode():
    selection = Selection()
    builder = episode_builder("glyphs", "train", n_way=3, k_shot=2, n_query=4, seed=5, selection=selection)
    drawn = EpisodeSampler(datasets.load("glyphs").source("train"), n_way=3, k_shot=2, n_query=4, seed=5).episode(0)
    assert builder.episode.support_items == drawn.support_items
    assert builder.episode.query_items == drawn.query_items
    assert builder.selection is selection
    assert {"glyphs", "digits", "gaussians", "sinusoids"} <= {d["name"] for d in builder.config["datasets"]}
    builder.resample(dataset="sinusoids", k_shot=7)
    assert builder.episode.shots.tolist() == [7]


def test_a_dataset_with_its_options_and_an_episode_are_fine_beginnings():
    builder = episode_builder(datasets.load("glyphs", n_classes=60, seed=9))
    assert all(item.class_id.startswith("s9-") for item in builder.episode.support_items)
    episode = sheet()
    builder = episode_builder(episode)
    assert builder.episode.support_items == episode.support_items
    assert "resample" in builder.able
    builder.resample(dataset="glyphs", n_way=5)
    assert builder.episode.n_way == 5


def test_what_is_not_known_is_named():
    with pytest.raises(DatasetError, match="did you mean 'glyphs'"):
        episode_builder("glyph")
    with pytest.raises(DatasetError, match="split='tset'"):
        episode_builder("glyphs", "tset")
