"""Learners and networks of other packages, named by an import path (`package.module:Class`) or by an entry point.

Only names that the user gave are imported. A checkpoint names the path of its learner, but `checkpoints.load` imports it only if it is
told to trust the file.
"""

import copy
import os
import re
import sys
from collections.abc import Callable, Mapping
from functools import reduce
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from inspect import Parameter, signature
from typing import Any

from torch import nn

from metawidgets.errors import LearnerError
from metawidgets.learners.networks.interface import config_of

__all__ = [
    "GROUP",
    "accepted",
    "described",
    "import_object",
    "is_import_path",
    "made_by",
    "make_network",
    "path_of",
    "plugins",
    "trusts",
]

GROUP = "metawidgets.learners"
"""The entry-point group in which a package lists its learners."""
TRUST = "METAWIDGETS_TRUST"
"""The environment variable that `--trust` sets, so that kernels and workers know it too."""
_PATH = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def trusts() -> bool:
    """Return whether the user trusts the checkpoints of this run (`--trust`)."""
    return os.environ.get(TRUST) == "1"


def is_import_path(name: object) -> bool:
    """Return whether a name has the form `package.module:Class`."""
    return isinstance(name, str) and _PATH.fullmatch(name) is not None


def plugins() -> dict[str, EntryPoint]:
    """Return the learners that installed packages list in the group `metawidgets.learners`, by name. Nothing is imported."""
    return {point.name: point for point in entry_points(group=GROUP)}


def import_object(path: str) -> Any:
    """Import `package.module:Class`. Modules are also looked for in the working folder, after all others.

    Raises:
        LearnerError: if the path has another form, or its module or name cannot be imported.
    """
    if not is_import_path(path):
        raise LearnerError(f"{path!r} is not an import path; write it as package.module:Class.")
    module, _, names = path.partition(":")
    if (here := os.getcwd()) not in sys.path:  # noqa: PTH109 - sys.path holds strings
        sys.path.append(here)  # the console script, unlike `python -m`, does not have it
    try:
        return reduce(getattr, names.split("."), import_module(module))
    except Exception as error:  # a module may raise anything while it is imported
        raise LearnerError(
            f"{path!r} cannot be imported ({type(error).__name__}: {error}); install its package, or run in the folder of its module."
        ) from error


def path_of(thing: Any) -> str:
    """Return the import path of a class or function; "" if it has none, as in a notebook or inside a function."""
    path = f"{thing.__module__}:{thing.__qualname__}"
    return path if thing.__module__ != "__main__" and is_import_path(path) else ""


def made_by(learner: Any) -> dict[str, Any]:
    """Return the entry `made_by` of the card of another package's learner: its import path. Our learners have none."""
    if learner.made_by is None and type(learner).__module__.startswith("metawidgets.learners."):
        return {}
    return {"made_by": dict(learner.made_by or {"path": path_of(type(learner))})}


def described(network: nn.Module) -> dict[str, Any]:
    """Return the description of a network for its card."""
    own = getattr(network, "made_by", None)
    noted = {"made_by": own} if isinstance(own, dict) else {}
    return {"name": type(network).__name__, **(config_of(network) or {}), **noted}


def accepted(make: Callable[..., Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a class or function takes."""
    takes = signature(make).parameters
    if any(p.kind is Parameter.VAR_KEYWORD for p in takes.values()):
        return dict(options)
    return {name: value for name, value in options.items() if name in takes}


def make_network(path: str, options: Mapping[str, Any]) -> nn.Module:
    """Make the network that a class or function returns for these options, and note them on it for its card.

    Raises:
        LearnerError: if it cannot be imported or made, or is not a network.
    """
    make = import_object(path)
    try:
        network = copy.deepcopy(make) if isinstance(make, nn.Module) else make(**options)
    except Exception as error:  # it is someone's code
        raise LearnerError(
            f"{path} with {dict(options)} raised {type(error).__name__}: {error}; correct its options."
        ) from error
    if not isinstance(network, nn.Module):
        raise LearnerError(f"{path} returned a {type(network).__name__}; it must return a torch.nn.Module.")
    object.__setattr__(network, "made_by", {"path": path, "options": dict(options)})
    return network
