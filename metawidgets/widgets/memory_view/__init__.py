"""A learner's memory of an episode: memory slots, a hidden state, attention."""

from metawidgets.widgets.memory_view.component import MemoryView

__all__ = ["MemoryView"]
