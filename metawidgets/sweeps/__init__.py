"""Sweeps: many reports, planned from a grid, run on a Dask cluster, resumable, and collected into one table.

Each name is loaded at its first use, since Dask takes a second to import. Sweeps need the extra packages of `metawidgets[sweep]`.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from metawidgets.errors import SweepError

if TYPE_CHECKING:
    from metawidgets.sweeps.driver import Progress, run_sweep
    from metawidgets.sweeps.planning import Job, Plan
    from metawidgets.sweeps.store import Store

__all__ = ["Job", "Plan", "Progress", "Store", "expect_packages", "run_sweep"]

_HOMES = {"Job": "planning", "Plan": "planning", "Progress": "driver", "Store": "store", "run_sweep": "driver"}


_RUNNING, _STORING = ("distributed", "fsspec", "pyarrow"), ("fsspec",)


def expect_packages(names: Sequence[str] = _RUNNING) -> None:
    """Raise `SweepError` if one of the packages is not installed: by default, those that running a sweep needs."""
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise SweepError(f"sweeps need {' and '.join(missing)}; install them with: pip install 'metawidgets[sweep]'.")


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'metawidgets.sweeps' has no attribute {name!r}")
    expect_packages(_STORING if name == "Store" else _RUNNING)  # `status` must run where no report can
    return getattr(import_module(f"metawidgets.sweeps.{_HOMES[name]}"), name)
