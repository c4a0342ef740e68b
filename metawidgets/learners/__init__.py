"""Few-shot learners behind one interface, listed in `ALL`; `build` makes one for items of a given shape."""

from collections.abc import Sequence
from inspect import signature
from typing import Any

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.anil import ANIL
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.baseline_plus import BaselinePlusPlus
from metawidgets.learners.encoders import default_network, network_options
from metawidgets.learners.fine_tune import FineTune
from metawidgets.learners.from_scratch import FromScratch
from metawidgets.learners.gradient import GradientLearner
from metawidgets.learners.implicit_maml import ImplicitMAML
from metawidgets.learners.in_context import InContext
from metawidgets.learners.linear_probe import LinearProbe
from metawidgets.learners.maml import MAML
from metawidgets.learners.mann import MANN
from metawidgets.learners.matching import MatchingNetwork
from metawidgets.learners.matching_fce import FullContextMatching
from metawidgets.learners.meta_sgd import MetaSGD
from metawidgets.learners.nearest import NearestNeighbour
from metawidgets.learners.nearest_centroid import NearestCentroid
from metawidgets.learners.pretrained_centroid import PretrainedCentroid
from metawidgets.learners.pretrained_nearest import PretrainedNearest
from metawidgets.learners.protonet import ProtoNet
from metawidgets.learners.recurrent import RecurrentLearner
from metawidgets.learners.relation import RelationNetwork
from metawidgets.learners.reptile import Reptile
from metawidgets.learners.snail import SNAIL

__all__ = [
    "ALL",
    "ANIL",
    "MAML",
    "MANN",
    "SNAIL",
    "BaselinePlusPlus",
    "FineTune",
    "FromScratch",
    "FullContextMatching",
    "GradientLearner",
    "ImplicitMAML",
    "InContext",
    "Learner",
    "LinearProbe",
    "MatchingNetwork",
    "MetaSGD",
    "NearestCentroid",
    "NearestNeighbour",
    "PretrainedCentroid",
    "PretrainedNearest",
    "ProtoNet",
    "RecurrentLearner",
    "RelationNetwork",
    "Reptile",
    "Support",
    "build",
]

ALL: dict[str, type[Learner]] = {
    "protonet": ProtoNet,
    "matching": MatchingNetwork,
    "matching_fce": FullContextMatching,
    "relation": RelationNetwork,
    "maml": MAML,
    "anil": ANIL,
    "metasgd": MetaSGD,
    "reptile": Reptile,
    "imaml": ImplicitMAML,
    "lstm": RecurrentLearner,
    "mann": MANN,
    "snail": SNAIL,
    "in_context": InContext,
    "nearest": NearestNeighbour,
    "centroid": NearestCentroid,
    "pretrained_nearest": PretrainedNearest,
    "pretrained_centroid": PretrainedCentroid,
    "linear_probe": LinearProbe,
    "baseline_plus": BaselinePlusPlus,
    "finetune": FineTune,
    "from_scratch": FromScratch,
}


def build(name: str, *, item_shape: Sequence[int], output_dim: int, **options: Any) -> Learner:
    """A learner with the customary network for items of `item_shape`.

    Args:
        name: a key of `ALL`.
        item_shape: `(channel, height, width)` for images, `(dim,)` for vectors.
        output_dim: number of classes, or dimension of a regression target.
        **options: the learner's own (`inner_lr`, `metric`, ...) and its network's (`width`, `downsample`, `statistics`,
            `hidden`). Gradient learners default to stride-2 convolutions and `support_stats`, others to pooling and `running`.

    Raises:
        LearnerError: if the name or an option is unknown, or a value is out of range.
    """
    if name not in ALL:
        raise LearnerError(f"unknown learner {name!r}; {did_you_mean(name, ALL)}")
    kind = ALL[name]
    own = set(signature(kind).parameters) - {"network", "encoder", "output_dim"}
    with_network = bool({"network", "encoder"} & set(signature(kind).parameters))
    of_network = set(network_options(item_shape)) if with_network else set()
    for option in options:
        if option not in own | of_network:
            raise LearnerError(
                f"{name} on items of shape {tuple(item_shape)} has no option {option!r}; {did_you_mean(option, own | of_network)}"
            )
    options = {**(kind.image_defaults if len(item_shape) == 3 else kind.vector_defaults), **options}
    rest = {k: v for k, v in options.items() if k in own}
    if "output_dim" in signature(kind).parameters:
        rest["output_dim"] = output_dim
    if not with_network:
        return kind(**rest)
    chosen = {k: v for k, v in options.items() if k in of_network}
    return kind(default_network(item_shape, output_dim if kind.adapts_head else None, **chosen), **rest)
