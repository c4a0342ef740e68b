"""The rule by which a learner measures the distance between a query and a class. Learners declare it, and traces carry it."""

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

__all__ = ["DistanceRule", "Reference", "distance_rule"]

Reference = Literal["class_mean", "class_vector", "nearest_item", "items", ""]
"""The point of a class that a query is compared with. In this order: the mean of the class's support embeddings, a vector that the
inner steps train, the nearest support item of the class, or each of its support items. "" if the learner does not declare it."""


class DistanceRule(NamedTuple):
    """The rule by which a learner measures the distance between a query and a class.

    Attributes:
        metric: "squared_euclidean", "euclidean", "cosine" (one minus the cosine), or a name of your own.
        reference: the point of a class that a query is compared with, see `Reference`.
        scale: probabilities are the softmax of `-scale * distances`. `None` if the learner computes them in another way.
    """

    metric: str
    reference: Reference = ""
    scale: float | None = None


# Older traces have no rule, only the learner's name and options. The metric in the options, if any, replaces the one here.
_EARLIER: Mapping[str, DistanceRule] = {
    "ProtoNet": DistanceRule("squared_euclidean", "class_mean", 1.0),
    "PretrainedCentroid": DistanceRule("squared_euclidean", "class_mean", 1.0),
    "NearestCentroid": DistanceRule("squared_euclidean", "class_mean", 1.0),
    "NearestNeighbour": DistanceRule("squared_euclidean", "nearest_item", 1.0),
    "PretrainedNearest": DistanceRule("squared_euclidean", "nearest_item", 1.0),
    "BaselinePlusPlus": DistanceRule("cosine", "class_vector"),
    "MatchingNetwork": DistanceRule("cosine", "items"),
    "FullContextMatching": DistanceRule("cosine", "items"),
}


def distance_rule(meta: Mapping[str, Any]) -> DistanceRule | None:
    """Return the distance rule in a trace's `meta`, or `None` if there is none. Values are checked: `meta` may come from a file."""
    stated = meta.get("distance_rule")
    if isinstance(stated, Mapping):
        metric, reference, scale = (stated.get(name) for name in DistanceRule._fields)
        known: Any = reference if reference in get_args(Reference) else ""
        return DistanceRule(metric, known, _positive(scale)) if isinstance(metric, str) else None
    hyper = meta.get("hyper")
    metric, scale = (hyper.get("metric"), hyper.get("scale")) if isinstance(hyper, Mapping) else (None, None)
    rule = _EARLIER.get(str(meta.get("learner")))
    if not isinstance(metric, str):
        return rule
    if rule is None or rule.reference not in ("class_mean", "nearest_item"):
        return DistanceRule(metric)
    scaled = _positive(scale) if metric == "cosine" and scale is not None else rule.scale
    return rule._replace(metric=metric, scale=scaled)


def _positive(value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and 0 < value < math.inf else None
