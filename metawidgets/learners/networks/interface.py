"""The attributes that a network may declare about itself, and their defaults.

A network is any `nn.Module` that maps items to outputs or features. All attributes here are optional, and a network may declare them
without deriving from `DeclaredNetwork`. An attribute of another type (such as a model's `config` that is an object) counts as not
declared.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, TypeGuard

from torch import Tensor, nn

__all__ = [
    "DeclaredNetwork",
    "SplitNetwork",
    "config_of",
    "counts_first_items",
    "declared_shape_of",
    "is_split",
    "item_shape_of",
    "statistics_of",
    "takes_tasks",
]


class DeclaredNetwork(nn.Module):
    """A base class with the default of every attribute that a network may declare. Deriving from it is optional."""

    statistics: str = "none"
    """The policy of batch statistics, see `EpisodeNorm`. With "support_stats" the network is called as `network(items, n)` and uses
    the statistics of the first `n` items. Default: no normalisation over items."""
    takes_tasks: ClassVar[bool] = False
    """True if parameters and items may have a leading task axis. Default: one task at a time."""
    config: Mapping[str, Any] = MappingProxyType({})
    """JSON-able arguments with which `type(network)(**config)` makes an equal network. They include `item_shape` if the network needs
    items of one shape. Default: empty; a checkpoint then cannot make the network again."""
    feature_shape: tuple[int, ...] | None = None
    """Shape of the features of one item, `(channel, height, width)` or `(feature,)`. Default: `(features,)`."""
    features: int | None = None
    """Number of features of one item. Default: not known; learners that need it ask for `feature_shape`."""


class SplitNetwork(Protocol):
    """A network whose last module reads features: `network(x)` is `network.head(network.embed(x))`."""

    @property
    def head(self) -> Any: ...

    def embed(self, x: Tensor, n_reference: int | None = None, /) -> Tensor: ...


def is_split(network: object) -> TypeGuard[SplitNetwork]:
    """Return whether the network is a `SplitNetwork`. (From Python 3.12 on, isinstance does not find submodules.)"""
    return callable(getattr(network, "embed", None)) and isinstance(getattr(network, "head", None), nn.Module)


def statistics_of(network: nn.Module | None) -> str:
    """Return the network's batch-statistics policy; "none" if there is no network, or the network declares no policy."""
    declared = getattr(network, "statistics", DeclaredNetwork.statistics)
    return declared if isinstance(declared, str) else DeclaredNetwork.statistics


def counts_first_items(network: nn.Module) -> bool:
    """Return whether the network is called as `network(items, n)` and normalises by the first `n` items."""
    return statistics_of(network) == "support_stats"


def takes_tasks(network: nn.Module) -> bool:
    """Return whether parameters and items may have a leading task axis."""
    return getattr(network, "takes_tasks", DeclaredNetwork.takes_tasks) is True


def config_of(network: nn.Module | None) -> Mapping[str, Any] | None:
    """Return the arguments that make an equal network, or `None` if the network does not declare them."""
    declared = getattr(network, "config", DeclaredNetwork.config)
    return declared if isinstance(declared, Mapping) and declared else None


def item_shape_of(network: nn.Module | None) -> tuple[int, ...] | None:
    """Return the shape of the items that the network was made for, or `None` if it does not declare one."""
    shape = (config_of(network) or {}).get("item_shape")
    return None if shape is None else tuple(shape)


def declared_shape_of(network: nn.Module) -> tuple[int, ...] | None:
    """Return the shape of one item's features, or `None` if the network declares neither `feature_shape` nor `features`."""
    for name in ("feature_shape", "features"):
        declared = getattr(network, name, None)
        if isinstance(declared, int) and not isinstance(declared, bool) and declared:
            return (declared,)
        if isinstance(declared, tuple | list) and declared:
            return tuple(map(int, declared))
    return None
