"""Episodes as points on a map and as a matrix of similarities."""

from metawidgets.widgets.task_map_view.component import TaskMapView

__all__ = ["TaskMapView"]
