"""Meta-training: the outer loop, its control and resumption, evaluation, and checkpoints.

The names below load at first use, so that a component can control a training (`training.control`) without loading torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metawidgets.training.control import MetaControl, Stopped
    from metawidgets.training.evaluation import evaluate
    from metawidgets.training.meta_training import MetaTraining, meta_train

__all__ = ["MetaControl", "MetaTraining", "Stopped", "evaluate", "meta_train"]

_HOMES = {
    "MetaControl": "control",
    "MetaTraining": "meta_training",
    "Stopped": "control",
    "evaluate": "evaluation",
    "meta_train": "meta_training",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'metawidgets.training' has no attribute {name!r}")
    return getattr(import_module(f"metawidgets.training.{_HOMES[name]}"), name)
