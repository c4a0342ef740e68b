"""Decision regions, cell by cell."""

import dataclasses

import numpy as np
import pytest

from metawidgets import views
from metawidgets.errors import TraceError
from metawidgets.records import Trace
from metawidgets.views import theme

from .scenes import group_of, items, marks_at, texts


@pytest.mark.parametrize("step", [0, 5])
def test_cells_have_the_likeliest_class_where_it_is(step: int, regions: Trace) -> None:
    marks = marks_at(views.decision_regions(regions, step=step, width=330).to_dict())
    cells = group_of(marks, "rect", 33 * 33)
    winner = regions["probe_outputs"][step].argmax(-1).reshape(33, 33)
    height = 0.85 * 330
    for cell in cells[:: 33 * 3 + 1]:
        column = round((cell["x"] + 0.1) / (330 / 33))
        row = round((height - max(cell["y"], cell.get("y2", cell["y"] + cell.get("height", 0))) - 0.1) / (height / 33))
        tints = _tinted(winner[row, column])
        assert cell["fill"] in tints


def _tinted(label: int) -> set[str]:
    full = np.array([int(theme.class_colour(label)[i : i + 2], 16) for i in (1, 3, 5)])
    shares = (0.1, 0.18, 0.27, 0.37, 0.48)
    return {"#" + "".join(f"{round(v):02x}" for v in 255 + share * (full - 255)) for share in shares}


def test_regions_are_named_inside_themselves(regions: Trace) -> None:
    assert regions.probe is not None
    spec = views.decision_regions(regions, step=5, width=330).to_dict()
    labels = [t for t in items(marks_at(spec), "text") if t.get("text") in regions.episode.class_names]
    winner = regions["probe_outputs"][5].argmax(-1).reshape(33, 33)
    assert {t["text"] for t in labels} == {regions.episode.class_names[c] for c in np.unique(winner)}
    for t in labels:
        column, row = int(t["x"] / 10), int((0.85 * 330 - t["y"]) / (0.85 * 10))
        assert regions.episode.class_names[winner[row, column]] == t["text"]


def test_another_grid_is_refused(regions: Trace) -> None:
    assert regions.probe is not None
    channels = {**regions.channels, "probe_outputs": regions["probe_outputs"][:, :100]}
    other = dataclasses.replace(regions, channels=channels, probe=regions.probe[:100])
    with pytest.raises(TraceError, match="needs a probe grid of 33 x 33 points, row by row; this trace has 100 points"):
        views.decision_regions(other)


def test_axes_carry_the_names_of_the_features(regions: Trace) -> None:
    spec = views.decision_regions(regions, step=5).to_dict()
    assert {"x", "y"} <= set(texts(marks_at(spec)))
    named = dataclasses.replace(regions.episode, feature_names=("petal length", "petal width"))
    for chart in (
        views.decision_regions(dataclasses.replace(regions, episode=named), step=5),
        views.episode_sheet(named),
    ):
        shown = texts(marks_at(chart.to_dict()))
        assert {"petal length", "petal width"} <= set(shown)
        assert not {"x", "y"} & set(shown)
