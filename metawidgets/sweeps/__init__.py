"""Many reports on a Dask cluster: planned from a grid, resumable, and collected into one table.

Loaded at first use: Dask takes a second to import. What it needs beyond the package itself is in the extra `metawidgets[sweep]`.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from metawidgets.errors import SweepError

if TYPE_CHECKING:
    from metawidgets.sweeps.driver import Progress, run_sweep
    from metawidgets.sweeps.plan import Job, Plan
    from metawidgets.sweeps.store import Store

__all__ = ["Job", "Plan", "Progress", "Store", "expect_packages", "run_sweep"]

_HOMES = {"Job": "plan", "Plan": "plan", "Progress": "driver", "Store": "store", "run_sweep": "driver"}


def expect_packages() -> None:
    """Raise `SweepError` if what sweeps need is not installed."""
    missing = [name for name in ("distributed", "fsspec", "pyarrow") if find_spec(name) is None]
    if missing:
        raise SweepError(f"sweeps need {' and '.join(missing)}; install them with: pip install 'metawidgets[sweep]'.")


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'metawidgets.sweeps' has no attribute {name!r}")
    expect_packages()
    return getattr(import_module(f"metawidgets.sweeps.{_HOMES[name]}"), name)
