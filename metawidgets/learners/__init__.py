"""Few-shot learners with one interface. `ALL` lists them; `build` makes one for items of a given shape."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from inspect import Parameter, signature
from typing import Any, cast

from torch import nn

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
from metawidgets.learners.imported import accepted, import_object, is_import_path, make_network, path_of, plugins
from metawidgets.learners.methods import Method, Predictions, takes_episodes
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
    "Method",
    "NearestCentroid",
    "NearestNeighbour",
    "Predictions",
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
    "find",
    "make_learner",
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
    "transductive_finetune": TransductiveFineTuning,
    "baseline_plus": BaselinePlusPlus,
    "finetune": FineTune,
    "from_scratch": FromScratch,
}


def find(name: str) -> Callable[..., Learner]:
    """Return the class of learners, or the function that makes one, of that name.

    Args:
        name: a key of `ALL`, an import path such as `package.module:Class`, or a name that an installed package lists in the
            entry-point group `metawidgets.learners`. A path may also name a function `episode -> probabilities`; see `Method`.

    Raises:
        LearnerError: if there is none, or it cannot be imported.
    """
    if name in ALL:
        return ALL[name]
    if not is_import_path(name):
        others = plugins()
        if name not in others:
            raise LearnerError(
                f"unknown learner {name!r}; {did_you_mean(name, [*ALL, *others])} Or give your own as package.module:Class."
            )
        name = others[name].value
    found = import_object(name)
    if not _makes_learners(found):
        raise LearnerError(f"{name!r} is {found!r}; name a subclass of Learner, or a function that returns a learner.")
    return cast(Callable[..., Learner], found)


def _makes_learners(found: object) -> bool:
    """Return whether this is a class of learners, or a function."""
    if isinstance(found, type):
        return issubclass(found, Learner)
    return callable(found) and not isinstance(found, nn.Module)


def build(name: str, *, item_shape: Sequence[int], output_dim: int, network: Any = None, **options: Any) -> Learner:
    """Build a learner, by default with the default network for items of `item_shape`.

    Args:
        name: a key of `ALL`, `package.module:Class`, `package.module:make`, or a name from an entry point; see `find`. A function
            `make` gets those of `item_shape`, `output_dim` and `network` that its signature names, and the options.
        item_shape: `(channel, height, width)` for images, `(dim,)` for vectors.
        output_dim: number of classes, or dimension of a regression target.
        network: a network of your own, or the import path of a class or function that makes it. This gets `item_shape` and
            `output_dim` (`None` if the network must return features) if its signature names them, and its options.
        **options: options of the learner (`inner_lr`, `metric`, ...) and of its network (`width`, `downsample`, `statistics`,
            `hidden`). By default, the networks of gradient learners have stride-2 convolutions and `support_stats`; the
            networks of most other learners have pooling and `running`.

    Raises:
        LearnerError: if the name or an option is unknown, or a value is out of range.
    """
    make = find(name)
    kind = make if isinstance(make, type) else None
    parameters = signature(make).parameters
    any_option = any(p.kind is Parameter.VAR_KEYWORD for p in parameters.values())
    own = set(parameters) - {"network", "encoder", "output_dim", "item_shape"}
    with_network = bool({"network", "encoder"} & set(parameters))
    if network is not None and not with_network:
        raise LearnerError(f"{name} takes no network; leave out network=.")
    if isinstance(network, str):
        of_network = set(signature(import_object(network)).parameters) - {"output_dim", "item_shape"}
    else:
        of_network = set(network_options(item_shape)) if with_network and network is None and kind else set()
    for option in options:
        if option not in own | of_network and not any_option:
            raise LearnerError(
                f"{name} on items of shape {tuple(item_shape)} has no option {option!r}; {did_you_mean(option, own | of_network)}"
            )
    if kind and network is None:
        options = {**(kind.image_defaults if len(item_shape) == 3 else kind.vector_defaults), **options}
    rest = {k: v for k, v in options.items() if k in own or (any_option and k not in of_network)}
    chosen = {k: v for k, v in options.items() if k in of_network}
    shapes = {"item_shape": [int(n) for n in item_shape], "output_dim": int(output_dim)}
    if isinstance(network, str):
        features = kind is not None and not kind.adapts_head
        wanted = {**shapes, "output_dim": None if features else int(output_dim)}
        network = make_network(network, {**accepted(import_object(network), wanted), **chosen})
    if takes_episodes(make):
        return Method(make if not rest else partial(make, **rest), name)
    if kind is None:
        return make_learner(make, path_of(make) or name, {**accepted(make, shapes), **rest}, network)
    rest |= {k: v for k, v in shapes.items() if k in parameters}
    if not with_network:
        return kind(**rest)
    if network is None:
        network = default_network(item_shape, output_dim if kind.adapts_head else None, **chosen)
    return kind(network, **rest)


def make_learner(
    make: Callable[..., Any], path: str, options: Mapping[str, Any], network: nn.Module | None = None
) -> Learner:
    """Make the learner that a function returns for these options, and note them on it for its card.

    Raises:
        LearnerError: if the function returns something else.
    """
    given = {"network": network} if network is not None else {}
    learner = make(**options, **accepted(make, given))
    if not isinstance(learner, Learner):
        raise LearnerError(f"{path} returned a {type(learner).__name__}; it must return a Learner.")
    object.__setattr__(learner, "made_by", {"path": path, "options": dict(options)})
    return learner
