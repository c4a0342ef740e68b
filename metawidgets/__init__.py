"""Interactive Jupyter widgets and PyTorch learners for few-shot learning, with reports that are exported as offline HTML files.

The names below load at first use (PEP 562), so `import metawidgets` loads neither torch nor altair.
"""

from importlib import import_module
from typing import Any

from metawidgets import _chart_display, _renamed

__version__ = "0.1.0"

_HOMES = {
    "Episode": "metawidgets.episodes",
    "EpisodeSampler": "metawidgets.episodes",
    "EpisodeSpec": "metawidgets.episodes",
    "ItemId": "metawidgets.episodes",
    "MetaTraining": "metawidgets.training",
    "MetawidgetsError": "metawidgets.errors",
    "Predictions": "metawidgets.learners.methods",
    "Trace": "metawidgets.records",
    "adapt": "metawidgets.learners.loop",
    "bench": "metawidgets.instruments.bench",
    "evaluate": "metawidgets.training.evaluation",
    "load": "metawidgets.trained",
    "meta_train": "metawidgets.training",
    "predict": "metawidgets.learners.loop",
    "trace": "metawidgets.learners.loop",
}
# Subpackages and modules that are attributes of `metawidgets`, and their paths below it.
_PACKAGES = {
    "analysis": "analysis",
    "checkpoints": "training.checkpoints",
    "datasets": "datasets",
    "instruments": "instruments",
    "learners": "learners",
    "reports": "reports",
    "trained": "trained",
    "training": "training",
    "views": "views",
    "widgets": "widgets",
}

__all__ = ["__version__", *_HOMES, *_PACKAGES]  # pyright: ignore[reportUnsupportedDunderAll] - loaded at first use


def __getattr__(name: str) -> Any:
    if name in _PACKAGES:
        return import_module(f"metawidgets.{_PACKAGES[name]}")
    if name not in _HOMES:
        raise AttributeError(f"module 'metawidgets' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


_renamed.install()
_chart_display.install()
