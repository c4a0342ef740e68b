"""Few-shot learners behind one interface, listed in `ALL`; `build` makes one for items of a given shape."""

from collections.abc import Sequence
from inspect import signature
from typing import Any

from metawidgets.errors import LearnerError, did_you_mean
from metawidgets.learners.base import Learner, Support
from metawidgets.learners.encoders import default_network, network_options
from metawidgets.learners.fine_tune import FineTune
from metawidgets.learners.gradient import GradientLearner
from metawidgets.learners.maml import MAML
from metawidgets.learners.nearest import NearestNeighbour
from metawidgets.learners.protonet import ProtoNet

__all__ = ["ALL", "MAML", "FineTune", "GradientLearner", "Learner", "NearestNeighbour", "ProtoNet", "Support", "build"]

ALL: dict[str, type[Learner]] = {
    "protonet": ProtoNet,
    "maml": MAML,
    "nearest": NearestNeighbour,
    "finetune": FineTune,
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
    if len(item_shape) == 3:
        options = {**kind.image_defaults, **options}
    rest = {k: v for k, v in options.items() if k in own}
    if "output_dim" in signature(kind).parameters:
        rest["output_dim"] = output_dim
    if not with_network:
        return kind(**rest)
    chosen = {k: v for k, v in options.items() if k in of_network}
    return kind(default_network(item_shape, output_dim if kind.adapts_head else None, **chosen), **rest)
