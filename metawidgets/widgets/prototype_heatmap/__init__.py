"""A matrix of distances from queries to prototypes, with a support set that can be edited."""

from metawidgets.widgets.prototype_heatmap.component import PrototypeHeatmap
from metawidgets.widgets.prototype_heatmap.edits import RefusedState
from metawidgets.widgets.prototype_heatmap.metrics import Nearest, nearest_prototypes

__all__ = ["Nearest", "PrototypeHeatmap", "RefusedState", "nearest_prototypes"]
