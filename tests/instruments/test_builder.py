"""`instruments.episode_builder`: one line makes an episode builder."""

import pytest

from metawidgets import datasets
from metawidgets.episodes import EpisodeSampler
from metawidgets.errors import DatasetError
from metawidgets.instruments import episode_builder
from metawidgets.widgets import Selection
from tests.made_files import image_file
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


def test_ones_own_data_are_offered_where_they_are_given(tmp_path):
    assert not {"image_folder", "table"} & {d["name"] for d in episode_builder().config["datasets"]}
    with pytest.raises(DatasetError, match="give root= a folder"):
        episode_builder("image_folder")
    for c in range(2):
        (tmp_path / f"c{c}").mkdir()
        for i in range(3):
            (tmp_path / f"c{c}" / f"{i}.png").write_bytes(image_file(size=(90 + i, 90 + c)))
    builder = episode_builder(datasets.load("image_folder", root=tmp_path), "all", n_way=2, k_shot=1, n_query=1)
    assert {item.dataset for item in builder.episode.support_items} == {"image_folder"}
    assert "image_folder" in {d["name"] for d in builder.config["datasets"]}


def test_points_of_a_table_have_more_of_their_class():
    columns = {"kind": list("aaaaaabbbbbb"), "x": list(range(12)), "y": [v * v for v in range(12)]}
    table = datasets.Table.of(columns, label="kind", standardise="none")
    builder = episode_builder(table, "all", n_way=2, k_shot=1, n_query=1)
    builder.do_fill(n_way=2, k_shot=2, n_query=3)
    assert builder.episode.shots.tolist() == [2, 2]
    assert builder.episode.queries.tolist() == [3, 3]
    for item, (x, y) in zip(builder.episode.query_items, builder.episode.query_x, strict=True):
        row = int(item.item) - 1
        assert (x, y, item.class_id) == (columns["x"][row], columns["y"][row], columns["kind"][row])


def test_what_is_not_known_is_named():
    with pytest.raises(DatasetError, match="did you mean 'glyphs'"):
        episode_builder("glyph")
    with pytest.raises(DatasetError, match="split='tset'"):
        episode_builder("glyphs", "tset")
