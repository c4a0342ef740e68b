"""Parameterised runs of a notebook, and the exporter that makes one offline HTML file of what they leave.

Loaded at first use: papermill and nbconvert take seconds to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metawidgets.reports.export import export_component, export_notebook
    from metawidgets.reports.run import Report, run_report

__all__ = ["METRICS", "Report", "export_component", "export_notebook", "run_report"]

METRICS = "application/vnd.metawidgets.metrics+json"
"""MIME type by which a notebook hands back its numbers: the last output of this type is the report's metrics.

Among them `title` names the page.
"""

_HOMES = {"Report": "run", "export_component": "export", "export_notebook": "export", "run_report": "run"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'metawidgets.reports' has no attribute {name!r}")
    return getattr(import_module(f"metawidgets.reports.{_HOMES[name]}"), name)
