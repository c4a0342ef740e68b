"""Any Altair chart as a component, live and offline."""

from metawidgets.widgets.chart_view.component import ChartView
from metawidgets.widgets.chart_view.vega_runtime import VegaRuntime

__all__ = ["ChartView", "VegaRuntime"]
