"""Few-shot learners with one interface. `ALL` lists them; `build` makes one for items of a given shape."""

from collections.abc import Sequence
from inspect import signature
from typing import Any

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.baselines.from_scratch import FromScratch
from metawidgets.learners.baselines.nearest import NearestNeighbour
from metawidgets.learners.baselines.nearest_centroid import NearestCentroid
from metawidgets.learners.feature_heads.bd_cspn import BDCSPN
from metawidgets.learners.feature_heads.laplacianshot import LaplacianShot
from metawidgets.learners.feature_heads.pt_map import PTMAP
from metawidgets.learners.feature_heads.simpleshot import SimpleShot
from metawidgets.learners.feature_heads.tim import TIM
from metawidgets.learners.feature_heads.transductive_fine_tuning import TransductiveFineTuning
from metawidgets.learners.metric_based.matching import MatchingNetwork
from metawidgets.learners.metric_based.matching_fce import FullContextMatching
from metawidgets.learners.metric_based.protonet import ProtoNet
from metawidgets.learners.metric_based.relation import RelationNetwork
from metawidgets.learners.model_based.in_context import InContext
from metawidgets.learners.model_based.mann import MANN
from metawidgets.learners.model_based.recurrent import RecurrentLearner
from metawidgets.learners.model_based.snail import SNAIL
from metawidgets.learners.networks.encoders import default_network, network_options
from metawidgets.learners.optimisation_based.anil import ANIL
from metawidgets.learners.optimisation_based.gradient import GradientLearner
from metawidgets.learners.optimisation_based.implicit_maml import ImplicitMAML
from metawidgets.learners.optimisation_based.maml import MAML
from metawidgets.learners.optimisation_based.meta_sgd import MetaSGD
from metawidgets.learners.optimisation_based.reptile import Reptile
from metawidgets.learners.transfer.baseline_plus import BaselinePlusPlus
from metawidgets.learners.transfer.fine_tune import FineTune
from metawidgets.learners.transfer.linear_probe import LinearProbe
from metawidgets.learners.transfer.pretrained_centroid import PretrainedCentroid
from metawidgets.learners.transfer.pretrained_nearest import PretrainedNearest

__all__ = [
    "ALL",
    "ANIL",
    "BDCSPN",
    "MAML",
    "MANN",
    "PTMAP",
    "SNAIL",
    "TIM",
    "BaselinePlusPlus",
    "FineTune",
    "FromScratch",
    "FullContextMatching",
    "GradientLearner",
    "ImplicitMAML",
    "InContext",
    "LaplacianShot",
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
    "SimpleShot",
    "Support",
    "TransductiveFineTuning",
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
    "simpleshot": SimpleShot,
    "bd_cspn": BDCSPN,
    "laplacianshot": LaplacianShot,
    "tim": TIM,
    "pt_map": PTMAP,
    "transductive_finetuning": TransductiveFineTuning,
    "baseline_plus": BaselinePlusPlus,
    "finetune": FineTune,
    "from_scratch": FromScratch,
}


def build(name: str, *, item_shape: Sequence[int], output_dim: int, **options: Any) -> Learner:
    """Build a learner, with the default network for items of `item_shape`.

    Args:
        name: a key of `ALL`.
        item_shape: `(channel, height, width)` for images, `(dim,)` for vectors.
        output_dim: number of classes, or dimension of a regression target.
        **options: options of the learner (`inner_lr`, `metric`, ...) and of its network (`width`, `downsample`, `statistics`,
            `hidden`). By default, the networks of gradient learners have stride-2 convolutions and `support_stats`; the
            networks of most other learners have pooling and `running`.

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
