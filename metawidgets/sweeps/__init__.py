"""Many reports on a Dask cluster: planned from a grid, resumable, and collected into one table.

Loaded at first use: Dask takes a second to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metawidgets.sweeps.driver import Progress, run_sweep
    from metawidgets.sweeps.plan import Job, Plan
    from metawidgets.sweeps.store import Store

__all__ = ["Job", "Plan", "Progress", "Store", "run_sweep"]

_HOMES = {"Job": "plan", "Plan": "plan", "Progress": "driver", "Store": "store", "run_sweep": "driver"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'metawidgets.sweeps' has no attribute {name!r}")
    return getattr(import_module(f"metawidgets.sweeps.{_HOMES[name]}"), name)
