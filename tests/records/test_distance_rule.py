"""The distance rule in a trace: declared by the learner, missing in an older trace, or damaged in a file."""

from typing import Any

import pytest

from metawidgets.records import DistanceRule
from metawidgets.records.distance_rule import distance_rule


def test_the_declared_rule_is_read_back() -> None:
    rule = DistanceRule("cosine", "class_mean", 7.0)
    assert distance_rule({"learner": "Mine", "distance_rule": rule._asdict()}) == rule
    assert distance_rule({"learner": "Mine", "distance_rule": None}) is None


@pytest.mark.parametrize(
    ("meta", "rule"),
    [
        ({}, None),
        ({"learner": "MAML", "hyper": {"inner_lr": 0.1}}, None),
        ({"learner": "ProtoNet"}, ("squared_euclidean", "class_mean", 1.0)),
        ({"learner": "ProtoNet", "hyper": {"metric": "euclidean"}}, ("euclidean", "class_mean", 1.0)),
        ({"learner": "ProtoNet", "hyper": {"metric": "cosine", "scale": 4}}, ("cosine", "class_mean", 4.0)),
        ({"learner": "PretrainedNearest", "hyper": {"metric": "cosine"}}, ("cosine", "nearest_item", 1.0)),
        ({"learner": "Mine", "hyper": {"metric": "cosine"}}, ("cosine", "", None)),
    ],
)
def test_a_trace_of_before_is_read_by_its_learner_and_options(meta: dict[str, Any], rule: tuple | None) -> None:
    assert distance_rule(meta) == rule


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ({"metric": ["cosine"], "reference": "class_mean", "scale": 1}, None),
        ({"metric": "cosine", "reference": "nothing", "scale": 1}, ("cosine", "", 1.0)),
        ({"metric": "cosine", "reference": ["class_mean"], "scale": True}, ("cosine", "", None)),
        ({"metric": "cosine", "reference": "class_mean", "scale": float("nan")}, ("cosine", "class_mean", None)),
        ({"metric": "cosine", "reference": "class_mean", "scale": -1}, ("cosine", "class_mean", None)),
        ({}, None),
        ([], None),
        ("cosine", None),
    ],
)
def test_a_garbled_rule_says_no_more_than_what_can_be_read(told: Any, rule: tuple | None) -> None:
    assert distance_rule({"distance_rule": told}) == rule
    assert distance_rule({"hyper": told, "learner": ["ProtoNet"]}) == (None if rule is None else ("cosine", "", None))
