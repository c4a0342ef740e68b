"""Parameterised runs of notebooks, and the exporter that turns an executed notebook into one offline HTML file.

The names below are loaded at first use, since papermill and nbconvert take seconds to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metawidgets.reports.pages.export import export_component, export_notebook
    from metawidgets.reports.run import Report, run_report

__all__ = ["METRICS", "Report", "export_component", "export_notebook", "run_report"]

METRICS = "application/vnd.metawidgets.metrics+json"
"""MIME type of a notebook's metrics: the last output of this type is the report's metrics. `title` among them is the page's title."""

_HOMES = {
    "Report": "run",
    "export_component": "pages.export",
    "export_notebook": "pages.export",
    "run_report": "run",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'metawidgets.reports' has no attribute {name!r}")
    return getattr(import_module(f"metawidgets.reports.{_HOMES[name]}"), name)
