"""The base of every component: messages, packed arrays, a shared selection, background work."""

from metawidgets.widgets.base.background import Background, Overtaken, Progress
from metawidgets.widgets.base.component import Component
from metawidgets.widgets.base.selection import Selection

__all__ = ["Background", "Component", "Overtaken", "Progress", "Selection"]
