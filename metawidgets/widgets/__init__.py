"""Components: live in the notebook, and the same in an exported page. Each stands in `ALL`."""

from metawidgets.widgets.base import Component
from metawidgets.widgets.selection import Selection

ALL: list[type[Component]] = []

__all__ = ["ALL", "Component", "Selection"]
