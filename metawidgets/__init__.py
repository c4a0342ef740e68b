"""Few-shot learners on the bench: build an episode, watch a learner adapt, send the result as one file that still moves.

The names below are loaded at first use (PEP 562): `import metawidgets` loads neither torch nor altair.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Episode": "metawidgets.episodes",
    "EpisodeSampler": "metawidgets.sampling",
    "EpisodeSpec": "metawidgets.episodes",
    "ItemId": "metawidgets.episodes",
    "MetaTraining": "metawidgets.training",
    "MetawidgetsError": "metawidgets.errors",
    "Trace": "metawidgets.traces",
    "adapt": "metawidgets.learners.loop",
    "bench": "metawidgets.instruments.bench",
    "evaluate": "metawidgets.evaluation",
    "load": "metawidgets.trained",
    "meta_train": "metawidgets.training",
    "predict": "metawidgets.learners.loop",
    "trace": "metawidgets.learners.loop",
}
_ROOMS = ("analysis", "checkpoints", "datasets", "instruments", "learners", "reports", "trained", "views", "widgets")

__all__ = ["__version__", *_HOMES, *_ROOMS]  # pyright: ignore[reportUnsupportedDunderAll] - loaded at first use


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"metawidgets.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'metawidgets' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
