"""Live meta-training, and a replay of its record."""

from metawidgets.widgets.outer_loop_monitor.component import OuterLoopMonitor, attended

__all__ = ["OuterLoopMonitor", "attended"]
