"""Few-shot learners on the bench: build an episode, watch a learner adapt, send the result as one file that still moves.

The names below are loaded at first use (PEP 562): `import metawidgets` loads neither torch nor altair.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Episode": "metawidgets.episodes",
    "EpisodeSpec": "metawidgets.episodes",
    "ItemId": "metawidgets.episodes",
    "MetawidgetsError": "metawidgets.errors",
}

__all__ = ["Episode", "EpisodeSpec", "ItemId", "MetawidgetsError", "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'metawidgets' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
