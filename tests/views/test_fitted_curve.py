"""The fitted curve against its probe grid."""

import dataclasses

import numpy as np
import pytest

from metawidgets import views
from metawidgets.errors import TraceError
from metawidgets.records import Trace

from .scenes import marks_at, texts


def test_lines_are_truth_start_and_prediction(curve: Trace) -> None:
    spec = views.fitted_curve(curve).to_dict()
    (rows,) = [rows for rows in spec["datasets"].values() if len(rows) == 101]
    assert curve.probe is not None
    x = curve.probe[:, 0]
    truth = curve.episode.task["amplitude"] * np.sin(x - curve.episode.task["phase"])
    np.testing.assert_allclose([row["truth"] for row in rows], truth, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose([row["start"] for row in rows], curve["probe_outputs"][0, :, 0], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose([row["now"] for row in rows], curve["probe_outputs"][..., 0].T, rtol=1e-3, atol=1e-3)


def test_an_unknown_truth_is_left_out(curve: Trace) -> None:
    untold = dataclasses.replace(curve, episode=dataclasses.replace(curve.episode, task={}))
    seen = texts(marks_at(views.fitted_curve(untold).to_dict()))
    assert "truth" not in seen
    assert {"before adaptation", "prediction"} <= set(seen)


def test_a_curve_without_its_grid_is_refused(curve: Trace) -> None:
    with pytest.raises(TraceError, match="it has no probe grid; trace with a probe"):
        views.fitted_curve(dataclasses.replace(curve, probe=None))


def test_the_axis_carries_the_name_of_the_feature(curve: Trace) -> None:
    named = dataclasses.replace(curve, episode=dataclasses.replace(curve.episode, feature_names=("hours",)))
    shown = texts(marks_at(views.fitted_curve(named, step=1).to_dict()))
    assert {"hours", "y"} <= set(shown)
    assert "x" not in shown
