"""A plane through parameter space: losses, inner-loop paths and meta-gradients."""

from metawidgets.widgets.loss_landscape.component import LossLandscape, Plane

__all__ = ["LossLandscape", "Plane"]
