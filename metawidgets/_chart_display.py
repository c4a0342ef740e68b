"""Altair charts as the last line of a cell: in a notebook that imported metawidgets they appear without a network.

Altair's own default output loads Vega from the network. Any renderer that the user enables, as with
`altair.renderers.enable("html")`, wins over ours.
"""

import sys
from importlib import import_module
from typing import Any

__all__ = ["install"]


def install() -> None:
    """Make the notebook's kernel show charts by `ChartView`. This loads neither Altair nor widgets. Elsewhere it does nothing."""
    shell: Any = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None and hasattr(shell, "kernel"):
        formatter = shell.display_formatter.mimebundle_formatter
        formatter.for_type_by_name("altair.vegalite.v6.api", "TopLevelMixin", _mimebundle)


def _mimebundle(chart: Any) -> Any:
    if sys.modules["altair"].renderers.active == "default":
        errors = import_module("metawidgets.errors")
        try:
            return import_module("metawidgets.widgets").ChartView(chart)._repr_mimebundle_()
        except errors.MetawidgetsError:  # it cannot be drawn as a picture: its data may be on the network
            pass
    return chart._repr_mimebundle_(include=None, exclude=None)
