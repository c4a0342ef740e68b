"""The plain card, and pictures of unexpected names and numbers."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from metawidgets.widgets import (
    EpisodeBuilder,
    EpisodeView,
    LearnerArena,
    LossLandscape,
    PrototypeHeatmap,
    Quiz,
    TaskMapView,
)
from metawidgets.widgets.base.card import card, pasted
from tests.widgets.examples import HOSTILE, builder, sheet, task_map
from tests.widgets.made_comparisons import played
from tests.widgets.made_plane import Bowls
from tests.widgets.made_traces import absorbing
from tests.widgets.made_training import monitored

NASTY = HOSTILE + "\0\x1b\n\t\u202eשלום עולם" + 2000 * "x y" + 4000 * "W"


def opened(png: bytes) -> Image.Image:
    assert len(png) < 300_000
    return Image.open(io.BytesIO(png)).convert("RGB")


def test_a_card_grows_with_its_lines_and_rows_up_to_a_limit():
    image = np.full((1, 28, 28), 255, np.uint8)
    short, long, endless = (opened(card("title", "\n".join(["a line"] * n))) for n in (1, 30, 5000))
    assert min(short.size) >= 200
    assert short.width == long.width
    assert long.height - short.height > 600
    assert endless.height < 2 * 17 * 62 + 200
    rows = [opened(card("title", "text", [("name", [image] * 3)] * n)) for n in (1, 5, 500)]
    assert rows[0].height < rows[1].height < rows[2].height < 2 * 44 * 22 + 200


def test_a_card_shows_its_images_and_breaks_its_lines():
    ink, paper = (opened(card("t", "x", [("name", [np.full((1, 28, 28), v, np.uint8)])])) for v in (255, 0))
    dark = [int((np.asarray(picture) < 30).all(-1).sum()) for picture in (ink, paper)]
    assert dark[0] - dark[1] > 0.9 * 72**2  # 36 pixels a side, drawn twice as fine
    wide = opened(card("t", 500 * "word "))
    assert wide.width == opened(card("t", "word")).width


def test_pictures_are_pasted_in_columns():
    red, blue = (io.BytesIO(), io.BytesIO())
    Image.new("RGB", (30, 20), "red").save(red, format="PNG")
    Image.new("RGB", (50, 10), "blue").save(blue, format="PNG")
    both = opened(pasted([[red.getvalue(), blue.getvalue()], [blue.getvalue()]]))
    assert both.size == (100, 30)
    assert both.getpixel((10, 25)) == (0, 0, 255)
    assert both.getpixel((60, 5)) == (0, 0, 255)
    assert both.getpixel((60, 25)) == (255, 255, 255)


def nasty_arena() -> LearnerArena:
    made = played()
    return LearnerArena(replace(made, names=(NASTY, *made.names[1:])), {})


def nasty_builder() -> EpisodeBuilder:
    made = builder()
    document = {**made.document, "items": {}}
    document["classes"] = [{**c, "name": NASTY[:100].replace("\0", "") + str(c["key"])} for c in document["classes"]]
    made.document = document
    return made


MADE = {
    "card": lambda: Quiz(NASTY, [NASTY, "b"], "b", NASTY),
    "episode": lambda: EpisodeView(sheet(names=(NASTY, "beth", HOSTILE))),
    "no episode": nasty_builder,
    "arena": nasty_arena,
    "matrix": lambda: PrototypeHeatmap(absorbing(episode=sheet((1, 1, 1), 2, (NASTY, "beth", HOSTILE)))),
    "tasks": lambda: TaskMapView(replace(task_map(4), groups=(NASTY, "b", NASTY, "b"), names=(NASTY, "b", "c", "d"))),
}


@pytest.mark.quick_cases("card")
@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_hostile_names_are_text_that_is_cut(make):
    component = make()
    picture = opened(component.png())
    assert picture.width < 2200
    assert picture.height < 4000
    assert type(component).from_dict(component.to_dict()).png() == component.png()


@pytest.mark.slow
def test_titles_of_trainings_and_landscapes_are_text_too():
    monitor = monitored(done=3)
    monitor.config = {**monitor.config, "label": NASTY}
    for component in (monitor, LossLandscape(Bowls(titles=(NASTY, "task 2")))):
        picture = opened(component.png())
        assert picture.width < 2200
        assert picture.height < 4000


@pytest.mark.slow
def test_numbers_that_are_none_leave_a_picture():
    """Pictures work with diverged losses, distances without prototypes, an episode of one query, and a map of identical tasks."""
    monitor = monitored(done=3)
    config = dict(monitor.config)
    arrays = {
        name: np.full_like(a, np.nan) if name.startswith("held.query") else a for name, a in monitor.unpack().items()
    }
    monitor.pack(arrays, **config)
    plane = LossLandscape(Bowls())
    arrays = {name: np.full_like(a, np.inf) if a.dtype.kind == "f" else a for name, a in plane.unpack().items()}
    plane.pack(arrays, **plane.config)
    made = played()
    scores = made.scores.copy()
    scores[0] = np.nan
    alone = replace(task_map(2), embeddings=np.zeros((2, 3)), similarity=np.full((2, 2), np.nan), distance=None)
    for component in (
        monitor,
        plane,
        PrototypeHeatmap(absorbing(), step=0),  # before any support
        LearnerArena(replace(made, scores=scores), {}),
        TaskMapView(alone),
    ):
        assert min(opened(component.png()).size) >= 200
