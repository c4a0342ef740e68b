"""Learning curves against the losses and accuracies of their trace."""

import json

import numpy as np

from metawidgets import views
from metawidgets.records import Trace

from .scenes import items, marks_at, texts


def test_the_current_step_is_marked_on_both_panels(regions: Trace) -> None:
    marks = marks_at(views.learning_curves(regions, step=2, width=500).to_dict())
    rules = items(marks, "rule")
    assert [round(rule["x"]) for rule in rules] == [200, 200]  # step 2 of 5
    assert "After 2 of 5 inner-loop steps, query loss" in " ".join(texts(marks))


def test_infinite_losses_leave_a_gap_that_is_explained(prototypes: Trace) -> None:
    spec = views.learning_curves(prototypes).to_dict()
    rows = [row for rows in spec["datasets"].values() for row in rows if row["series"] == "query"]
    losses = [row["value"] for row in rows][: len(prototypes)]
    assert [value is None for value in losses] == (~np.isfinite(prototypes["query_loss"])).tolist()
    assert "loss is infinite while a query's class has no support" in " ".join(spec["title"]["subtitle"])


def test_losses_over_orders_of_magnitude_get_a_logarithmic_scale(curve: Trace, regions: Trace) -> None:
    for trace, is_log in ((curve, True), (regions, False)):
        spec = json.dumps(views.learning_curves(trace).to_dict())
        assert ('"type": "log"' in spec) == is_log
        assert ("log scale" in spec) == is_log


def test_regression_has_no_accuracy_panel(curve: Trace) -> None:
    seen = texts(marks_at(views.learning_curves(curve).to_dict()))
    assert not [text for text in seen if "accuracy" in text]
    assert "loss (squared error, log scale)" in seen
