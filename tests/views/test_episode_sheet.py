"""The contact sheet, image by image."""

import dataclasses

import numpy as np
import pytest

from metawidgets import views
from metawidgets.episodes import Episode
from metawidgets.errors import EpisodeError
from metawidgets.records import Trace
from metawidgets.views.images import bars

from .scenes import items, marks_at, texts


def test_images_stand_in_the_line_of_their_class(prototypes: Trace) -> None:
    marks = marks_at(views.episode_sheet(prototypes.episode).to_dict())
    images, symbols = items(marks, "image"), items(marks, "symbol")
    assert len(images) == 6 + 16
    lines = {name: symbol["y"] for name, symbol in zip(prototypes.episode.class_names, symbols, strict=True)}
    for image in images:
        middle = image["y"] + (image["height"] / 2 if image.get("baseline") != "middle" else 0)
        assert middle == pytest.approx(lines[image["description"].rsplit("class ", 1)[1]], abs=2)
    support = [i["x"] for i in images if i["description"].startswith("support")]
    query = [i["x"] for i in images if i["description"].startswith("query")]
    assert max(support) < min(query)


def test_many_queries_of_a_class_take_several_lines(prototypes: Trace) -> None:
    images = np.zeros((80, 1, 8, 8), np.uint8)
    episode = Episode(images[:2], np.arange(2), images, np.repeat(np.arange(2), 40), ("a", "b"))
    spec = views.episode_sheet(episode, width=400).to_dict()
    assert spec["width"] <= 400
    assert len({image["y"] for image in items(marks_at(spec), "image")}) >= 6


def test_too_many_images_name_the_component() -> None:
    images = np.zeros((500, 1, 8, 8), np.uint8)
    episode = Episode(images[:2], np.arange(2), images, np.arange(500) % 2, ("a", "b"))
    with pytest.raises(EpisodeError, match="502 images are more than 500; use the component EpisodeView"):
        views.episode_sheet(episode)


def test_items_without_a_picture_are_refused() -> None:
    episode = Episode(np.zeros((2, 7)), np.zeros((2, 1)), np.zeros((2, 7)), np.zeros((2, 1)), ())
    with pytest.raises(EpisodeError, match=r"items of shape \(7,\)"):
        views.episode_sheet(episode)


def test_vectors_are_bars_up_and_down_on_one_scale() -> None:
    up, down = np.array([[1, 2, 4.0]]), np.array([[0, -4, 0.0]])
    episode = Episode(np.concatenate([up, down]), np.arange(2), up, np.zeros(1, int), ("a", "b"))
    assert len(items(marks_at(views.episode_sheet(episode).to_dict()), "image")) == 3
    tall, deep = bars(up[0], 4)[0] > 0, bars(down[0], 4)[0] > 0
    heights = [tall[:, column].sum() for column in (8, 22, 38)]
    assert heights == sorted(heights)
    assert tall[:, 38].argmax() == 4  # 20 pixels above the middle, which is pixel 24
    assert deep[:, 22].nonzero()[0].max() == 44
    assert deep[:, 8].sum() == 1  # the number 0 is drawn as a line


def test_an_episode_without_queries_still_has_a_sheet(prototypes: Trace) -> None:
    whole = prototypes.episode
    bare = dataclasses.replace(whole, query_x=whole.query_x[:0], query_y=whole.query_y[:0], query_items=())
    assert len(items(marks_at(views.episode_sheet(bare).to_dict()), "image")) == 6


def test_names_with_quotes_and_marks_up_are_only_text(prototypes: Trace) -> None:
    names = ('a"b\\', "</script><b>", "']; alert(1); ['", "\u2028é漢")
    odd = dataclasses.replace(prototypes, episode=dataclasses.replace(prototypes.episode, class_names=names), coords={})
    for view in views.fitting(odd).values():
        seen = " ".join(texts(marks_at(view(odd).to_dict())))
        assert "</script><b>" in seen or view is views.learning_curves
    assert "</script><b>" in " ".join(texts(marks_at(views.episode_sheet(odd.episode).to_dict())))
